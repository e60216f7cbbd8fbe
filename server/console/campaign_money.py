"""A campaign's money in people's hands: asking for more while it runs, and the limits it keeps to whoever approves."""

from typing import Annotated, Any, Final

from fastapi import Form, Response
from pydantic import ValidationError

from core.errors import Conflict, InvalidInput, ToolInputError
from core.money import NO_CURRENCY, Money
from db.approval_rules import Guardrails
from db.campaigns import CAMPAIGNS, Campaign
from server.by_hand import HandWork
from server.console.amount_field import minor_of, shown
from server.console.routing import console_router
from server.console.visit import Changing
from server.problems import field_problems
from server.rest.approval_rules import RulesChange, put_campaign_rules
from server.rest.campaign_control import MoreMoney
from server.rest.text import PathId, Text
from tools.approval.rules import RulesInForce
from tools.spending.ledger import RAISABLE

PLACE: Final = "/console/campaigns"
Amount = Annotated[Text, Form(max_length=60)]
router: Final = console_router()


def may_ask(found: Campaign) -> bool:
    """Whether more money can be asked for: while it is under way, and if it was approved with money at all."""
    return found.status in RAISABLE and found.budget.currency != NO_CURRENCY


def limits_of(found: Campaign, rules: RulesInForce) -> dict[str, Any] | None:
    """Return what the form of a campaign's limits shows; ``others`` hold too. None for a campaign without money."""
    currency, own = found.budget.currency, found.approval.guardrails
    if currency == NO_CURRENCY:
        return None
    others = [each.guardrails for each in rules.every if each is not found.approval]
    return {
        "currency": currency,
        "most": shown(own.most_minor, currency),
        "most_a_day": shown(own.most_a_day_minor, currency),
        "others": [said for rails in others for said in _in_words(rails, currency)],
    }


@router.post("/campaigns/{campaign_id}/budget")
async def more_money(
    campaign_id: PathId, visit: Changing, amount: Amount = "", reason: Annotated[Text, Form(max_length=300)] = ""
) -> Response:
    """Ask for more money; a person approves it like everything else."""
    here = f"{PLACE}/{campaign_id}"
    await visit.repository(CAMPAIGNS).get(campaign_id)
    try:
        asked = MoreMoney.model_validate({"amount": amount, "reason": reason})
        await HandWork(visit.parts, visit.scope).request_budget(campaign_id, asked.amount, asked.reason)
    except ValidationError as error:
        return visit.go(here, f"{_first(error)} Say how much, and what for.", "danger")
    except (ToolInputError, Conflict) as error:
        return visit.go(here, error.message, "danger")
    return visit.go(here, "Asked. Nothing is added before somebody approves it.")


@router.post("/campaigns/{campaign_id}/limits")
async def limits(campaign_id: PathId, visit: Changing, most: Amount = "", most_a_day: Amount = "") -> Response:
    """Limit what the campaign spends at once and in a day; its other guardrails, its mode and steps stay."""
    here = f"{PLACE}/{campaign_id}/policy"
    found = await visit.repository(CAMPAIGNS).get(campaign_id)
    currency = found.budget.currency
    try:
        given = {"most_minor": minor_of(most, currency), "most_a_day_minor": minor_of(most_a_day, currency)}
        rails = found.approval.guardrails.model_dump() | given
        body = RulesChange.model_validate(found.approval.model_dump() | {"guardrails": rails})
    except ValidationError as error:
        return visit.go(here, _first(error), "danger")
    except InvalidInput as error:
        return visit.go(here, error.message, "danger")
    await put_campaign_rules(campaign_id, body, visit.scope, visit.parts)
    return visit.go(here, "Limits saved. They hold from the next charge on.")


def _first(error: ValidationError) -> str:
    first = field_problems(error.errors())[0]
    return f"{first['field']}: {first['message']}."


def _in_words(rails: Guardrails, currency: str) -> list[str]:
    told = ((rails.most_minor, "at once"), (rails.most_a_day_minor, "a day"))
    return [f"{Money(most, currency)} {per}" for most, per in told if most is not None]
