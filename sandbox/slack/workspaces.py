"""What a twin of Slack knows: workspaces with their people, channels and messages, and the app's tokens in them."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import count
from typing import Any

from sandbox.journal import Journal, Row

PLACE = "slack"
BOT_SCOPES = (
    "app_mentions:read,assistant:write,channels:history,channels:read,chat:write,commands,files:read,files:write,"
    "groups:history,groups:read,im:history,im:read,im:write,users:read"
)


class Workspaces:
    """Tables of rows, kept in the journal."""

    def __init__(self, journal: Journal, now: Callable[[], datetime]) -> None:
        self._journal = journal
        self._now = now
        self._numbers = count(len(self.rows("numbers")) + 1)
        self._last_ts = max((row["ts"] for row in self.rows("messages").values()), default="0")

    def rows(self, table: str) -> Mapping[str, Row]:
        """Return a table."""
        return self._journal.table(PLACE, table)

    def write(self, table: str, row_id: str, **fields: Any) -> Row:
        """Write a row."""
        return self._journal.write(PLACE, table, row_id, fields)

    def change(self, table: str, row_id: str, **fields: Any) -> Row:
        """Change fields of a row."""
        return self._journal.change(PLACE, table, row_id, **fields)

    def new_id(self, letter: str) -> str:
        """Return an id as Slack makes them."""
        number = next(self._numbers)
        self.write("numbers", str(number))
        return f"{letter}0SB{number:07d}"

    def new_ts(self) -> str:
        """Return a timestamp that no message has yet; later ones sort after earlier ones."""
        seconds, _, part = self._last_ts.partition(".")
        now = int(self._now().timestamp())
        self._last_ts = f"{now}.000100" if now > int(seconds) else f"{seconds}.{int(part or 0) + 100:06d}"
        return self._last_ts

    def add_team(self, name: str) -> Row:
        """Make a workspace."""
        team_id = self.new_id("T")
        return self.write("teams", team_id, id=team_id, name=name)

    def add_user(self, team_id: str, name: str, **more: Any) -> Row:
        """Make a person in a workspace."""
        user_id = self.new_id("U")
        return self.write(
            "users", user_id, id=user_id, team_id=team_id, name=name, real_name=name, is_bot=False, **more
        )

    def add_channel(self, team_id: str, name: str, *, members: Iterable[str] = (), **more: Any) -> Row:
        """Make a channel."""
        channel_id = self.new_id("C")
        row = {"id": channel_id, "team_id": team_id, "name": name, "is_im": False, "is_ext_shared": False}
        return self.write("channels", channel_id, **row, **({"members": list(members)} | more))

    def direct(self, team_id: str, user_id: str) -> Row:
        """Return the direct message of a person and the app's bot."""
        for row in self.rows("channels").values():
            if row["is_im"] and row.get("user") == user_id and row["team_id"] == team_id:
                return row
        channel_id = self.new_id("D")
        return self.write("channels", channel_id, id=channel_id, team_id=team_id, name="", is_im=True, user=user_id)

    def install(self, team_id: str) -> Row:
        """Install the app in a workspace, as a member of its channels; return its token's row."""
        bots = [row for row in self.rows("users").values() if row["team_id"] == team_id and row["is_bot"]]
        if bots:
            bot_id = bots[0]["id"]
        else:
            bot_id = self.new_id("U")
            self.write(
                "users", bot_id, id=bot_id, team_id=team_id, name="marketing", real_name="Marketing", is_bot=True
            )
        for channel in [
            row for row in self.rows("channels").values() if row["team_id"] == team_id and not row["is_im"]
        ]:
            self.change("channels", channel["id"], members=list({*channel["members"], bot_id}))
        token = f"xoxb-{secrets.token_hex(16)}"
        return self.write("tokens", token, token=token, team_id=team_id, bot_user_id=bot_id, revoked=False)

    def bot_of(self, team_id: str) -> Row | None:
        """Return the live token's row of a workspace."""
        live = [row for row in self.rows("tokens").values() if row["team_id"] == team_id and not row["revoked"]]
        return live[-1] if live else None

    def add_message(self, channel_id: str, user_id: str, **fields: Any) -> Row:
        """Put a message into a channel."""
        ts = self.new_ts()
        row = {"type": "message", "ts": ts, "channel": channel_id, "user": user_id, "text": ""} | fields
        return self.write("messages", f"{channel_id} {ts}", **row)

    def message(self, channel_id: str, ts: str) -> Row | None:
        """Return a message."""
        return self.rows("messages").get(f"{channel_id} {ts}")

    def messages(self, channel_id: str, thread_ts: str | None = None) -> list[Row]:
        """Return the messages of a channel, or of a thread with its first, oldest first."""
        found = [row for row in self.rows("messages").values() if row["channel"] == channel_id]
        if thread_ts is not None:
            found = [row for row in found if thread_ts in (row.get("thread_ts"), row["ts"])]
        return sorted(found, key=lambda row: row["ts"])
