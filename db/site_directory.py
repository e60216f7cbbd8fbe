"""Every tenant's sites: found by their key before anybody is known, and what was used of a day's allowance."""

from datetime import datetime
from typing import Any

from db.client import Database
from db.failures import translated
from db.sites import SITES, DailyUse, Site
from db.stored import to_document


class SiteDirectory:
    """Only what lets visitors in may hold one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._raw = database.raw(SITES)

    async def by_key(self, site_key: str) -> Site | None:
        """Return the site of a public key, with its secrets."""
        return await self._one({"site_key": site_key})

    async def by_id(self, site_id: str) -> Site | None:
        """Return a site, with its secrets."""
        return await self._one({"site_id": site_id})

    async def note_use(self, site_id: str, now: datetime) -> None:
        """Note that the widget was opened there."""
        with translated():
            await self._raw.update_one({"site_id": site_id}, {"$set": {"last_used_at": now}})

    async def take(self, site_id: str, day: str, what: str, most: int) -> bool:
        """Take one conversation or message from a day's allowance; False if it is used up. Of two at once, both count.

        The first of a new day starts it at zero.
        """
        fresh = {"use": DailyUse(day=day).model_dump()}
        with translated():
            await self._raw.update_one({"site_id": site_id, "use.day": {"$ne": day}}, {"$set": fresh})
            taken = await self._raw.update_one(
                {"site_id": site_id, "use.day": day, f"use.{what}": {"$lt": most}}, {"$inc": {f"use.{what}": 1}}
            )
        return taken.matched_count == 1

    async def _one(self, where: dict[str, Any]) -> Site | None:
        with translated():
            stored = await self._raw.find_one(where)
        return to_document(SITES, stored, cipher=self._database.cipher) if stored else None
