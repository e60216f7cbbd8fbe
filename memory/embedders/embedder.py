"""What turns text into vectors."""

from collections.abc import Sequence
from typing import Protocol

from db.vector import Floats


class Embedder(Protocol):
    """Turns texts into vectors of length 1. ``model`` names what made them: vectors of two models don't compare."""

    @property
    def model(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Return one row a text. A text without any content gives a row of zeros."""
        ...

    async def close(self) -> None: ...
