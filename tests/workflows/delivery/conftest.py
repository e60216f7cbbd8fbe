"""A house that delivers to the sandbox: connected accounts, approved posts, and workers over one database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.clock import ManualClock
from core.ids import derived_id, new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.audit_log import AUDIT_LOG, AuditEntry
from db.client import Database
from db.content_library import CONTENT_LIBRARY, Content, ContentBody
from db.deliveries import DELIVERIES, Delivery
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from db.social_posts import SOCIAL_POSTS, PlatformResult, PostContent, PostSchedule, SocialPost
from sandbox.server import Sandbox
from tests.contracts.platform_kits import TwinKit, twin_kits
from tools.approval.authority import Authority
from tools.approval.payload import effect_id, payload_hash
from tools.outside.http import Outside
from tools.outside.logins import Logins
from tools.outside.open_accounts import OpenAccounts
from workflows.delivery.outcome import Outcome, Told
from workflows.delivery.pace import Pace
from workflows.delivery.parts import DeliveryParts, build_delivery

HOUR = timedelta(hours=1)


@dataclass
class DeliveryHouse:
    """Everything a test needs to have posts delivered."""

    database: Database
    scope: Scope
    clock: ManualClock
    outside: Outside
    kits: dict[str, TwinKit]
    pace: Pace = field(default_factory=Pace)

    def worker(
        self, owner: str = "worker", told: Told | None = None, authority: Authority | None = None, **pace: Any
    ) -> DeliveryParts:
        """Return one process' worth of delivering."""
        accounts = OpenAccounts(self.database, Logins(self.outside, {}))
        wanted = replace(self.pace, **pace)
        permits = authority or Authority(self.database)
        return build_delivery(self.database, self.outside, accounts, permits, owner, wanted, told=told)

    async def connect(self, platform: str) -> str:
        """Connect the twin's account; return our id of it."""
        access = self.kits[platform].access
        account = SocialAccount(
            social_account_id=new_id("acc"),
            platform=platform,
            account_id=access.account_id,
            credentials=access.credentials,
            config=dict(access.config),
        )
        return (await Repository(self.database, SOCIAL_ACCOUNTS, self.scope).insert(account)).social_account_id

    async def approved(
        self,
        platform: str,
        *texts: str,
        in_time: timedelta = HOUR,
        status: str = "approved",
        campaign_id: str | None = None,
        **changes: Any,
    ) -> list[SocialPost]:
        """Store an approval of posts, and the posts as they were scheduled by it."""
        publish_at = self.clock.now() + in_time
        planned = [self._planned(platform, text, publish_at, **changes) for text in texts]
        payload: dict[str, Any] = {"posts": planned, "audience": None, "budget": None}
        request = ApprovalRequest(
            request_id=new_id("apr"),
            campaign_id=campaign_id,
            request_type="publish",
            tool="schedule_posts",
            call_id="call_1",
            run_id="run_1",
            content=payload,
            payload_hash=payload_hash(payload),
            status="approved",
            requested_by="publisher",
            approved_by=self.scope.actor_id,
            expires_at=self.clock.now() + timedelta(days=7),
        ).model_copy(update={"status": status})
        await Repository(self.database, APPROVAL_REQUESTS, self.scope).insert(request)
        return [await self._post(request, place, item, publish_at, campaign_id) for place, item in enumerate(planned)]

    def _planned(self, platform: str, text: str, publish_at: datetime, **changes: Any) -> dict[str, Any]:
        return {
            "content_id": derived_id("cnt", text),
            "version": 1,
            "platform": platform,
            "account_id": self.kits[platform].access.account_id,
            "text": text,
            "subject": None,
            "media": [],
            "link": None,
            "hashtags": [],
            "publish_at": publish_at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z",
            **changes,
        }

    async def _post(
        self, request: ApprovalRequest, place: int, planned: dict[str, Any], at: datetime, campaign_id: str | None
    ) -> SocialPost:
        content = Content(
            content_id=planned["content_id"],
            type="text",
            content_type="social_post",
            platform=planned["platform"],
            status="approved",
            content=ContentBody(text=planned["text"]),
        )
        await Repository(self.database, CONTENT_LIBRARY, self.scope).insert_once(content)
        post = SocialPost(
            post_id=effect_id("pst", request.request_id, place),
            campaign_id=campaign_id,
            content_id=content.content_id,
            conversation_id="cnv_1",
            request_id=request.request_id,
            platforms=[PlatformResult(platform=planned["platform"], account_id=planned["account_id"])],
            content=PostContent(
                message=planned["text"],
                title=planned["subject"],
                link=planned["link"],
                hashtags=planned["hashtags"],
                media=planned["media"],
            ),
            schedule=PostSchedule(scheduled=True, publish_at=at),
        )
        return await Repository(self.database, SOCIAL_POSTS, self.scope).insert(post)

    async def deliver(self, worker: DeliveryParts, post: SocialPost) -> Outcome:
        """Make the delivery of a post and look at it once."""
        (delivery,) = await worker.deliverer.schedule(self.scope, [post.post_id])
        return await worker.deliverer.deliver(self.scope, delivery.delivery_id)

    async def delivery(self, post: SocialPost) -> Delivery:
        """Return the delivery of a post as it is stored."""
        found = await self.find_delivery(post.post_id)
        assert found
        return found

    async def find_delivery(self, post_id: str) -> Delivery | None:
        """Return the delivery of a post, if there is one yet."""
        return await Repository(self.database, DELIVERIES, self.scope).find_one({"post_id": post_id})

    async def result(self, post: SocialPost) -> PlatformResult:
        """Return what the post says became of it."""
        return (await Repository(self.database, SOCIAL_POSTS, self.scope).get(post.post_id)).platforms[0]

    async def audited(self) -> list[AuditEntry]:
        """Return the audit log's entries."""
        return await Repository(self.database, AUDIT_LOG, self.scope).find({}, limit=500)

    def published(self, platform: str) -> list[str]:
        """Return the texts that were ever published on a platform."""
        return [row["text"] for row in self.kits[platform].published()]


@pytest.fixture
async def house(database: Database, scope: Scope, clock: ManualClock, sandbox: Sandbox) -> AsyncIterator[DeliveryHouse]:
    """A house whose accounts are not connected yet."""
    async with Outside(clock, timeout=20.0, allow_private=True, addresses=sandbox.addresses()) as outside:
        yield DeliveryHouse(database, scope, clock, outside, twin_kits(sandbox))
