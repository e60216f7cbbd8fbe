"""Briefs with their facts marked in the text, as people write training texts: ``we open in [l:Leeds] on [e:3 May]``.

A line is ``@asked {known} | text || corrections``, each part but the text optional. A mark is a letter of MARKS and
the words; ``=`` and a value follow where the words alone do not say it. ``⏎`` stands for the end of a line. What the
marks say becomes an example with the fields expected and the places of the words.

What a mark means, the same in every file:

- ``$`` is what may be spent on the campaign, also by the month; of a range the upper end. Prices, costs, wages, what
  was spent or earned and what is to be raised are not. No money at all is ``|| budget=0GBP``, unmarked.
- ``#`` is the figure to reach, money to be raised too; with ``m`` for what it counts. What there is (seats, staff, sold
  so far, last year's) stays unmarked, or ``ig`` where it is likely to be taken for the goal.
- ``e`` is the day the thing itself happens, opens, starts or comes out, also "from 12 January" of a course; ``s`` and
  ``x`` are the campaign's first and last day, and ``x`` any day it is to be done by. A month, a weekend or "5-6 May" is
  ``sx``. Days of other things (a meeting, an embargo, opening hours, last year) stay unmarked.
- ``p`` is what is to be promoted, ``b`` who or what the sender is, ``a`` whom to reach, ``l`` where it is, not where
  the audience lives. ``c`` is a channel to use, ``no`` one that is refused or taken out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast

from agents.language.amounts import fallback_currency, find_budget
from agents.language.channels import mentions
from agents.language.numbers import NUMBER, number_value
from agents.language.when import find_when

MARKS = {
    "p": "product", "b": "business", "a": "target_audience", "o": "objective", "l": "location", "v": "voice",
    "m": "goal_metric", "t": "timeline", "n": "additional_context", "$": "budget", "#": "goal_value",
    "e": "event_date", "s": "start_date", "x": "end_date", "sx": "span", "c": "channels", "no": "not_wanted",
    "ig": "nothing",
}  # fmt: skip
TODAY = date(2026, 11, 20)
_FREE = frozenset("pbaolvmtn")
_MARK = re.compile(r"\[(?P<mark>[a-z$#]{1,2}):(?P<words>[^\]=]+)(?:=(?P<value>[^\]]*))?\]")
_HEAD = re.compile(r"^(?:@(?P<asked>\w+)\s*)?(?:\{(?P<known>[^}]*)\}\s*)?\|\s?")


@dataclass(frozen=True, slots=True)
class Marked:
    """A text, the situation it was written in, the places of its facts by mark, and the fields they give."""

    text: str
    asked: str | None
    known: Mapping[str, object]
    spans: tuple[tuple[int, int, str], ...]
    expect: Mapping[str, object] = field(default_factory=dict[str, object])

    def row(self) -> dict[str, object]:
        """The example in the form of the bench's data files."""
        return {
            "text": self.text,
            "today": TODAY.isoformat(),
            "asked": self.asked,
            "known": dict(self.known),
            "expect": dict(self.expect),
        }


def read_marked(path: Path) -> Iterator[Marked]:
    """Every example of a file; blank lines and lines that start with ``%`` are left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("%"):
            yield marked(line)


@dataclass(frozen=True, slots=True)
class Marks:
    """A line taken apart: the bare text, its situation, and each mark with its place and the value written out."""

    text: str
    asked: str | None
    known: Mapping[str, object]
    found: tuple[tuple[int, int, str, str | None], ...]
    given: Mapping[str, object]


def marks(line: str) -> Marks:
    """Take one line apart."""
    head = _HEAD.match(line)
    known = _pairs(head["known"]) if head and head["known"] else {}
    body, _, given = (line[head.end() :] if head else line).replace("⏎", "\n").partition(" || ")
    text, last = "", 0
    found: list[tuple[int, int, str, str | None]] = []
    for match in _MARK.finditer(body):
        text += body[last : match.start()]
        found.append((len(text), len(text) + len(match["words"]), match["mark"], match["value"]))
        text += match["words"]
        last = match.end()
    text = (text + body[last:]).rstrip()
    return Marks(text, head["asked"] if head else None, known, tuple(found), _pairs(given.replace(";", ",")))


def marked(line: str) -> Marked:
    """The example one line stands for."""
    parts = marks(line)
    expect: dict[str, object] = {}
    channels: list[str] = []
    for start, end, mark, value in parts.found:
        words = parts.text[start:end]
        if mark == "c":
            channels += [value] if value else _channels(words)
        else:
            fields = _fields(mark, words, value, parts.text, parts.known)
            expect |= {name: one for name, one in fields.items() if name not in expect}
    if channels:
        expect["channels"] = list(dict.fromkeys(channels))
    expect |= parts.given
    wanted = {name: value for name, value in expect.items() if value != "-"}
    spans = tuple((start, end, mark) for start, end, mark, _ in parts.found)
    return Marked(parts.text, parts.asked, parts.known, spans, wanted)


def _channels(words: str) -> list[str]:
    return [mention.channel for mention in mentions(words)]


def _fields(mark: str, words: str, value: str | None, text: str, known: Mapping[str, object]) -> dict[str, object]:
    if mark in {"no", "ig"} or value == "-":
        return {}
    if value is not None:
        return {MARKS[mark]: _value(MARKS[mark], value)}
    if mark == "$":
        found = find_budget(words, known, asked="budget")
        if found is None:
            raise ValueError(f"no sum in {words!r} of {text!r}")
        money = found.money(fallback_currency(text, known))
        return {"budget": {"minor": money.minor, "currency": money.currency}}
    if mark == "#":
        number = next((v for m in NUMBER.finditer(words) if (v := number_value(m)) is not None), None)
        if number is None:
            raise ValueError(f"no number in {words!r} of {text!r}")
        return {"goal_value": int(number)}
    if mark in _FREE:
        return {MARKS[mark]: words}
    return _days(mark, words, text, known)


def _days(mark: str, words: str, text: str, known: Mapping[str, object]) -> dict[str, object]:
    when = find_when(words, TODAY, asked="event_date", known=known)
    if mark == "sx" and when.start_date and when.end_date:
        return {"start_date": when.start_date.isoformat(), "end_date": when.end_date.isoformat()}
    last = (when.end_date if mark == "x" else when.start_date) or when.event_date or when.end_date
    if mark == "sx" or last is None:
        raise ValueError(f"no day in {words!r} of {text!r}")
    return {MARKS[mark]: last.isoformat()}


def _pairs(text: str) -> dict[str, object]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair.strip())
    found: dict[str, object] = {}
    last = ""
    for name, sign, value in pairs:
        if sign:
            last = name.strip()
            found[last] = _value(last, value.strip())
        else:  # a further channel
            found[last] = [*_listed(found[last]), name.strip()]
    return found


def _listed(value: object) -> list[str]:
    return [str(item) for item in cast("list[object]", value)] if isinstance(value, list) else [str(value)]


def _value(name: str, value: str) -> object:
    if name == "budget" and (match := re.fullmatch(r"(\d+)([A-Z]{3})", value)):
        return {"minor": int(match[1]), "currency": match[2]}
    if name == "goal_value" and value != "-":
        return int(value)
    if name == "channels":
        return [one.strip() for one in re.split(r"[+\s]+", value)]
    return value
