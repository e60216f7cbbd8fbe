"""That somebody has followed a link today, kept for two days so that they count once a day. It names nobody."""

from datetime import timedelta

from db.collection import Collection, Index, LogEntry, Retention


class LinkVisit(LogEntry):
    """One visitor of one link on one day. The id is derived from all three, the visitor as a keyed hash."""

    visit_id: str
    url_id: str
    day: str


LINK_VISITS = Collection(
    name="link_visits",
    model=LinkVisit,
    id_field="visit_id",
    id_prefix="vis",
    indexes=(Index(("user_id",)),),
    retention=Retention("timestamp", timedelta(days=2)),
)
