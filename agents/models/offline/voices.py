"""The voices the offline model can write in (their sentences are in ``voices.toml``), and how a message names one."""

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from agents.models.offline.values import mappings


@dataclass(frozen=True, slots=True)
class Voice:
    """How a text sounds. Every tuple holds alternatives; see the head of ``voices.toml`` for their slots."""

    name: str
    hooks: tuple[str, ...]
    news: tuple[str, ...]
    audience: tuple[str, ...]
    extra: tuple[str, ...]
    more: tuple[str, ...]
    calls: tuple[str, ...]
    subjects: tuple[str, ...]
    tags: tuple[str, ...]
    greeting: str
    goodbye: str
    emoji: tuple[str, ...] = ()


DEFAULT = "friendly"
_WORDS: tuple[tuple[str, str], ...] = (
    ("formal", r"formal(?:ly)?|official|serious|ceremonial|respectful"),
    (
        "playful",
        (
            r"playful(?:ly)?|fun(?:ny|nier)?|quirky|light-?hearted|bubbly|silly|lively|upbeat|"
            r"energetic|joyful|exciting|excited|whims(?:y|ical)|goofy|zany|cute|cheerful|sunny|jolly"
        ),
    ),
    ("cheeky", r"cheek(?:y|ier)|sassy|saucy|naughty|irreverent|edgy|mischievous|rebellious"),
    (
        "witty",
        (
            r"witt(?:y|ier)|humorous|ironic|clever|dry|tongue[- ]in[- ]cheek|humou?r|"
            r"deadpan|wry|droll|sardonic|sarcastic|satirical"
        ),
    ),
    ("urgent", r"urgen(?:t|cy)|pressing|last[- ]minute|fomo|hard[- ]?sell|pushy"),
    (
        "professional",
        (
            r"professional(?:ly)?|business-?like|corporate|expert|authoritative|trustworthy|"
            r"informative|credible|b2b|factual|polished|educational|academic|scholarly|technical"
        ),
    ),
    (
        "elegant",
        r"elegant|luxur(?:y|ious)|premium|sophisticated|refined|classy|upmarket|exclusive|poetic|high-?end|chic|stylish|romantic|dreamy",
    ),
    (
        "bold",
        r"bold(?:er)?|confident|daring|punch(?:y|ier)|loud|strong(?:er)?|provocative|direct|brash|fierce|gritty|punky",
    ),
    (
        "inspiring",
        (
            r"inspir(?:ing|ational|ed)|motivat(?:ing|ional)|uplifting|hopeful|visionary|empowering|"
            r"emotional|moving|passionate|enthusiastic"
        ),
    ),
    (
        "warm",
        (
            r"warm(?:er|ly|-hearted)?|cosy|cozy|heartfelt|caring|welcoming|kind|gentle|homely|tender|"
            r"empathetic|sincere|calm(?:er|ing)?|sooth(?:ing|er)|peaceful|quiet(?:er)?|soft(?:er)?|reassuring|nostalgic"
        ),
    ),
    (
        "plain",
        (
            r"plain(?:er)?|simple|simpler|minimal(?:ist)?|matter[- ]of[- ]fact|no[- ]nonsense|"
            r"straightforward|neutral|dry facts|sober|clear|understated|laconic|terse|honest|"
            r"(?:less|too|so|very|sounds|not so) (?:salesy|gimmicky|over the top|corny|cheesy)"
        ),
    ),
    (
        "friendly",
        (
            r"friendl(?:y|ier)|casual|relaxed|chatty|conversational|informal|approachable|down[- "
            r"]to[- ]earth|personal|easy-?going|neighbou?rly|human|natural|laid[- ]back|breezy|folksy|"
            r"(?:not|less)(?: too| so| that| very)? (?:formal|stiff|corporate|serious|businesslike)"
        ),
    ),
)
_AMBIGUOUS = (
    r"kind|personal|direct|simple|simpler|clear|exclusive|official|exciting|excited|moving|"
    r"strong|dry|expert|human|loud|fun|neutral|serious|business-?like|funny|premium|luxury|"
    r"corporate|professional|technical|academic|educational|polished|romantic|honest|cute|passionate|stylish"
)
_STATED = re.compile(
    r"\b(?:more|less|very|really|quite|bit|too|sound|sounds|keep it|make (?:it|them)|in an?|"
    r"voice|tone|style|be|something)\b"
    rf"[\w ,']{{0,24}}\b(?:{_AMBIGUOUS})\b|\b(?:{_AMBIGUOUS})\b[\w ,]{{0,16}}\b(?:tone|voice|"
    rf"style|way|manner|version|wording)\b|\b(?:posts?|texts?|captions?|tweets?|e-?mails?|them"
    rf"|everything)\s+(?:{_AMBIGUOUS})\b",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"(?:^|[,;.:]\s*|\band\s+)(?:{_AMBIGUOUS})(?:,|\s+(?:please|and|but|pls)\b|\W*$)", re.IGNORECASE)


@cache
def voices() -> dict[str, Voice]:
    """Every voice by its name."""
    raw = tomllib.loads(resources.files("agents.models.offline").joinpath("voices.toml").read_text(encoding="utf-8"))
    return {found.name: found for found in map(_read, mappings(raw["voice"]))}


def _read(raw: dict[str, Any]) -> Voice:
    return Voice(
        name=raw["name"],
        hooks=tuple(raw["hooks"]),
        news=tuple(raw["news"]),
        audience=tuple(raw["audience"]),
        extra=tuple(raw["extra"]),
        more=tuple(raw["more"]),
        calls=tuple(raw["calls"]),
        subjects=tuple(raw["subjects"]),
        tags=tuple(raw["tags"]),
        greeting=raw["greeting"],
        goodbye=raw["goodbye"],
        emoji=tuple(raw.get("emoji", ())),
    )


def voices_in(text: str) -> tuple[str, ...]:
    """The voices a message asks for, at most two, in order. A word with another common meaning counts only where it
    clearly names a voice."""
    lowered = text.lower()
    named = _STATED.search(lowered) is not None or _ALONE.search(lowered) is not None
    found: dict[str, int] = {}
    for name, words in _WORDS:
        for match in re.finditer(rf"\b(?:{words})\b", lowered):
            clear = named or not re.fullmatch(_AMBIGUOUS, match.group())
            if clear and not _negated(lowered, match.start()):
                found.setdefault(name, match.start())
    return tuple(sorted(found, key=found.__getitem__)[:2])


def voice_named(value: object) -> Voice:
    """The voice a brief or a draft names, in whatever words; the friendly one where it names none."""
    if not isinstance(value, str) or not value.strip():
        return voices()[DEFAULT]
    lowered = value.lower()
    places = {
        name: match.start()
        for name, words in _WORDS
        if (match := re.search(rf"\b(?:{words})\b", lowered)) and not _negated(lowered, match.start())
    }
    return voice_of(tuple(sorted(places, key=places.__getitem__)[:2]))


def is_known(value: str) -> bool:
    """Whether any word of it names a voice there is."""
    return any(re.search(rf"\b(?:{words})\b", value.lower()) for _, words in _WORDS)


def voice_of(names: tuple[str, ...]) -> Voice:
    """One voice of one or two names: of two, the first opens and greets, the second tells and invites."""
    found = [voices()[name] for name in names if name in voices()]
    if not found:
        return voices()[DEFAULT]
    if len(found) == 1:
        return found[0]
    first, second = found[:2]
    return replace(
        first,
        name=f"{first.name} and {second.name}",
        news=second.news,
        extra=second.extra,
        calls=second.calls,
        tags=(first.tags[0], second.tags[0], *first.tags[1:]),
        emoji=first.emoji or second.emoji,
    )


def _negated(text: str, at: int) -> bool:
    before = text[:at]
    return (
        re.search(r"\b(?:not|less|isn't|aren't|too|without|never|don't be|no)(?: so| too| as| that| very)?\s*$", before)
        is not None
    )
