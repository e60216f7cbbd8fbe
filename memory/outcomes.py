"""What an outcome teaches: an approval, an edit, a rejection with its reason, the figures of a post. Pure functions.

Learnings come from a closed vocabulary, so that the same experience in two places reads the same and holds no names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, Literal, TypeAlias, cast

from core.json_text import inner_object
from db.agent_memory import LearningType

SHORT: Final = 150
LONG: Final = 500
FEW_HASHTAGS: Final = 3
CHANGED: Final = 0.15
FEWEST_POSTS: Final = 4
LEAST_IMPORTANCE: Final = 4
MOST_IMPORTANCE: Final = 10

Verdict: TypeAlias = Literal["approved", "edited", "rejected"]

_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2764]")
_HASHTAG = re.compile(r"(?<![\w&/])#\w+")
_REASONS: Final = tuple(
    (key, words, re.compile(pattern, re.IGNORECASE))
    for key, words, pattern in (
        ("too long", "texts were too long", r"too long|shorter|shorten|wordy|cut (?:it|this) down|ramblin"),
        ("too short", "texts were too short", r"too short|longer|more detail|too brief|say more"),
        (
            "too salesy",
            "texts sounded too much like selling",
            r"sales-?y|pushy|too promotional|hard sell|like an advert",
        ),
        (
            "too formal",
            "texts were too formal",
            r"too (?:formal|stiff|dry|boring|corporate)|more (?:casual|playful|fun|relaxed)",
        ),
        (
            "too casual",
            "texts were too casual",
            r"too (?:casual|informal|playful|silly|chatty)|more (?:formal|serious|professional)",
        ),
        (
            "emojis",
            "texts had too many emojis",
            r"(?:too many|no|without|remove|lose|drop)\W+(?:\w+\W+){0,2}emojis?",
        ),
        (
            "hashtags",
            "texts had too many hashtags",
            r"(?:too many|fewer|no|without|remove|drop)\W+(?:\w+\W+){0,2}hash ?tags?",
        ),
        (
            "facts",
            "texts had facts wrong",
            r"wrong|incorrect|not true|mistake|error|typo|outdated|misspel|isn't right",
        ),
        (
            "timing",
            "posts were planned for the wrong time",
            (
                r"too (?:early|late|soon)|wrong (?:day|time|date)|(?:another|different) (?:day|time)"
                r"|(?:not|don't) (?:on|post on)|postpone|reschedule|wait until"
            ),
        ),
        (
            "off brand",
            "texts did not sound like the brand",
            r"off[- ]brand|not (?:us|our (?:voice|tone|style))|doesn't sound like",
        ),
        ("generic", "texts were too general", r"generic|bland|vague|could be any|more specific|concrete|cliché|cliche"),
    )
)


@dataclass(frozen=True, slots=True)
class Text:
    """A text for a channel, as it was proposed or went out."""

    platform: str
    words: str
    hashtags: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing an outcome has shown: under ``key`` it is counted, ``worked`` says which way."""

    key: str
    kind: LearningType
    content: str
    category: str
    worked: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A published text with its engagement, as a share or a count; only compared on its own channel."""

    source: str
    text: Text
    engagement: float


def features(text: Text) -> list[tuple[str, str]]:
    """Return what can be said of a text's form, as key and words."""
    length = len(text.words)
    size = "short" if length <= SHORT else "long" if length > LONG else "middling"
    tags = text.hashtags + len(_HASHTAG.findall(text.words))
    counted = "no hashtags" if tags == 0 else "few hashtags" if tags <= FEW_HASHTAGS else "many hashtags"
    found = [
        (f"length:{size}", f"{size} texts"),
        (f"hashtags:{counted}", f"texts with {counted}"),
        ("emojis:yes", "texts with emojis") if _EMOJI.search(text.words) else ("emojis:no", "texts without emojis"),
    ]
    if "?" in text.words:
        found.append(("question:yes", "texts that ask a question"))
    return found


def from_decision(verdict: Verdict, texts: Sequence[Text]) -> list[Lesson]:
    """What was approved as it stood speaks for its form; what was changed or rejected speaks against it."""
    lessons: dict[str, Lesson] = {}
    for text in texts:
        for key, words in features(text):
            name = f"{text.platform}:{key}"
            content = f"On {text.platform}, {words} are approved as they stand."
            lessons.setdefault(name, Lesson(name, "pattern", content, text.platform, verdict == "approved"))
    return list(lessons.values())


def from_edit(before: Text, after: Text) -> list[Lesson]:
    """What a person changed in a text before they approved it."""
    platform = after.platform
    changes: list[tuple[str, str, bool]] = []
    if before.words and abs(len(after.words) - len(before.words)) > CHANGED * len(before.words):
        shorter = len(after.words) < len(before.words)
        changes.append(("edit:shorter", "texts are shortened before they are approved: write them shorter", shorter))
    had, has = len(_EMOJI.findall(before.words)), len(_EMOJI.findall(after.words))
    if had != has:
        changes.append(("edit:fewer emojis", "emojis are taken out before approval: use fewer", has < had))
    tags = before.hashtags + len(_HASHTAG.findall(before.words)), after.hashtags + len(_HASHTAG.findall(after.words))
    if tags[0] != tags[1]:
        changes.append(("edit:fewer hashtags", "hashtags are taken out before approval: use fewer", tags[1] < tags[0]))
    shouts = before.words.count("!"), after.words.count("!")
    if shouts[0] != shouts[1]:
        changes.append(
            ("edit:fewer exclamation marks", "exclamation marks are taken out before approval", shouts[1] < shouts[0])
        )
    return [
        Lesson(f"{platform}:{key}", "best_practice", f"On {platform}, {words}.", platform, worked)
        for key, words, worked in changes
    ]


def from_rejection(reason: str, platforms: Sequence[str]) -> list[Lesson]:
    """What a rejection's reason comes down to; nothing where it fits no known one."""
    where = sorted(set(platforms)) or ["any channel"]
    return [
        Lesson(
            f"{platform}:rejected:{key}",
            "learning",
            f"On {platform}, {words}: this was rejected.",
            platform,
            worked=True,
        )
        for key, words, pattern in _REASONS
        if pattern.search(reason)
        for platform in where
    ]


def from_figures(posts: Sequence[Measured], usual: Sequence[Measured]) -> list[tuple[str, list[Lesson]]]:
    """Compare posts with the median of ``usual``, posts of the account's own on their channel.

    Posts of a channel with too few usual ones are left out: they teach when there are more. A post that did as usual
    teaches nothing.
    """
    by_platform: dict[str, list[float]] = {}
    for post in usual:
        by_platform.setdefault(post.text.platform, []).append(post.engagement)
    medians = {platform: median(all_of) for platform, all_of in by_platform.items() if len(all_of) >= FEWEST_POSTS}
    taught: list[tuple[str, list[Lesson]]] = []
    for post in posts:
        platform = post.text.platform
        if (middle := medians.get(platform)) is None:
            continue
        better = post.engagement > middle
        found = [] if post.engagement == middle else features(post.text)
        taught.append((post.source, [_figure(platform, key, words, worked=better) for key, words in found]))
    return taught


def rate(success: int, used: int) -> float:
    """Return a success rate that few outcomes can't carry far from even: (s + 1) / (n + 2), Laplace's rule."""
    return (success + 1) / (used + 2)


def importance(shown: int) -> int:
    """Return how much a learning matters, 1 to 10, by how many outcomes or accounts have shown it.

    Each doubling adds 1. Which way they speak is told by the success rate alone.
    """
    return min(LEAST_IMPORTANCE + shown.bit_length(), MOST_IMPORTANCE)


def texts_of(payload: Mapping[str, Any]) -> list[Text]:
    """Return the texts of an approval's payload; nothing where it holds none."""
    posts = payload.get("posts")
    found: list[Text] = []
    for post in cast("list[object]", posts) if isinstance(posts, list) else []:
        held = inner_object(post)
        if isinstance(held.get("text"), str):
            tags: list[str] = held.get("hashtags") or []
            found.append(Text(str(held.get("platform", "")), held["text"], len(tags)))
    return found


def _figure(platform: str, key: str, words: str, *, worked: bool) -> Lesson:
    content = f"On {platform}, {words} get more engagement than this account's usual post."
    return Lesson(f"{platform}:figures:{key}", "pattern", content, platform, worked)
