"""Makes the deliveries of posts and emails that were scheduled: one for each platform and account."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.ids import derived_id
from core.scope import Scope
from db.all_tenants import AllTenants
from db.client import Database
from db.deliveries import DELIVERIES, Delivery
from db.delivery_store import DeliveryStore
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS, SocialPost
from tools.platforms.catalogue import BY_NAME
from workflows.delivery.pace import Pace
from workflows.delivery.posts import EMAIL

WANTED = {"delivery": "wanted"}
AT_ONCE = 200


class DeliveryMaking:
    """Looks at what was scheduled. A post is marked once its deliveries are there, so that none is forgotten."""

    def __init__(self, database: Database, store: DeliveryStore, pace: Pace) -> None:
        self._database = database
        self._store = store
        self._pace = pace

    async def make(self, scope: Scope, post_ids: Sequence[str]) -> list[Delivery]:
        """Make the deliveries of these posts and emails; return them. Harmless when repeated."""
        posts, emails = self._repositories(scope)
        made: list[Delivery] = []
        for post_id in post_ids:
            if post_id.startswith(EMAIL_CAMPAIGNS.id_prefix):
                await self._store.insert_missing(scope.user_id, list(_of_email(await emails.get(post_id), self._pace)))
                await emails.change(post_id, {"delivery": "made"})
            else:
                await self._store.insert_missing(scope.user_id, list(_of_post(await posts.get(post_id), self._pace)))
                await posts.change(post_id, {"delivery": "made"})
            made += await self._store.of_post(scope.user_id, post_id)
        return made

    async def sweep(self) -> int:
        """Make the deliveries of everything that has none yet, over all tenants; return how many posts that were."""
        found = 0
        for post in await AllTenants(self._database, SOCIAL_POSTS).find(WANTED, limit=AT_ONCE):
            await self.make(_house(post.user_id), [post.post_id])
            found += 1
        for email in await AllTenants(self._database, EMAIL_CAMPAIGNS).find(WANTED, limit=AT_ONCE):
            await self.make(_house(email.user_id), [email.campaign_id])
            found += 1
        return found

    def _repositories(self, scope: Scope) -> tuple[Repository[SocialPost], Repository[EmailCampaign]]:
        database = self._database
        return Repository(database, SOCIAL_POSTS, scope), Repository(database, EMAIL_CAMPAIGNS, scope)


def delivery_id_of(post_id: str, platform: str, account_id: str | None) -> str:
    """Return the id of the one delivery of a post to an account."""
    return derived_id(DELIVERIES.id_prefix, post_id, platform, account_id or "")


def account_name(platform: str, account_id: str) -> str:
    """Return the name of an account over all platforms."""
    return f"{platform}:{account_id}"


def _of_post(post: SocialPost, pace: Pace) -> Iterator[Delivery]:
    publish_at = post.schedule.publish_at
    for place, result in enumerate(post.platforms):
        if publish_at is not None and result.status == "scheduled":
            yield _delivery(
                post.post_id,
                (result.platform, result.account_id),
                publish_at,
                pace,
                place=place,
                campaign_id=post.campaign_id,
                conversation_id=post.conversation_id,
            )


def _of_email(email: EmailCampaign, pace: Pace) -> Iterator[Delivery]:
    send_at = email.schedule.send_at
    if send_at is not None and email.status == "scheduled":
        yield _delivery(
            email.campaign_id,
            (EMAIL, email.account_id),
            send_at,
            pace,
            campaign_id=email.marketing_campaign_id,
            conversation_id=email.conversation_id,
        )


def _delivery(
    post_id: str, account: tuple[str, str | None], publish_at: datetime, pace: Pace, **more: str | int | None
) -> Delivery:
    platform, account_id = account
    reason = None if account_id else f"No {BY_NAME[platform].label} account is connected for it."
    fields = {
        "delivery_id": delivery_id_of(post_id, platform, account_id),
        "post_id": post_id,
        "platform": platform,
        "account_id": account_id,
        "account": account_name(platform, account_id or post_id),
        "publish_at": publish_at,
        "not_after": publish_at + pace.latest,
        "next_attempt_at": publish_at,
        "reason": reason,
        **more,
    }
    return Delivery.model_validate(fields)


def _house(user_id: str) -> Scope:
    return Scope(user_id, user_id, "user")
