"""What has to hold of campaigns once they are over: the outside world is as approved, and the books add up."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final

from core.scope import Scope
from db.agent_tasks import AGENT_TASKS
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.collection import Collection
from db.content_library import CONTENT_LIBRARY, Content
from db.deliveries import DELIVERIES, Delivery
from db.delivery_store import DeliveryStore
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.repository import D, Repository
from db.social_posts import SOCIAL_POSTS
from db.spend_entries import SPEND_ENTRIES
from sandbox.journal import Journal
from tools.approval.payload import effect_id
from tools.platforms.email import left_of
from workflows.delivery.late import renewal_of
from workflows.delivery.notes import DurableNotes

MOST: Final = 100_000
OUT: Final = frozenset({"published", "unknown"})
NOTHING_APPROVED: Final = "None of its posts was approved."
TAG: Final = re.compile(r"</?[a-z][^>]*>")
KINDS: Final = {
    "generated_social": "social_post",
    "generated_emails": "email",
    "generated_blogs": "blog",
}


@dataclass(slots=True)
class Ledger:
    """Compares. ``problems`` has to be empty."""

    database: Database
    scope: Scope
    journal: Journal
    problems: list[str] = field(default_factory=list[str])
    states: Counter[str] = field(default_factory=Counter[str])
    ended: Counter[str] = field(default_factory=Counter[str])
    approved: int = 0
    spent: int = 0

    async def compare(self) -> None:
        """Look at everything."""
        deliveries = await self._all(DELIVERIES)
        self.states = Counter(one.state for one in deliveries)
        requests = {one.request_id: one for one in await self._all(APPROVAL_REQUESTS)}
        sources = {one.post_id: one.request_id for one in await self._all(SOCIAL_POSTS)}
        sources |= {one.campaign_id: one.request_id for one in await self._all(EMAIL_CAMPAIGNS)}
        by_post = {one.post_id: one for one in deliveries}
        self._every_one_approved(by_post, sources, requests)
        campaigns = await self._all(CAMPAIGNS)
        planned = {post_id: _planned(one, requests, sources) for post_id, one in by_post.items()}
        elsewhere = {
            str(post["content_id"]) for post_id, post in planned.items() if post and by_post[post_id].state in OUT
        }
        self._approved_ones_are_out(by_post, requests, {one.campaign_id: one for one in campaigns}, elsewhere)
        for platform in ("linkedin", "twitter", "facebook", "wordpress"):
            self._posts_on(platform, [one for one in deliveries if one.platform == platform], requests, sources)
        self._mail([one for one in deliveries if one.platform == "email"], requests, sources)
        contents = await self._all(CONTENT_LIBRARY)
        for campaign in campaigns:
            await self._books(campaign, contents, deliveries)

    def _every_one_approved(
        self,
        deliveries: dict[str, Delivery],
        sources: dict[str, str | None],
        requests: dict[str, ApprovalRequest],
    ) -> None:
        """What is out, or may be, has an approval that holds it; what is over is over."""
        for post_id, one in deliveries.items():
            request = requests.get(sources.get(post_id) or "")
            if one.state in {"published", "unknown"} and (request is None or request.approved_by is None):
                self._problem(f"{post_id} is {one.state} without an approval")
            if one.state == "unknown" and not one.reason:
                self._problem(f"{post_id} is unknown without a reason")
            if one.next_attempt_at is not None or one.lease is not None:
                self._problem(f"{post_id} is stuck: {one.state}, {one.reason}")

    def _approved_ones_are_out(
        self,
        deliveries: dict[str, Delivery],
        requests: dict[str, ApprovalRequest],
        campaigns: dict[str, Campaign],
        elsewhere: set[str],
    ) -> None:
        """Each approved text is out, once: what was asked anew and had gone out by then is refused (``elsewhere``)."""
        for request in requests.values():
            if request.request_type != "publish" or request.status != "approved" or request.executed_at is None:
                continue
            over = campaigns[str(request.campaign_id)].status
            for place, planned in enumerate(request.content["posts"]):
                self.approved += 1
                post_id = effect_id("eml" if planned["platform"] == "email" else "pst", request.request_id, place)
                found = deliveries.get(post_id)
                state = found.state if found else "missing"
                if found and found.late and renewal_of(found) in requests:
                    continue
                if found is None and planned["content_id"] in elsewhere:
                    continue
                if state not in (OUT | ({"cancelled"} if over == "cancelled" else set())):
                    why = found.reason if found else _how(request, planned)
                    self._problem(f"{planned['platform']} {post_id} of a campaign {over} is {state}: {why}")

    def _posts_on(
        self,
        platform: str,
        deliveries: Iterable[Delivery],
        requests: dict[str, ApprovalRequest],
        sources: dict[str, str | None],
    ) -> None:
        """Each post that is there is that of one delivery, as it was approved, or of one that is said to be unknown."""
        there = {name: _flat(str(row["text"])) for name, row in self.journal.table(platform, "posts").items()}
        named = Counter[str]()
        unknown: list[str] = []
        for one in deliveries:
            text = _approved_text(one, requests, sources)
            if one.state == "published" and one.result and one.result.platform_post_id:
                found = _found(there, one.result.platform_post_id)
                named[found or one.result.platform_post_id] += 1
                if found is None or text not in there[found]:
                    self._problem(f"{platform}: {one.post_id} is not there as it was approved")
            elif one.state == "unknown":
                unknown.append(text)
        self._problems(f"{platform}: {count} deliveries claim {name}" for name, count in named.items() if count > 1)
        for name in there.keys() - named.keys():
            match = next((text for text in unknown if text in there[name]), None)
            if match is None:
                self._problem(f"{platform}: nobody has approved, or twice is there: {there[name][:80]!r}")
            else:
                unknown.remove(match)

    def _mail(
        self, deliveries: Iterable[Delivery], requests: dict[str, ApprovalRequest], sources: dict[str, str | None]
    ) -> None:
        """Each recipient has got each email once, perhaps where that is unknown, and nobody anything else."""
        got = Counter((str(row["to"][0]), _delivery_of(str(row["id"]))) for row in self._mailbox())
        expected = set[tuple[str, str]]()
        for one in deliveries:
            planned = _planned(one, requests, sources)
            recipients: list[str] = planned["recipients"] if planned else []
            untouched = left_of(recipients, DurableNotes(DeliveryStore(self.database), one))
            for recipient in recipients:
                key = (recipient, one.delivery_id)
                count = got[key]
                expected.add(key)
                half_way = one.late and recipient not in untouched
                if count not in {"published": {1}, "unknown": {0, 1}}.get(one.state, {0, 1} if half_way else {0}):
                    self._problem(f"email: {one.post_id} is {one.state}, {recipient} has got it {count} times")
        self._problems(f"email: nobody has approved {key}" for key in got.keys() - expected)

    def _mailbox(self) -> list[dict[str, Any]]:
        return list(self.journal.table("email", "posts").values())

    async def _books(self, campaign: Campaign, all_contents: list[Content], deliveries: list[Delivery]) -> None:
        """Budget and counters of a campaign add up, and nothing of it was made twice."""
        name, where = campaign.campaign_id, {"campaign_id": campaign.campaign_id}
        self.ended[campaign.status] += 1
        if campaign.status not in {"completed", "cancelled"} and campaign.execution.reason != NOTHING_APPROVED:
            self._problem(f"{name} is {campaign.status}: {campaign.execution.reason}")
        entries = await Repository(self.database, SPEND_ENTRIES, self.scope).find(where, limit=MOST)
        budget, spent = campaign.budget, sum(entry.amount_minor for entry in entries)
        self.spent += spent
        if spent != budget.used_minor or budget.used_minor + budget.remaining_minor != budget.allocated_minor:
            self._problem(f"{name}: {spent} spent, {budget.used_minor} used, {budget.remaining_minor} remaining")
        if sorted(campaign.charges) != sorted(entry.entry_id for entry in entries) or budget.remaining_minor < 0:
            self._problem(f"{name}: charges and entries differ, or the budget is passed")
        contents = [one for one in all_contents if one.campaign_id == name and one.status != "archived"]
        for counter, kind in KINDS.items():
            written = sum(one.content_type == kind for one in contents)
            if getattr(campaign.made, counter) != written:
                self._problem(f"{name}: {counter} {getattr(campaign.made, counter)}, {written} written")
        if len(entries) != len(contents):
            self._problem(f"{name}: {len(contents)} texts, {len(entries)} paid for")
        out = sum(one.state == "published" for one in deliveries if one.campaign_id == name)
        if campaign.made.published_posts != out:
            self._problem(f"{name}: {campaign.made.published_posts} posts counted, {out} are out")
        if any(len(one.used_in) > 1 for one in contents):
            self._problem(f"{name}: a text is used twice")
        tasks = await Repository(self.database, AGENT_TASKS, self.scope).find(where, limit=MOST)
        if campaign.status == "completed" and any(task.status != "completed" for task in tasks):
            self._problem(f"{name}: over, but not all of its tasks are")

    async def _all(self, collection: Collection[D]) -> list[D]:
        return await Repository(self.database, collection, self.scope).find({}, limit=MOST)

    def _problems(self, found: Iterable[str]) -> None:
        self.problems += found

    def _problem(self, problem: str) -> None:
        self.problems.append(problem)


def _how(request: ApprovalRequest, planned: Mapping[str, Any]) -> str:
    """Say what is known of a request that nothing came of."""
    done = f"{request.executed_at:%d %H:%M}" if request.executed_at else "never"
    return f"{request.request_id} {request.metadata}, carried out {done}, meant for {planned['publish_at']}"


def _planned(
    one: Delivery, requests: dict[str, ApprovalRequest], sources: dict[str, str | None]
) -> dict[str, Any] | None:
    """Return what was approved of a delivery."""
    request = requests.get(sources.get(one.post_id) or "")
    for place, planned in enumerate(request.content["posts"] if request else []):
        prefix = "eml" if planned["platform"] == "email" else "pst"
        if request and effect_id(prefix, request.request_id, place) == one.post_id:
            return dict(planned)
    return None


def _approved_text(one: Delivery, requests: dict[str, ApprovalRequest], sources: dict[str, str | None]) -> str:
    planned = _planned(one, requests, sources)
    return _flat(str(planned["text"])) if planned else "nothing was approved"


def _delivery_of(message_id: str) -> str:
    """Return the delivery a message belongs to: its id stands between the recipient's digest and the sender's host."""
    return message_id.strip(" <>").partition(".")[2].partition("@")[0]


def _found(there: dict[str, str], name: str) -> str | None:
    """Return the name of a row for a platform's id; some ids carry more than the twin's own name for the post."""
    return name if name in there else next((one for one in there if name.endswith(one) or one.endswith(name)), None)


def _flat(text: str) -> str:
    """Return a text's letters and digits alone: platforms have marks and spaces of their own."""
    return "".join(letter for letter in unescape(TAG.sub("", text)) if letter.isalnum())
