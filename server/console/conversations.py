"""Conversations: the list with its search, one as a thread that goes on live, taken away as a file, and deleted."""

import asyncio
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Form, Query, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from core.errors import AppError
from core.ids import new_id
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import CAMPAIGNS
from db.conversations import CONVERSATIONS, Conversation
from db.messages import MESSAGES
from server.console.approval_card import shown
from server.console.conversation_export import as_json, as_markdown, messages_of
from server.console.conversation_search import ConversationSearch, Found
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.shell import HEADERS
from server.console.thread import not_shown, thread_of
from server.console.visit import Changing, Visit, Visiting
from server.rest.conversations import delete as delete_conversation
from server.rest.text import Cursor, PathId, Text

SHOWN: Final = 25
MESSAGES_SHOWN: Final = 40
PLACE: Final = "/console/conversations"
router: Final = console_router()
Words = Annotated[Text, Form(max_length=32_000)]


@router.get("/conversations")
async def conversations(
    visit: Visiting, q: Annotated[Text, Query(max_length=200)] = "", cursor: Cursor = None
) -> Response:
    """List conversations, newest first; with words, those in which they stand."""
    repository = visit.repository(CONVERSATIONS)
    words = q.strip()
    if words:
        done = await ConversationSearch(repository, visit.repository(MESSAGES)).find(words, cursor)
        items, following, looked = done.items, done.next_cursor, done.looked_at
    else:
        page = await repository.page({}, limit=SHOWN, cursor=cursor)
        items, following, looked = [Found(one) for one in page.items], page.next_cursor, 0
    values = {
        "q": words,
        "items": items,
        "looked_at": looked,
        "next": f"{PLACE}?{urlencode({'q': words, 'cursor': following})}" if following else "",
        "first": f"{PLACE}?{urlencode({'q': words})}" if cursor else "",
    }
    return await visit.show("conversations.html", values)


@router.post("/conversations")
async def start(visit: Changing) -> Response:
    """Start a conversation and go there."""
    made = Conversation(conversation_id=new_id(CONVERSATIONS.id_prefix), channel="web")
    await visit.parts.turns.open(visit.scope, made)
    return visit.go(f"{PLACE}/{made.conversation_id}")


@router.get("/conversations/{conversation_id}")
async def conversation(conversation_id: PathId, visit: Visiting, cursor: Cursor = None) -> Response:
    """Show one conversation: its newest messages, or an earlier stretch of them."""
    found = await visit.repository(CONVERSATIONS).get(conversation_id)
    page, pending, campaigns = await asyncio.gather(
        visit.repository(MESSAGES).page({"conversation_id": conversation_id}, limit=MESSAGES_SHOWN, cursor=cursor),
        visit.repository(APPROVAL_REQUESTS).find({"conversation_id": conversation_id, "status": "pending"}, limit=50),
        visit.repository(CAMPAIGNS).find({"conversation_id": conversation_id}, limit=5),
    )
    turns = await thread_of(visit, found, page.items)
    known = await visit.known(pending)
    waiting = [shown(one, visit.scope, known, visit.now) for one in pending]
    here = f"{PLACE}/{conversation_id}"
    values: dict[str, Any] = {
        "it": found,
        "turns": turns,
        "waits": [] if cursor else not_shown(turns, waiting),
        "campaigns": campaigns,
        "earlier": f"{here}?{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "newest": here if cursor else "",
        "here": here,
    }
    return await visit.show("conversation.html", values)


@router.post("/conversations/{conversation_id}/messages")
async def say(conversation_id: PathId, visit: Changing, content: Words = "") -> Response:
    """Say something without a script: the turn starts, and the page shows how far it is."""
    here = f"{PLACE}/{conversation_id}"
    if not content.strip():
        return RedirectResponse(here, status_code=303, headers=HEADERS)
    try:
        await visit.parts.turns.accept(visit.scope, conversation_id, content, new_id("cli"))
    except AppError as error:
        if error.kind == "not_found":
            raise
        return visit.go(here, error.message, "danger")
    return visit.go(f"{here}#end")


@router.post("/conversations/{conversation_id}/retry")
async def retry(conversation_id: PathId, visit: Changing, message: Annotated[str, Form(max_length=128)]) -> Response:
    """Have a message answered that was not: the same one, so that it is never said twice."""
    here = f"{PLACE}/{conversation_id}"
    # Asked for by exactly what its index holds: with more, the embedded database looks past it.
    about = {"conversation_id": conversation_id, "client_message_id": message}
    said = await visit.repository(MESSAGES).find_one(about)
    if said is None or said.role != "user":
        return visit.go(here, "That message is not here any more. Write it again.", "warning")
    try:
        await visit.parts.turns.accept(visit.scope, conversation_id, said.content, message)
    except AppError as error:
        return visit.go(here, error.message, "danger")
    return visit.go(f"{here}#end")


@router.post("/conversations/{conversation_id}/stop")
async def stop(conversation_id: PathId, visit: Changing) -> Response:
    """Stop the turn that runs."""
    await visit.repository(CONVERSATIONS).get(conversation_id)
    stopped = await visit.parts.turns.cancel(visit.scope, conversation_id)
    said = "Stopped. What was said so far is kept." if stopped else "Nothing was running any more."
    return visit.go(f"{PLACE}/{conversation_id}", said)


@router.post("/conversations/{conversation_id}/delete")
async def delete(conversation_id: PathId, visit: Changing) -> Response:
    """Delete a conversation and what was learnt in it."""
    await delete_conversation(conversation_id, visit.scope, visit.parts)
    return visit.go(PLACE, "The conversation is deleted, and what was learnt in it is forgotten.")


@router.get("/conversations/{conversation_id}/export.md")
async def markdown(conversation_id: PathId, visit: Visiting) -> Response:
    """Hand a conversation over as Markdown."""
    found = await visit.repository(CONVERSATIONS).get(conversation_id)
    pieces = as_markdown(found, messages_of(visit.repository(MESSAGES), conversation_id), visit.zone)
    return StreamingResponse(pieces, media_type="text/markdown; charset=utf-8", headers=_file(visit, found, "md"))


@router.get("/conversations/{conversation_id}/export.json")
async def json(conversation_id: PathId, visit: Visiting) -> Response:
    """Hand a conversation over as JSON."""
    found = await visit.repository(CONVERSATIONS).get(conversation_id)
    pieces = as_json(found, messages_of(visit.repository(MESSAGES), conversation_id))
    return StreamingResponse(pieces, media_type="application/json", headers=_file(visit, found, "json"))


def _file(visit: Visit, conversation: Conversation, ending: str) -> dict[str, str]:
    day = conversation.created_at.astimezone(visit.zone).date().isoformat()
    name = f"conversation-{day}-{conversation.conversation_id[-6:]}.{ending}"
    return dict(HEADERS) | {"Content-Disposition": f'attachment; filename="{name}"'}


PAGE: Final = ConsolePage("conversations", "Conversations", "/conversations", "conversations", "Work", router)
