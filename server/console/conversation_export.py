"""A conversation to take away: as Markdown for people, as JSON for programs. Read and written in pieces."""

from collections.abc import AsyncIterator
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from agents.roster import ROSTER
from db.conversations import Conversation
from db.messages import Message
from db.repository import TICK, Repository
from server.console.words import exact
from server.rest.conversations import ConversationView, MessageView

AT_ONCE: Final = 200
TITLES: Final = {agent.name: agent.title for agent in ROSTER}


async def messages_of(messages: Repository[Message], conversation_id: str) -> AsyncIterator[Message]:
    """Go through all messages of a conversation, oldest first, without holding them all."""
    since, seen = None, set[str]()
    while True:
        where: dict[str, Any] = {"conversation_id": conversation_id}
        if since is not None:
            where["created_at"] = {"$gt": since - TICK}
        found = await messages.find(where, sort=[("created_at", 1), ("message_id", 1)], limit=AT_ONCE + len(seen))
        fresh = [message for message in found if message.message_id not in seen]
        for message in fresh:
            yield message
        if not fresh:
            return
        since = fresh[-1].created_at
        seen = {message.message_id for message in found if message.created_at == since}


async def as_markdown(conversation: Conversation, said: AsyncIterator[Message], zone: ZoneInfo) -> AsyncIterator[str]:
    """Yield a conversation as Markdown: a heading for each message, the text below it as it was written."""
    title = " ".join(conversation.title.split()) or "Conversation"
    yield f"# {title}\n\nBegun {exact(conversation.created_at, zone)}.\n"
    async for message in said:
        who = "You" if message.role == "user" else TITLES.get(message.agent or "", "Marketing Minds")
        mark = "" if message.status == "done" else f" ({message.status})"
        yield f"\n## {who}{mark}\n\n*{exact(message.timestamp, zone)}*\n\n{message.content}\n"


async def as_json(conversation: Conversation, said: AsyncIterator[Message]) -> AsyncIterator[bytes]:
    """Yield a conversation as one JSON object: the conversation and its messages as the interface gives them."""
    view = ConversationView.of(conversation).model_dump(mode="json")
    yield b'{"conversation":' + orjson.dumps(view) + b',"messages":['
    first = True
    async for message in said:
        yield (b"" if first else b",") + orjson.dumps(MessageView.of(message).model_dump(mode="json"))
        first = False
    yield b"]}\n"
