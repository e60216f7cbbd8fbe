"""The built-in offline chat model: works by rules, through the same prompts, tools and graph as any other model.

It reads only the messages it is given, uses no network and no chance: the same prompt gives the same answer and the
same tool call ids.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from typing_extensions import override

from agents.models.offline import analyst, publisher, strategist, supervisor, writer
from agents.models.offline.discretion import told_to_keep
from agents.models.offline.reading import Turn, digest_of, read_turn, text_of
from agents.models.offline.step import Step
from agents.models.offline.values import mapping, mappings

MODEL_NAME = "marketing-minds-offline"
POLICIES: dict[str, Callable[[Turn], Step]] = {
    "supervisor": supervisor.decide,
    "strategist": strategist.decide,
    "writer": writer.decide,
    "publisher": publisher.decide,
    "analyst": analyst.decide,
}
WORDS = re.compile(r"\S+\s*|\s+")
MODEL_INFO = {"model_name": MODEL_NAME, "model_provider": "offline"}


class OfflineChatModel(BaseChatModel):
    """A chat model that needs no key. ``pace_seconds`` slows the stream down to that many seconds a word."""

    model_name: str = MODEL_NAME
    pace_seconds: float = 0.0

    @property
    @override
    def _llm_type(self) -> str:
        return MODEL_NAME

    @property
    @override
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name}

    @override
    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools. ``tool_choice`` is accepted and not needed: the policies know when to call."""
        return cast(
            "Runnable[LanguageModelInput, AIMessage]",
            self.bind(tools=[convert_to_openai_tool(item) for item in tools], **kwargs),
        )

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text, calls, usage = _answer(messages, kwargs)
        message = AIMessage(
            content=text, tool_calls=calls, usage_metadata=usage, response_metadata=_finish(calls) | MODEL_INFO
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    @override
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop, None, **kwargs)

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in _chunks(*_answer(messages, kwargs)):
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk
            if self.pace_seconds:
                time.sleep(self.pace_seconds)

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in _chunks(*_answer(messages, kwargs)):
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk
            await asyncio.sleep(self.pace_seconds)


def _answer(messages: Sequence[BaseMessage], options: dict[str, Any]) -> tuple[str, list[ToolCall], UsageMetadata]:
    tools = _tool_names(options.get("tools"))
    turn = read_turn(messages, tools)
    policy = supervisor.decide if tools == {"route"} else POLICIES.get(turn.agent, strategist.decide)
    step = told_to_keep(turn, policy(turn))
    digest = digest_of(messages)
    calls = [
        ToolCall(name=item.tool, args=dict(item.arguments), id=f"call_{digest[:24]}_{index}", type="tool_call")
        for index, item in enumerate(step.calls)
    ]
    return step.text, calls, _usage(messages, step)


def _tool_names(tools: object) -> set[str]:
    return {str(mapping(item.get("function")).get("name")) for item in mappings(tools)}


def _usage(messages: Sequence[BaseMessage], step: Step) -> UsageMetadata:
    read = sum(len(text_of(message)) for message in messages) // 4
    written = (len(step.text) + sum(len(json.dumps(dict(item.arguments), default=str)) for item in step.calls)) // 4
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def _finish(calls: Sequence[ToolCall]) -> dict[str, str]:
    return {"finish_reason": "tool_calls" if calls else "stop"}


def _chunks(text: str, calls: Sequence[ToolCall], usage: UsageMetadata) -> Iterator[ChatGenerationChunk]:
    for word in WORDS.findall(text):
        yield ChatGenerationChunk(message=AIMessageChunk(content=word))
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content="",
            tool_call_chunks=[
                tool_call_chunk(name=item["name"], args=json.dumps(item["args"]), id=item["id"], index=index)
                for index, item in enumerate(calls)
            ],
            usage_metadata=usage,
            response_metadata=_finish(calls) | MODEL_INFO,
            chunk_position="last",
        )
    )
