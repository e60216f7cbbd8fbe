"""How many sockets one account may hold open."""

from collections import Counter
from typing import Final

from core.errors import LimitReached

SOCKETS_PER_ACCOUNT: Final = 1000


class OpenSockets:
    """Counts the sockets of each account in this process."""

    def __init__(self, most: int = SOCKETS_PER_ACCOUNT) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def enter(self, user_id: str) -> None:
        """Count one more; LimitReached when there are too many."""
        if self._open[user_id] >= self._most:
            raise LimitReached("Too many connections. Close some, then connect again.")
        self._open[user_id] += 1

    def leave(self, user_id: str) -> None:
        """Count one less."""
        self._open[user_id] -= 1
        if self._open[user_id] <= 0:
            del self._open[user_id]
