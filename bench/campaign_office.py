"""The people of an account whose campaigns run: they launch, approve, reject, change their minds, and wait."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from core.campaign_states import OVER
from core.errors import Conflict
from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import Budget, Campaign, CampaignBrief, CampaignMode, Phase, Plan, PlanTask, Timeline
from db.client import Database
from db.conversations import CONVERSATIONS, Conversation
from db.deliveries import DELIVERIES
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.repository import Repository
from db.scheduled_jobs import SCHEDULED_JOBS
from db.social_posts import SOCIAL_POSTS
from tools.approval.requests import CARE, CARRIED_BY, ApprovalRequests
from tools.campaign_control import CampaignControl
from workflows.campaigns.attendance import decision_listener
from workflows.delivery.making import WANTED

Fate: TypeAlias = Literal["plain", "never decided", "cancelled", "paused"]
FATES: Final[Sequence[Fate]] = ("plain", "plain", "paused", "plain", "cancelled", "plain", "never decided", "plain")
MODES: Final[Sequence[CampaignMode]] = ("full_auto", "hybrid", "semi_auto")
CHANNELS: Final = ("linkedin", "twitter", "facebook", "wordpress")
DAYS: Final = 2
BUDGETS: Final = (50_000, 50_000, 200)  # the last one has no room for all texts
REJECTED: Final = 0.15
RETRIES_WITHIN: Final = timedelta(seconds=5)
MOST: Final = 1_000


@dataclass(slots=True)
class Office:
    """One account with its campaigns. ``rolled`` decides what people do."""

    database: Database
    scope: Scope
    rolled: random.Random
    fates: dict[str, Fate] = field(default_factory=dict[str, Fate])
    closing: bool = False

    @property
    def control(self) -> CampaignControl:
        """What people move campaigns with."""
        return CampaignControl(self.database, self.scope)

    async def launch(self) -> Campaign:
        """Make one more campaign and launch it."""
        number = len(self.fates)
        campaign = _campaign(number, self.database, self.rolled)
        self.fates[campaign.campaign_id] = FATES[number % len(FATES)]
        conversation = Conversation(
            conversation_id=str(campaign.conversation_id), timezone="Europe/London", campaign_id=campaign.campaign_id
        )
        await Repository(self.database, CONVERSATIONS, self.scope).insert(conversation)
        await self.control.campaigns.insert(campaign)
        return await self.control.launch(campaign.campaign_id, "Europe/London")

    async def decide(self) -> int:
        """Decide on what waits, as people do; return how much that was."""
        requests = ApprovalRequests(self.database, None, [decision_listener(self.database, self.database.clock)])
        waiting = await Repository(self.database, APPROVAL_REQUESTS, self.scope).find({"status": "pending"}, limit=MOST)
        done = 0
        for request in waiting:
            posts = request.request_type == "publish"
            fate = self.fates[str(request.campaign_id)]
            if posts and fate == "never decided" and not self.closing:
                continue
            refused = posts and (self.closing or self.rolled.random() < REJECTED)
            notes = "" if self.closing else "make it shorter"
            with suppress(Conflict):
                await requests.decide(
                    self.scope, request.request_id, "reject" if refused else "approve", notes=notes, via="web"
                )
                done += 1
        return done

    async def interfere(self) -> None:
        """Pause and resume, or cancel, those campaigns that are to meet with it."""
        for campaign in await self.control.under_way():
            with suppress(Conflict):
                match self.fates[campaign.campaign_id], campaign.status:
                    case "paused", "paused":
                        await self.control.resume(campaign.campaign_id)
                        self.fates[campaign.campaign_id] = "plain"
                    case "paused", "active" | "publishing" | "generating":
                        await self.control.pause(campaign.campaign_id)
                    case "cancelled", "active" if campaign.made.published_posts:
                        await self.control.cancel(campaign.campaign_id, "Sold out")
                    case _:
                        pass

    async def at_work(self) -> list[Campaign]:
        """Return the campaigns that are not over."""
        found = await self.control.campaigns.find({"campaign_id": {"$in": list(self.fates)}}, limit=MOST)
        return [campaign for campaign in found if campaign.status not in OVER]

    async def at_rest(self) -> bool:
        """Whether nothing is left to do before time moves on; what nobody decides on may wait for ever."""
        now = self.database.clock.now()
        moving = [one for one in await self.at_work() if self.fates[one.campaign_id] != "never decided"]
        if any(campaign.status != "active" for campaign in moving):
            return False
        if await self.on_their_way(now + RETRIES_WITHIN):
            return False
        late = {"status": "pending", "schedule.execute_at": {"$lte": now - timedelta(seconds=5)}}
        return not await Repository(self.database, SCHEDULED_JOBS, self.scope).count(late)

    async def on_their_way(self, until: datetime) -> int:
        """Return how many posts go out, or are tried again, until then, and how many approvals wait to be carried out.

        The house looks for those every half minute of real time: were time moved on before, it would be too late.
        """
        wanted = (
            Repository(self.database, SOCIAL_POSTS, self.scope),
            Repository(self.database, EMAIL_CAMPAIGNS, self.scope),
        )
        unmade = [await posts.count(WANTED) for posts in wanted]
        deliveries = Repository(self.database, DELIVERIES, self.scope)
        approved = {"status": "approved", "executed_at": None, f"metadata.{CARRIED_BY}": CARE}
        carried = await Repository(self.database, APPROVAL_REQUESTS, self.scope).count(approved)
        return sum(unmade) + carried + await deliveries.count({"next_attempt_at": {"$lte": until}})

    async def wake(self) -> None:
        """Have every campaign look at the time."""
        for campaign in await self.at_work():
            seen = {"execution.attention_at": self.database.clock.now()}
            await self.control.campaigns.change(campaign.campaign_id, seen)


def _campaign(number: int, database: Database, rolled: random.Random) -> Campaign:
    mode = MODES[number % len(MODES)]
    channels = rolled.sample(CHANNELS, 2) + (["email"] if mode == "hybrid" else [])
    first = database.clock.now().date() + timedelta(days=1)
    last = first + timedelta(days=DAYS)
    tasks = [
        PlanTask(task_id="message", agent_assigned="strategist", description="Settle the one message"),
        PlanTask(task_id="write", agent_assigned="writer", description="Write the texts", dependencies=["message"]),
        PlanTask(
            task_id="plan", agent_assigned="publisher", description="Put them on the calendar", dependencies=["write"]
        ),
        PlanTask(task_id="report", agent_assigned="analyst", description="Report the figures", dependencies=["plan"]),
    ]
    budget = BUDGETS[number % len(BUDGETS)]
    place = f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number % 26]}{number}"
    return Campaign(
        campaign_id=new_id("cmp"),
        conversation_id=new_id("cnv"),
        name=f"Opening {place}",
        status="planning",
        mode=mode,
        brief=CampaignBrief(
            product=f"bakery {place}", target_audience="families", objective="200 visitors", channels=channels
        ),
        plan=Plan(
            tasks=tasks,
            timeline=Timeline(
                start=first.isoformat(),
                end=last.isoformat(),
                phases=[Phase(name="Push", start=first.isoformat(), end=last.isoformat())],
            ),
        ),
        platforms=channels,
        recipients=[f"{place}-{one}@people.example".lower() for one in range(2)] if "email" in channels else [],
        budget=Budget(allocated_minor=budget, remaining_minor=budget, currency="GBP"),
        start_date=first.isoformat(),
        end_date=last.isoformat(),
    )
