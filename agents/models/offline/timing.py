"""When a post is to go out, as a message says it: per channel where it names several, else one time for all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from agents.language.channels import mentions
from agents.language.dates import find_dates

USUAL = "10:00"
_CLOCK = re.compile(
    r"(?<![\d/.£$€])(?:at |@ ?|around |by |for |um |à )?(?P<h>\d{1,2})(?:[:.](?P<m>[0-5]\d))? "
    r"?(?P<half>a\.?m\.?|p\.?m\.?)(?!\w)|"
    r"(?<![\d/.£$€])(?P<h24>[01]?\d|2[0-3])[:h](?P<m24>[0-5]\d)(?!\d)|"
    r"\b(?:at|@|around|um) (?P<hat>[01]?\d|2[0-3])(?: ?o'?clock| uhr)?(?!\d|[:.,/]\d|\s?(?:%|"
    r"visitors|people|st\b|nd\b|rd\b|th\b))|"
    r"\b(?P<word>noon|midday|lunch ?time|midnight|(?:early )?morning|afternoon|evening|"
    r"tonight|breakfast|end of (?:the )?day|eod)\b",
    re.IGNORECASE,
)
_WORDS = {
    "noon": "12:00",
    "midday": "12:00",
    "lunch": "12:30",
    "midnight": "23:59",
    "early": "08:00",
    "morning": "09:00",
    "afternoon": "15:00",
    "evening": "18:00",
    "tonight": "19:00",
    "breakfast": "08:00",
    "end": "17:00",
    "eod": "17:00",
}


@dataclass(frozen=True, slots=True)
class Times:
    """Local times as ISO texts without an offset: ``common`` for all, ``by_channel`` where one was named with it."""

    common: str | None = None
    by_channel: Mapping[str, str] | None = None

    def of(self, platform: str) -> str | None:
        """The time for a channel, or None where none was given."""
        return (self.by_channel or {}).get(platform, self.common)


_AND = re.compile(r"\b(?:and|but)\s+(?:then )?(?:the |my |our |that )?$", re.IGNORECASE)


def read_times(text: str, today: date, usual: str = USUAL) -> Times:
    """Read the times in a message. A day without a time gets the usual one; a time without a day is tomorrow's."""
    named = [(item.start, item.channel) for item in mentions(text) if item.wanted]
    days = [found for found in find_dates(text, today) if found.first]
    if len({name for _, name in named}) > 1 and (len(days) > 1 or len(list(_CLOCK.finditer(text))) > 1):
        return Times(by_channel=_by_channel(text, today, named, usual))
    if named and _AND.search(before := text[: named[0][0]]) and (first := _one(before, today, usual)):
        # A day of the month alone, "and the email on the 19th", is one of the month spoken of.
        month = date.fromisoformat(first[:10]).replace(day=1)
        return Times(common=first, by_channel=_by_channel(text, max(today, month), named, usual))
    return Times(common=_one(text, today, usual))


def _by_channel(text: str, today: date, named: list[tuple[int, str]], usual: str) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting: list[str] = []
    for place, (start, name) in enumerate(named):
        end = named[place + 1][0] if place + 1 < len(named) else len(text)
        at = _one(text[start:end], today, usual)
        waiting.append(name)
        if at is not None:
            found.update(dict.fromkeys(waiting, at))
            waiting.clear()
    return found


def _one(text: str, today: date, usual: str) -> str | None:
    day = next((found.first for found in find_dates(text, today) if found.first), None)
    clock = next((at for match in _CLOCK.finditer(text) if (at := _clock(match))), None)
    if day is None and clock is None:
        return None
    if day is None:
        day = (
            today
            if re.search(r"\b(?:today|tonight|this (?:evening|afternoon))\b", text, re.IGNORECASE)
            else today + timedelta(days=1)
        )
    return f"{day.isoformat()}T{clock or usual}"


def _clock(match: re.Match[str]) -> str | None:
    if match["word"]:
        word = match["word"].lower().split()[0]
        return _WORDS.get(word.removesuffix("time"), USUAL)
    if match["h"]:
        hour = int(match["h"])
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
        return f"{hour:02d}:{match['m'] or '00'}"
    hour = int(match["h24"] or match["hat"])
    if match["hat"] and 1 <= hour <= 6:
        hour += 12
    return f"{hour:02d}:{match['m24'] or '00'}"
