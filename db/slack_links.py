"""Which person of ours a Slack user is: somebody who was logged in here has said so."""

from db.collection import Collection, Index, OwnedDocument, UtcTime


class SlackLink(OwnedDocument):
    """One Slack user in one workspace, and the account of ours they act as (``actor_id``)."""

    link_id: str
    team_id: str
    slack_user_id: str
    slack_name: str = ""
    actor_id: str
    linked_at: UtcTime


SLACK_LINKS = Collection(
    name="slack_links",
    model=SlackLink,
    id_field="link_id",
    id_prefix="slk",
    indexes=(
        Index(("team_id", "slack_user_id"), unique=True),
        Index(("user_id",)),
        Index(("actor_id",)),
    ),
)
