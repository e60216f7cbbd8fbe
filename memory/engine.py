"""The memory engine as the settings ask for it. Connects to nothing and loads nothing: that happens on first use."""

from dataclasses import dataclass

from core.clock import Clock
from core.settings import Settings
from db.client import Database
from memory.embedders.embedder import Embedder
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.lexicon import Lexicon
from memory.memories import Memories


@dataclass(frozen=True, slots=True)
class Engine:
    """The way into memory, and the embedder it uses."""

    memories: Memories
    embedder: Embedder


def build_engine(settings: Settings, database: Database, clock: Clock) -> Engine:
    """Put the engine together. The embedded database has no other writer, so that recall need not ask it for news."""
    local = WordLlamaEmbedder()
    alone = not settings.mongodb_uri.get_secret_value()
    memories = Memories(database, local, ExactIndex(), clock, lexicon=Lexicon(local.embed_now), alone=alone)
    return Engine(memories, local)
