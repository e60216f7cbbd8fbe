"""People's posts and texts for the console's pages: what waits, what is scheduled, what is out, and hostile words."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.ids import new_id
from core.scope import Scope
from db.accounts import Accounts
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.collection import Collection
from db.repository import D, Repository
from db.social_posts import SOCIAL_POSTS, PlatformResult, PostContent, PostSchedule, PostStatus, SocialPost
from server.services import Services
from tests.server.conftest import Person
from tools.catalogue import CATALOGUE
from tools.content import save_draft
from tools.renewal import coming_id, planned_in
from tools.runner import ToolRunner
from tools.tool import ToolContext

RUNNER: Final = ToolRunner(CATALOGUE)
HOSTILE: Final = "<img src=x onerror=alert(1)>\"'`{{7777*7}}</script><b>bold</b>"


@dataclass(frozen=True)
class House:
    """One person's account as the tools fill it."""

    services: Services
    person: Person

    @property
    def scope(self) -> Scope:
        return Scope(self.person.user_id, self.person.user_id, "user", "web")

    def repository(self, collection: Collection[D]) -> Repository[D]:
        return self.services.repository(collection, self.scope)

    def context(self) -> ToolContext:
        return ToolContext(
            scope=self.scope, database=self.services.database, clock=self.services.clock, conversation_id="",
            run_id=new_id("run"), call_id=new_id("call"), agent="writer", timezone="Europe/London", context={},
        )  # fmt: skip

    async def lives_in(self, timezone: str) -> None:
        await Accounts(self.services.database).change(self.person.user_id, {"preferences.timezone": timezone})

    async def draft(self, text: str, platform: str = "threads", **more: Any) -> str:
        asked = save_draft.params.model_validate({"platform": platform, "text": text, **more})
        return str((await save_draft.function(self.context(), asked))["content_id"])

    async def asked(self, at: str, *contents: str) -> tuple[ApprovalRequest, list[str]]:
        """Have posts asked for at a local time; the request, and the ids they will have."""
        items = [{"content_id": one, "publish_at": at} for one in contents]
        outcome = await RUNNER.call("schedule_posts", {"items": items}, self.context())
        assert outcome.interrupt is not None, outcome.content
        request = await self.repository(APPROVAL_REQUESTS).get(outcome.interrupt.approval_id)
        return request, [coming_id(request, place, post) for place, post in enumerate(planned_in(request))]

    async def scheduled(self, at: str, *contents: str) -> list[str]:
        """Have posts approved for a local time."""
        request, ids = await self.asked(at, *contents)
        decided = await self.repository(APPROVAL_REQUESTS).update(request.request_id, {"status": "approved"})
        assert (await RUNNER.execute(decided, self.context())).ok
        return ids

    async def past(self, status: PostStatus, text: str, hours: int = 1, platform: str = "twitter") -> str:
        """Store a post whose time has gone by."""
        moment = self.services.clock.now() - timedelta(hours=hours)
        out = {"published_at": moment, "url": "https://x.example/1"} if status == "published" else {"error": text}
        result = PlatformResult.model_validate({"platform": platform, "status": status, **out})
        post = SocialPost(
            post_id=new_id("pst"), platforms=[result], content=PostContent(message=text),
            schedule=PostSchedule(publish_at=moment), delivery="made",
        )  # fmt: skip
        return (await self.repository(SOCIAL_POSTS).insert(post)).post_id
