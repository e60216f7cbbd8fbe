"""The last look before something leaves the house: is whoever acts still the one who may?

A process can be frozen for as long as it likes (a paused machine, SIGSTOP). What it had made sure of before may no
longer hold when it goes on, so that the question is put again right before the request with the effect.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol


class Fence(Protocol):
    """Answers for one effect. Both raise where somebody else may act in this one's place by now."""

    async def confirm(self) -> None:
        """Make sure of it where everybody looks: in the database."""
        ...

    def require(self) -> None:
        """Make sure of it by the time alone, at once."""
        ...


_fence: Final[ContextVar[Fence | None]] = ContextVar("fence", default=None)


@contextmanager
def behind(fence: Fence) -> Generator[None]:
    """Put every effect that follows in here behind a fence."""
    token = _fence.set(fence)
    try:
        yield
    finally:
        _fence.reset(token)


async def confirm_effect() -> None:
    """Raise unless the effect may happen; asked before a connection is opened for it."""
    if (fence := _fence.get()) is not None:
        await fence.confirm()


def require_effect() -> None:
    """Raise unless the effect may still happen; asked when there is nothing left to do but send."""
    if (fence := _fence.get()) is not None:
        fence.require()
