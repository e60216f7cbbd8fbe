"""An order to go by another clock: “use Berlin time”, “my timezone is Europe/Berlin”. Only what can't mean else."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from agents.language.places import country_of_place

_LEAD: Final = (
    r"^\W*(?:(?:hi|hello|hey|ok(?:ay)?|so|and|but|please|pls|now|well|thanks|sorry|actually|by the way|btw|can you|"
    r"could you|would you|from now on|let'?s)\b\W*)*"
)
_TAIL: Final = (
    r"(?:\W+(?:now|please|pls|from now on|everywhere|instead|always|for (?:me|us|everything|all (?:times|posts))|"
    r"thanks?|thank you|by the way))*\W*$"
)
_NAME: Final = r"(?P<zone>[^\W\d][\w/+\- .']{1,60}?)"
_ZONE: Final = r"time ?-?zone"
_BY: Final = r"(?:use|go by|switch (?:over )?to|change to|show (?:me )?(?:all |the )?times in)"
_TIMES: Final = r"(?:all|our|my) times (?:are )?in"
_WE: Final = r"(?:i'?m|i am|we'?re|we are|(?:i|we) (?:live|work))"
_ORDERS: Final = tuple(
    re.compile(f"{_LEAD}(?:{form}){_TAIL}", re.IGNORECASE)
    for form in (
        rf"(?:{_BY}|{_TIMES}|{_WE} (?:on|in)) (?:the )?{_NAME} (?:time|{_ZONE})",
        rf"(?:{_WE} in|use|it'?s) (?:the )?{_ZONE} (?:of )?{_NAME}",
        rf"(?:my|our|the) {_ZONE} (?:is|should be|has to be|=|:) ?(?:the )?{_NAME}(?: time)?",
        rf"(?:set|change|switch|put) (?:my|our|the) {_ZONE} to (?:the )?{_NAME}(?: time)?",
    )
)
_KNOWN: Final[Mapping[str, str]] = {
    "utc": "UTC",
    "gmt": "Etc/GMT",
    "greenwich": "Etc/GMT",
    "uk": "Europe/London",
    "british": "Europe/London",
    "german": "Europe/Berlin",
    "french": "Europe/Paris",
    "spanish": "Europe/Madrid",
    "italian": "Europe/Rome",
    "irish": "Europe/Dublin",
    "indian": "Asia/Kolkata",
    "japanese": "Asia/Tokyo",
    "cet": "Europe/Berlin",
    "central european": "Europe/Berlin",
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
    "washington": "America/New_York",
    "boston": "America/New_York",
    "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "munich": "Europe/Berlin",
    "hamburg": "Europe/Berlin",
    "frankfurt": "Europe/Berlin",
    "cologne": "Europe/Berlin",
    "manchester": "Europe/London",
    "edinburgh": "Europe/London",
    "barcelona": "Europe/Madrid",
    "milan": "Europe/Rome",
    "mumbai": "Asia/Kolkata",
    "delhi": "Asia/Kolkata",
    "geneva": "Europe/Zurich",
}
# Countries with one clock, by whose towns it is named too.
_OF_COUNTRY: Final[Mapping[str, str]] = {
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "DE": "Europe/Berlin",
    "AT": "Europe/Vienna",
    "CH": "Europe/Zurich",
    "FR": "Europe/Paris",
    "BE": "Europe/Brussels",
    "NL": "Europe/Amsterdam",
    "IT": "Europe/Rome",
    "PL": "Europe/Warsaw",
    "CZ": "Europe/Prague",
    "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo",
    "DK": "Europe/Copenhagen",
    "FI": "Europe/Helsinki",
    "GR": "Europe/Athens",
    "IN": "Asia/Kolkata",
    "JP": "Asia/Tokyo",
    "KR": "Asia/Seoul",
    "SG": "Asia/Singapore",
    "AE": "Asia/Dubai",
    "ZA": "Africa/Johannesburg",
    "NG": "Africa/Lagos",
    "KE": "Africa/Nairobi",
}
# “We are in no time”, “use the same time”: words before “time” that are no place.
_NO_PLACE: Final = re.compile(
    r"\b(?:the|a|an|no|any|more|less|some|this|that|same|other|another|full|part|real|good|great|prime|peak|local|"
    r"your|my|our|their|right|wrong|first|second|next|last|long|short|short|spare|free|own|best|better|"
    r"opening|closing|lunch|bed|day|night|tea|christmas|easter|summer|winter|spring|autumn|show|post|posting)\b",
    re.IGNORECASE,
)


def zone_request(text: str) -> str | None:
    """Return the timezone a message orders times to be in: its official name, or the words as they are where no zone is
    known by them. None for a message about anything else.
    """
    plain = " ".join(text.split())
    if len(plain) > 160:
        return None
    found = next((match for order in _ORDERS if (match := order.match(plain))), None)
    if found is None:
        return None
    words = found["zone"].strip(" .'")
    if "/" not in words and _NO_PLACE.search(words):
        return None
    return zone_named(words) or words


def zone_named(words: str) -> str | None:
    """Return the official name of a timezone that people call so."""
    key = " ".join(words.replace("_", " ").casefold().split())
    return _KNOWN.get(key) or _zones().get(key) or _OF_COUNTRY.get(country_of_place(words))


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    """Return the official names by themselves and by the city they end in."""
    named = {name.replace("_", " ").casefold(): name for name in available_timezones() if "/" in name}
    cities = {name.rpartition("/")[2].replace("_", " ").casefold(): name for name in sorted(named.values())}
    outside = {key: name for key, name in cities.items() if not name.startswith(("Etc/", "US/", "Canada/", "posix/"))}
    return {**outside, **named}
