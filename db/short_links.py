"""Short links as the public follows them: found by their code whichever tenant they belong to, and counted.

Used where links are followed and nowhere else.
"""

from datetime import date
from zoneinfo import ZoneInfo

from pymongo import InsertOne, UpdateOne

from core.errors import Conflict
from core.ids import derived_id
from db.client import Database
from db.failures import translated
from db.link_visits import LINK_VISITS, LinkVisit
from db.managed_urls import MANAGED_URLS, ManagedUrl
from db.stored import to_document, to_stored


class ShortLinks:
    """Every tenant's links, by their public code."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._links = database.raw(MANAGED_URLS)

    async def find(self, code: str) -> ManagedUrl | None:
        """Return the link of a code."""
        with translated():
            stored = await self._links.find_one({"code": code})
        return to_document(MANAGED_URLS, stored) if stored else None

    def day_of(self, link: ManagedUrl) -> date:
        """Return today, as the account that sent the link out has it."""
        return self._database.clock.now().astimezone(ZoneInfo(link.timezone)).date()

    async def count(self, link: ManagedUrl, visitor: str) -> bool:
        """Count a visitor of today; False if they were counted today already."""
        database = self._database
        now = database.clock.now()
        day = self.day_of(link).isoformat()
        visit_id = derived_id(LINK_VISITS.id_prefix, link.url_id, day, visitor)
        visit = LinkVisit(visit_id=visit_id, url_id=link.url_id, day=day)
        stored = to_stored(LINK_VISITS, visit, tenant=link.user_id, now=now, cipher=database.cipher)
        added = {"$inc": {"click_count": 1, f"clicks_by_day.{day}": 1}, "$set": {"last_clicked_at": now}}
        try:
            await database.bulk(
                [
                    InsertOne(stored, namespace=database.namespace(LINK_VISITS)),
                    UpdateOne({"code": link.code}, added, namespace=database.namespace(MANAGED_URLS)),
                ]
            )
        except Conflict:
            return False
        return True
