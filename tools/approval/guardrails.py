"""What may not go out: words, claims, audiences, hours and amounts, checked in code at asking and at acting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from core.money import Money
from db.approval_rules import ApprovalRules, Guardrails
from tools.approval.act import Act
from tools.approval.plain_text import names, plainly


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that an act breaks. ``refuse``: it may not be done; ``ask``: only if a person approved just this."""

    rule: Literal["words", "claims", "audiences", "hours", "spend"]
    message: str
    then: Literal["refuse", "ask"] = "refuse"


def breaches(rules: Sequence[ApprovalRules], act: Act, timezone: str) -> tuple[Breach, ...]:
    """Return every rule the act breaks: those of the account and those of the campaign both hold."""
    return tuple(breach for each in rules for breach in _breaches(each.guardrails, timezone, act))


def _breaches(rails: Guardrails, timezone: str, act: Act) -> list[Breach]:
    return [*_in_text(rails, act), *_of_audience(rails, act), *_of_hours(rails, timezone, act), *_of_spend(rails, act)]


def _in_text(rails: Guardrails, act: Act) -> list[Breach]:
    if act.post is None:
        return []
    post = act.post
    text = plainly(" ".join([post.title or "", post.text, *post.hashtags, *(item.alt for item in post.media)]))
    return [
        *[Breach("words", f"Your rules forbid the word “{word}”.") for word in rails.words if names(text, word)],
        *[Breach("claims", f"Your rules forbid to claim “{one}”.") for one in rails.claims if names(text, one)],
    ]


def _of_audience(rails: Guardrails, act: Act) -> list[Breach]:
    if act.post is None:
        return []
    excluded = [plainly(one).lstrip("@") for one in rails.audiences]
    if not excluded:
        return []
    for recipient in act.post.recipients:
        address = plainly(recipient)
        if any(address == one or address.endswith((f"@{one}", f".{one}")) for one in excluded if one):
            return [Breach("audiences", f"Your rules forbid to write to {recipient}.")]
    return []


def _of_hours(rails: Guardrails, timezone: str, act: Act) -> list[Breach]:
    if act.publish_at is None:
        return []
    local = act.publish_at.astimezone(ZoneInfo(timezone))
    start, end = rails.quiet_from, rails.quiet_to
    quiet = local.weekday() in rails.quiet_days
    if start is not None and end is not None and start != end:
        quiet |= start <= local.hour < end if start < end else local.hour >= start or local.hour < end
    return [Breach("hours", f"{local:%A at %H:%M} lies in your quiet hours.", "ask")] if quiet else []


def _of_spend(rails: Guardrails, act: Act) -> list[Breach]:
    limits = [most for most in (rails.most_minor, rails.most_a_day_minor) if most is not None]
    if not limits or act.amount is None or act.amount.minor <= min(limits):
        return []
    most = Money(min(limits), act.amount.currency)
    return [Breach("spend", f"{act.amount} is more than the {most} your rules allow at once.")]


def most_a_day(rules: Sequence[ApprovalRules]) -> int | None:
    """Return the least of the limits on what may be spent in a day, in minor units; None where there is none."""
    limits = (each.guardrails.most_a_day_minor for each in rules)
    return min((limit for limit in limits if limit is not None), default=None)
