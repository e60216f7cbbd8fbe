"""What goes out without asking: the mode, its table, who approves, guardrails, the stop switch, and trying a policy."""

from typing import Annotated, Any, Final, Literal

from fastapi import Form, Query, Response
from pydantic import ValidationError

from core.errors import InvalidInput
from core.money import NO_CURRENCY
from db.approval_rules import ApprovalMode, ApprovalRules, PolicyRow
from db.campaigns import CAMPAIGNS
from server.business import account_settings
from server.console.amount_field import minor_of, shown
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.problems import field_problems
from server.rest.approval_rules import BackTestAsked, RulesChange, get_rules, put_rules, try_policy
from server.rest.text import Line, Text
from tools.approval.policy import compiled, untrue
from tools.approval.rules import DEFAULT_MODE
from tools.campaign_control import CampaignControl
from tools.platforms.catalogue import CATALOGUE

HERE: Final = "/console/settings/approvals"
MODES: Final = (
    ("semi_auto", "Ask for everything", "Nothing goes out before a person has approved exactly that."),
    (
        "hybrid",
        "Ask for what is risky",
        "Posts without risk go out in the daytime by themselves; the rest is asked for.",
    ),
    (
        "full_auto",
        "Ask for plan and money only",
        "Once the plan is approved, its posts and emails go out by themselves.",
    ),
)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EFFECTS: Final = (
    ("any", "Anything"),
    ("publish", "Posts"),
    ("send", "Emails"),
    ("spend", "Money"),
    ("launch", "Launching a campaign"),
)
USUAL_CURRENCY: Final = "GBP"
Many = Annotated[Text, Form(max_length=60_000)]
Hour = Annotated[str, Form(pattern=r"^\d{0,2}$")]
router: Final = console_router()


@router.get("/settings/approvals")
async def rules(
    visit: Visiting,
    mode: Annotated[Literal["", "semi_auto", "hybrid", "full_auto"], Query(alias="try")] = "",
    days: Annotated[int, Query(ge=1, le=365)] = 90,
) -> Response:
    """Show the rules, and what another mode would have sent without asking."""
    view = await get_rules(visit.scope, visit.parts)
    tried = await try_policy(BackTestAsked(mode=mode, days=days), visit.scope, visit.parts) if mode else None
    halted = await CampaignControl(visit.parts.database, visit.scope).halted()
    members = await visit.parts.desk.members(visit.scope)
    currency, own = await _currency(visit), view.guardrails[0]
    values = {
        "rules": view,
        "own": own,
        "own_zone": (await _stored(visit)).timezone or "",
        "modes": MODES,
        "days_of_week": DAYS,
        "effects": EFFECTS,
        "channels": [(platform.name, platform.label) for platform in CATALOGUE],
        "tried": tried,
        "trying": mode,
        "days": days,
        "halt": halted.halt if halted and halted.halt.since else None,
        "steps": "\n".join(_step_in_words(step.name, step.approvers) for step in view.steps),
        "members": members,
        "currency": currency,
        "most": shown(own.most_minor, currency),
        "most_a_day": shown(own.most_a_day_minor, currency),
    }
    return await visit.show("settings_approvals.html", values)


@router.post("/settings/approvals")
async def change_mode(
    visit: Changing, mode: Annotated[ApprovalMode, Form()], steps: Annotated[Text, Form(max_length=6_000)] = ""
) -> Response:
    """Choose the mode, and who approves in turn."""
    stored = await _stored(visit)
    try:
        changed = {"mode": mode, "steps": [_step_of(line) for line in _lines(steps)]}
    except InvalidInput as error:
        return visit.go(HERE, error.message, "danger")
    return await _save(visit, stored, changed, "Saved. It counts from the next thing that would go out.")


@router.post("/settings/approvals/guardrails")
async def change_guardrails(
    visit: Changing,
    words: Many = "",
    claims: Many = "",
    audiences: Many = "",
    quiet_from: Hour = "",
    quiet_to: Hour = "",
    quiet_days: Annotated[list[int] | None, Form()] = None,
    most: Annotated[str, Form(max_length=20)] = "",
    most_a_day: Annotated[str, Form(max_length=20)] = "",
    currency: Annotated[str, Form(pattern=r"^[A-Z]{3}$")] = USUAL_CURRENCY,
    timezone: Annotated[Line, Form(max_length=64)] = "",
) -> Response:
    """Say what may not go out, whoever wrote or approved it."""
    try:
        limits = {"most_minor": minor_of(most, currency), "most_a_day_minor": minor_of(most_a_day, currency)}
    except InvalidInput as error:
        return visit.go(HERE, error.message, "danger")
    stored = await _stored(visit)
    rails = stored.guardrails.model_dump() | {
        "words": _lines(words),
        "claims": _lines(claims),
        "audiences": _lines(audiences),
        "quiet_from": int(quiet_from) if quiet_from else None,
        "quiet_to": int(quiet_to) if quiet_to else None,
        "quiet_days": quiet_days or [],
        **limits,
    }
    changed = {"guardrails": rails, "timezone": timezone or None}
    return await _save(visit, stored, changed, "Guardrails saved. They hold from now on.")


@router.post("/settings/approvals/rows")
async def add_row(
    visit: Changing,
    effect: Annotated[Literal["any", "publish", "send", "spend", "launch"], Form()] = "any",
    channel: Annotated[Line, Form(max_length=40)] = "any",
    risk: Annotated[Literal["any", "low", "high"], Form()] = "any",
    from_hour: Hour = "",
    to_hour: Hour = "",
    ruling: Annotated[Literal["ask", "allow"], Form()] = "ask",
    why: Annotated[Line, Form(max_length=300)] = "",
) -> Response:
    """Put a row of one's own before all others; the mode's table stands below it from then on."""
    stored = await _stored(visit)
    if no_effect := untrue(PolicyRow(effect=effect, ruling=ruling)):
        return visit.go(HERE, f"{no_effect[0].upper()}{no_effect[1:]}.", "danger")
    given = {"effect": effect, "channel": channel, "risk": risk, "ruling": ruling, "why": why}
    hours = {"from_hour": int(from_hour) if from_hour else None, "to_hour": int(to_hour) if to_hour else None}
    rows = [given | hours, *(row.model_dump() for row in _rows(stored))]
    return await _save(visit, stored, {"rows": rows}, "The rule is added. The first that fits rules.")


@router.post("/settings/approvals/rows/{number}/remove")
async def remove_row(visit: Changing, number: int, count: Annotated[int, Form()] = -1) -> Response:
    """Take a row out; refused where the table has changed since it was shown."""
    stored = await _stored(visit)
    rows = _rows(stored)
    if count != len(rows) or not 0 <= number < len(rows):
        return visit.go(HERE, "The rules have changed in the meantime. Look at them again.", "warning")
    left = [row.model_dump() for place, row in enumerate(rows) if place != number]
    return await _save(visit, stored, {"rows": left}, "The rule is removed.")


@router.post("/settings/approvals/rows/reset")
async def reset(visit: Changing) -> Response:
    """Let the mode's own table rule again."""
    return await _save(visit, await _stored(visit), {"rows": []}, "The mode's own rules hold again.")


async def _stored(visit: Visit) -> ApprovalRules:
    return (await account_settings(visit.parts, visit.scope)).approval


def _rows(stored: ApprovalRules) -> tuple[PolicyRow, ...]:
    return compiled(stored.mode or DEFAULT_MODE, stored.rows)


async def _save(visit: Visit, stored: ApprovalRules, changed: dict[str, Any], said: str) -> Response:
    try:
        body = RulesChange.model_validate(stored.model_dump() | changed)
    except ValidationError as error:
        first = field_problems(error.errors())[0]
        return visit.go(HERE, f"{first['field']}: {first['message']}. Correct it and save again.", "danger")
    await put_rules(body, visit.scope, visit.parts)
    return visit.go(HERE, said)


async def _currency(visit: Visit) -> str:
    """Return the currency this account plans in: that of its newest campaign with a budget."""
    for campaign in (await visit.repository(CAMPAIGNS).page({}, limit=20)).items:
        if campaign.budget.currency != NO_CURRENCY and campaign.budget.allocated_minor:
            return campaign.budget.currency
    return USUAL_CURRENCY


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _step_of(line: str) -> dict[str, Any]:
    """Read ``Legal: lea@example.com, max@example.com``."""
    name, _, people = line.partition(":")
    if not name.strip():
        raise InvalidInput("Every step needs a name before the colon.", field="steps")
    return {"name": name.strip(), "approvers": [one.strip() for one in people.split(",") if one.strip()]}


def _step_in_words(name: str, approvers: list[str]) -> str:
    return f"{name}: {', '.join(approvers)}" if approvers else name
