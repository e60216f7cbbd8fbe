"""Which stored drafts a message means when it wants them on the calendar."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.language.channels import mentions
from agents.models.offline.drafts import already_shown, ever_shown, in_order, label, numbered, of_these
from agents.models.offline.phrasing import channel, listed
from agents.models.offline.reading import Turn
from agents.models.offline.requests import Wanted
from tools.platforms.catalogue import BY_NAME

MOST = 20
_ONE = re.compile(
    r"\b(?:it|(?:this|that)(?: one)?(?! (?:week|"
    r"month|morning|afternoon|evening|weekend|mon|tue|wed|thu|fri|sat|sun)))\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\b(?:and|plus|also)\s+(?:the |my |our |that )?$", re.IGNORECASE)
_BOTH = re.compile(r"\bboth\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|everything|every|both|each)\b", re.IGNORECASE)

Drafts = Sequence[Mapping[str, Any]]


def means_all(text: str) -> bool:
    """Whether a message speaks of all there is."""
    return _ALL.search(text) is not None


def chosen(turn: Turn, drafts: Drafts, wanted: Wanted) -> list[Mapping[str, Any]] | str:
    """The drafts to schedule, or the one thing to say instead.

    “Them” is the newest text for each channel of this conversation; “it” is what was shown last.
    """
    recent = of_these(drafts, already_shown(turn)) or list(drafts[:1])
    if wanted.targets:
        found = [recent[number] for number in wanted.targets if -len(recent) <= number < len(recent)]
        found = found or of_these(drafts, numbered(turn, wanted.targets))
        if not found:
            return f"There {_are(len(recent))}. Which one do you mean?"
        return [*found, *_besides(turn, found, drafts)]
    pool = [item for item in _pool(turn, drafts, recent, wanted) if item.get("platform") not in wanted.refused]
    possible = [item for item in pool if _postable(item)]
    if pool and not possible:
        names = listed(sorted({label(str(item.get("platform"))) for item in pool}))
        return f"{names} texts are booked as adverts, not posted. I can't schedule those."
    if _BOTH.search(turn.text):
        return _two_of(possible, recent)
    return _without_doubles(possible)[:MOST] if means_all(turn.text) else _newest(possible, recent)


def nothing_left(turn: Turn, wanted: Wanted) -> str:
    """What to say where no draft is left that could be meant: all are on the calendar, or none was written."""
    labels = {item.label for item in ever_shown(turn)}
    wished = {label(name) for name in wanted.channels}
    if labels and wished <= labels:
        return "What is written is on the calendar already. Say “show the calendar” to see when it goes out."
    if not wanted.channels:
        return "There is nothing to publish yet. Shall the writer draft something?"
    names = listed([channel(name) for name in wanted.channels], "or")
    return f"There is no draft for {names}. Shall the writer draft one?"


def _pool(turn: Turn, drafts: Drafts, recent: Drafts, wanted: Wanted) -> Drafts:
    shown = ever_shown(turn)
    ours = [item for item in in_order(drafts, shown) if item.get("here")] or of_these(drafts, shown) or list(drafts)
    if wanted.channels:
        return [item for name in wanted.channels for item in _for_channel(name, recent, ours, drafts)]
    return recent if _ONE.search(turn.text) and not means_all(turn.text) else ours


def _two_of(possible: Drafts, recent: Drafts) -> list[Mapping[str, Any]] | str:
    """The two drafts that “both” means: those shown last, or all that wait; else what to ask."""
    shown = [item for item in recent if item in possible]
    newest = shown if len(shown) == 2 else _newest(possible, recent)
    if isinstance(newest, str) or len(newest) in {0, 2}:
        return newest
    if len(newest) == 1:
        return f"There {_are(1)}, for {label(str(newest[0].get('platform')))}. Shall I schedule it?"
    names = listed([label(str(item.get("platform"))) for item in newest])
    return f"There {_are(len(newest))}: {names}. Which two do you mean, or all of them?"


def _without_doubles(drafts: Drafts) -> list[Mapping[str, Any]]:
    """The drafts without those that say the same on the same channel as one before."""
    said = {(item.get("platform"), item.get("heading"), item.get("preview")): item for item in reversed(drafts)}
    return [item for item in drafts if any(item is kept for kept in said.values())]


def _besides(turn: Turn, found: Drafts, drafts: Drafts) -> list[Mapping[str, Any]]:
    """The texts of channels named beside the chosen ones: "the second one, and the email"."""
    taken = {str(item.get("platform")) for item in found}
    named = [item for item in mentions(turn.text) if item.wanted and _AND.search(turn.text[: item.start])]
    names = dict.fromkeys(item.channel for item in named if item.channel not in taken)
    shown = of_these(drafts, ever_shown(turn))
    return [item for name in names for item in _for_channel(name, shown, drafts)[:1]]


def _newest(possible: Drafts, recent: Drafts) -> list[Mapping[str, Any]] | str:
    """One draft for each channel: the one shown last, unless several of a channel were shown together."""
    names = [item.get("platform") for item in possible]
    together = [item.get("platform") for item in recent if item in possible]
    if twice := next((str(name) for name in names if together.count(name) > 1), None):
        count = together.count(twice)
        return f"There are {count} drafts for {channel(twice)}. Which one: the first, the second, or all of them?"
    return [item for place, item in enumerate(possible) if names.index(names[place]) == place][:MOST]


def _for_channel(name: str, *pools: Drafts) -> Drafts:
    """The drafts for a channel from the first pool that has any."""
    for pool in pools:
        if found := [item for item in pool if item.get("platform") == name]:
            return found
    return []


def _are(count: int) -> str:
    return "is only one draft here" if count == 1 else f"are {count} drafts"


def _postable(item: Mapping[str, Any]) -> bool:
    platform = BY_NAME.get(str(item.get("platform")))
    return platform is None or platform.postable
