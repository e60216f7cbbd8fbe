"""Who has talked on a site that carries the widget. What they said belongs to a tenant of their own, their id."""

from typing import Literal

from db.client import Database
from db.collection import Collection, Index, OwnedDocument, UtcTime
from db.failures import translated

AT_ONCE = 1000


class Visitor(OwnedDocument):
    """One visitor of one site. ``subject`` is what the site's server calls them, for those it vouches for."""

    visitor_id: str
    site_id: str
    kind: Literal["anonymous", "identified"]
    subject: str | None = None
    name: str | None = None
    email: str | None = None
    last_seen_at: UtcTime


VISITORS = Collection(
    name="visitors",
    model=Visitor,
    id_field="visitor_id",
    id_prefix="vtr",
    indexes=(
        Index(("subject", "site_id"), unique=True, partial={"subject": {"$gt": ""}}),
        Index(("user_id", "-created_at", "-visitor_id")),
        Index(("site_id", "last_seen_at")),
    ),
)


async def visitors_of(database: Database, user_id: str, site_id: str | None = None) -> list[str]:
    """Return the ids of an account's visitors, or of those of one site: each is a tenant that goes with the account."""
    where = {"user_id": user_id} | ({"site_id": site_id} if site_id else {})
    with translated():
        found = database.raw(VISITORS).find(where, {"visitor_id": 1})
        return [stored["visitor_id"] async for stored in found]
