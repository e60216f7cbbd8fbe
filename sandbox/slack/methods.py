"""What methods of the Web API have in common: their arguments, their refusals, and the channel they name."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sandbox.journal import Row
from sandbox.slack.workspaces import Workspaces

Arguments: TypeAlias = Mapping[str, Any]
Method: TypeAlias = Callable[[Row, Arguments], dict[str, Any]]


class SlackError(Exception):
    """An answer with ``ok: false``."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def channel_of(spaces: Workspaces, bot: Row, channel_id: object) -> Row:
    """Return a channel the app's bot is in."""
    channel = spaces.rows("channels").get(str(channel_id or ""))
    if channel is None or bot["team_id"] not in {channel["team_id"], *channel.get("connected", ())}:
        raise SlackError("channel_not_found")
    if not channel["is_im"] and bot["bot_user_id"] not in channel.get("members", ()):
        raise SlackError("not_in_channel")
    return channel
