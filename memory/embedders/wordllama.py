"""The local embedder: WordLlama's table of token vectors, read in place from the installed package. No network.

The package's own code is not imported: it holds the table in memory twice and sets up logging for the whole process.
"""

import asyncio
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from core.errors import NotConfigured
from db.vector import Floats

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL: Final = "wordllama-l2-supercat-256"
DIMENSIONS: Final = 256
WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
TOKENIZER: Final = "tokenizers/l2_supercat_tokenizer_config.json"
TENSOR: Final = "embedding.weight"
AT_ONCE: Final = 64
LONGEST_TEXT: Final = 20_000


class WordLlamaEmbedder:
    """Averages the vectors of a text's tokens. Loads on first use, in a thread; safe to share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, NDArray[np.float16]] | None = None

    @property
    def model(self) -> str:
        """The model's name as it is stored with each vector."""
        return MODEL

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return DIMENSIONS

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Return one row a text. A few are done at once, since a thread would take longer than the work."""
        if self._loaded is None or len(texts) > AT_ONCE:
            return await asyncio.to_thread(self.embed_now, texts)
        return self.embed_now(texts)

    async def close(self) -> None:
        """Let go of the table."""
        self._loaded = None

    def embed_now(self, texts: Sequence[str]) -> Floats:
        """Return one row a text, in this thread."""
        tokenizer, table = self._load()
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            tokens = tokenizer.encode(text[:LONGEST_TEXT], add_special_tokens=False).ids if text.strip() else []
            if tokens:
                rows[row] = table[tokens].astype(np.float32).sum(axis=0)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        np.divide(rows, lengths, out=rows, where=lengths > 0)
        return rows

    def _load(self) -> tuple["Tokenizer", NDArray[np.float16]]:
        with self._lock:
            if self._loaded is None:
                from tokenizers import Tokenizer

                folder = _folder()
                self._loaded = Tokenizer.from_file(str(folder / TOKENIZER)), _table(folder / WEIGHTS)
            return self._loaded


def _folder() -> Path:
    found = find_spec("wordllama")
    if found is None or found.origin is None:
        raise NotConfigured(
            "The local embedder is not installed. Install the package wordllama, or run `make install`."
        )
    return Path(found.origin).parent


def _table(path: Path) -> NDArray[np.float16]:
    """Map the table of a safetensors file: its header's length, the header as JSON, then the numbers."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        entry = orjson.loads(file.read(length))[TENSOR]
    start = 8 + length + int(entry["data_offsets"][0])
    return np.memmap(path, dtype="<f2", mode="r", offset=start, shape=tuple(entry["shape"]))
