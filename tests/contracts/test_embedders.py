"""What every embedder keeps: the same cases for the local one and for a server that speaks OpenAI's protocol."""

import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from aiohttp import web

from core.errors import NotConfigured, Unavailable
from memory.embedders.embedder import Embedder
from memory.embedders.openai_compatible import OpenAIEmbedder
from memory.embedders.wordllama import WordLlamaEmbedder

DIMENSIONS = 256


@dataclass
class EmbeddingServer:
    """A server that embeds with the local embedder, and records what it was sent. ``failures`` are answered first."""

    local: WordLlamaEmbedder
    plain_lists: bool = False
    failures: list[int] = field(default_factory=list[int])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    keys: list[str] = field(default_factory=list[str])
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        body = await request.json()
        self.asked.append(body)
        self.keys.append(request.headers["Authorization"])
        if self.failures:
            return web.Response(status=self.failures.pop(0))
        rows = self.local.embed_now(body["input"])[:, : body["dimensions"]]
        shape: Callable[[Any], Any] = (
            (lambda row: row.tolist()) if self.plain_lists else lambda row: base64.b64encode(row.tobytes()).decode()
        )
        data = [{"index": place, "embedding": shape(row)} for place, row in enumerate(rows)]
        return web.json_response({"object": "list", "data": list(reversed(data)), "model": body["model"]})


@pytest.fixture
async def server(embedder: WordLlamaEmbedder) -> AsyncIterator[EmbeddingServer]:
    """A running embedding server."""
    served = EmbeddingServer(embedder)
    app = web.Application()
    app.router.add_post("/v1/embeddings", served.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield served
    await runner.cleanup()


def remote(server: EmbeddingServer, dimensions: int = DIMENSIONS) -> OpenAIEmbedder:
    return OpenAIEmbedder(server.url, "sk-test", "embed-small", dimensions, pause_seconds=0.0)


@pytest.fixture(params=["local", "base64", "lists"])
async def each(
    request: pytest.FixtureRequest, embedder: WordLlamaEmbedder, server: EmbeddingServer
) -> AsyncIterator[Embedder]:
    """Each embedder."""
    if request.param == "local":
        yield embedder
        return
    server.plain_lists = request.param == "lists"
    made = remote(server)
    yield made
    await made.close()


async def test_vectors_have_length_one(each: Embedder) -> None:
    rows = await each.embed(["a sale in spring", "tulips", "8,000 pounds"])
    assert rows.shape == (3, each.dimensions)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1.0, 1.0, 1.0], abs=1e-5)


async def test_what_means_alike_lies_nearer(each: Embedder) -> None:
    question, near, far = await each.embed(["cheap flowers", "a discount on tulips", "the server's hard disk failed"])
    assert question @ near > question @ far


async def test_order_and_number_of_texts_do_not_matter(each: Embedder) -> None:
    texts = [f"memory number {number} about bread" for number in range(300)]
    together = await each.embed(texts)
    assert np.allclose(together[7], (await each.embed([texts[7]]))[0], atol=1e-5)


async def test_nothing_gives_nothing(each: Embedder) -> None:
    rows = await each.embed(["", "  \n", "bread"])
    assert not rows[:2].any()
    assert rows[2].any()
    assert (await each.embed([])).shape == (0, each.dimensions)


async def test_strange_texts_are_embedded(each: Embedder) -> None:
    rows = await each.embed(["🥐🥐", "x" * 100_000, "Füße über Öl\u0000", "日本語のテキスト"])
    assert np.isfinite(rows).all()


async def test_the_name_tells_models_apart(server: EmbeddingServer, embedder: WordLlamaEmbedder) -> None:
    names = {embedder.model, remote(server).model, remote(server, 128).model}
    assert len(names) == 3


async def test_the_request_is_one_of_openai(server: EmbeddingServer) -> None:
    made = remote(server, 128)
    await made.embed(["bread", "", "butter"])
    await made.close()
    assert server.keys == ["Bearer sk-test"]
    assert server.asked == [
        {"model": "embed-small", "input": ["bread", "butter"], "encoding_format": "base64", "dimensions": 128}
    ]


async def test_a_failure_that_passes_is_asked_again(server: EmbeddingServer) -> None:
    server.failures = [503, 429]
    made = remote(server)
    assert (await made.embed(["bread"])).any()
    await made.close()
    assert len(server.asked) == 3


async def test_a_failure_that_stays_is_unavailable(server: EmbeddingServer) -> None:
    server.failures = [503] * 3
    made = remote(server)
    with pytest.raises(Unavailable):
        await made.embed(["bread"])
    await made.close()


async def test_a_refusal_says_what_to_check(server: EmbeddingServer) -> None:
    server.failures = [401]
    made = remote(server)
    with pytest.raises(NotConfigured, match="key"):
        await made.embed(["bread"])
    await made.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    made = OpenAIEmbedder("http://127.0.0.1:9/v1", "", "none", 64, pause_seconds=0.0)
    with pytest.raises(Unavailable):
        await made.embed(["bread"])
    await made.close()


async def test_other_dimensions_than_asked_for_are_told(server: EmbeddingServer) -> None:
    made = remote(server, 512)
    with pytest.raises(NotConfigured, match="MM_EMBEDDING_DIMENSIONS"):
        await made.embed(["bread"])
    await made.close()
