"""ChatOpenAI with a lean streaming transport: same requests and messages, a fraction of the SDK's work per event."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from core.errors import ModelError
from core.settings import Settings

DEFAULT_BASE_URL = "https://api.openai.com/v1"
SECRET_LOOKING = re.compile(r"\b(sk|key|pk)[-_][\w*.-]{4,}", re.IGNORECASE)
RETRYABLE_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


class StreamingChatOpenAI(ChatOpenAI):
    """A chat model on any OpenAI-compatible server. Failures arrive as ModelError with ``retryable`` in its details.

    ``silence_seconds`` is the longest time without a byte before the call counts as stalled.
    """

    silence_seconds: float = 60
    _session: aiohttp.ClientSession | None = PrivateAttr(default=None)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 - no callbacks on the hot path
        *,
        stream_usage: bool | None = None,  # noqa: ARG002 - usage is always asked for
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        payload = self._get_request_payload(messages, stop=stop, **kwargs)
        payload |= {"stream": True, "stream_options": {"include_usage": True}}
        finished = False
        try:
            async with self._connected().post(self._url, data=orjson.dumps(payload), headers=self._headers) as response:
                if response.status != 200:
                    raise await _refusal(response)
                async for event in server_sent_events(response.content):
                    if error := event.get("error"):
                        raise ModelError(_broken_off(error), retryable=True)
                    chunk = chunk_of(event)
                    finished = finished or _has_finish_reason(event)
                    if chunk is not None:
                        yield ChatGenerationChunk(message=chunk)
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
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=self.silence_seconds)
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)
        return self._session

    @property
    def _url(self) -> str:
        return f"{self.openai_api_base or DEFAULT_BASE_URL}/chat/completions"

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
        base_url=settings.openai_base_url or DEFAULT_BASE_URL,
        max_retries=0,
        silence_seconds=settings.model_timeout_seconds,
        use_responses_api=False,
    )


async def server_sent_events(content: aiohttp.StreamReader) -> AsyncIterator[dict[str, Any]]:
    """Yield the JSON objects of a stream's ``data:`` lines until ``[DONE]``. ModelError on a line that is not JSON."""
    rest = b""
    async for block in content.iter_any():
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            if not line.startswith(b"data:"):
                continue
            data = line[5:].strip()
            if data == b"[DONE]":
                return
            try:
                event = orjson.loads(data)
            except orjson.JSONDecodeError as error:
                raise ModelError("The language model sent something unreadable. Try again.", retryable=True) from error
            if isinstance(event, dict):
                yield event


def chunk_of(event: dict[str, Any]) -> AIMessageChunk | None:
    """Turn one event into a message chunk; None when it carries nothing."""
    if usage := event.get("usage"):
        sent, received = usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0
        return AIMessageChunk(
            content="",
            usage_metadata=UsageMetadata(input_tokens=sent, output_tokens=received, total_tokens=sent + received),
        )
    choices = event.get("choices")
    if not choices:
        return None
    delta = choices[0].get("delta") or {}
    calls = delta.get("tool_calls")
    if not calls:
        content = delta.get("content")
        return AIMessageChunk(content=content) if content else None
    return AIMessageChunk(
        content=delta.get("content") or "",
        tool_call_chunks=[
            tool_call_chunk(
                name=(call.get("function") or {}).get("name"),
                args=(call.get("function") or {}).get("arguments"),
                id=call.get("id"),
                index=call.get("index", position),
            )
            for position, call in enumerate(calls)
        ],
    )


def _has_finish_reason(event: dict[str, Any]) -> bool:
    choices = event.get("choices")
    return bool(choices and choices[0].get("finish_reason"))


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
    try:
        parsed = orjson.loads(body)
        text = parsed["error"]["message"] if isinstance(parsed, dict) else ""
    except (orjson.JSONDecodeError, KeyError, TypeError):
        text = ""
    return SECRET_LOOKING.sub("…", str(text))[:300] or "no reason given."


def _broken_off(error: Any) -> str:
    said = error.get("message", "") if isinstance(error, dict) else str(error)
    return f"The language model stopped: {SECRET_LOOKING.sub('…', str(said))[:200]} Your message is kept; try again."


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None
