"""What every step of a campaign starts from: whose campaign it is, as it stands now, and whether it may go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from agents.headless import Errand, Headless
from core.campaign_states import OVER, CampaignStatus, require_move
from core.clock import Clock
from core.errors import Conflict, NotFound
from core.scope import Scope
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.conversations import CONVERSATIONS
from db.repository import Repository
from tools.approval.authority import Authority
from tools.approval.requests import ApprovalRequests
from tools.brief import normalised_context
from tools.campaign_control import CampaignControl
from tools.campaigns import context_of
from tools.spending.ledger import Ledger
from workflows.campaigns.chronicle import Chronicle
from workflows.figures.sync import FigureSync

State: TypeAlias = Literal["go", "hold", "over"]
Plain: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the steps work with."""

    database: Database
    headless: Headless
    requests: ApprovalRequests
    authority: Authority
    ledger: Ledger
    chronicle: Chronicle
    figures: FigureSync
    clock: Clock


@dataclass(frozen=True, slots=True)
class Course:
    """One launch of one campaign, as workflow code names it: plain texts."""

    user_id: str
    campaign_id: str
    launch: str

    @property
    def scope(self) -> Scope:
        """The account, acting by itself."""
        return Scope(self.user_id, self.user_id, "user")

    @property
    def key(self) -> str:
        """What the ids of this launch derive from."""
        return f"{self.campaign_id} {self.launch}"


class Ground:
    """Reads a campaign for its steps, and moves it from state to state."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def campaigns(self, course: Course) -> Repository[Campaign]:
        """Return the account's campaigns."""
        return Repository(self.parts.database, CAMPAIGNS, course.scope)

    async def campaign(self, course: Course) -> Campaign:
        """Return the campaign as it stands."""
        return await self.campaigns(course).get(course.campaign_id)

    async def state(self, course: Course) -> State:
        """Return whether the next step may be taken: not while it stands still, and not once it is over."""
        try:
            campaign = await self.campaign(course)
        except NotFound:
            return "over"
        withdrawn = campaign.status in OVER or campaign.status in {"draft", "planning"}
        if withdrawn or str(campaign.execution.launch) != course.launch:
            return "over"
        if campaign.status == "paused":
            return "hold"
        return "hold" if await CampaignControl(self.parts.database, course.scope).halted() else "go"

    async def move(self, course: Course, to: CampaignStatus, changes: Mapping[str, Any] | None = None) -> Campaign:
        """Move the campaign on, unless it is there already. Conflict if it may not, or somebody moved it meanwhile."""
        campaign = await self.campaign(course)
        if campaign.status == to:
            return campaign
        require_move(campaign.status, to)
        seen = {"status": campaign.status, "execution.launch": int(course.launch)}
        return await self.campaigns(course).update(course.campaign_id, {"status": to, **(changes or {})}, where=seen)

    async def moved(self, course: Course, to: CampaignStatus, changes: Mapping[str, Any] | None = None) -> bool:
        """Move the campaign on where that is possible."""
        try:
            await self.move(course, to, changes)
        except Conflict:
            return False
        return True

    async def context(self, course: Course, campaign: Campaign) -> dict[str, Any]:
        """Return the facts agents work from: the campaign's own, and what its conversation has gathered."""
        own = context_of(campaign)
        if campaign.conversation_id is None:
            return own
        conversations = Repository(self.parts.database, CONVERSATIONS, course.scope)
        found = await conversations.find_one({"conversation_id": campaign.conversation_id})
        if found is None or found.campaign_id != campaign.campaign_id:
            return own
        told = normalised_context(found.context.model_dump())
        info = {name: value for name, value in told["collected_info"].items() if name != "asked"}
        return {**own, "collected_info": {**own["collected_info"], **info}, "ready_to_plan": True}

    def errand(
        self, campaign: Campaign, errand_id: str, agent: str, instruction: str, context: Mapping[str, Any]
    ) -> Errand:
        """Return an errand for this campaign."""
        return Errand(
            errand_id=errand_id,
            agent=agent,
            instruction=instruction,
            context=context,
            timezone=campaign.execution.timezone,
            campaign_id=campaign.campaign_id,
            conversation_id=campaign.conversation_id or "",
        )

    def now(self) -> datetime:
        """Return the time."""
        return self.parts.clock.now()
