"""Search over conversations, by title and by what was said. Each request looks through so many and tells how many."""

import re
from dataclasses import dataclass
from typing import Final

from db.conversations import Conversation
from db.messages import Message
from db.repository import Repository

BATCH: Final = 50
MOST_LOOKED_THROUGH: Final = 400
ENOUGH: Final = 25
MATCHES_AT_ONCE: Final = 200
AROUND: Final = 70


@dataclass(frozen=True, slots=True)
class Snippet:
    """Where the words stand: what is before, the words as they are written there, what is after."""

    before: str
    hit: str
    after: str


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation; ``said`` is the place in a message where the words stand."""

    conversation: Conversation
    title: Snippet | None = None
    said: Snippet | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What one request found, newest first; ``next_cursor`` is where the next one goes on (None: all was looked at)."""

    items: list[Found]
    next_cursor: str | None
    looked_at: int


class ConversationSearch:
    """Searches the conversations of one tenant, newest first. Words are found in any case, as one phrase."""

    def __init__(self, conversations: Repository[Conversation], messages: Repository[Message]) -> None:
        self._conversations = conversations
        self._messages = messages

    async def find(self, words: str, cursor: str | None) -> Findings:
        """Look through up to ``MOST_LOOKED_THROUGH`` conversations, fewer once enough are found."""
        pattern = r"\s+".join(re.escape(word) for word in words.split())
        shape = re.compile(pattern, re.IGNORECASE)
        found: list[Found] = []
        looked = 0
        while looked < MOST_LOOKED_THROUGH and len(found) < ENOUGH:
            page = await self._conversations.page({}, limit=BATCH, cursor=cursor)
            said = await self._said([one.conversation_id for one in page.items], pattern)
            for one in page.items:
                title, message = _around(one.title, shape), said.get(one.conversation_id)
                if title or message is not None:
                    found.append(Found(one, title, _around(message.content, shape) if message else None))
            looked += len(page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
        return Findings(found, cursor, looked)

    async def _said(self, conversation_ids: list[str], pattern: str) -> dict[str, Message]:
        """Return a message with the words for each conversation that has one."""
        found: dict[str, Message] = {}
        open_ones = set(conversation_ids)
        while open_ones:
            where = {"conversation_id": {"$in": sorted(open_ones)}, "content": {"$regex": pattern, "$options": "i"}}
            matches = await self._messages.find(where, limit=MATCHES_AT_ONCE)
            for message in matches:
                found.setdefault(message.conversation_id, message)
            if len(matches) < MATCHES_AT_ONCE:
                break
            open_ones -= found.keys()
        return found


def _around(text: str, shape: re.Pattern[str]) -> Snippet | None:
    match = shape.search(text)
    if match is None:
        return None
    start, end = max(0, match.start() - AROUND), min(len(text), match.end() + AROUND)
    before = ("… " if start else "") + text[start : match.start()].replace("\n", " ")
    after = text[match.end() : end].replace("\n", " ") + (" …" if end < len(text) else "")
    return Snippet(before, match[0], after)
