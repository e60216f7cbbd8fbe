"""What every chat model keeps to: the same requests, streams that add up to the same message, lean calls that agree."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
)
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from agents.models.factory import Models
from agents.models.offline.model import OfflineChatModel
from agents.models.openai_compatible import StreamingChatOpenAI, chat_model
from agents.models.reply import AnyChatModel, Reply, ask
from core.settings import Settings
from sandbox.model_server import Call, ModelServer, Request, Say, Step

MODEL = "scripted"
KEY = "sk-test"
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


def function(name: str, **properties: str) -> dict[str, Any]:
    """Describe a function a model may call."""
    parameters = {
        "type": "object",
        "properties": {key: {"type": kind} for key, kind in properties.items()},
        "required": list(properties),
    }
    return {"type": "function", "function": {"name": name, "description": f"To {name}.", "parameters": parameters}}


TOOLS = [function("save_draft", platform="string", text="string"), function("list_drafts", limit="integer")]
DRAFT = '{"platform": "instagram", "text": "Grüße aus Leeds 🥐"}'
STEPS: dict[str, Step] = {
    "text": Say("Here is the draft: fresh bread, from six every morning. 🥐"),
    "one word": Say("Yes."),
    "a call": Call((("save_draft", DRAFT),)),
    "parallel calls": Call((("save_draft", DRAFT), ("list_drafts", '{"limit": 3}'), ("list_drafts", "{}"))),
    "text and a call": Call((("list_drafts", '{"limit": 3}'),), "I look at the drafts first."),
    "arguments cut short": Call((("save_draft", '{"platform": "insta'),)),
    "malformed arguments": Call((("save_draft", "{platform: 'instagram'}"),)),
}
CONVERSATIONS: dict[str, list[BaseMessage]] = {
    "a question": [HumanMessage("What do we post?")],
    "several turns": [
        SystemMessage("You are the writer."),
        HumanMessage("Write a post."),
        AIMessage("For whom?", name="strategist"),
        HumanMessage("Families in Leeds."),
    ],
    "tools that have run": [
        SystemMessage("You are the writer."),
        HumanMessage("Shorten it."),
        AIMessage(
            "I look.",
            name="writer",
            tool_calls=[
                ToolCall(name="list_drafts", args={"limit": 3}, id="call_1", type="tool_call"),
                ToolCall(name="save_draft", args={"platform": "x", "text": "ü"}, id="call_2", type="tool_call"),
            ],
        ),
        ToolMessage("[]", tool_call_id="call_1", name="list_drafts"),
        ToolMessage('{"content_id": "cnt_1"}', tool_call_id="call_2", name="save_draft"),
    ],
}


class Silent:
    """Hears nothing."""

    def text(self, delta: str) -> None:
        """Take a piece of text."""

    def restart(self) -> None:
        """Take back what was said."""


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """A model server whose script is added by the test."""
    async with ModelServer() as running:
        yield running


@pytest.fixture
async def ours(server: ModelServer) -> AsyncIterator[StreamingChatOpenAI]:
    """The model the product uses."""
    model = chat_model(Settings.model_validate({"openai_api_key": KEY, "openai_base_url": server.url}), MODEL)
    yield model
    await model.aclose()


@pytest.fixture
async def reference(server: ModelServer) -> AsyncIterator[ChatOpenAI]:
    """The model that sets the contract."""
    async with httpx.AsyncClient() as client:
        yield ChatOpenAI(
            model=MODEL,
            api_key=SecretStr(KEY),
            base_url=server.url,
            max_retries=0,
            stream_usage=True,
            use_responses_api=False,
            http_async_client=client,
        )


async def streamed(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    tools: Sequence[dict[str, Any]] = TOOLS,
    options: Mapping[str, str] = NO_OPTIONS,
) -> AIMessageChunk:
    """Return the sum of what a model streams."""
    chunks = [chunk async for chunk in model.bind_tools(tools, **options).astream(list(messages))]
    first, *rest = [chunk for chunk in chunks if isinstance(chunk, AIMessageChunk)]
    return sum(rest, start=first)


def essence(message: AIMessage) -> dict[str, Any]:
    """Return what the product relies on of a message. Ids are the server's; transport details may differ."""
    used = message.usage_metadata
    return {
        "content": message.content,
        "tool_calls": message.tool_calls,
        "invalid": [(call["name"], call["args"], call["id"]) for call in message.invalid_tool_calls],
        "usage": (used["input_tokens"], used["output_tokens"], used["total_tokens"]) if used else None,
    }


def reply_essence(reply: Reply) -> dict[str, Any]:
    """Return what the product relies on of a reply."""
    used = reply.usage
    return {
        "text": reply.text,
        "calls": [(call.name, call.arguments) for call in reply.calls],
        "usage": (used.input_tokens, used.output_tokens) if used else None,
    }


def as_reply(message: AIMessageChunk) -> dict[str, Any]:
    """Return a message as ``reply_essence`` would, with the arguments as they came."""
    used = message.usage_metadata
    return {
        "text": message.text,
        "calls": [(piece["name"], piece["args"]) for piece in message.tool_call_chunks],
        "usage": (used["input_tokens"], used["output_tokens"]) if used else None,
    }


def models_of(model: BaseChatModel) -> Models:
    """Return the factory's way to bind tools to this model."""
    return Models(lambda _: model, MODEL, MODEL, MODEL, offline=False)


def without_stream_options(request: Request) -> Request:
    """Return a request without what only says how its usage is reported."""
    return {key: value for key, value in request.items() if key != "stream_options"}


@pytest.mark.parametrize("messages", CONVERSATIONS.values(), ids=CONVERSATIONS)
@pytest.mark.parametrize("options", [{}, {"tool_choice": "save_draft"}], ids=["free choice", "one tool"])
async def test_requests_are_those_of_the_reference(
    server: ModelServer,
    ours: StreamingChatOpenAI,
    reference: ChatOpenAI,
    messages: list[BaseMessage],
    options: dict[str, str],
) -> None:
    server.add(Say("Yes."), Say("Yes."), Say("Yes."))
    await streamed(reference, messages, options=options)
    await streamed(ours, messages, options=options)
    lean = models_of(ours).bound_schemas(ours, TOOLS, options.get("tool_choice"))
    await ask(lean, messages, Silent(), name=MODEL, retries=0)
    expected, streaming, called_lean = map(without_stream_options, server.requests)
    assert streaming == expected
    assert called_lean == expected
    assert server.requests[1]["stream_options"] == {"include_usage": True}
    assert set(server.keys) == {f"Bearer {KEY}"}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
async def test_a_stream_adds_up_to_the_message_of_the_reference(
    server: ModelServer, ours: StreamingChatOpenAI, reference: ChatOpenAI, step: Step
) -> None:
    server.add(step, step)
    expected = await streamed(reference, CONVERSATIONS["a question"])
    assert essence(await streamed(ours, CONVERSATIONS["a question"])) == essence(expected)
    assert expected.usage_metadata is not None


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
async def test_a_lean_call_agrees_with_the_stream(server: ModelServer, ours: StreamingChatOpenAI, step: Step) -> None:
    server.add(step, step)
    lean = models_of(ours).bound_schemas(ours, TOOLS)
    assert not isinstance(lean, AnyChatModel), "the product calls its own model without LangChain's layers"
    reply = await ask(lean, CONVERSATIONS["a question"], Silent(), name=MODEL, retries=0)
    assert reply_essence(reply) == as_reply(await streamed(ours, CONVERSATIONS["a question"]))


async def test_arguments_cut_short_are_not_completed_by_guessing(
    server: ModelServer, ours: StreamingChatOpenAI
) -> None:
    server.add(STEPS["arguments cut short"])
    lean = models_of(ours).bound_schemas(ours, TOOLS)
    reply = await ask(lean, CONVERSATIONS["a question"], Silent(), name=MODEL, retries=0)
    assert [(call.arguments, call.parsed()) for call in reply.calls] == [('{"platform": "insta', {})]


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
async def test_any_model_called_by_the_loop_agrees_with_its_stream(
    server: ModelServer, reference: ChatOpenAI, step: Step
) -> None:
    server.add(step, step)
    plain = models_of(reference).bound_schemas(reference, TOOLS)
    assert isinstance(plain, AnyChatModel)
    reply = await ask(plain, CONVERSATIONS["a question"], Silent(), name=MODEL, retries=0)
    assert reply_essence(reply) == as_reply(await streamed(reference, CONVERSATIONS["a question"]))


@pytest.mark.parametrize("messages", CONVERSATIONS.values(), ids=CONVERSATIONS)
async def test_the_offline_model_says_the_same_streamed_whole_and_to_the_loop(messages: list[BaseMessage]) -> None:
    model = OfflineChatModel()
    whole = await model.bind_tools(TOOLS).ainvoke(messages)
    assert isinstance(whole, AIMessage)
    adding_up = await streamed(model, messages)
    assert essence(adding_up) == essence(whole)
    reply = await ask(models_of(model).bound_schemas(model, TOOLS), messages, Silent(), name=MODEL, retries=0)
    assert reply_essence(reply) == as_reply(adding_up)
    assert whole.usage_metadata is not None


async def test_the_offline_model_calls_tools_the_same_way_streamed_whole_and_to_the_loop() -> None:
    model = OfflineChatModel()
    schemas = [function("update_brief", product="string", objective="string", target_audience="string")]
    said: list[BaseMessage] = [HumanMessage("We sell trail shoes and want 200 sign-ups from hikers in Leeds.")]
    whole = await model.bind_tools(schemas).ainvoke(said)
    adding_up = await streamed(model, said, tools=schemas)
    assert essence(adding_up) == essence(whole)
    assert [call["name"] for call in whole.tool_calls] == ["update_brief"]
    reply = await ask(models_of(model).bound_schemas(model, schemas), said, Silent(), name=MODEL, retries=0)
    assert reply_essence(reply) == as_reply(adding_up)
