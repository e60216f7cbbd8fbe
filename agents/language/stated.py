"""Where rules and tagger meet: which of the tagger's words make a field's value."""

import itertools
import re
from collections.abc import Mapping, Sequence

from agents.language.aside_figures import is_aside
from agents.language.businesses import is_business
from agents.language.goals import WISHED
from agents.language.nouns import noun_class
from agents.language.numbers import WORDS
from agents.language.phrases import short_clean
from agents.language.place_asides import comes_from, elsewhere
from agents.language.places import country_of, is_based
from agents.language.tagger import EXACT, Hint, Tagged, Tags
from agents.language.when import When

_MORE = 3
SURE = 0.3  # how likely words must be to state a fact where the rules say otherwise or nothing
UNLIKELY = 0.1  # what the rules found goes where it is less likely than this
ROLE = {"event_date": 0.8, "start_date": 0.8, "end_date": 0.9}  # for another role than the rules'
NO_DAY = 0.05
_CLEARLY = 0.4
_PLACE = 0.75  # for a place the rules don't see
LIKELY = 0.7
BACK = re.compile(
    r"\b(?:actually|no wait|wait|sorry|i mean|i meant|rather|scratch that|correction|make (?:it|that)|instead|well)\b",
    re.IGNORECASE,
)
_FACT = re.compile(
    r"\b(?:starts|starting|begins|opens|kicks off|launches|runs)(?: on| from| at)?(?: the)?\s*$", re.IGNORECASE
)
_COUNTED = re.compile(rf"(?:{WORDS}|\d+)\s", re.IGNORECASE)
_WORK = re.compile(
    r"(?:(?:bloody|damn|fucking|goddamn|stupid|quick|simple|good|great|nice|decent|proper|whole|full|little|big|"
    r"small|new|"
    r"better|best|real|other|another|next|last|first|own|marketing|social|media|content|ad|a|an|the|my|our|your|this|"
    r"that)"
    r"\s)*(?:plans?|campaigns?|posts?|strateg(?:y|ies)|marketing|ads?|adverts?|content|drafts?|captions?|texts?|ideas?|"
    r"brief|budget|audience|goals?|bot|help|shit|hell|crap)",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\s(?:and|but|so)\s(?=(?:hopes?|wants?|needs?|aims?|expects?|we|i|i'm|we're|is|are|has|have|would|will|it|they|"
    r"looking)"
    r"\b)",
    re.IGNORECASE,
)
_LOOSE = re.compile(
    r"(?:(?:^|\s)(?:then|please|pls|though|thanks|gets|is|are|starts|runs|opens|has|comes|goes|will|"
    r"between|which|that))+\W*$",
    re.IGNORECASE,
)
_TIMELY = re.compile(
    r"\b(?:spring|summer|autumn|winter|christmas|easter|halloween|valentine's(?: day)?|mother's day|father's day|"
    r"new year|"
    r"black friday|annual|weekly|monthly|half-term|back-to-school)\s$",
    re.IGNORECASE,
)
_DOING = re.compile(
    r"^(?:building|making|launching|selling|opening|promoting|running|organi[sz]ing|hosting|developing|creating|"
    r"starting|"
    r"offering|releasing|doing)\s(?=(?:an?|the|our|my|some|new)\s)",
    re.IGNORECASE,
)
_PLACED = re.compile(r"\s(?i:in|from|near|around|across)\s(?i:the )?[A-ZÀ-Ž]")
_BESIDE = re.compile(r"(?:[^,.;:!?\n]{0,30})\s(?:in|from|near|around|across|of)\s(?:the )?", re.IGNORECASE)
_GENERAL = re.compile(
    r"(?:(?:the|our|my|a|an|another|next|new|first|second)\s)*(?:courses?|class(?:es)?|terms?|sessions?|events?|dates?|"
    r"programmes?|seasons?|intake|block|batch|series)",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(?:it|this|that|them|one|ones|something|anything|everything|nothing|stuff|things?)", re.IGNORECASE
)


def phrase(name: str, tags: Tags, ruled: str = "", hints: Sequence[Hint] = ()) -> str:
    """The words that state the field ``name``, without article and loose ends, or ""; of several rather what the rules
    take for it too."""
    least = _PLACE if name == "location" and not ruled else SURE
    found = [one for one in tags.found if one.name == name and one.likely >= least]
    found = [one for one in found if _told(tags.said[one.start : one.end])]
    if name == "product":
        found = [one for one in found if not WISHED.match(tags.said[one.start : one.end])]
        found = [one for one in found if not _COUNTED.match(tags.said[one.start : one.end])] or found
        found = [one for one in found if not _GENERAL.fullmatch(tags.said[one.start : one.end])] or found
    if name == "goal_metric":
        found = [one for one in found if not _of_an_aside(tags.said, one.start)]
    if name == "location":
        cased = tags.said != tags.said.lower()
        found = [one for one in found if not elsewhere(tags.said, one.start)]
        found = [one for one in found if not cased or _is_named(tags.said[one.start : one.end])]
    if name in {"product", "business"}:
        found = [one for one in found if not _elsewhere(one, tags.said, hints)]
    both = [one for one in found if ruled and tags.said[one.start : one.end].lower() in ruled.lower()]
    best = meant(tags.said, found)
    if best and both and best.likely - both[0].likely < _CLEARLY and best not in both and best.start > both[0].start:
        best = both[0] if not BACK.search(tags.said[both[0].end : best.start]) else best
    if best is None:
        return ""
    led = _TIMELY.search(tags.said[: best.start]) if name == "product" else None
    end = _further(tags, best, hints)
    words = _DOING.sub("", _LOOSE.sub("", tags.said[led.start() if led else best.start : end]))
    return short_clean(_ON.split(words)[0].removesuffix("'s").removesuffix("-based"))


_COUNT_BEFORE = re.compile(rf"(?:{WORDS}|\d[\d.,]*)\s(?:[\w'-]+\s)?$", re.IGNORECASE)


def _of_an_aside(said: str, start: int) -> bool:
    """Whether words are what a figure counts that is nothing to reach: the photo with the 2 dogs."""
    count = _COUNT_BEFORE.search(said[:start])
    return count is not None and is_aside(said, count.start(), start)


_STOP = (
    r"(?=\s*(?:[,.;:!?()\n]|$|- |(?:and|but|so|is|are|was|at|from|by|we|i|which|until|then|please|starts?|opens?)\b))"
)
_FURTHER = {
    "product": re.compile(
        rf" (?:for|with|of|about|in|on|against|without)"
        rf"(?: (?!(?:it|this|that|us|me|them|you)\b)[\w'&/-]+){{1,5}}?{_STOP}",
        re.IGNORECASE,
    ),
    "target_audience": re.compile(
        rf" (?:who|that|with|of|in|from|without|aged|over|under|between|near|around|living|working)"
        rf"(?: (?!(?:it|this|us|me|them|you)\b)[\w'&/-]+){{1,7}}?{_STOP}",
        re.IGNORECASE,
    ),
}


def _further(tags: Tags, one: Tagged, hints: Sequence[Hint]) -> int:
    """Where words end that go on with what describes them (insurance for surgeries, people who row), unless that is
    another fact."""
    pattern = _FURTHER.get(one.name)
    match = pattern.match(tags.said, one.end) if pattern else None
    if match is None or (one.name == "product" and _VERB.search(match.group())):
        return one.end
    if any(hint.name in EXACT and hint.start < match.end() and match.start() < hint.end for hint in hints):
        return one.end
    return match.end() if tags.free(match.start(), match.end(), one.name) else one.end


_FAINT = {"product": 0.13, "target_audience": 0.2, "business": 0.17}
_EDGES = re.compile(
    r"^(?:(?:with|in|for|of|to|by|at|on|staging|tenemos|de|get|getting|find|finding|specialising in|about)\s)+|"
    r"(?:\s(?:with|in|for|of|to|by|at|on|and))+$",
    re.IGNORECASE,
)


def refused(tags: Tags, start: int, end: int) -> bool:
    """Whether a channel is named only to say that it is not wanted."""
    return tags.share(start, end, "not_wanted") > LIKELY


_FACTS = ("budget", "channels", "target_audience", "goal_value", "location")


def unlikely(name: str, tags: Tags, words: str) -> bool:
    """Whether words of the message surely state something else than ``name``."""
    place = tags.said.lower().find(words.lower())
    if name == "location" and place >= 0 and tags.share(place, place + len(words), "target_audience") > SURE:
        return False  # where the people are is a place too
    return place >= 0 and tags.share(place, place + len(words), name) < UNLIKELY


def faint_facts(
    tags: Tags, values: Mapping[str, object], known: Mapping[str, object], hints: Sequence[Hint]
) -> dict[str, str]:
    """In a message full of facts, the product, the people and the business even where they are hard to make out."""
    dated = any(name in values for name in ("event_date", "start_date", "end_date"))
    if dated + sum(name in values for name in _FACTS) < 2:
        return {}
    found: dict[str, str] = {}
    for name in _FAINT:
        if name not in values and not known.get(name):
            found[name] = _fainter(
                name, tags, " | ".join(str(value) for value in [*values.values(), *found.values()]), hints
            )
    return found


def _fainter(name: str, tags: Tags, taken: str, hints: Sequence[Hint]) -> str:
    """The likeliest words for a field nothing states plainly, where what they are made of speaks for them too."""
    one = tags.faint(name, _FAINT[name] - 0.01)
    if one is None or one.likely < _FAINT[name] or _elsewhere(one, tags.said, hints):
        return ""
    if WISHED.match(tags.said[one.start : one.end]):
        return ""
    words = short_clean(_EDGES.sub("", tags.said[one.start : one.end].strip(" ,.;:!?")))
    if not words or len(words.split()) > 6 or words.lower() in taken.lower() or _VERB.search(words):
        return ""
    kinds = {noun_class(word) for word in words.lower().split()}
    if name == "target_audience":
        return words if "person" in kinds else ""
    if name == "business":
        return words if "business" in kinds or words.isupper() else ""
    named = len(words.split()) > 1 or words[0].isupper() or kinds & {"goods", "service", "occasion"}
    return words if named and not is_business(words) and "business" not in kinds else ""


_VERB = re.compile(
    r"\b(?:i|we|it|she|he|they|you|i'm|we're|we've|i've|it's|she's|he's|is|are|was|were|be|been|has|have|had|want|"
    r"wants|"
    r"will|would|could|should|can|moving|used|said|says|that|this|than|rather)\b",
    re.IGNORECASE,
)


def _is_named(place: str) -> bool:
    """Whether words can name a place in a text that writes names with a capital letter."""
    if all(noun_class(word) == "person" for word in place.lower().split()):
        return False  # the Americans
    return place != place.lower() or country_of(place) != ""


def _elsewhere(one: Tagged, said: str, hints: Sequence[Hint]) -> bool:
    """Whether words are only a day, a place or the team's own work."""
    if _WORK.fullmatch(said[one.start : one.end]):
        return True
    return any(hint.name in {"day", "location"} and hint.start <= one.start and one.end <= hint.end for hint in hints)


_ROLES = ("event_date", "start_date", "end_date", "span")


def told_roles(tags: Tags, when: When) -> dict[int, str]:
    """For the days whose role the tagger sees otherwise, and surely: their place and that role, "" for none."""
    told: dict[int, str] = {}
    for (start, end), ruled in zip(when.spans, when.roles, strict=True):
        if max(tags.share(start, end, "product"), tags.share(start, end, "business")) > LIKELY:
            told[start] = ""  # the Christmas fair, a weekend course
            continue
        shares = {name: tags.share(start, end, name) for name in _ROLES}
        mass = sum(shares.values())
        if not ruled or mass < UNLIKELY:
            if ruled and mass < NO_DAY:
                told[start] = ""
            continue
        best = max(_ROLES, key=lambda name: shares[name])
        role = "event_date" if best == "span" else best
        if role != ruled and shares[best] / mass >= ROLE[ruled] and mass >= SURE:
            told[start] = role
    return told


def meant(said: str, found: Sequence[Tagged]) -> Tagged | None:
    """The likeliest, or what takes back the one before it."""
    best = max(found, key=lambda one: one.likely, default=None)
    for before, after in itertools.pairwise(found):
        if BACK.search(said[before.end : after.start]):
            best = after
    return best


def within_audience(tags: Tags) -> bool:
    """Whether the only place named is the audience's: brides in Rajasthan."""
    places = [one for one in tags.found if one.name == "location"]
    people = [one for one in tags.found if one.name == "target_audience"]
    if not places:
        return any(_PLACED.search(tags.said[one.start : one.end]) for one in people)
    return len(places) == 1 and any(
        _BESIDE.fullmatch(tags.said[one.end : places[0].start]) for one in people if one.end <= places[0].start
    )


def is_no_place(tags: Tags, place: tuple[int, int] | None, asked: str | None, known: Mapping[str, object]) -> bool:
    """Whether the place the rules found is only the business's name, or where the audience lives or comes from."""
    if place and (elsewhere(tags.said, place[0]) or (asked == "target_audience" and comes_from(tags.said, place[0]))):
        return True
    if place and asked != "location" and not is_based(tags.said, place[1]) and tags.share(*place, "business") > LIKELY:
        return True
    return bool(known.get("location")) and within_audience(tags)


def longer(ruled: str, words: str) -> bool:
    """Whether the rules' words hold all of the tagger's and a few more, which then belong to them."""
    return words.lower() in ruled.lower() and len(ruled.split()) - len(words.split()) <= _MORE


def _told(words: str) -> bool:
    return len(words) > 1 and _NOTHING.fullmatch(words) is None and re.search(r"[^\W\d]", words) is not None
