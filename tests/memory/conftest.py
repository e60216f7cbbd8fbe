"""A memory over the embedded database, with the local embedder."""

import pytest

from core.clock import ManualClock
from db.client import Database
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.lexicon import Lexicon
from memory.memories import Memories


@pytest.fixture(scope="session")
def embedder() -> WordLlamaEmbedder:
    """The local embedder, loaded once."""
    return WordLlamaEmbedder()


@pytest.fixture
def memories(database: Database, embedder: WordLlamaEmbedder, clock: ManualClock) -> Memories:
    """The engine as the server builds it."""
    return Memories(database, embedder, ExactIndex(), clock, lexicon=Lexicon(embedder.embed_now))
