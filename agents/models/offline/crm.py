"""What is in the CRM, as the analyst tells it: how many, the newest, and of which rows."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from agents.models.offline.figures import provenance_ids
from agents.models.offline.phrasing import moment, plain
from agents.models.offline.questions import read_question
from agents.models.offline.reading import Turn, Used
from agents.models.offline.step import Step, call, say
from agents.models.offline.values import mapping, mappings, texts

_COUNT: Final = re.compile(r"\b(?:how many|number of|count|total)\b", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"\b(?:called|named|from|at|with|about)\s+[\"“']?(?P<words>[A-Z][\w&.'-]*(?: [A-Z&][\w&.'-]*)*)"
)
_MONTHS: Final = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December|CRM|Zoho|Q[1-4])\b"
)
_ONE: Final[Mapping[str, tuple[str, str]]] = {
    "Leads": ("lead", "leads"),
    "Contacts": ("contact", "contacts"),
    "Accounts": ("company", "companies"),
    "Deals": ("deal", "deals"),
}
_COLUMNS: Final = ("company", "account_name", "lead_status", "stage", "amount", "lead_source")
SHOWN: Final = 10


def ask(turn: Turn, module: str) -> Step:
    """Look it up."""
    question = read_question(turn)
    found = _NAMED.search(turn.text)
    words = found["words"] if found and not _MONTHS.match(found["words"]) else None
    return call(
        "search_crm",
        module=module,
        words=words,
        period=question.period,
        since=question.since,
        until=question.until,
    )


def told(turn: Turn, last: Used) -> Step:
    """Answer from what was found."""
    result = last.result
    count, module = result.get("count"), plain(result.get("module"))
    one, many = _ONE.get(module, ("record", "records"))
    records = mappings(result.get("records"))
    if not isinstance(count, int):
        return say(plain(result.get("note"), 400) or "The CRM could not be looked into.")
    when = _when(turn, mapping(result.get("period")))
    words = plain(last.arguments.get("words"), 80)
    about = f" with “{words}”" if words else ""
    if not count:
        return say(f"There are no {many}{about} in the CRM{when}.", _behind(turn, result))
    head = f"**{count:,} {one if count == 1 else many}**{about} in the CRM{when}."
    if not _COUNT.search(turn.text) and records:
        shown = "the newest first" if count > 1 else "this one"
        head = f"{head} Here {'is' if count == 1 else 'are'} {shown}:"
    return say(head, _table(records, turn), _behind(turn, result))


def _when(turn: Turn, period: Mapping[str, Any]) -> str:
    since, until = plain(period.get("since")), plain(period.get("until"))
    days = [
        f"from {moment(since, turn.timezone)}" if since else "",
        f"to {moment(until, turn.timezone)}" if until else "",
    ]
    stretch = " ".join(day.replace(", 00:00", "") for day in days if day)
    return f", added {stretch}" if stretch else ""


def _table(records: Sequence[Mapping[str, Any]], turn: Turn) -> str:
    columns = [name for name in _COLUMNS if any(record.get(name) for record in records)][:3]
    heads = [name.replace("_", " ").capitalize() for name in columns]
    rows = [f"| Name | {''.join(f'{head} | ' for head in heads)}Added |", "|---|" + "---|" * (len(columns) + 1)]
    for record in records[:SHOWN]:
        cells = [plain(record.get("name"), 60) or "without a name", *(plain(record.get(name), 40) for name in columns)]
        added = plain(record.get("added_at"))
        rows.append(f"| {' | '.join(cells)} | {moment(added, turn.timezone) if added else ''} |")
    return "\n".join(rows)


def _behind(turn: Turn, result: Mapping[str, Any]) -> str:
    as_of = plain(result.get("as_of"))
    parts = [
        f"How: counted, {plain(result.get('counted'), 120)}." if result.get("counted") else "",
        f"As of {moment(as_of, turn.timezone)}{' (older than usual)' if result.get('stale') is True else ''}."
        if as_of
        else "",
        provenance_ids(texts(result.get("sources"))),
        plain(result.get("note"), 400),
    ]
    return " ".join(part for part in parts if part)
