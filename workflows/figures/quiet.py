"""What this process has read of posts that had nothing new, where that is not worth a write."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from workflows.figures.tracking import Tracked

MOST_TENANTS: Final = 1000


class QuietReadings:
    """When posts were last read, by tenant: of those whose stored figures say an earlier moment.

    A process that has just started knows of none and reads such posts once more, as does one with too many tenants.
    """

    def __init__(self, most_tenants: int = MOST_TENANTS) -> None:
        self._most_tenants = most_tenants
        self._read_at: OrderedDict[str, dict[str, datetime]] = OrderedDict()

    def tell(self, user_id: str, posts: Iterable[Tracked]) -> None:
        """Tell a tenant's posts when they were read; what is known of others of that tenant is forgotten."""
        known, kept = self._read_at.pop(user_id, {}), dict[str, datetime]()
        for post in posts:
            if read_at := known.get(post.key):
                post.quiet_at = kept[post.key] = read_at
        if kept:
            self._read_at[user_id] = kept

    def note(self, user_id: str, posts: Iterable[Tracked], now: datetime) -> None:
        """Note that posts were read."""
        if not (read := {post.key: now for post in posts}):
            return
        self._read_at.setdefault(user_id, {}).update(read)
        self._read_at.move_to_end(user_id)
        while len(self._read_at) > self._most_tenants:
            self._read_at.popitem(last=False)
