"""One-time links that were shown in Slack, with which a person who is logged in says that they are this Slack user."""

from datetime import timedelta

from db.collection import Collection, Index, OwnedDocument, Retention, UtcTime


class SlackCode(OwnedDocument):
    """One such link. Its id is derived from the secret in it, which is stored nowhere; it works once."""

    code_id: str
    team_id: str
    team_name: str = ""
    slack_user_id: str
    slack_name: str = ""
    timezone: str | None = None
    expires_at: UtcTime
    used_at: UtcTime | None = None


SLACK_CODES = Collection(
    name="slack_codes",
    model=SlackCode,
    id_field="code_id",
    id_prefix="slc",
    indexes=(Index(("slack_user_id", "expires_at")), Index(("user_id",))),
    retention=Retention("expires_at", timedelta(days=1)),
)
