"""The widget's own interface: a session, one's conversations and charts, and approvals for people of the account."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from agents.roster import ROSTER
from core.errors import Conflict
from core.ids import new_id
from core.scope import Scope
from core.timezones import first_zone
from db.conversations import CONVERSATIONS, Conversation
from db.messages import MESSAGES
from server.auth.caller import CameFrom
from server.pages import AgentView
from server.problems import responses
from server.rest import charts, conversations
from server.rest.pages import PageView
from server.rest.text import ClientId, Cursor, Limit, Line, MessageText, PathId
from server.services import Parts, Services
from server.widget.allowance import LONGEST_MESSAGE
from server.widget.door import Talker, TheGuest, page_asking
from server.widget.guests import Asked
from server.widget.passes import LIFETIME, Kind
from server.widget.said import SaidView, said

UTC_NAME: Final = "UTC"
LONGEST_OF_PEOPLE: Final = 32_000
router = APIRouter(prefix="/api/v1/widget", tags=["Widget"])


class SessionRequest(BaseModel):
    """What the widget begins with. ``visitor`` is a former token of this browser."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"site_key": "mms_Zk3xQ9aBcD4eF5gH6iJ7kL8m"}]})

    site_key: Annotated[Line, Field(min_length=1, max_length=100)]
    visitor: Annotated[Line, Field(max_length=2000)] | None = None
    user_token: Annotated[Line, Field(max_length=4000)] | None = None


class SessionView(BaseModel):
    """A session. The token works for ``expires_in`` seconds, in this interface, from the site's own pages."""

    token: str
    expires_in: int
    actor_id: str
    kind: Kind
    name: str | None
    timezone: str | None = Field(description="Where a person of the account reads the clock.")
    site_name: str
    greeting: str
    offline: bool
    longest_message: int
    agents: dict[str, AgentView]


class TalkView(conversations.ConversationView):
    """A conversation, and the event to follow it from: the one before the turn that is running, or the newest."""

    follow_from: int


class NewTalk(BaseModel):
    """A conversation to begin. The same ``client_conversation_id`` again is the same conversation.

    ``timezone`` is the browser's; one that is not known here is taken for UTC.
    """

    client_conversation_id: ClientId | None = None
    timezone: Annotated[Line, Field(max_length=64)] | None = None


class Words(BaseModel):
    """Something to say. The same ``client_message_id`` again is the same message."""

    content: MessageText
    client_message_id: ClientId


class Taken(BaseModel):
    """A message that is stored; its turn's events have numbers above ``after``."""

    run_id: str
    message_id: str
    after: int
    duplicate: bool


@router.post("/session", operation_id="open_widget_session", responses=responses(401, 404), summary="Begin")
async def session(body: SessionRequest, request: Request, parts: Parts, origin: CameFrom) -> SessionView:
    """Let a visitor, or somebody the site's server vouches for, in. The page's origin has to be one of the site's."""
    asked = Asked(body.site_key, body.visitor, body.user_token)
    guest = await parts.widget.guests.open(asked, page_asking(request), origin.address)
    return SessionView(
        token=parts.widget.guests.token(guest),
        expires_in=int(LIFETIME.total_seconds()),
        actor_id=guest.scope.actor_id,
        kind=guest.kind,
        name=guest.name,
        timezone=await parts.widget.guests.timezone_of(guest),
        site_name=guest.site.name,
        greeting=guest.site.greeting,
        offline=parts.offline,
        longest_message=LONGEST_MESSAGE if guest.scope.is_visitor else LONGEST_OF_PEOPLE,
        agents={agent.name: AgentView(title=agent.title, mark=agent.mark) for agent in ROSTER},
    )


@router.post(
    "/conversations", status_code=201, operation_id="begin_talk", responses=responses(), summary="Begin a conversation"
)
async def begin(
    guest: Talker, parts: Parts, body: Annotated[NewTalk | None, Body()] = None
) -> conversations.ConversationView:
    """Begin a conversation, once for each id the widget gives it."""
    external = f"widget:{body.client_conversation_id}" if body and body.client_conversation_id else None
    mine = parts.repository(CONVERSATIONS, guest.scope)
    found = await mine.find_one({"external_id": external}) if external else None
    if found is None:
        await parts.widget.allowance.take_conversation(guest)
        named = body.timezone if body else None
        timezone = first_zone(named) if named else await parts.widget.guests.timezone_of(guest) or UTC_NAME
        new = Conversation(
            conversation_id=new_id(CONVERSATIONS.id_prefix), channel="web", external_id=external, timezone=timezone
        )
        try:
            found = await parts.turns.open(guest.scope, new)
        except Conflict:
            found = await mine.find_one({"external_id": external})
            if found is None:
                raise
    return conversations.ConversationView.of(found)


@router.get("/conversations", operation_id="list_talks", responses=responses(), summary="List one's own, newest first")
async def list_all(
    guest: TheGuest, parts: Parts, limit: Limit = 20, cursor: Cursor = None
) -> PageView[conversations.ConversationView]:
    """Return the conversations of whoever asks."""
    return await conversations.list_all(guest.scope, parts, limit, cursor)


@router.get("/conversations/{conversation_id}", operation_id="get_talk", responses=responses(404), summary="Read one")
async def get(conversation_id: PathId, guest: TheGuest, parts: Parts) -> TalkView:
    """Return one conversation without its messages. Messages read after it and events after ``follow_from`` are all."""
    talk = await parts.repository(CONVERSATIONS, guest.scope).get(conversation_id)
    begun = talk.run.first_seq - 1 if talk.run else talk.last_seq
    view = conversations.ConversationView.of(talk)
    return TalkView(**view.model_dump(), follow_from=min(begun, talk.last_seq))


@router.get(
    "/conversations/{conversation_id}/messages",
    operation_id="list_talk_messages",
    responses=responses(404),
    summary="What was said",
)
async def messages(
    conversation_id: PathId, guest: TheGuest, parts: Parts, limit: Limit = 50, cursor: Cursor = None
) -> PageView[SaidView]:
    """Return messages, newest first, with the tools, memories and endings of their turns."""
    return await said(parts, guest.scope, conversation_id, limit, cursor)


@router.post(
    "/conversations/{conversation_id}/messages",
    status_code=202,
    operation_id="say_in_talk",
    responses=responses(404, 409),
    summary="Say something",
)
async def say(conversation_id: PathId, body: Words, guest: Talker, parts: Parts) -> Taken:
    """Store a message and start its turn; what happens is told on the socket. Sent again, it is the same message."""
    await parts.repository(CONVERSATIONS, guest.scope).get(conversation_id)
    if guest.scope.is_visitor and not await _repeated(parts, guest.scope, conversation_id, body.client_message_id):
        await parts.widget.allowance.take_message(guest, body.content)
    accepted = await parts.turns.accept(guest.scope, conversation_id, body.content, body.client_message_id)
    return Taken(
        run_id=accepted.run_id,
        message_id=accepted.message_id,
        after=accepted.after,
        duplicate=accepted.duplicate,
    )


async def _repeated(parts: Services, scope: Scope, conversation_id: str, client_message_id: str) -> bool:
    """Whether nothing new is asked for: the message is stored, and its turn has not failed."""
    where = {"conversation_id": conversation_id, "client_message_id": client_message_id}
    known = await parts.repository(MESSAGES, scope).find_one(where)
    return known is not None and known.status != "failed"


@router.post(
    "/conversations/{conversation_id}/cancel",
    operation_id="stop_talk",
    responses=responses(404),
    summary="Stop the turn",
)
async def cancel(conversation_id: PathId, guest: Talker, parts: Parts) -> conversations.Cancelled:
    """Stop the running turn; what was said so far is kept and marked."""
    return await conversations.cancel(conversation_id, guest.scope, parts)


@router.get(
    "/charts/{chart_id}.svg",
    operation_id="get_widget_chart",
    responses={200: {"content": {"image/svg+xml": {}}}, **responses(404)},
    response_class=Response,
    summary="A chart",
)
async def chart(chart_id: PathId, guest: TheGuest, parts: Parts) -> Response:
    """Return a chart of whoever asks, as it was drawn."""
    return await charts.svg(chart_id, guest.scope, parts)
