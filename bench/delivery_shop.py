"""A shop whose posts are delivered to the sandbox: its accounts there, what was approved, and what was not."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core.clock import Clock
from core.errors import ToolFailed, Unavailable
from core.ids import derived_id, new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.content_library import CONTENT_LIBRARY, Content, ContentBody
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, Credentials, SocialAccount
from sandbox.graph import PAGE, PAGE_TOKEN, GraphTwin
from sandbox.mail_server import PASSWORD as MAIL_PASSWORD
from sandbox.mail_server import USERNAME as MAIL_USERNAME
from sandbox.platforms import instagram, linkedin, twitter, wordpress
from sandbox.server import JPEG_START, Sandbox
from tools.approval.act import iso_utc
from tools.approval.payload import effect_id, execution_id, payload_hash
from tools.outside.contract import Media
from tools.publishing import PlannedMedia, PlannedPost, PostsPayload
from tools.scheduling import carry_out
from tools.tool import ToolContext

Status: TypeAlias = Literal["approved", "pending", "rejected"]
Flaw: TypeAlias = Literal["pending", "rejected", "changed"]
CHANGED = "and now for something else"
PLATFORMS = ("wordpress", "twitter", "linkedin", "facebook", "instagram")
NO_LIMIT = 1_000_000
LONG = 10**8  # seconds
PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ShopPost:
    """One post as it was approved, or not: ``flaw`` says why it must never go out."""

    post_id: str
    platform: str
    text: str
    recipients: tuple[str, ...] = ()
    flaw: Flaw | None = None


def _new_scope() -> Scope:
    user_id = new_id("usr")
    return Scope(user_id, user_id, "user")


@dataclass(slots=True)
class Shop:
    """One account with its connections."""

    database: Database
    sandbox_url: str
    mail_port: int
    scope: Scope = field(default_factory=_new_scope)
    _accounts: dict[str, str] = field(default_factory=dict[str, str])

    async def connect(self, tokens: dict[str, str]) -> None:
        """Connect an account on every platform."""
        mail = {"host": "127.0.0.1", "port": self.mail_port, "security": "none", "sender": "Shop <hello@shop.example>"}
        found: dict[str, tuple[str, Credentials, dict[str, Any]]] = {
            "wordpress": (
                "site.example/1",
                Credentials(username=wordpress.USER, password=wordpress.PASSWORD),
                {"site": f"{self.sandbox_url}/wordpress"},
            ),
            "twitter": (str(twitter.ME["id"]), Credentials(access_token=tokens["twitter"]), {}),
            "linkedin": (linkedin.ORGANISATION, Credentials(access_token=tokens["linkedin"]), {}),
            "facebook": (PAGE, Credentials(access_token=PAGE_TOKEN), {}),
            "instagram": (instagram.ACCOUNT, Credentials(access_token=PAGE_TOKEN), {"page_id": PAGE}),
            "email": ("hello@shop.example", Credentials(username=MAIL_USERNAME, password=MAIL_PASSWORD), mail),
        }
        for platform, (account_id, credentials, config) in found.items():
            account = SocialAccount(
                social_account_id=new_id("acc"),
                platform=platform,
                account_id=account_id,
                credentials=credentials,
                config=config,
            )
            await Repository(self.database, SOCIAL_ACCOUNTS, self.scope).insert(account)
            self._accounts[platform] = account_id

    async def approve(
        self,
        platform: str,
        texts: Sequence[str],
        *,
        publish_at: datetime,
        name: str,
        flaw: Flaw | None = None,
        hashtags: Sequence[str] = (),
    ) -> list[ShopPost]:
        """Have posts approved and scheduled, or left with a flaw. Harmless when repeated with the same ``name``."""
        payload = PostsPayload(
            posts=[
                self._planned(platform, text, publish_at, f"{name}-{place}", hashtags)
                for place, text in enumerate(texts)
            ],
            audience="neighbours" if platform == "email" else None,
        )
        request_id = derived_id("apr", self.scope.user_id, name)
        await self._store_request(request_id, payload, "approved" if flaw is None or flaw == "changed" else flaw)
        if flaw == "changed":
            other = [post.model_copy(update={"text": f"{post.text} {CHANGED}"}) for post in payload.posts]
            payload = payload.model_copy(update={"posts": other})
        for planned in payload.posts:
            await self._store_content(planned)
        await carry_out(self._context(request_id), payload)
        prefix = "eml" if platform == "email" else "pst"
        return [
            ShopPost(effect_id(prefix, request_id, place), platform, planned.text, tuple(planned.recipients), flaw)
            for place, planned in enumerate(payload.posts)
        ]

    def _context(self, request_id: str) -> ToolContext:
        return ToolContext(
            scope=self.scope,
            database=self.database,
            clock=self.database.clock,
            conversation_id="",
            run_id="run_shop",
            call_id=execution_id(request_id),
            agent="publisher",
            timezone="UTC",
            context={},
            approval_id=request_id,
        )

    async def patiently(self, platform: str, texts: Sequence[str], **more: Any) -> list[ShopPost]:
        """Approve, again and again while the database is away; nothing if its time passes meanwhile."""
        waited = 0.0
        while True:
            try:
                return await self.approve(platform, texts, **more)
            except ToolFailed:
                return []
            except Unavailable:
                if waited > PATIENCE_SECONDS:
                    raise
            await asyncio.sleep(PAUSE_SECONDS)
            waited += PAUSE_SECONDS

    def _planned(
        self, platform: str, text: str, publish_at: datetime, name: str, hashtags: Sequence[str]
    ) -> PlannedPost:
        media: list[PlannedMedia] = []
        if platform == "instagram":
            picture = Media(f"{self.sandbox_url}/pictures/{name}.jpg", "image/jpeg", _picture(f"{name}.jpg"))
            media = [PlannedMedia(url=picture.url, content_type=picture.content_type, sha256=picture.digest)]
        return PlannedPost(
            content_id=derived_id("cnt", self.scope.user_id, name),
            version=1,
            platform=platform,
            account_id=self._accounts[platform],
            text=text,
            subject=name if platform in {"email", "wordpress"} else None,
            media=media,
            link=None,
            hashtags=list(hashtags),
            publish_at=iso_utc(publish_at),
            recipients=[f"{name}-{number}@people.example" for number in range(3)] if platform == "email" else [],
        )

    async def _store_content(self, planned: PlannedPost) -> None:
        content = Content(
            content_id=planned.content_id,
            type="text",
            content_type="email" if planned.platform == "email" else "social_post",
            platform=planned.platform,
            subject=planned.subject if planned.platform == "email" else None,
            title=planned.subject,
            status="approved",
            content=ContentBody(text=planned.text),
        )
        await Repository(self.database, CONTENT_LIBRARY, self.scope).insert_once(content)

    async def _store_request(self, request_id: str, payload: PostsPayload, status: Status) -> None:
        content = payload.model_dump(mode="json")
        now = self.database.clock.now()
        request = ApprovalRequest(
            request_id=request_id,
            request_type="publish",
            tool="schedule_posts",
            call_id="call_shop",
            run_id="run_shop",
            content=content,
            payload_hash=payload_hash(content),
            status=status,
            requested_by="publisher",
            approved_by=self.scope.actor_id,
            resolved_at=now,
            expires_at=now + timedelta(days=7),
        )
        await Repository(self.database, APPROVAL_REQUESTS, self.scope).insert_once(request)


async def prepare_sandbox(journal: Path, clock: Clock | None = None) -> dict[str, str]:
    """Write the start of a sandbox's journal: no limits, and access tokens, which are returned."""
    async with Sandbox(journal, clock) as sandbox:
        tokens: dict[str, str] = {}
        for name, twin in sandbox.twins.items():
            if isinstance(twin, GraphTwin | twitter.TwitterTwin):
                twin.set_limit(NO_LIMIT)
            if isinstance(twin, twitter.TwitterTwin):
                tokens[name] = twin.authorisation.issue("tweet.read tweet.write users.read media.write", LONG)["token"]
            if isinstance(twin, linkedin.LinkedInTwin):
                scopes = "w_member_social r_organization_social openid profile"
                tokens[name] = twin.authorisation.issue(scopes, LONG)["token"]
        return tokens


def _picture(name: str) -> bytes:
    return JPEG_START + name.encode()
