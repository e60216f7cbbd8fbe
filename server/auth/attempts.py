"""How often someone may try: a sliding window per key, in this process, with bounded memory."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import LimitReached

MOST_KEYS: Final = 10_000


class Attempts:
    """Counts tries per key (an address, an account) and refuses more than ``most`` within ``window``."""

    def __init__(self, clock: Clock, *, most: int, window: timedelta) -> None:
        self._clock = clock
        self._most = most
        self._window = window
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def check(self, key: str) -> None:
        """Raise LimitReached, with the seconds to wait, when ``key`` has no try left."""
        now = self._clock.now()
        tries = self._tries.get(key)
        while tries and tries[0] <= now - self._window:
            tries.popleft()
        if tries and len(tries) >= self._most:
            wait = (tries[0] + self._window - now).total_seconds()
            raise LimitReached(f"Too many tries. Wait {max(1, round(wait))} seconds.", retry_after=wait)

    def note(self, key: str) -> None:
        """Count one try."""
        self._tries.setdefault(key, deque(maxlen=self._most)).append(self._clock.now())
        self._tries.move_to_end(key)
        while len(self._tries) > MOST_KEYS:
            self._tries.popitem(last=False)

    def forget(self, key: str) -> None:
        """Give ``key`` all its tries back, after a success."""
        self._tries.pop(key, None)
