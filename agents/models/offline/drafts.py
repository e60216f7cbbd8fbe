"""Drafts as people see them in an answer, and how an answer already given is read back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.models.offline.phrasing import channel, quoted
from agents.models.offline.reading import Turn
from agents.models.offline.values import number, texts
from tools.platforms.catalogue import BY_NAME

_HEAD = re.compile(r"^\*\*(?:(?P<n>\d+)\. )?(?P<label>[^*·]+?)\*\*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft as an earlier answer showed it: its place, its channel and its words."""

    number: int
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of one draft."""

    platform: str
    text: str
    characters: int
    limit: int
    title: str = ""
    subject: str = ""
    hashtags: tuple[str, ...] = ()
    note: str = ""


def card(platform: str, values: Mapping[str, Any], result: Mapping[str, Any]) -> Card:
    """A card of the arguments of a draft and what the tool measured."""
    return Card(
        platform=platform,
        text=str(values.get("text") or ""),
        characters=number(result.get("characters")),
        limit=number(result.get("limit")),
        title=str(values.get("title") or ""),
        subject=str(values.get("subject") or ""),
        hashtags=tuple(texts(result["hashtags"] if "hashtags" in result else values.get("hashtags"))),
        note=str(result.get("measure") or ""),
    )


def shown_cards(cards: Sequence[Card]) -> str:
    """The drafts, each quoted under its channel with what it uses of the limit."""
    several = len(cards) > 1
    return "\n\n".join(_shown(item, number if several else 0) for number, item in enumerate(cards, 1))


def _shown(item: Card, number: int) -> str:
    head = f"{number}. {label(item.platform)}" if number else label(item.platform)
    lines = [f"**{head}** · {_used(item)}"]
    if item.subject:
        lines.append(f"Subject: {item.subject}")
    elif item.title and item.platform == "google_ads":
        lines.append("Headlines: " + " | ".join(item.title.splitlines()))
    elif item.title:
        lines.append(f"Title: {item.title}")
    lines.append(quoted(item.text))
    if item.hashtags:
        lines.append(" ".join(item.hashtags))
    return "\n\n".join(lines)


def label(platform: str) -> str:
    """A channel's name as a heading."""
    return BY_NAME[platform].label if platform in BY_NAME else channel(platform)


def _used(item: Card) -> str:
    unit = BY_NAME[item.platform].unit if item.platform in BY_NAME else "characters"
    if item.platform == "email" and item.subject:
        return f"subject {len(item.subject)} characters, text {item.characters:,}"
    words = f"{item.characters:,} of {item.limit:,} {unit}" if item.limit else f"{len(item.text):,} characters"
    return f"{words}, {item.note}" if item.note else words


OUTDATED = "The drafts still say it as it was. Shall the writer bring them in line?"


def already_shown(turn: Turn) -> tuple[Shown, ...]:
    """The drafts in the latest answer of the writer that showed any."""
    for said in reversed(turn.history):
        if said.by == "assistant" and said.agent == "writer" and (found := _read(said.text)):
            return found
    return ()


def numbered(turn: Turn, places: Sequence[int]) -> list[Shown]:
    """The drafts at these places of the latest answer that numbered so many; -1 is its last one."""
    answers = [said.text for said in reversed(turn.history) if said.by == "assistant" and said.agent == "writer"]
    for text in answers:
        found = _read(text)
        if len(found) > 1 and all(-len(found) <= place < len(found) for place in places):
            return [found[place] for place in places]
    return []


def ever_shown(turn: Turn) -> tuple[Shown, ...]:
    """The drafts of all answers of the writer, the latest answer first."""
    answers = [said.text for said in reversed(turn.history) if said.by == "assistant" and said.agent == "writer"]
    return tuple(item for text in answers for item in _read(text))


def shown_texts(turn: Turn, channel_label: str) -> list[str]:
    """Every text shown for a channel, the oldest first."""
    return [item.text for item in reversed(ever_shown(turn)) if item.label == channel_label]


def _read(text: str) -> tuple[Shown, ...]:
    heads = list(_HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)][: len(heads)]
    found: list[Shown] = []
    for place, (head, end) in enumerate(zip(heads, ends, strict=True)):
        lines = [line[1:].strip() for line in text[head.end() : end].splitlines() if line.startswith(">")]
        if lines:
            found.append(Shown(int(head["n"] or place + 1), head["label"].strip(), "\n".join(lines).strip()))
    return tuple(found)


def in_order(drafts: Sequence[Mapping[str, Any]], shown: Sequence[Shown]) -> list[Mapping[str, Any]]:
    """The stored drafts in the order they were shown; those not shown come after, newest first."""
    found = of_these(drafts, shown)
    return [*found, *(item for item in drafts if not any(item is one for one in found))]


def of_these(drafts: Sequence[Mapping[str, Any]], shown: Sequence[Shown]) -> list[Mapping[str, Any]]:
    """The stored drafts that were shown, in that order: one for each, this conversation's where texts are alike."""
    left = list(drafts)
    found: list[Mapping[str, Any]] = []
    for item in shown:
        alike = [place for place, draft in enumerate(left) if _is(draft, item)]
        if alike:
            found.append(left.pop(next((place for place in alike if left[place].get("here")), alike[0])))
    return found


def shown_count(drafts: Sequence[Mapping[str, Any]], shown: Sequence[Shown]) -> int:
    """How many of the drafts were shown in the latest answer."""
    return len(of_these(drafts, shown))


def _is(draft: Mapping[str, Any], item: Shown) -> bool:
    if label(str(draft.get("platform"))) != item.label:
        return False
    preview = _bare(str(draft.get("preview") or draft.get("text") or ""))[:120]
    return bool(preview) and _bare(item.text).startswith(preview)


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
