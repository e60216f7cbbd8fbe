"""Slack workspaces this server's app is installed in: one account each, with the token that speaks there."""

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, SecretText, UtcTime


class SlackInstallation(OwnedDocument):
    """An installation. ``home`` is the address people reach this server by, for links in messages.

    A workspace belongs to one account at a time; ``installed_by`` is who brought it there.
    """

    installation_id: str
    team_id: str
    team_name: str = ""
    enterprise_id: str | None = None
    app_id: str = ""
    bot_user_id: str = ""
    bot_token: SecretText = ""
    scopes: list[str] = Field(default_factory=list[str])
    installed_by: str
    installed_at: UtcTime
    home: str = ""
    broken: str | None = None


SLACK_INSTALLATIONS = Collection(
    name="slack_installations",
    model=SlackInstallation,
    id_field="installation_id",
    id_prefix="sli",
    indexes=(Index(("team_id",), unique=True), Index(("user_id",))),
    secrets=("bot_token",),
)
