"""What Slack has told us and was acknowledged: kept until it is worked off, and a while longer to know repeats by."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from db.collection import Collection, Index, OptionalSecret, OwnedDocument, Retention, UtcTime

SlackKind = Literal["message", "assistant", "command", "action", "submission", "uninstalled", "revoked"]


class SlackArrival(OwnedDocument):
    """One thing somebody did in Slack. Its id is derived from Slack's own, so that a repeat meets it.

    ``place`` is what has to be worked off in order. ``ts`` is Slack's id of the message it is about. ``fields`` hold
    what the kind needs besides. ``response_url`` can write into Slack for half an hour, so it is a secret.
    """

    arrival_id: str
    kind: SlackKind
    team_id: str
    slack_user_id: str = ""
    channel_id: str = ""
    thread_ts: str = ""
    ts: str = ""
    text: str = ""
    external: bool = False
    place: str = ""
    fields: dict[str, str] = Field(default_factory=dict[str, str])
    response_url: OptionalSecret = None
    happened_at: UtcTime
    status: Literal["pending", "done", "failed"] = "pending"
    owner: str | None = None
    boot: str | None = None
    until: UtcTime | None = None
    attempts: int = 0


SLACK_INBOX = Collection(
    name="slack_inbox",
    model=SlackArrival,
    id_field="arrival_id",
    id_prefix="sla",
    indexes=(
        Index(("status",), partial={"status": "pending"}),
        Index(("team_id",)),
        Index(("user_id",)),
    ),
    retention=Retention("created_at", timedelta(days=3)),
    secrets=("response_url",),
)
