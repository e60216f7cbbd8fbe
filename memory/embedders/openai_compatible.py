"""Embeddings of any OpenAI-compatible server over HTTP."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import aiohttp
import numpy as np
import orjson

from core.errors import NotConfigured, Unavailable
from core.settings import OPENAI_URL
from db.vector import Floats

AT_ONCE: Final = 256
LONGEST_TEXT: Final = 20_000
ATTEMPTS: Final = 3
PAUSE_SECONDS: Final = 0.5
TIMEOUT_SECONDS: Final = 30.0
RETRYABLE: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
UNREACHABLE: Final = "The embedding server can't be reached right now. Memories are still found by their words."


class OpenAIEmbedder:
    """Asks a server for the vectors. ``dimensions`` is what the model gives, or what it is asked to give."""

    def __init__(
        self, base_url: str, api_key: str, model: str, dimensions: int, *, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        self._url = f"{base_url or OPENAI_URL}/embeddings"
        self._api_key = api_key
        self._name = model
        self._dimensions = dimensions
        self._pause_seconds = pause_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def model(self) -> str:
        """The model's name with its dimensions, as it is stored with each vector."""
        return f"{self._name}-{self._dimensions}"

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Return one row a text, of length 1. Unavailable when the server stays silent, NotConfigured if it refuses."""
        rows = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        spoken = [place for place, text in enumerate(texts) if text.strip()]
        for start in range(0, len(spoken), AT_ONCE):
            part = spoken[start : start + AT_ONCE]
            rows[part] = await self._asked([texts[place][:LONGEST_TEXT] for place in part])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        np.divide(rows, lengths, out=rows, where=lengths > 0)
        return rows

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _asked(self, texts: Sequence[str]) -> Floats:
        body = {"model": self._name, "input": list(texts), "encoding_format": "base64", "dimensions": self._dimensions}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                status, answer = await self._post(orjson.dumps(body))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                if attempt == ATTEMPTS:
                    raise Unavailable(UNREACHABLE) from error
            else:
                if status == 200:  # what HTTP calls success
                    return self._read(answer, len(texts))
                if status not in RETRYABLE:
                    raise NotConfigured(
                        f"The embedding server refuses the request ({status}). Check its address, key and model."
                    )
                if attempt == ATTEMPTS:
                    raise Unavailable(UNREACHABLE)
            await asyncio.sleep(self._pause_seconds * attempt)
        raise Unavailable(UNREACHABLE)

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        headers = {"Authorization": f"Bearer {self._api_key}", "Content-Type": "application/json"}
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            return answer.status, await answer.read()

    def _read(self, answer: bytes, count: int) -> Floats:
        """Read the vectors; servers answer with base64 as asked, or with plain lists."""
        try:
            entries = cast("Sequence[Mapping[str, Any]]", orjson.loads(answer)["data"])
            rows = np.stack(
                [_vector(entry["embedding"]) for entry in sorted(entries, key=lambda one: int(one["index"]))]
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable("The embedding server's answer is not one of embeddings. Check its address.") from error
        if rows.shape != (count, self._dimensions):
            raise NotConfigured(
                f"The embedding model gives {rows.shape[1]} dimensions for {rows.shape[0]} of {count} texts, and not "
                f"{self._dimensions}. Correct MM_EMBEDDING_DIMENSIONS."
            )
        return rows


def _vector(told: object) -> Floats:
    if isinstance(told, str):
        return np.frombuffer(base64.b64decode(told), dtype="<f4").astype(np.float32)
    return np.asarray(told, dtype=np.float32)
