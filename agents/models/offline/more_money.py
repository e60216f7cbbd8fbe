"""More money for a campaign that is under way: asked of a person, where the message adds to its budget."""

import re
from typing import Final

from agents.language.amounts import amounts
from agents.language.corrections import is_relative
from agents.language.reading import BriefReading
from agents.models.offline.phrasing import money, plain, sentence
from agents.models.offline.reading import Turn, Used
from agents.models.offline.step import Step, call, say
from core.money import Money

_NOT_STARTED: Final = re.compile(r" is (?:draft|planning|review);")


def more_money(turn: Turn, found: BriefReading) -> Step | None:
    """Ask for what the message adds to the budget of the conversation's campaign; None where it adds nothing."""
    before, after = money(turn.info), found.values.get("budget")
    if not turn.campaign or "request_budget" not in turn.tools or not is_relative(turn.text):
        return None
    if before is None or not isinstance(after, Money) or after.minor <= before.minor:
        return None
    named = next((one for one in amounts(turn.text, turn.info) if one.currency), None)
    added = named.money(before.currency) if named else Money(after.minor - before.minor, before.currency)
    return call("request_budget", amount=str(added), reason=f"“{plain(turn.text, 200)}”")


def other_money(turn: Turn, found: BriefReading) -> Step | None:
    """Ask what a budget is to be where a sum of another currency is added to it: no rate is known here."""
    before, after = money(turn.info), found.values.get("budget")
    if before is None or before.minor == 0 or not isinstance(after, Money) or not is_relative(turn.text):
        return None
    named = next((one.currency for one in amounts(turn.text, turn.info) if one.currency), before.currency)
    if named == before.currency:
        return None
    return say(
        f"The budget is {before}, and I can't change {named} into {before.currency}. How much shall it be in all, in "
        f"{before.currency}?"
    )


def more_money_told(turn: Turn, last: Used) -> Step | None:
    """Say what came of it; None for a campaign that has not started, whose budget is the brief's."""
    if not last.ok:
        started = not _NOT_STARTED.search(last.error) or len(turn.used) > 1
        return say(f"Nothing was added: {last.error}") if started else None
    if told := plain(last.result.get("told"), 300):
        return say(f"Added: {told}")
    if last.result.get("status") == "rejected":
        reason = plain(last.result.get("reason"), 300)
        return say(f"Not approved{f': “{reason}”' if reason else ''}. The budget stays as it was.")
    return say(f"{sentence(plain(last.result.get('summary'), 400))} Nothing is added until you approve it.")
