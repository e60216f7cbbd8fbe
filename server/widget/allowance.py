"""What visitors may take: of their minute and day, and of their site's day. People of the account are not limited."""

from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import InvalidInput, LimitReached
from db.client import Database
from db.conversations import CONVERSATIONS
from db.repository import Repository
from db.site_directory import SiteDirectory
from server.auth.attempts import Attempts
from server.widget.guests import Guest

LONGEST_MESSAGE: Final = 2000
MESSAGES_A_MINUTE: Final = 10
CONVERSATIONS_A_DAY: Final = 10
SOCKETS: Final = 12
SITE_FULL: Final = "This chat has had as much to do today as it may. It is open again at midnight UTC."


class Allowance:
    """Counts what visitors take. Minutes are counted in each server process, days for all of them together."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._sites = SiteDirectory(database)
        self._minute = Attempts(clock, most=MESSAGES_A_MINUTE, window=timedelta(minutes=1))

    async def take_conversation(self, guest: Guest) -> None:
        """Take one conversation; LimitReached says when there is another."""
        if not guest.scope.is_visitor:
            return
        now = self._clock.now()
        begun = Repository(self._database, CONVERSATIONS, guest.scope)
        if await begun.count({"created_at": {"$gte": _midnight(now)}}) >= CONVERSATIONS_A_DAY:
            words = f"You have begun {CONVERSATIONS_A_DAY} conversations today. Go on with one, or come back tomorrow."
            raise LimitReached(words, retry_after=_until_midnight(now))
        await self._take_of_site(guest, "conversations", guest.site.daily_conversations)

    async def take_message(self, guest: Guest, content: str) -> None:
        """Take one message; InvalidInput if it is too long, LimitReached with the seconds to wait."""
        if not guest.scope.is_visitor:
            return
        if len(content) > LONGEST_MESSAGE:
            words = f"The message has {len(content):,} characters; {LONGEST_MESSAGE:,} fit here. Send it in parts."
            raise InvalidInput(words, field="content")
        visitor = guest.scope.actor_id
        try:
            self._minute.check(visitor)
        except LimitReached as error:
            wait = error.retry_after or 60
            words = f"That was a lot at once. Wait {round(wait)} seconds, then send it again."
            raise LimitReached(words, retry_after=wait) from error
        self._minute.note(visitor)
        await self._take_of_site(guest, "messages", guest.site.daily_messages)

    async def _take_of_site(self, guest: Guest, what: str, most: int) -> None:
        now = self._clock.now()
        if not await self._sites.take(guest.site.site_id, now.date().isoformat(), what, most):
            raise LimitReached(SITE_FULL, retry_after=_until_midnight(now))


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _until_midnight(now: datetime) -> float:
    return (_midnight(now) + timedelta(days=1) - now).total_seconds()
