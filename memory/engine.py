"""The memory engine as the settings ask for it. Connects to nothing and loads nothing: that happens on first use."""

from dataclasses import dataclass
from importlib.util import find_spec

from core.clock import Clock
from core.errors import NotConfigured
from core.settings import Settings
from db.client import Database
from db.vector_search import VectorSearch
from memory.embedders.embedder import Embedder
from memory.embedders.openai_compatible import OpenAIEmbedder
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.atlas import AtlasIndex
from memory.indexes.exact import ExactIndex
from memory.indexes.index import MemoryIndex
from memory.lexicon import Lexicon
from memory.memories import Memories
from memory.reindexing import Reindexing


@dataclass(frozen=True, slots=True)
class Engine:
    """The way into memory, the embedder and the index it uses, and what rebuilds both."""

    memories: Memories
    embedder: Embedder
    index: MemoryIndex
    reindexing: Reindexing

    async def close(self) -> None:
        """Stop what runs in the background and close connections."""
        await self.reindexing.stop()
        await self.memories.close()
        await self.index.close()
        await self.embedder.close()


def build_engine(settings: Settings, database: Database, clock: Clock) -> Engine:
    """Put the engine together. The embedded database has no other writer, so that recall need not ask it for news."""
    local = WordLlamaEmbedder()
    embedder = _embedder(settings, local)
    index = _index(settings, database, embedder)
    memories = Memories(
        database,
        embedder,
        index,
        clock,
        lexicon=Lexicon(local.embed_now),
        alone=not settings.mongodb_uri.get_secret_value(),
        budget=settings.memory_cache_mb * 2**20,
    )
    return Engine(memories, embedder, index, Reindexing(database, memories, embedder, index))


def _embedder(settings: Settings, local: WordLlamaEmbedder) -> Embedder:
    if not settings.embedding_model:
        return local
    return OpenAIEmbedder(
        settings.openai_base_url,
        settings.openai_api_key.get_secret_value(),
        settings.embedding_model,
        settings.embedding_dimensions,
    )


def _index(settings: Settings, database: Database, embedder: Embedder) -> MemoryIndex:
    match settings.memory_index:
        case "exact":
            return ExactIndex()
        case "atlas":
            return AtlasIndex(VectorSearch(database), embedder.dimensions)
        case "pgvector":
            uri = settings.postgres_uri.get_secret_value()
            if not uri:
                raise NotConfigured("MM_MEMORY_INDEX is pgvector, but MM_POSTGRES_URI is not set. Set it.")
            if not all(map(find_spec, ("psycopg", "psycopg_pool", "pgvector"))):
                raise NotConfigured(
                    "MM_MEMORY_INDEX is pgvector. Install the extra: pip install marketing-minds[postgres]."
                )
            from memory.indexes.pgvector import PgVectorIndex

            return PgVectorIndex(uri)
