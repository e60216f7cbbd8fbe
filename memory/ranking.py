"""How well each memory of an account answers a question: words, meaning and neighbours add up, the rest are factors.

The constants were fitted on conversations of our own, in ``bench/data/memory``; see docs/memory.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.vector import Floats
from memory.account import Account
from memory.columns import NOWHERE, Bits, Columns
from memory.dates import Span
from memory.kinds import EVEN
from memory.lexicon import Meaning
from memory.query import Reading
from memory.recollection import ORDINARY_IMPORTANCE, Parts

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Weights:
    """Every constant of the ranking."""

    dense: float = 0.4
    before: float = 0.4
    after: float = 0.2
    answer: float = 0.35
    two_before: float = 0.2
    session: float = 0.15
    speaker: float = 0.7
    time: float = 0.2
    number: float = 0.3
    day: float = 0.8
    emptiness: float = 0.6
    empty_words: float = 5.0
    importance: float = 0.04
    recency: float = 0.1
    recency_days: float = 30.0
    success: float = 0.4


WEIGHTS: Final = Weights()
# From the farthest of the nearest memories to the nearest, similarities usually differ by this much.
FULL_SPREAD: Final = 0.5
# How many days after (or before) a day a message may be about it, and how much less that counts.
ABOUT_DAYS: Final = 14
ABOUT_AFTER: Final = 0.6
ABOUT_BEFORE: Final = 0.3
# Of a large account only so many of the best by themselves, with their neighbours, are looked at closely.
CLOSELY: Final = 2000
LARGE: Final = 4 * CLOSELY


@dataclass(frozen=True, slots=True)
class Ranked:
    """A slot with its score and what that is made of."""

    slot: int
    score: float
    parts: Parts


def rank(
    account: Account,
    reading: Reading,
    meanings: Sequence[Meaning],
    near: tuple[Places, Floats],
    fits: Bits,
    today: int,
    limit: int,
    weights: Weights = WEIGHTS,
) -> list[Ranked]:
    """Return the best slots among those that fit. ``near`` are the slots whose vectors are nearest, with how near."""
    columns, count = account.columns, account.columns.count
    if not count:
        return []
    lexical, total = account.postings.score(meanings, account.norms)
    if total:
        lexical /= np.float32(total)
    lexical[~columns.alive[:count]] = 0.0
    own = np.append(lexical, np.float32(0))
    own[near[0]] += weights.dense * _spread(near[1])
    chosen = _chosen(columns, own)
    beside = _neighbours(columns, own, chosen, weights)
    fit = _fit(account, reading, chosen, weights)
    importance = 1 + weights.importance * (columns.importance[chosen] - ORDINARY_IMPORTANCE)
    age = np.maximum(today - columns.day[chosen], 0)
    recency = 1 + weights.recency * np.exp(-age / weights.recency_days)
    success = 1 + weights.success * (columns.success[chosen] - EVEN)
    scores = (own[chosen] + beside) * fit * importance * recency * success
    scores[~fits[chosen]] = 0.0
    found = np.flatnonzero(scores > 0)
    if limit < len(found):
        found = found[np.argpartition(-scores[found], limit)[:limit]]
    found = found[np.argsort(-scores[found], kind="stable")]
    places: list[int] = found.tolist()
    return [
        Ranked(
            slot := int(chosen[place]),
            float(scores[place]),
            Parts(
                lexical=float(lexical[slot]),
                dense=float(own[slot] - lexical[slot]),
                neighbour=float(beside[place]),
                fit=float(fit[place]),
                importance=float(importance[place]),
                recency=float(recency[place]),
                success=float(success[place]),
            ),
        )
        for place in places
    ]


def _spread(similar: Floats) -> Floats:
    """Bring similarities, which every embedder spreads in its own way, to 0 for the farthest and 1 for the nearest.

    Where they hardly differ, as among few memories, the differences stay small.
    """
    if not len(similar):
        return similar
    lowest = float(similar.min())
    return (similar - lowest) / max(float(similar.max()) - lowest, FULL_SPREAD)


def _chosen(columns: Columns, own: Floats) -> Places:
    """Return the slots to look at closely: all, or in a large account the best with those around them."""
    count = columns.count
    if count <= LARGE:
        return np.arange(count)
    best = np.flatnonzero(own > 0)
    if len(best) > CLOSELY:
        best = best[np.argpartition(-own[best], CLOSELY)[:CLOSELY]]
    after = columns.after[best]
    later = np.where(after >= 0, columns.after[after], NOWHERE)
    around = np.zeros(count + 1, dtype=np.bool_)  # the last one is where those that are not there (-1) go
    for slots in (best, columns.before[best], after, later):
        around[slots] = True
    return np.flatnonzero(around[:count])


def _neighbours(columns: Columns, own: Floats, chosen: Places, weights: Weights) -> Floats:
    """Return what the messages around give: most of all a question that was answered.

    ``own`` ends with a nought, which is what a neighbour that is not there (-1) finds.
    """
    before, after = columns.before[chosen], columns.after[chosen]
    earlier = np.where(before >= 0, columns.before[before], NOWHERE)
    asked = columns.asks[before] & (before >= 0)
    sessions = columns.session[chosen]
    best = np.zeros(int(sessions.max(initial=0)) + 2, dtype=np.float32)
    np.maximum.at(best, sessions, own[chosen])
    best[-1] = 0.0
    beside = (
        (weights.before + weights.answer * asked) * own[before]
        + weights.after * own[after]
        + weights.two_before * own[earlier]
        + weights.session * best[sessions]
    )
    return np.asarray(beside, dtype=np.float32)


def _fit(account: Account, reading: Reading, chosen: Places, weights: Weights) -> Floats:
    columns = account.columns
    fit = np.ones(len(chosen), dtype=np.float32)
    if len(reading.speakers) == 1:
        fit += np.float32(weights.speaker) * (columns.speaker[chosen] == next(iter(reading.speakers)))
    if reading.wants_time:
        fit += np.float32(weights.time) * columns.time[chosen]
    if reading.wants_number:
        fit += np.float32(weights.number) * columns.number[chosen]
    fit *= 1 - np.float32(weights.emptiness) * np.exp(-columns.substance[chosen] / np.float32(weights.empty_words))
    if reading.days:
        fit *= 1 + np.float32(weights.day) * _about(account, reading.days, chosen)
    return fit


def _about(account: Account, days: Sequence[Span], chosen: Places) -> Floats:
    """Return how likely each memory is about those days: said then, soon after, shortly before, or naming them."""
    about = np.zeros(len(chosen), dtype=np.float32)
    said = account.columns.day[chosen]
    slots, firsts, lasts = account.named_days
    named = np.zeros(account.columns.count, dtype=np.bool_)
    for span in days:
        late, early = said - span.last, span.first - said
        after = ABOUT_AFTER * (1 - late / ABOUT_DAYS) * ((late > 0) & (late < ABOUT_DAYS))
        ahead = ABOUT_BEFORE * (1 - early / ABOUT_DAYS) * ((early > 0) & (early < ABOUT_DAYS))
        about = np.maximum(about, np.where((late <= 0) & (early <= 0), 1.0, after + ahead)).astype(np.float32)
        named[slots[(firsts <= span.last) & (lasts >= span.first)]] = True
    about[named[chosen]] = 1.0
    return about
