"""Private links to an account's calendar, for calendar programs. Only a hash of a link's secret part is kept."""

from db.collection import Collection, Index, OwnedDocument, UtcTime


class CalendarFeed(OwnedDocument):
    """One link, and whose it is: it ends when that person may not read the account any more."""

    feed_id: str
    name: str
    actor_id: str
    token_hash: str
    last_used_at: UtcTime | None = None


CALENDAR_FEEDS = Collection(
    name="calendar_feeds",
    model=CalendarFeed,
    id_field="feed_id",
    id_prefix="cal",
    indexes=(
        Index(("token_hash",), unique=True),
        Index(("user_id", "-created_at", "-feed_id")),
    ),
)
