"""Campaigns: the list by state; one with plan, progress, budget, results; its course in people's hands; its policy."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import Form, Query, Response
from markupsafe import Markup

from core.campaign_states import CAMPAIGN_MOVES, CampaignStatus
from core.errors import AppError
from db.approval_requests import APPROVAL_REQUESTS
from db.approval_rules import ApprovalMode
from db.campaigns import CAMPAIGNS, Campaign
from db.conversations import CONVERSATIONS, Conversation
from server.console import campaign_money
from server.console.campaign_money import PLACE
from server.console.page import ConsolePage
from server.console.plan_graph import drawn
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.rendering import as_html
from server.rest.approval_rules import RulesChange, put_campaign_rules
from server.rest.campaign_control import Launch
from server.rest.campaign_control import launch as launch_campaign
from server.rest.text import Cursor, PathId, Text
from tools.approval.backtest import Tried, back_test
from tools.approval.policy import compiled, in_words
from tools.approval.rules import rules_in_force
from tools.campaign_control import CampaignControl

SHOWN: Final = 25
EVENTS_SHOWN: Final = 15
Part = Literal["all", "running", "waiting", "drafts", "over"]
PARTS: Final[dict[Part, tuple[str, tuple[CampaignStatus, ...]]]] = {
    "all": ("All", ()),
    "running": ("Under way", ("executing", "generating", "publishing", "active")),
    "waiting": ("Waits or paused", ("review", "paused")),
    "drafts": ("Not launched", ("draft", "planning")),
    "over": ("Over", ("completed", "failed", "cancelled")),
}
MODES: Final[dict[ApprovalMode, str]] = {
    "semi_auto": "Ask for every post",
    "hybrid": "Ask for what is risky or goes to people directly",
    "full_auto": "Ask for the plan alone",
}
Reason = Annotated[Text, Form(max_length=500)]
router: Final = console_router()
router.routes.extend(campaign_money.router.routes)


@router.get("/campaigns")
async def campaigns(visit: Visiting, part: Annotated[Part, Query()] = "all", cursor: Cursor = None) -> Response:
    """List campaigns, newest first, by how far they are."""
    repository, control = visit.repository(CAMPAIGNS), CampaignControl(visit.parts.database, visit.scope)
    page, counts, stopped = await asyncio.gather(
        repository.page(_where(PARTS[part][1]), limit=SHOWN, cursor=cursor),
        asyncio.gather(*(repository.count(_where(states)) for _, states in PARTS.values())),
        control.halted(),
    )
    here = f"{PLACE}?part={part}"
    values = {
        "part": part,
        "tabs": [
            (label, f"{PLACE}?part={name}", name == part, count)
            for (name, (label, _)), count in zip(PARTS.items(), counts, strict=True)
        ],
        "items": page.items,
        "halt": stopped.halt if stopped else None,
        "people": await visit.people() if stopped else {},
        "next": f"{here}&{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else "",
        "first": here if cursor else "",
    }
    return await visit.show("campaigns.html", values)


@router.post("/campaigns/stop-everything")
async def stop_everything(visit: Changing, reason: Reason = "") -> Response:
    """Turn the account's stop switch."""
    await CampaignControl(visit.parts.database, visit.scope).stop_everything(reason)
    return visit.go(PLACE, "Everything is stopped. Nothing leaves the house until you turn it on again.", "warning")


@router.post("/campaigns/go-on")
async def go_on(visit: Changing) -> Response:
    """Turn the stop switch back."""
    await CampaignControl(visit.parts.database, visit.scope).go_on()
    return visit.go(PLACE, "Campaigns go on where they stood.")


@router.get("/campaigns/{campaign_id}")
async def campaign(campaign_id: PathId, visit: Visiting) -> Response:
    """Show one campaign."""
    found = await visit.repository(CAMPAIGNS).get(campaign_id)
    events, pending, conversation, stopped, people = await asyncio.gather(
        visit.parts.work.chronicle.page(visit.scope, campaign_id, limit=EVENTS_SHOWN),
        visit.repository(APPROVAL_REQUESTS).find({"campaign_id": campaign_id, "status": "pending"}, limit=20),
        _conversation(visit, found),
        CampaignControl(visit.parts.database, visit.scope).halted(),
        visit.people(),
    )
    done = Counter(task.status for task in found.plan.tasks)
    analytics = found.results.analytics
    values: dict[str, Any] = {
        "it": found,
        "here": f"{PLACE}/{campaign_id}",
        "graph": drawn(found.plan.tasks),
        "done": done["completed"],
        "failed": done["failed"],
        "events": events.items,
        "pending": pending,
        "conversation": conversation,
        "halt": stopped.halt if stopped else None,
        "people": people,
        "moves": CAMPAIGN_MOVES[found.status],
        "may_launch": bool(found.plan.tasks) and (found.status == "review" or "review" in CAMPAIGN_MOVES[found.status]),
        "may_ask": campaign_money.may_ask(found),
        "modes": MODES,
        "figures": [(name, value) for name, value in analytics.items() if isinstance(value, (int, float))],
        "report": Markup(as_html(found.results.performance_summary)),  # noqa: S704 - sanitised
    }
    return await visit.show("campaign.html", values)


@router.post("/campaigns/{campaign_id}/launch")
async def launch(campaign_id: PathId, visit: Changing, mode: Annotated[ApprovalMode | None, Form()] = None) -> Response:
    """Hand a campaign over to be run."""

    async def act(_: CampaignControl) -> object:
        return await launch_campaign(campaign_id, visit.scope, visit.parts, Launch(mode=mode, timezone=visit.zone.key))

    return await _moved(
        visit, campaign_id, act, "Launched. Plan and budget wait for your approval before anything starts."
    )


@router.post("/campaigns/{campaign_id}/pause")
async def pause(campaign_id: PathId, visit: Changing, reason: Reason = "") -> Response:
    """Let a campaign stand still."""
    return await _moved(
        visit,
        campaign_id,
        lambda control: control.pause(campaign_id, reason),
        "Paused. It stands still before its next step.",
    )


@router.post("/campaigns/{campaign_id}/resume")
async def resume(campaign_id: PathId, visit: Changing) -> Response:
    """Let a paused campaign go on."""
    return await _moved(visit, campaign_id, lambda control: control.resume(campaign_id), "It goes on where it stood.")


@router.post("/campaigns/{campaign_id}/cancel")
async def cancel(campaign_id: PathId, visit: Changing, reason: Reason = "") -> Response:
    """End a campaign for good."""
    return await _moved(
        visit,
        campaign_id,
        lambda control: control.cancel(campaign_id, reason),
        "Ended. What has not gone out will not.",
    )


@router.get("/campaigns/{campaign_id}/policy")
async def policy(
    campaign_id: PathId, visit: Visiting, wanted: Annotated[ApprovalMode | None, Query(alias="try")] = None
) -> Response:
    """Show what goes out without asking, and what would have in the last days, under this policy or another."""
    found = await visit.repository(CAMPAIGNS).get(campaign_id)
    rules = await rules_in_force(visit.parts.database, visit.scope, found)
    table = compiled(wanted) if wanted else rules.table
    tried = Tried(wanted) if wanted else Tried(rules.mode, rules.rows)
    done, everywhere = await asyncio.gather(
        back_test(visit.parts.database, visit.scope, tried, campaign_id=campaign_id),
        back_test(visit.parts.database, visit.scope, tried),
    )
    here = f"{PLACE}/{campaign_id}/policy"
    values: dict[str, Any] = {
        "it": found,
        "here": here,
        "rules": rules,
        "rows": [(in_words(row), row) for row in table],
        "wanted": wanted,
        "limits": campaign_money.limits_of(found, rules),
        "modes": MODES,
        "done": done,
        "everywhere": everywhere,
        "tabs": [
            ("As it is", here, wanted is None, None),
            *((label, f"{here}?try={mode}", mode == wanted, None) for mode, label in MODES.items()),
        ],
    }
    return await visit.show("campaign_policy.html", values)


@router.post("/campaigns/{campaign_id}/policy")
async def use_policy(campaign_id: PathId, visit: Changing, mode: Annotated[ApprovalMode, Form()]) -> Response:
    """Let a mode rule a campaign; its steps, guardrails and timezone stay."""
    found = await visit.repository(CAMPAIGNS).get(campaign_id)
    kept = found.approval.model_copy(update={"mode": mode, "rows": []})
    await put_campaign_rules(campaign_id, RulesChange.model_validate(kept.model_dump()), visit.scope, visit.parts)
    return visit.go(f"{PLACE}/{campaign_id}/policy", f"From now on: {MODES[mode][0].lower()}{MODES[mode][1:]}.")


def _where(states: tuple[CampaignStatus, ...]) -> dict[str, Any]:
    return {"status": {"$in": list(states)}} if states else {}


async def _conversation(visit: Visit, found: Campaign) -> Conversation | None:
    if found.conversation_id is None:
        return None
    return await visit.repository(CONVERSATIONS).find_one({"conversation_id": found.conversation_id})


async def _moved(
    visit: Visit, campaign_id: str, act: Callable[[CampaignControl], Awaitable[object]], said: str
) -> Response:
    """Make a move; what stands against it is said on the campaign's page."""
    here = f"{PLACE}/{campaign_id}"
    try:
        await act(CampaignControl(visit.parts.database, visit.scope))
    except AppError as error:
        if error.kind in {"not_found", "internal"}:
            raise
        return visit.go(here, error.message, "danger")
    return visit.go(here, said)


PAGE: Final = ConsolePage("campaigns", "Campaigns", "/campaigns", "campaigns", "Work", router)
