"""A short answer to the question just asked, which only that question makes meaningful."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from agents.language.amounts import amounts, known_currency
from agents.language.goals import find_goal
from agents.language.numbers import NUMBER, SCALES, WORDS, number_value, whole
from agents.language.phrases import plain_phrase
from agents.language.place_asides import says_none
from agents.language.places import find_location
from agents.language.reading import Value
from agents.language.sentences import is_question
from core.money import Money

_EMPTY = re.compile(
    r"^\W*(?:(?:um+|uh+|hmm+|er+m?|well|oh|ok(?:ay)?|so|honestly|sorry)\W+)*(?:i (?:don't|do not|dont) know|idk|"
    r"dunno|no idea|not sure|unsure|no clue|you (?:decide|choose|tell me|pick)|whatever|skip|pass|later|next(?: "
    r"question)?|"
    r"any(?:thing)?|nothing|none|no preference|don't (?:care|mind)|doesn't matter|up to you|your call|surprise me|"
    r"n/?a|tbd|tbc|yes|yep|yeah|no|nope|ok(?:ay)?|sure|fine|maybe|thanks?|thank you|cheers|hi|hello|hey|good "
    r"(?:morning|afternoon|evening)|stop|wait|hold on|"
    r"one (?:sec|moment|minute)|let me (?:think|check|ask|get back)|i'll (?:check|think|ask|get back|tell you)|what|"
    r"why|huh|sorry|pardon|lol|haha|never ?mind|can you|could you|please|help|i need to (?:think|check|ask)|give me|"
    r"not yet|not decided|haven't decided|we haven't|"
    r"weiß nicht|keine ahnung|je ne sais pas|no sé|no se)\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|please|pls|now|just|first|can you|could you|hey|actually|go ahead and|let's|"
    r"then)\W+)*(?:write|draft|show|schedule|publish|post|send|approve|reject|cancel|delete|rewrite|shorten|"
    r"translate|tell me|give me|explain|list|compare|analyse|analyze|remind|"
    r"plan|create|generate|make me|do you|what|how|why|when|where|who|ignore|forget|repeat|start over|help|sing|"
    r"play|book me|order me|call|open|read|check|look|search|google)\b",
    re.IGNORECASE,
)
_OFFTOPIC = re.compile(
    r"\b(?:weather|raining|football|the match|world cup|joke|recipe|horoscope|lottery|bitcoin|capital of|president|"
    r"prime minister|movie|film tonight|netflix|lunch|dinner tonight|coffee break|my (?:cat|dog|wife|husband|boss|"
    r"kids|printer|train|computer|wifi|laptop)|"
    r"traffic is|how are you|you there|are you (?:a|an|human|real)|who won|homework|so tired|hungry|headache|nice "
    r"day|lovely day|happy birthday|good luck|i love you|you're (?:funny|great|stupid|useless|slow)|system prompt|"
    r"instructions|meaning of life|stuck in traffic|brb|be right back|back in|phone('s)? ring|my (?:phone|battery|baby|"
    r"mum|dad|son|daughter|neighbour|doorbell|kettle)('s)?|hold on|hang on|back in a (?:sec|minute|bit)|doorbell|"
    r"someone at the door)\b",
    re.IGNORECASE,
)
_FREE_TEXT = {
    "product",
    "objective",
    "target_audience",
    "timeline",
    "location",
    "business",
    "voice",
    "additional_context",
}


_OPENS_WITH_NUMBER = re.compile(
    r"^\W*(?:(?:about|around|say|maybe|roughly|at least|let's say|i'd say|probably|well|um+|ok|over|circa|ideally|"
    r"something like|somewhere around|i'd be happy with|up to|if (?:we|i|she|he|they) (?:got|get|had|sold|made|"
    r"reached))\W+)*"
    rf"(?:\d[\d,.]*k?(?![\w:/-])|{WORDS})",
    re.IGNORECASE,
)


def plausible_answer(text: str) -> bool:
    """Whether a message can be the answer to a question: no evasion, command, greeting or small talk."""
    first = text.strip()
    if not first or (first.rstrip().endswith("?") and (len(first.split()) > 4 or is_question(first))):
        return False
    rest = re.sub(
        r"^\W*(?:yes|yep|yeah|no|sure|ok(?:ay)?|hmm+|um+|well|sorry|hi|hello|hey|thanks|thank you|please|"
        r"maybe)\b[\s,.!:-]*(?=\S)",
        "",
        first,
        flags=re.IGNORECASE,
    )
    return not (_EMPTY.match(rest) or _COMMAND.match(rest) or _OFFTOPIC.search(rest))


def answers_otherwise(asked: str, text: str, read: Mapping[str, object], *, figure: bool) -> bool:
    """Whether the answer gives another fact than the one asked for: families, when asked for the goal.

    ``figure``: it holds a figure to reach.
    """
    if asked == "objective":
        people = str(read.get("target_audience", "")).lower()
        return people != "" and text.strip(" .!").lower().removeprefix("the ") == people
    return figure and "goal_value" in read and asked in {"product", "business"}


def answer_to(asked: str, text: str, read: Mapping[str, object], known: Mapping[str, object]) -> dict[str, Value]:
    """The values an answer gives to the field asked for, where reading the text has not already found them."""
    if asked in read or (
        asked == "timeline" and any(name in read for name in ("event_date", "start_date", "end_date"))
    ):
        return {}
    phrase = plain_phrase(text)
    if asked in {"goal_value", "goal_metric", "objective"}:
        return _goal_answer(asked, text, phrase, read, known)
    if asked not in _FREE_TEXT or not _is_phrase(phrase) or _told_otherwise(asked, text, read):
        return {}
    if asked == "location":
        found = find_location(text)
        return {"location": found[2]} if found else {} if says_none(text) else {"location": phrase}
    return {asked: phrase}


def _told_otherwise(asked: str, text: str, read: Mapping[str, object]) -> bool:
    """Whether the message gives other facts and nothing that is left for the field asked for."""
    others = {name for name in read if name not in {asked, "timeline", "objective", "additional_context"}}
    if asked == "product":
        others -= {"location", "business", "event_date", "target_audience"}
    if asked == "business":
        others -= {"location", "product"}
    if asked == "target_audience":
        others -= {"location"}
    return bool(others) and len(text.split()) < 40


def _goal_answer(
    asked: str, text: str, phrase: str, read: Mapping[str, object], known: Mapping[str, object]
) -> dict[str, Value]:
    if "goal_value" in read or ("objective" in read and not _OPENS_WITH_NUMBER.match(text)):
        return {}
    if asked == "goal_value" and "budget" not in read and (sum_named := next(amounts(text, known), None)):
        raised = whole(sum_named.value)
        return {"goal_value": raised} if raised is not None else {}
    number = next((v for m in NUMBER.finditer(text) if (v := number_value(m)) is not None), None)
    if asked != "goal_metric" and number is not None and not next(amounts(text), None) and "budget" not in read:
        value = whole(number)
        goal = find_goal(text, known)
        if value is not None and goal is None and (len(text.split()) <= 6 or _OPENS_WITH_NUMBER.match(text)):
            metric = (
                re.sub(r"^[\d\s,.k]+|^\w+ (?=\w+$)", "", phrase).strip()
                if not phrase.replace(",", "").isdigit()
                else ""
            )
            found: dict[str, Value] = {"goal_value": value}
            if asked == "objective":
                found["objective"] = phrase
            if metric and known.get("goal_metric") is None and metric.isalpha() and metric.lower() not in SCALES:
                found["goal_metric"] = metric
            return found
    if asked == "objective" and _is_phrase(phrase) and not _told_otherwise(asked, text, read):
        return {"objective": phrase}
    return {"goal_metric": phrase} if asked == "goal_metric" and _is_phrase(phrase) and len(phrase.split()) <= 4 else {}


def _is_phrase(phrase: str) -> bool:
    return 2 <= len(phrase) <= 240 and re.search(r"[^\W\d]", phrase) is not None


_NAMED = re.compile(
    r"\b(?:not|instead of|rather than|from|wrote|said|put|typed|(?:number|no\.|ref|code|po)(?: is|:)?)\s+$",
    re.IGNORECASE,
)
_TOO_MUCH = re.compile(
    r"\s(?:is|was|seems?|sounds?|looks?|feels?)\s(?:way |a bit |far |rather )?(?:too|unrealistic|silly|"
    r"optimistic|ambitious|"
    r"what|last|nonsense|crazy|never)\b",
    re.IGNORECASE,
)


def bare_number(text: str, known: Mapping[str, object], asked: str | None) -> tuple[str, Decimal | None]:
    """Which known figure a nameless number means, and the number: the one it replaces, else the nearest in size."""
    found = [(m, v) for m in NUMBER.finditer(text) if (v := number_value(m)) is not None]
    if not found or len(text.split()) > 14:
        return "", None
    named = _NAMED
    fresh = [v for m, v in found if not named.search(text[: m.start()]) and not _TOO_MUCH.match(text, m.end())]
    new = next((v for v in fresh if v not in _figures(known).values()), next(iter(fresh), None))
    old = next((v for m, v in found if named.search(text[: m.start()])), None)
    figures = _figures(known)
    if new is None or not figures:
        return "", None
    for name, value in figures.items():
        if old is not None and old == value:
            return name, new
    if asked in {"budget", "goal_value"}:
        return asked, new
    if re.search(r"\d\s?(?:am|pm|st|nd|rd|th|%|words|posts|characters|days|weeks|hashtags|lines|versions)", text):
        return "", None
    distance = {name: abs(math.log((float(new) + 1) / (float(value) + 1))) for name, value in figures.items()}
    return min(distance, key=lambda name: distance[name]), new


def known_budget(known: Mapping[str, object]) -> Money | None:
    """The budget the conversation already has, in whichever form it is kept."""
    budget = known.get("budget")
    if isinstance(budget, Money):
        return budget
    if isinstance(budget, Mapping):
        parts = cast("Mapping[str, object]", budget)
        return Money(int(str(parts.get("minor", 0))), str(parts.get("currency", "GBP")))
    if isinstance(known.get("budget_minor"), int):
        return Money(int(str(known["budget_minor"])), str(known.get("currency") or "GBP"))
    if isinstance(budget, str) and (found := next(amounts(budget), None)):
        return found.money(known_currency(known) or "USD")
    return None


def _figures(known: Mapping[str, object]) -> dict[str, Decimal]:
    budget, goal = known_budget(known), known.get("goal_value")
    figures = {"budget": budget.major} if budget else {}
    if isinstance(goal, int):
        figures["goal_value"] = Decimal(goal)
    return figures
