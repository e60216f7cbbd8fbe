"""Approval requests as they stand in Slack, so that each message can be changed once somebody has decided."""

from db.collection import Collection, Index, OwnedDocument


class SlackCard(OwnedDocument):
    """One message about one request. ``shown`` is a digest of what it says; ``open`` while it still has buttons."""

    card_id: str
    team_id: str
    thread_id: str
    channel_id: str
    ts: str
    approval_id: str
    shown: str
    open: bool = True


SLACK_CARDS = Collection(
    name="slack_cards",
    model=SlackCard,
    id_field="card_id",
    id_prefix="sld",
    indexes=(
        Index(("open",), partial={"open": True}),
        Index(("approval_id",)),
        Index(("team_id",)),
        Index(("user_id",)),
    ),
)
