"""The calendar: what is on it in words, and which of its posts a message wants cancelled or moved."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.language.dates import find_dates
from agents.models.offline.drafts import label
from agents.models.offline.phrasing import day, listed, moment, plain
from agents.models.offline.reading import Turn
from agents.models.offline.requests import read_wanted
from agents.models.offline.selection import means_all
from agents.models.offline.values import mappings

_MANY = re.compile(r"\b(?:them|posts|these|those)\b", re.IGNORECASE)

Posts = Sequence[Mapping[str, Any]]


def table(turn: Turn, posts: Posts) -> str:
    """Posts by time, with where they go and how they stand."""
    rows = ["| When | Channel | Status | Text |", "|---|---|---|---|"]
    for post in posts:
        states = listed(sorted({plain(item.get("status")) for item in _platforms(post)}))
        rows.append(f"| {_time(turn, post) or 'no time'} | {_names(post)} | {states} | {plain(post.get('text'), 60)} |")
    return "\n".join(rows)


def lead(turn: Turn, posts: Posts) -> str:
    """How many posts are still to go out, and the first of them."""
    waiting = [post for post in posts if any(item.get("status") == "scheduled" for item in _platforms(post))]
    if not waiting:
        return "Nothing is waiting to go out; this is what the calendar holds:"
    first = min(waiting, key=lambda post: str(post.get("publish_at")))
    if len(waiting) == 1:
        return f"One post is scheduled: {line(turn, first)}."
    return f"{len(waiting)} posts are scheduled, the first for {line(turn, first)}."


def line(turn: Turn, post: Mapping[str, Any]) -> str:
    """A post as ``Instagram, Thursday 3 December 2026, 09:00``."""
    at = _time(turn, post)
    return f"{_names(post)}, {at}" if at else _names(post)


def meant(turn: Turn, posts: Posts, *, dated: bool) -> list[Mapping[str, Any]] | str:
    """The posts a message speaks of, or what to ask. ``dated``: the days it names say which, not when to move to."""
    wanted = read_wanted(turn.text)
    names = {*wanted.channels, *wanted.refused}
    pool = [post for post in posts if not names or names & {str(item.get("platform")) for item in _platforms(post)}]
    days = {day(found.first) for found in find_dates(turn.text, turn.today) if found.first} if dated else set[str]()
    pool = [post for post in pool if not days or _time(turn, post).partition(",")[0] in days]
    if wanted.targets:
        pool = [pool[number] for number in wanted.targets if -len(pool) <= number < len(pool)]
    if not pool:
        return f"I can't find that one on the calendar:\n\n{table(turn, posts)}\n\nWhich one do you mean?"
    if len(pool) > 1 and not means_all(turn.text) and not _MANY.search(turn.text):
        return f"There are several:\n\n{table(turn, pool)}\n\nWhich one: the first, the second, or all of them?"
    return pool


def _time(turn: Turn, post: Mapping[str, Any]) -> str:
    return moment(str(post["publish_at"]), turn.timezone) if post.get("publish_at") else ""


def _names(post: Mapping[str, Any]) -> str:
    return listed([label(str(item.get("platform"))) for item in _platforms(post)]) or "One post"


def _platforms(post: Mapping[str, Any]) -> list[dict[str, Any]]:
    return mappings(post.get("platforms"))
