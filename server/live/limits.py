"""What one client, and one account, may take of the sockets."""

from collections import Counter
from typing import Final

from core.errors import LimitReached

SOCKETS_PER_ACCOUNT: Final = 1000
PATIENCE_SECONDS: Final = 5.0


class SocketLimits:
    """How many sockets an account may hold open in this process, and how long a client may leave its frames unread."""

    def __init__(self, most: int = SOCKETS_PER_ACCOUNT, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.most = most
        self.patience_seconds = patience_seconds
        self._open: Counter[str] = Counter()

    def enter(self, user_id: str, most: int | None = None) -> None:
        """Count one more; LimitReached when there are ``most`` already, or as many as an account may have."""
        if self._open[user_id] >= (self.most if most is None else most):
            raise LimitReached("Too many connections. Close some, then connect again.")
        self._open[user_id] += 1

    def leave(self, user_id: str) -> None:
        """Count one less."""
        self._open[user_id] -= 1
        if self._open[user_id] <= 0:
            del self._open[user_id]
