"""What may not go out: words, claims, audiences, hours and amounts, checked in code at asking and at acting."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from zoneinfo import ZoneInfo

from core.money import Money
from db.approval_rules import ApprovalRules, Guardrails
from tools.approval.act import Act
from tools.approval.plain_text import names, plainly

QUOTE: Final = r"[\"“'‘][^\"”'’\n]{2,60}[\"”'’]"
NEVER_SAY: Final = re.compile(
    r"\b(?:never (?:say|write|use|mention)|do(?:n'?t| not) (?:say|write|use|mention)|avoid)\b"
    rf"(?: the)?(?: words?| phrases?| claims?)?\s+(?P<quoted>{QUOTE}(?:\s*(?:,|or|and|nor)\s*{QUOTE})*)",
    re.IGNORECASE,
)
QUOTED: Final = re.compile(QUOTE)


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that an act breaks. ``refuse``: it may not be done; ``ask``: only if a person approved just this."""

    rule: Literal["words", "claims", "audiences", "hours", "spend"]
    message: str
    then: Literal["refuse", "ask"] = "refuse"


def breaches(rules: Sequence[ApprovalRules], act: Act) -> tuple[Breach, ...]:
    """Return every rule the act breaks: those of the account and those of the campaign both hold."""
    return tuple(breach for each in rules for breach in _breaches(each.guardrails, each.timezone, act))


def of_brief(*texts: str) -> Guardrails:
    """Return the words a brief forbids in so many words: never say "cheap" or "bargain"."""
    found = [quoted for text in texts for rule in NEVER_SAY.finditer(text) for quoted in QUOTED.findall(rule["quoted"])]
    return Guardrails(words=list(dict.fromkeys(quoted[1:-1] for quoted in found)))


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
    if rails.most_minor is None or act.amount is None or act.amount.minor <= rails.most_minor:
        return []
    most = Money(rails.most_minor, act.amount.currency)
    return [Breach("spend", f"{act.amount} is more than the {most} your rules allow at once.")]
