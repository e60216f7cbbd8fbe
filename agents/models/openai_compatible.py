"""ChatOpenAI with a lean streaming transport: same requests and messages, a fraction of the SDK's work per event."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, cast

import aiohttp
import orjson
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from agents.models.event_stream import SECRET_LOOKING, streamed
from agents.models.reply import CallPart, Part, TokensUsed
from core.errors import ModelError
from core.json_text import inner_object, json_object
from core.settings import OPENAI_URL, Settings

RETRYABLE_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


class StreamingChatOpenAI(ChatOpenAI):
    """A chat model on any OpenAI-compatible server. Failures arrive as ModelError with ``retryable`` in its details.

    ``silence_seconds`` is the longest time without a byte before the call counts as stalled.
    """

    silence_seconds: float = 60
    _session: aiohttp.ClientSession | None = PrivateAttr(default=None)
    _closed: bool = PrivateAttr(default=False)

    async def aclose(self) -> None:
        """Close the connections. A call made after that fails."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    def lean(self, kwargs: Mapping[str, Any]) -> "Bound":
        """Return this model with bound arguments, to be called without LangChain's layers."""
        return Bound(self, kwargs)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 - no callbacks on the hot path
        *,
        stream_usage: bool | None = None,  # noqa: ARG002 - usage is always asked for
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async for parts in self.parts(messages, stop=stop, **kwargs):
            for part in parts:
                yield ChatGenerationChunk(message=chunk_of(part))

    async def parts(
        self, messages: Sequence[BaseMessage], stop: list[str] | None = None, **kwargs: Any
    ) -> AsyncIterator[list[Part]]:
        """Yield text, pieces of tool calls and usage, as many at a time as the network brought."""
        untyped = cast("Any", self)  # the library leaves the payload's type open
        payload: dict[str, Any] = untyped._get_request_payload(list(messages), stop=stop, **kwargs)  # noqa: SLF001
        payload["stream"] = True
        payload["stream_options"] = {"include_usage": True}
        finished = False
        try:
            async with self._connected().post(self._url, data=orjson.dumps(payload), headers=self._headers) as response:
                if response.status != 200:
                    raise await _refusal(response)
                async for parts, over in streamed(response.content):
                    finished = finished or over
                    yield parts
        except TimeoutError as error:
            raise ModelError(
                f"The language model has been silent for {self.silence_seconds:g} s. Your message is kept; try again.",
                retryable=True,
            ) from error
        except aiohttp.ClientError as error:
            raise ModelError(
                "The connection to the language model broke. Your message is kept; try again.", retryable=True
            ) from error
        if not finished:
            raise ModelError("The language model's answer broke off. Your message is kept; try again.", retryable=True)

    def _connected(self) -> aiohttp.ClientSession:
        if self._closed:
            raise ModelError("The server is stopping. Your message is kept; try again.", retryable=True)
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=self.silence_seconds)
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)
        return self._session

    @property
    def _url(self) -> str:
        return f"{self.openai_api_base or OPENAI_URL}/chat/completions"

    @property
    def _headers(self) -> dict[str, str]:
        key = self.openai_api_key
        token = key.get_secret_value() if key is not None and not callable(key) else ""
        return {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}


def chat_model(settings: Settings, model: str) -> StreamingChatOpenAI:
    """Return a model of the server the settings name. Connects to nothing."""
    return StreamingChatOpenAI(
        model=model,
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url or OPENAI_URL,
        max_retries=0,
        silence_seconds=settings.model_timeout_seconds,
        use_responses_api=False,
    )


class Bound:
    """A model of the server with its tools bound, without the layers LangChain puts around a call."""

    def __init__(self, model: StreamingChatOpenAI, kwargs: Mapping[str, Any]) -> None:
        self._model = model
        self._kwargs = dict(kwargs)

    def parts(self, messages: Sequence[BaseMessage]) -> AsyncIterator[list[Part]]:
        """Yield what the model answers."""
        return self._model.parts(messages, **self._kwargs)


def chunk_of(part: Part) -> AIMessageChunk:
    """Return a part in the form LangChain takes."""
    match part:
        case str():
            return AIMessageChunk(content=part)
        case CallPart():
            piece = tool_call_chunk(name=part.name or None, args=part.arguments, id=part.call_id, index=part.index)
            return AIMessageChunk(content="", tool_call_chunks=[piece])
        case TokensUsed():
            total = part.sent + part.received
            usage = UsageMetadata(input_tokens=part.sent, output_tokens=part.received, total_tokens=total)
            return AIMessageChunk(content="", usage_metadata=usage)


async def _refusal(response: aiohttp.ClientResponse) -> ModelError:
    status = response.status
    if status in {401, 403}:
        return ModelError("The model server refused the key. Check OPENAI_API_KEY.", retryable=False, status=status)
    said = _said(await asyncio.wait_for(response.read(), 10))
    retryable = status in RETRYABLE_STATUS
    if status == 429:
        after = _seconds(response.headers.get("Retry-After"))
        hint = f" Try again in {after:g} s." if after else " Try again in a moment."
        return ModelError(
            f"The language model is busy.{hint} Your message is kept.", retryable=True, retry_after=after, status=status
        )
    if retryable:
        return ModelError(
            f"The model server failed ({status}). Your message is kept; try again.", retryable=True, status=status
        )
    return ModelError(f"The model server can't take this request ({status}): {said}", retryable=False, status=status)


def _said(body: bytes) -> str:
    reported = inner_object((json_object(body) or {}).get("error"))
    return SECRET_LOOKING.sub("…", str(reported.get("message", "")))[:300] or "no reason given."


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None
