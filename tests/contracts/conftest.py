"""Fixtures of the contract suites."""

from collections.abc import Iterator

import pytest

from memory.embedders.wordllama import WordLlamaEmbedder
from tests.postgres_server import running_postgres


@pytest.fixture(scope="session")
def embedder() -> WordLlamaEmbedder:
    """The local embedder, loaded once."""
    return WordLlamaEmbedder()


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    """A PostgreSQL with pgvector, started from its wheel in a folder of its own."""
    with running_postgres() as uri:
        yield uri
