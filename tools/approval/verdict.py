"""What the rules say of an act nobody has approved. Pure, so that a policy can be tried as it would be applied."""

from collections.abc import Collection, Iterable
from typing import Final

from db.approval_requests import ApprovalRequest
from db.approval_rules import PolicyRow
from tools.approval.act import Act
from tools.approval.guardrails import breaches
from tools.approval.payload import payload_hash
from tools.approval.policy import STRICTNESS, Ruling, decide
from tools.approval.rules import RulesInForce

ASK: Final = PolicyRow(ruling="ask")


def forbidden(rules: RulesInForce, act: Act) -> list[str]:
    """Return why an act may not be done, whoever approves it; nothing where it may."""
    return [breach.message for breach in breaches(rules.every, act, rules.timezone) if breach.then == "refuse"]


def approved_modes(plans: Iterable[ApprovalRequest]) -> frozenset[str]:
    """Return the modes under which a campaign's plan was approved; none where no approval of it is live."""
    live = (plan for plan in plans if plan.status == "approved" and payload_hash(plan.content) == plan.payload_hash)
    return frozenset(str(plan.content.get("mode")) for plan in live)


def ruled(rules: RulesInForce, act: Act, modes: Collection[str]) -> Ruling:
    """Return whether an act may go out by the rules alone. Only posts and emails of an approved plan ever may.

    ``modes`` are those the campaign's plan was approved in; a laxer one than any of them lets nothing out by itself.
    """
    if act.campaign_id is None or act.effect not in {"publish", "send"} or act.account_id is None or act.post is None:
        return Ruling("ask", ASK, "Only posts and emails of a campaign may go out by its policy.")
    if broken := breaches(rules.every, act, rules.timezone):
        return Ruling("ask", ASK, " ".join(breach.message for breach in broken))
    if rules.steps:
        names = ", then ".join(step.name for step in rules.steps)
        return Ruling("ask", ASK, f"Your rules name who approves: {names}.")
    if not modes:
        return Ruling("ask", ASK, "The campaign's plan is not approved.")
    if not rules.has_rows and not any(
        STRICTNESS.get(mode, len(STRICTNESS)) <= STRICTNESS[rules.mode] for mode in modes
    ):
        return Ruling("ask", ASK, f"The mode {rules.mode} is not the one that was approved with the plan.")
    return decide(rules.table, act, rules.timezone)
