"""Where a conversation is held in Slack, and how much of it has been said there."""

from typing import Literal

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime


class Sending(Part):
    """A message that is being sent, or was when this process ended.

    ``key`` names it and is in the metadata of the message itself. ``ts`` is Slack's own id of it, once known;
    ``live`` says that it grows while its text is written.
    """

    key: str
    ts: str | None = None
    live: bool = False
    file_id: str | None = None


class SlackThread(OwnedDocument):
    """One thread, or a whole direct message where ``thread_ts`` is empty, and the conversation that is held there.

    ``last_seq`` is the number of the last event that was told there. ``newest_ts`` is Slack's id of a message there
    after which ours come: where to look for one whose fate is unknown. ``owner``, ``boot`` and ``until`` are the lease
    of whoever tells what is new.
    """

    thread_id: str
    team_id: str
    channel_id: str
    thread_ts: str = ""
    kind: Literal["mention", "direct", "assistant", "command", "continued"]
    slack_user_id: str
    conversation_id: str
    last_seq: int = 0
    newest_ts: str = "0"
    sending: Sending | None = None
    owner: str | None = None
    boot: str | None = None
    until: UtcTime | None = None
    failures: int = 0
    rest_until: UtcTime | None = None
    titled: bool = False


SLACK_THREADS = Collection(
    name="slack_threads",
    model=SlackThread,
    id_field="thread_id",
    id_prefix="slt",
    indexes=(
        Index(("conversation_id",)),
        Index(("team_id",)),
        Index(("user_id",)),
        Index(("owner",)),
    ),
)
