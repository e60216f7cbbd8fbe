"""The offline model as a chat model: streams, calls tools, counts, and always gives the same answer."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel

from agents.models.offline.model import MODEL_NAME, POLICIES, OfflineChatModel
from tests.agents.models.offline.prompting import BAKERY, BAKERY_INFO, answer, asked, system, used

FIRST = "We open a second bakery in Leeds on 3 December, budget £1,500"


class Routes(BaseModel):
    """Say who answers."""

    agents: list[str]
    reason: str


async def _streamed(messages: list[BaseMessage]) -> tuple[list[AIMessageChunk], AIMessageChunk]:
    tool = {"type": "function", "function": {"name": "update_brief", "parameters": {"type": "object"}}}
    chunks = [chunk async for chunk in OfflineChatModel().bind_tools([tool]).astream(messages)]
    whole: Any = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    return [chunk for chunk in chunks if isinstance(chunk, AIMessageChunk)], whole


async def test_stream_comes_word_by_word_and_equals_the_whole_answer() -> None:
    messages: list[BaseMessage] = [system("strategist"), HumanMessage("what can you do?")]
    chunks, whole = await _streamed(messages)
    assert len(chunks) > 20
    assert str(whole.text) == str(answer(messages).text)
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == len(str(whole.text)) // 4
    assert whole.response_metadata["model_name"] == MODEL_NAME


async def test_stream_carries_tool_calls_at_its_end() -> None:
    messages: list[BaseMessage] = [system("strategist"), HumanMessage(FIRST)]
    chunks, whole = await _streamed(messages)
    assert chunks[-1].tool_call_chunks
    assert not any(chunk.tool_call_chunks for chunk in chunks[:-1])
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [
        (call["name"], call["args"]) for call in answer(messages).tool_calls
    ]


def test_same_prompt_gives_the_same_answer_and_call_ids() -> None:
    messages = [system("strategist"), HumanMessage(FIRST)]
    first, second = answer(messages), answer(messages)
    assert first.tool_calls == second.tool_calls
    assert first.tool_calls[0]["id"]


def test_call_ids_differ_between_calls_and_positions() -> None:
    writer = [system("writer", brief=BAKERY, info=BAKERY_INFO), HumanMessage("write the posts")]
    later = [*writer[:1], HumanMessage("hello"), AIMessage("Hello.", name="strategist"), *writer[1:]]
    ids = [call["id"] for message in (answer(writer), answer(later)) for call in message.tool_calls]
    assert len(ids) == len(set(ids)) == 4


def test_wording_varies_between_conversations() -> None:
    texts = {str(asked("strategist", f"hello {'there ' * n}").text) for n in range(12)}
    assert len(texts) > 2


def test_structured_output_works_as_with_any_model() -> None:
    router = OfflineChatModel().with_structured_output(Routes.model_json_schema() | {"title": "route"})
    decided = router.invoke([system("supervisor"), HumanMessage("write me an instagram post about our sale")])
    assert isinstance(decided, dict)
    assert decided["agents"] == ["writer"]


@pytest.mark.parametrize("agent", [*POLICIES, "unknown"])
def test_prompt_without_context_or_message_still_gets_an_answer(agent: str) -> None:
    model = OfflineChatModel()
    for messages in ([SystemMessage("")], [SystemMessage(f'x\n<context>\n{{"agent":"{agent}"}}\n</context>')]):
        said = model.invoke(messages)
        assert said.text or said.tool_calls


@settings(max_examples=60, deadline=None)
@given(agent=st.sampled_from(sorted(POLICIES)), text=st.text(max_size=300), product=st.text(max_size=80))
def test_any_text_gets_an_answer(agent: str, text: str, product: str) -> None:
    said = asked(agent, text, brief=BAKERY | {"product": product}, info=BAKERY_INFO)
    assert said.text or said.tool_calls


RESULTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["drafts", "posts", "rows", "values", "platform", "content_id", "error", "brief", "key"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
TOOLS = (
    ("strategist", "update_brief"), ("strategist", "create_campaign_plan"), ("strategist", "get_campaign"),
    ("writer", "list_drafts"), ("writer", "save_draft"), ("writer", "get_content"), ("writer", "revise_draft"),
    ("writer", "platform_limits"), ("publisher", "list_drafts"), ("publisher", "schedule_posts"),
    ("publisher", "list_posts"), ("publisher", "list_approvals"), ("publisher", "cancel_post"),
    ("analyst", "query_metrics"), ("analyst", "get_campaign"),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    tool=st.sampled_from(TOOLS),
    result=RESULTS,
    text=st.sampled_from(["make it shorter", "post it", "cancel it", "plan it", "how did it go?", "show the drafts"]),
)
def test_any_tool_result_gets_an_answer(tool: tuple[str, str], result: object, text: str) -> None:
    agent, name = tool
    start = [system(agent, brief=BAKERY, info=BAKERY_INFO), HumanMessage(text)]
    said = answer([*start, *used(agent, name, {}, result)])
    assert said.text or said.tool_calls


def test_tool_result_that_is_not_json_gets_an_answer() -> None:
    start = [system("writer", brief=BAKERY), HumanMessage("show the drafts")]
    call: Any = {"name": "list_drafts", "args": {}, "id": "1", "type": "tool_call"}
    broken = [AIMessage("", tool_calls=[call]), ToolMessage("<html>502</html>", tool_call_id="1", status="error")]
    assert "502" in str(answer([*start, *broken]).text) or answer([*start, *broken]).tool_calls


def test_arguments_are_plain_json() -> None:
    for agent, text in (("strategist", FIRST), ("writer", "write the posts"), ("publisher", "post it on Monday at 9")):
        for call in asked(agent, text, brief=BAKERY, info=BAKERY_INFO).tool_calls:
            assert json.loads(json.dumps(call["args"])) == call["args"]
