"""The post of a delivery, wherever it lies: what is to go out, and what is written into it afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.errors import NotFound
from core.ids import derived_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.client import Database
from db.content_library import CONTENT_LIBRARY, UNAPPROVED
from db.deliveries import Delivery
from db.delivery_store import DeliveryStore
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS, PostMedia, SocialPost
from db.stored import to_stored
from db.writes import Update, Write
from tools.approval.act import Act
from tools.approval.stored_posts import act_of_email, act_of_post
from tools.outside.contract import Media, Post

EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to go out: ``act`` makes the act of it with the files that were fetched just now."""

    act: Callable[[Sequence[Media]], Act]
    sought: Post
    media: tuple[PostMedia, ...]
    cancelled: bool
    content_id: str | None


class DeliveredPosts:
    """Reads posts and emails for delivering, and writes what became of them."""

    def __init__(self, database: Database, store: DeliveryStore) -> None:
        self._database = database
        self._store = store

    async def outgoing(self, scope: Scope, delivery: Delivery) -> Outgoing:
        """Return what a delivery is to put out. NotFound if it is gone."""
        if delivery.platform == EMAIL:
            email = await Repository(self._database, EMAIL_CAMPAIGNS, scope).get(delivery.post_id)
            return _of_email(email, delivery)
        post = await Repository(self._database, SOCIAL_POSTS, scope).get(delivery.post_id)
        if delivery.place >= len(post.platforms):
            raise NotFound
        return _of_post(post, delivery)

    def follows(self, delivery: Delivery, content_id: str | None) -> list[Write]:
        """Return the writes that follow from a delivery's end: post, content and audit log. Repeats are harmless."""
        writes: list[Write] = [self._post_write(delivery)]
        if content_id and delivery.state in {"published", "cancelled"}:
            status = "published" if delivery.state == "published" else "draft"
            where = {"content_id": content_id, "user_id": delivery.user_id, "status": "approved"}
            space = self._store.space(CONTENT_LIBRARY)
            out = {"published_at": self._published_at(delivery)} if status == "published" else UNAPPROVED
            writes.append(Update(space, where, {"$set": {"status": status, **out, "updated_at": self._now()}}))
        return [*writes, self._audit_write(delivery)]

    def why(self, delivery: Delivery, reason: str | None) -> Write:
        """Return the write that says in the post why it has not gone out yet."""
        if delivery.platform == EMAIL:
            where = {"campaign_id": delivery.post_id, "user_id": delivery.user_id, "status": "scheduled"}
            return Update(self._store.space(EMAIL_CAMPAIGNS), where, {"$set": {"error": reason}})
        place = f"platforms.{delivery.place}"
        where = {"post_id": delivery.post_id, "user_id": delivery.user_id, f"{place}.status": "scheduled"}
        return Update(self._store.space(SOCIAL_POSTS), where, {"$set": {f"{place}.error": reason}})

    def _post_write(self, delivery: Delivery) -> Update:
        result = delivery.result
        if delivery.platform == EMAIL:
            status = "sent" if delivery.state == "published" else delivery.state
            changes: dict[str, Any] = {"status": status, "error": delivery.reason, "schedule.scheduled": False}
            if result:
                changes["sent_at"] = self._published_at(delivery)
            where = {"campaign_id": delivery.post_id, "user_id": delivery.user_id}
            space = self._store.space(EMAIL_CAMPAIGNS)
        else:
            place = f"platforms.{delivery.place}"
            changes = {f"{place}.status": delivery.state, f"{place}.error": delivery.reason}
            if result:
                changes |= {
                    f"{place}.platform_post_id": result.platform_post_id,
                    f"{place}.url": result.url,
                    f"{place}.published_at": self._published_at(delivery),
                }
            where = {"post_id": delivery.post_id, "user_id": delivery.user_id}
            space = self._store.space(SOCIAL_POSTS)
        return Update(space, where, {"$set": {**changes, "updated_at": self._now()}})

    def _audit_write(self, delivery: Delivery) -> Update:
        """Return the audit log's entry of this end, stored once."""
        audit_id = derived_id(AUDIT_LOG.id_prefix, delivery.delivery_id, str(delivery.settled))
        result = delivery.result
        entry = AuditEntry(
            audit_id=audit_id,
            action=f"post_{delivery.state}",
            resource_type="delivery",
            resource_id=delivery.delivery_id,
            ai_generated=True,
            details={
                "post_id": delivery.post_id,
                "platform": delivery.platform,
                "account_id": delivery.account_id,
                "platform_post_id": result.platform_post_id if result else None,
                "reason": delivery.reason,
            },
        )
        cipher = self._database.cipher
        stored = to_stored(AUDIT_LOG, entry, tenant=delivery.user_id, now=self._now(), cipher=cipher)
        return Update(self._store.space(AUDIT_LOG), {"audit_id": audit_id}, {"$setOnInsert": stored}, upsert=True)

    def _published_at(self, delivery: Delivery) -> datetime:
        """Return when it went out: as the platform says, else now."""
        return (delivery.result and delivery.result.published_at) or self._now()

    def _now(self) -> datetime:
        return self._database.clock.now()


def _of_post(post: SocialPost, delivery: Delivery) -> Outgoing:
    result, key = post.platforms[delivery.place], delivery.delivery_id

    def act(files: Sequence[Media]) -> Act:
        return act_of_post(post, result, key, files)

    bare = post.model_copy(update={"content": post.content.model_copy(update={"media": []})})
    return _outgoing(
        act, act_of_post(bare, result, key, ()), post.content.media, result.status == "cancelled", post.content_id
    )


def _of_email(email: EmailCampaign, delivery: Delivery) -> Outgoing:
    key = delivery.delivery_id

    def act(files: Sequence[Media]) -> Act:
        return act_of_email(email, key, files)

    bare = email.model_copy(update={"content": email.content.model_copy(update={"media": []})})
    return _outgoing(
        act, act_of_email(bare, key, ()), email.content.media, email.status == "cancelled", email.content_id
    )


def _outgoing(
    act: Callable[[Sequence[Media]], Act],
    bare: Act,
    media: Sequence[PostMedia],
    cancelled: bool,
    content_id: str | None,
) -> Outgoing:
    """Put together what is to go out; what is looked for names its files without their bytes."""
    assert bare.post is not None
    files = tuple(Media(item.url, item.content_type) for item in media)
    return Outgoing(act, replace(bare.post, media=files), tuple(media), cancelled, content_id)
