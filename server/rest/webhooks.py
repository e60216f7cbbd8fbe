"""Webhooks over REST: made with a secret that is shown once, tested, looked into, sent again."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field

from db.outgoing import Attempt
from db.webhook_deliveries import WebhookDelivery
from db.webhooks import Webhook
from server.auth.caller import Caller, Writer
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId
from server.services import Parts
from workflows.happenings.happening import EVENT_TYPES

LONGEST_GRACE = 7 * 24 * 3600
router = APIRouter(prefix="/api/v1/webhooks", tags=["Webhooks"])
Name = Annotated[Line, Field(min_length=1, max_length=100)]
Url = Annotated[Line, Field(min_length=1, max_length=2_000)]
Events = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=50)]


class WebhookView(BaseModel):
    """A webhook, without its secret. Without events it gets all of them."""

    webhook_id: str
    name: str
    url: str
    events: list[str]
    active: bool
    paused_because: str | None = Field(description="Why it was switched off by itself.")
    last_triggered: datetime | None
    failing_since: datetime | None = Field(description="The first failure since something was last taken.")
    created_at: datetime

    @classmethod
    def of(cls, hook: Webhook) -> "WebhookView":
        """Show a webhook."""
        return cls(**hook.model_dump(include=set(cls.model_fields)))


class WebhookWithSecret(WebhookView):
    """A webhook with its signing secret, which is shown here and never again."""

    secret: str = Field(description="Verifies what is sent, by any Standard Webhooks library. It can't be shown again.")


class NewWebhook(BaseModel):
    """The webhook to make."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Shop", "url": "https://shop.example/hooks", "events": ["post.published"]}]
        },
    )

    name: Name
    url: Url
    events: Events = Field(default_factory=list[str], description="Which events it gets; all of them if none is named.")


class WebhookChange(BaseModel):
    """What to change."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    url: Url | None = None
    events: Events | None = None
    active: bool | None = None


class SecretRotation(BaseModel):
    """How long what is sent is signed with the old secret too."""

    grace_seconds: int = Field(default=24 * 3600, ge=0, le=LONGEST_GRACE)


class DeliveryView(BaseModel):
    """A delivery. ``event_id`` is the header `webhook-id`: the same at every repeat of one event."""

    delivery_id: str
    webhook_id: str
    event_id: str
    event_type: str
    state: Literal["pending", "sent", "failed"]
    attempts: int
    due_at: datetime | None = Field(description="When it is tried next; null when it is over.")
    replay_of: str | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, delivery: WebhookDelivery) -> "DeliveryView":
        """Show a delivery."""
        return cls(**delivery.model_dump(include=set(cls.model_fields)))


class WholeDelivery(DeliveryView):
    """A delivery with what was sent, and its latest attempts."""

    body: dict[str, Any]
    latest: list[Attempt]


class EventType(BaseModel):
    """An event there is."""

    event_type: str
    description: str


class EventTypes(BaseModel):
    """All events there are."""

    items: list[EventType]


@router.get("/events", operation_id="list_webhook_events", responses=responses(), summary="List the events there are")
async def events(_: Caller) -> EventTypes:
    """Return every event a webhook can get, with what it means."""
    return EventTypes(items=[EventType(event_type=name, description=words) for name, words in EVENT_TYPES.items()])


@router.post("", status_code=201, operation_id="add_webhook", responses=responses(), summary="Make one")
async def add(body: NewWebhook, scope: Writer, parts: Parts) -> WebhookWithSecret:
    """Make a webhook. The answer holds its secret, once. It gets what happens from now on."""
    secret, made = await parts.telling.webhooks.add(scope, body.name, body.url, body.events)
    return WebhookWithSecret(secret=secret, **WebhookView.of(made).model_dump())


@router.get("", operation_id="list_webhooks", responses=responses(), summary="List them, newest first")
async def list_all(scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None) -> PageView[WebhookView]:
    """Return the account's webhooks."""
    return page_view(await parts.telling.webhooks.page(scope, limit=limit, cursor=cursor), WebhookView.of)


@router.get("/{webhook_id}", operation_id="get_webhook", responses=responses(404), summary="Read one")
async def get(webhook_id: PathId, scope: Caller, parts: Parts) -> WebhookView:
    """Return one webhook, without its secret."""
    return WebhookView.of(await parts.telling.webhooks.get(scope, webhook_id))


@router.patch("/{webhook_id}", operation_id="change_webhook", responses=responses(404), summary="Change one")
async def change(webhook_id: PathId, body: WebhookChange, scope: Writer, parts: Parts) -> WebhookView:
    """Change what is named; switching it on again forgets why it was off."""
    changes = body.model_dump(exclude_none=True)
    return WebhookView.of(await parts.telling.webhooks.change(scope, webhook_id, changes))


@router.delete(
    "/{webhook_id}", status_code=204, operation_id="remove_webhook", responses=responses(404), summary="Remove one"
)
async def remove(webhook_id: PathId, scope: Writer, parts: Parts) -> None:
    """Remove a webhook; what waits for it is not sent."""
    await parts.telling.webhooks.remove(scope, webhook_id)


@router.post(
    "/{webhook_id}/rotate", operation_id="rotate_webhook", responses=responses(404), summary="Change its secret"
)
async def rotate(
    webhook_id: PathId, scope: Writer, parts: Parts, body: Annotated[SecretRotation | None, Body()] = None
) -> WebhookWithSecret:
    """Give it a new secret. For a while what is sent carries the signatures of both."""
    grace = timedelta(seconds=(body or SecretRotation()).grace_seconds)
    secret, rotated = await parts.telling.webhooks.rotate(scope, webhook_id, grace)
    return WebhookWithSecret(secret=secret, **WebhookView.of(rotated).model_dump())


@router.post(
    "/{webhook_id}/test",
    status_code=202,
    operation_id="test_webhook",
    responses=responses(404),
    summary="Send it a test event",
)
async def test(webhook_id: PathId, scope: Writer, parts: Parts) -> DeliveryView:
    """Send an event of type `webhook.test`; the delivery says what came of it."""
    return DeliveryView.of(await parts.telling.webhooks.test(scope, webhook_id))


@router.get(
    "/{webhook_id}/deliveries",
    operation_id="list_webhook_deliveries",
    responses=responses(404),
    summary="List what was sent to it, newest first",
)
async def deliveries(
    webhook_id: PathId,
    scope: Caller,
    parts: Parts,
    state: Annotated[Literal["pending", "sent", "failed"] | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[DeliveryView]:
    """Return deliveries of the last 30 days."""
    found = await parts.telling.webhooks.deliveries(scope, webhook_id, state, limit=limit, cursor=cursor)
    return page_view(found, DeliveryView.of)


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}",
    operation_id="get_webhook_delivery",
    responses=responses(404),
    summary="Read one delivery",
)
async def delivery(webhook_id: PathId, delivery_id: PathId, scope: Caller, parts: Parts) -> WholeDelivery:
    """Return what was sent, and what came of the latest attempts."""
    found = await parts.telling.webhooks.delivery(scope, webhook_id, delivery_id)
    return WholeDelivery(body=orjson.loads(found.body), latest=found.latest, **DeliveryView.of(found).model_dump())


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=202,
    operation_id="replay_webhook_delivery",
    responses=responses(404, 409),
    summary="Send one again",
)
async def replay(webhook_id: PathId, delivery_id: PathId, scope: Writer, parts: Parts) -> DeliveryView:
    """Send what was sent before once more, with the same `webhook-id`."""
    return DeliveryView.of(await parts.telling.webhooks.replay(scope, webhook_id, delivery_id))
