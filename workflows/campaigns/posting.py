"""Puts a campaign's texts on the calendar: asked for where its mode asks, by the same tool and runner as in a chat."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from core.errors import Conflict, Forbidden
from core.ids import derived_id
from core.json_text import inner_list, json_object
from core.scope import Scope
from core.timezones import first_zone
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.approval_rules import ApprovalMode
from db.campaigns import Campaign
from db.content_library import CONTENT_LIBRARY, Content
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, TAKEN_LAST
from tools.approval.act import Act, moment_of_payload
from tools.approval.authority import POLICY
from tools.approval.payload import effect_id, execution_id
from tools.approval.planned_acts import act_of_planned
from tools.approval.requests import LIVE
from tools.approval.rules import rules_in_force
from tools.platforms.catalogue import BY_NAME
from tools.posting_calendar import end_of
from tools.runner import ToolOutcome
from tools.tool import ToolContext
from workflows.campaigns.chronicle import Entry
from workflows.campaigns.course import Course, Ground, Plain
from workflows.campaigns.late_times import is_late, soon, times_for
from workflows.campaigns.layout import Layout, Piece, read_layout
from workflows.campaigns.tasks import Tasks, bare_of

BATCH: Final = 20
EVERYTHING: Final[ApprovalMode] = "semi_auto"
REVIEW: Final = "texts"
Item: TypeAlias = tuple[Piece, Content]


class Posting:
    """From written texts to scheduled posts."""

    def __init__(self, ground: Ground, tasks: Tasks) -> None:
        self._ground = ground
        self._parts = ground.parts
        self._tasks = tasks

    async def propose(self, course: Course, layout: Plain, turn: int) -> Plain:
        """Prepare what is written and not scheduled yet, in batches; return the requests, and what can't go out."""
        await self._ground.moved(course, "publishing")
        await self._tasks.recount(course)
        campaign = await self._ground.campaign(course)
        open_ones = await self.open(course, read_layout(layout))
        requests, problems = await self.prepare(course, campaign, open_ones, str(turn))
        await self._ask_for_pictures(course, campaign)
        return {"requests": requests, "problems": problems, "texts": len(open_ones)}

    async def prepare(
        self, course: Course, campaign: Campaign, open_ones: Sequence[Item], turn: str
    ) -> tuple[list[str], list[str]]:
        """Prepare these in batches; return the requests, and what can't go out, which is told."""
        requests: list[str] = []
        problems: list[str] = []
        timed = await self._in_time(course, campaign, open_ones)
        for name, group in (await self._groups(course, campaign, timed)).items():
            for start in range(0, len(group), BATCH):
                place = f"{turn} {name} {start}"
                asked, said = await self._batch(course, campaign, group[start : start + BATCH], place)
                requests += asked
                problems += said
        for number, problem in enumerate(problems):
            told = Entry(f"problem {turn} {number}", "post_left_out", problem)
            await self._parts.chronicle.tell(course.scope, campaign, told)
        return requests, problems

    async def _in_time(self, course: Course, campaign: Campaign, items: Sequence[Item]) -> list[Item]:
        """Return the items with times that are possible: what is late keeps apart from what its channel has besides."""
        now, zone = self._ground.now(), ZoneInfo(first_zone(campaign.execution.timezone))
        meant = [(piece.platform, datetime.fromisoformat(piece.at)) for piece, _ in items]
        if not any(is_late(moment, now) for _, moment in meant):
            return list(items)
        live = {"campaign_id": campaign.campaign_id, "request_type": "publish", "status": {"$in": list(LIVE)}}
        own = {content.content_id for _, content in items}
        taken: dict[str, set[date]] = {}
        for request in await self._requests(course).find(live, limit=1000):
            for post in _posts(request):
                moment = moment_of_payload(post.get("publish_at"))
                if moment is not None and post.get("content_id") not in own:
                    taken.setdefault(str(post.get("platform")), set()).add(moment.astimezone(zone).date())
        times = times_for(meant, taken, now, end_of(campaign, zone.key, now), zone)
        return [
            (replace(piece, at=at.astimezone(UTC).isoformat()), content)
            for (piece, content), at in zip(items, times, strict=True)
        ]

    async def _ask_for_pictures(self, course: Course, campaign: Campaign) -> None:
        """Ask for the pictures without which some texts can't go out; nothing else waits for them."""
        bare = [one for task in await self._tasks.of_launch(course) for one in bare_of(task).values()]
        if not bare:
            return
        found = await self._contents(course).find({"content_id": {"$in": bare}}, limit=1000)
        labels = " and ".join(sorted({BY_NAME[content.platform].label for content in found}))
        few = len(bare) == 1
        texts = f"{len(bare)} {labels} text{'' if few else 's'}"
        told = Entry(
            f"pictures {' '.join(sorted(bare))}"[:400],
            "pictures_wanted",
            f"{texts} wait{'s' if few else ''} for a picture or video.",
            text=f"{texts} can't go out without a picture or video. Give me the address of one for each draft "
            "(“attach https://… to …”), and it goes on the calendar. Nothing is charged for them before, and the "
            "other posts don't wait.",
            details={"contents": sorted(bare)},
        )
        await self._parts.chronicle.tell(course.scope, campaign, told)

    async def settle(self, course: Course, requests: Sequence[str]) -> Plain:
        """Carry out what is approved; return what still waits, until when, and what has to be prepared anew."""
        campaign = await self._ground.campaign(course)
        waiting: list[ApprovalRequest] = []
        scheduled, again, settled = 0, 0, list[str]()
        for request_id in requests:
            request = await self._decided(course, campaign, await self._requests(course).get(request_id))
            if request.status == "pending":
                waiting.append(request)
                continue
            settled.append(request_id)
            if request.status == "approved" and (count := await self._carried_out(course, campaign, request)):
                reviewed = request.request_type == "content"
                scheduled, again = scheduled + (0 if reviewed else count), again + (count if reviewed else 0)
            else:
                again += await self._sent_back(course, campaign, request)
        until = min((request.expires_at for request in waiting), default=None)
        await self._tell_settled(course, campaign, scheduled, settled, len(waiting))
        return {
            "waiting": len(waiting),
            "until": until.isoformat() if until else None,
            "scheduled": scheduled,
            "again": again,
        }

    async def open(self, course: Course, layout: Layout) -> list[Item]:
        """Return the pieces whose text waits to be scheduled, in the order of their times."""
        written: dict[str, str] = {}
        for task in await self._tasks.of_launch(course):
            written |= (task.result or {}).get("contents", {})
        pieces = [piece for work in layout.tasks for piece in work.pieces if piece.piece_id in written]
        found = await self._contents(course).find({"content_id": {"$in": list(written.values())}}, limit=1000)
        contents = {content.content_id: content for content in found}
        ready = [(piece, contents[written[piece.piece_id]]) for piece in pieces if written[piece.piece_id] in contents]
        unused = [(piece, content) for piece, content in ready if not content.used_in and content.status != "archived"]
        return sorted(unused, key=lambda item: (item[0].at, item[0].platform))

    async def _groups(self, course: Course, campaign: Campaign, items: Sequence[Item]) -> dict[str, list[Item]]:
        """Put together what is asked for together, so that what may go out by itself waits for nobody's decision.

        Where every post is asked for, so is every text before: it has to be approved as a text first.
        """
        accounts, mode = await self._accounts(course), await self._mode(course, campaign)
        groups: dict[str, list[Item]] = {}
        for piece, content in items:
            if mode == EVERYTHING and content.status != "approved":
                name = REVIEW
            else:
                direct = BY_NAME[piece.platform].direct
                asks = await self._asks(course, campaign, mode, (piece, content), accounts.get(piece.platform))
                name = f"{'direct' if direct else 'public'} {'asked' if asks else 'free'}"
            groups.setdefault(name, []).append((piece, content))
        return groups

    async def _accounts(self, course: Course) -> dict[str, str]:
        accounts = Repository(self._parts.database, SOCIAL_ACCOUNTS, course.scope)
        found = await accounts.find({"status": "active"}, sort=TAKEN_LAST, limit=1000)
        return {account.platform: account.account_id for account in found}

    async def _asks(
        self, course: Course, campaign: Campaign, mode: ApprovalMode, item: Item, account_id: str | None
    ) -> bool:
        """Whether a person will have to see this post; what counts in the end is asked of what is prepared."""
        piece, content = item
        if by_mode(mode, [piece.platform]):
            return True
        planned = {
            "platform": piece.platform,
            "account_id": account_id,
            "publish_at": self._time_of(piece),
            "text": content.content.text,
            "subject": content.subject or content.title,
            "hashtags": content.hashtags,
            "link": content.content.link,
            "recipients": campaign.recipients,
        }
        act = act_of_planned(planned, campaign.campaign_id, content.content_id)
        return account_id is not None and await self._has_to_ask(course, act)

    async def _mode(self, course: Course, campaign: Campaign) -> ApprovalMode:
        """Return the mode that rules now, which is not always the one the campaign was launched in."""
        return (await rules_in_force(self._parts.database, course.scope, campaign)).mode

    async def _has_to_ask(self, course: Course, act: Act) -> bool:
        try:
            ruling = await self._parts.authority.asks(course.scope, act)
        except Forbidden:
            return True
        return ruling.ruling == "ask"

    async def _batch(
        self, course: Course, campaign: Campaign, items: Sequence[tuple[Piece, Content]], place: str
    ) -> tuple[list[str], list[str]]:
        """Prepare a batch; where one of it can't go out, each by itself, so that it holds up no other."""
        outcome = await self._prepare(course, campaign, items, place)
        if outcome.ok or len(items) == 1:
            return self._asked(outcome), [] if outcome.ok else [_words(outcome)]
        requests: list[str] = []
        problems: list[str] = []
        for number, item in enumerate(items):
            alone = await self._prepare(course, campaign, [item], f"{place} {number}")
            requests += self._asked(alone)
            problems += [] if alone.ok else [_words(alone)]
        return requests, problems

    async def _prepare(
        self, course: Course, campaign: Campaign, items: Sequence[tuple[Piece, Content]], place: str
    ) -> ToolOutcome:
        call_id = derived_id("call", course.key, "schedule", place)
        request_id = derived_id(APPROVAL_REQUESTS.id_prefix, call_id, "1")
        if await self._requests(course).find_one({"request_id": request_id}):
            return ToolOutcome(f'{{"approval_id": "{request_id}"}}')
        context = await self._context(course, campaign, call_id)
        tool, arguments = self._call(campaign, items, review=f" {REVIEW} " in f" {place} ")
        outcome = await self._parts.headless.house.runner.call(tool, arguments, context)
        for request_id in self._asked(outcome):
            request = await self._requests(course).get(request_id)
            if await self._needs_person(course, campaign, request):
                what = "text" if request.request_type == "content" else "post"
                told = Entry(
                    f"asked {request.request_id}",
                    f"{what}s_wait",
                    f"{len(items)} {what}{'' if len(items) == 1 else 's'} wait for approval.",
                    text=f"{request.summary} Nothing goes out until you approve it.",
                    details={"approval_id": request.request_id},
                    asks=request,
                )
                await self._parts.chronicle.tell(course.scope, campaign, told)
        return outcome

    def _call(self, campaign: Campaign, items: Sequence[Item], *, review: bool) -> tuple[str, dict[str, Any]]:
        if review:
            return "review_drafts", {"content_ids": [content.content_id for _, content in items]}
        given = [{"content_id": content.content_id, "publish_at": self._time_of(piece)} for piece, content in items]
        return "schedule_posts", {"items": given, "recipients": campaign.recipients or None}

    def _asked(self, outcome: ToolOutcome) -> list[str]:
        asked = (json_object(outcome.content) or {}).get("approval_id")
        return [str(asked)] if asked else []

    def _time_of(self, piece: Piece) -> str:
        """Return when a piece goes out: at its time, or soon where that has passed just now."""
        meant, now = datetime.fromisoformat(piece.at), self._ground.now()
        return (soon(now) if is_late(meant, now) else meant).isoformat()

    async def _decided(self, course: Course, campaign: Campaign, request: ApprovalRequest) -> ApprovalRequest:
        """Return the request as it stands; decided by the campaign's mode where that needs no person."""
        if request.status != "pending":
            return request
        if request.expires_at <= self._ground.now():
            expired = await self._parts.requests.expire(course.scope, request)
            return expired or await self._requests(course).get(request.request_id)
        if await self._needs_person(course, campaign, request):
            return request
        by = Scope(course.user_id, f"{POLICY}:{await self._mode(course, campaign)}", "user")
        try:
            return await self._parts.requests.record(by, request.request_id, "approve", via=POLICY)
        except Conflict:
            return await self._requests(course).get(request.request_id)

    async def _needs_person(self, course: Course, campaign: Campaign, request: ApprovalRequest) -> bool:
        """Whether a person has to see these posts: by the mode, the rules and guardrails, or who is named to sign."""
        if request.steps or request.request_type == "content":
            return True
        if by_mode(await self._mode(course, campaign), _platforms(request)):
            return True
        for position, planned in enumerate(_posts(request)):
            connected = planned.get("account_id") is not None
            if connected and await self._has_to_ask(course, _act_of(planned, request, position)):
                return True
        return False

    async def _carried_out(self, course: Course, campaign: Campaign, request: ApprovalRequest) -> int:
        context = await self._context(course, campaign, execution_id(request.request_id))
        outcome = await self._parts.headless.house.runner.execute(request, context)
        if not outcome.ok:
            return 0
        await self._requests(course).change(
            request.request_id, {"executed_at": self._ground.now(), "resumed_at": self._ground.now()}
        )
        done = json_object(outcome.content) or {}
        return len(inner_list(done.get("scheduled") or done.get("reviewed")))

    async def _sent_back(self, course: Course, campaign: Campaign, request: ApprovalRequest) -> int:
        """Have the writer change what a person has rejected, with their reason; return how many come again."""
        contents = await self._unused(course, request)
        if request.status == "rejected" and request.rejection_reason:
            context = await self._ground.context(course, campaign)
            for content in contents:
                errand_id = derived_id("msg", request.request_id, content.content_id)
                errand = self._ground.errand(campaign, errand_id, "writer", request.rejection_reason, context)
                label = BY_NAME[content.platform].label
                shown = f"**{label}** · {len(content.content.text)} characters\n\n> {content.content.text}"
                await self._parts.headless.work(
                    course.scope, replace(errand, before=((f"Write a {label} post.", shown),))
                )
        elif request.status == "rejected":
            for content in contents:
                await self._contents(course).update(content.content_id, {"status": "rejected"})
            return 0
        return len(contents)

    async def _unused(self, course: Course, request: ApprovalRequest) -> list[Content]:
        ids = [str(post.get("content_id")) for post in _posts(request)]
        found = await self._contents(course).find({"content_id": {"$in": ids}}, limit=len(ids) or 1)
        return [content for content in found if not content.used_in]

    async def _tell_settled(
        self, course: Course, campaign: Campaign, scheduled: int, settled: Sequence[str], waiting: int
    ) -> None:
        if not settled:
            return
        still = f"; {waiting} still to be decided" if waiting else ""
        told = Entry(
            f"settled {' '.join(settled)}"[:400],
            "posts_scheduled",
            f"{scheduled} post{'' if scheduled == 1 else 's'} on the calendar{still}.",
            details={"scheduled": scheduled, "requests": list(settled)},
            settled=tuple(settled),
        )
        await self._parts.chronicle.tell(course.scope, campaign, told)

    async def _context(self, course: Course, campaign: Campaign, call_id: str) -> ToolContext:
        context = await self._ground.context(course, campaign)
        errand = self._ground.errand(campaign, call_id, "publisher", "", context)
        return self._parts.headless.tool_context(course.scope, errand, call_id)

    def _requests(self, course: Course) -> Repository[ApprovalRequest]:
        return Repository(self._parts.database, APPROVAL_REQUESTS, course.scope)

    def _contents(self, course: Course) -> Repository[Content]:
        return Repository(self._parts.database, CONTENT_LIBRARY, course.scope)


def by_mode(mode: ApprovalMode, platforms: Sequence[str]) -> bool:
    """Whether a mode asks for these posts: for all of them, for those that reach people directly, or for none."""
    if mode == "hybrid":
        return any(name not in BY_NAME or BY_NAME[name].direct for name in platforms)
    return mode == EVERYTHING


def _act_of(planned: Mapping[str, Any], request: ApprovalRequest, position: int) -> Act:
    """Return the act a planned post would be, for asking what the rules say of it; its files are not looked at."""
    prefix = "eml" if planned.get("platform") == "email" else "pst"
    return act_of_planned(planned, request.campaign_id, effect_id(prefix, request.request_id, position))


def _posts(request: ApprovalRequest) -> list[Mapping[str, Any]]:
    return [post for post in inner_list(request.content.get("posts")) if isinstance(post, dict)]


def _platforms(request: ApprovalRequest) -> list[str]:
    return [str(post.get("platform")) for post in _posts(request)]


def _words(outcome: ToolOutcome) -> str:
    return str((json_object(outcome.content) or {}).get("error") or outcome.content)[:500]
