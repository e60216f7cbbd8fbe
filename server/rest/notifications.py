"""Which mails of the house a person wants, and the link in each mail that stops them (RFC 8058)."""

from html import escape
from typing import Annotated, Final

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.errors import NotFound
from server.approval_page import FOOT, HEAD, notice
from server.auth.caller import Caller, InPerson
from server.problems import responses
from server.services import Parts
from workflows.mails.refusing import MailChoice
from workflows.mails.topics import TOPICS, Topic

HEADERS: Final = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
router = APIRouter(prefix="/api/v1/me/notifications", tags=["Accounts"])
public = APIRouter(include_in_schema=False)
Token = Annotated[str, StringConstraints(max_length=1_000)]


class TopicView(BaseModel):
    """A topic, and whether the person gets mails about it."""

    topic: Topic
    description: str
    wanted: bool


class NotificationChoices(BaseModel):
    """What a person gets mails about. ``mail`` says whether this server sends any."""

    mail: bool
    items: list[TopicView]


class WantedTopics(BaseModel):
    """The topics to get mails about; all others are off."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"topics": ["approvals", "posts"]}]})

    topics: Annotated[list[Topic], Field(max_length=len(TOPICS))]


@router.get("", operation_id="get_notifications", responses=responses(), summary="Which mails I get")
async def read(scope: Caller, parts: Parts) -> NotificationChoices:
    """Return the topics with the caller's choice."""
    address = (await parts.desk.person(scope.actor_id)).email.lower()
    refused = await parts.telling.refusals.of(scope.user_id)
    return NotificationChoices(
        mail=bool(parts.settings.smtp_url.get_secret_value()),
        items=[
            TopicView(topic=topic, description=words, wanted=(address, topic) not in refused)
            for topic, words in TOPICS.items()
        ],
    )


@router.put("", operation_id="set_notifications", responses=responses(), summary="Choose which mails I get")
async def choose(body: WantedTopics, scope: InPerson, parts: Parts) -> NotificationChoices:
    """Get mails about these topics and no others."""
    address = (await parts.desk.person(scope.actor_id)).email
    await parts.telling.refusals.choose(scope, address, body.topics)
    return await read(scope, parts)


@public.get("/unsubscribe/{token}")
async def ask(token: Token, parts: Parts) -> Response:
    """Show what would be stopped. Looking stops nothing: programs follow links too."""
    try:
        choice = parts.telling.unsubscribe_links.read(token)
    except NotFound as error:
        return HTMLResponse(notice("This link does not work", error.message), 404, HEADERS)
    topic = escape(f"{TOPICS[choice.topic][:1].lower()}{TOPICS[choice.topic][1:]}")
    return HTMLResponse(
        f"{HEAD.format(title='Unsubscribe')}<h1>Get no more of these mails?</h1>"
        f"<p>{escape(choice.address)} will not be written to any more when {topic}.</p>"
        f'<form method="post" action="/unsubscribe/{escape(token)}">'
        f'<button class="primary" name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>{FOOT}',
        headers=HEADERS,
    )


@public.post("/unsubscribe/{token}")
async def stop(token: Token, parts: Parts) -> Response:
    """Stop the mails: pressed on the page, or by the person's mail program on its own."""
    try:
        choice: MailChoice = parts.telling.unsubscribe_links.read(token)
    except NotFound as error:
        return HTMLResponse(notice("This link does not work", error.message), 404, HEADERS)
    await parts.telling.refusals.refuse(choice)
    return HTMLResponse(
        f"{HEAD.format(title='Unsubscribed')}<h1>Done</h1><p>{escape(choice.address)} gets no more of these mails. "
        f"In the app they can be switched on again.</p>{FOOT}",
        headers=HEADERS,
    )
