"""Calendar links as calendar programs follow them: found by their secret, whichever tenant they belong to.

Used where such links are followed and nowhere else.
"""

from core.clock import Clock
from db.calendar_feeds import CALENDAR_FEEDS, CalendarFeed
from db.client import Database
from db.failures import translated
from db.stored import to_document


class PrivateCalendars:
    """Every tenant's calendar links, by the hash of their secret."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._feeds = database.raw(CALENDAR_FEEDS)
        self._clock = clock

    async def find(self, token_hash: str) -> CalendarFeed | None:
        """Return the link with this hash, and note that it was used."""
        used = {"$set": {"last_used_at": self._clock.now()}}
        with translated():
            stored = await self._feeds.find_one({"token_hash": token_hash})
            if stored is None:
                return None
            await self._feeds.update_one({"token_hash": token_hash}, used)
        return to_document(CALENDAR_FEEDS, stored)
