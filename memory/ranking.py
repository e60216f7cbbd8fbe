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
from memory.columns import Bits, Columns
from memory.dates import Span
from memory.lexicon import Meaning
from memory.query import Reading
from memory.recollection import ORDINARY_IMPORTANCE, Parts


@dataclass(frozen=True, slots=True)
class Weights:
    """Every constant of the ranking."""

    dense: float = 0.4
    before: float = 0.4
    after: float = 0.15
    answer: float = 0.3
    two_before: float = 0.15
    session: float = 0.1
    speaker: float = 0.7
    time: float = 0.2
    number: float = 0.3
    day: float = 0.4
    emptiness: float = 0.5
    empty_words: float = 5.0
    importance: float = 0.04
    recency: float = 0.1
    recency_days: float = 30.0


WEIGHTS: Final = Weights()
# How many days after (or before) a day a message may be about it, and how much less that counts.
ABOUT_DAYS: Final = 14
ABOUT_AFTER: Final = 0.6
ABOUT_BEFORE: Final = 0.3


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
    near: tuple[NDArray[np.intp], Floats],
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
    dense = np.zeros(count, dtype=np.float32)
    dense[near[0]] = weights.dense * _spread(near[1])
    own = lexical + dense
    own[~columns.alive[:count]] = 0.0
    beside = _neighbours(columns, own, weights)
    fit = _fit(account, reading, weights)
    importance = 1 + weights.importance * (columns.importance[:count] - ORDINARY_IMPORTANCE)
    age = np.maximum(today - columns.day[:count], 0)
    recency = 1 + weights.recency * np.exp(-age / weights.recency_days)
    scores = (own + beside) * fit * importance * recency
    scores[~fits] = 0.0
    found = np.flatnonzero(scores > 0)
    if limit < len(found):
        found = found[np.argpartition(-scores[found], limit)[:limit]]
    found = found[np.argsort(-scores[found], kind="stable")]
    return [
        Ranked(
            slot,
            float(scores[slot]),
            Parts(
                lexical=float(lexical[slot]),
                dense=float(dense[slot]),
                neighbour=float(beside[slot]),
                fit=float(fit[slot]),
                importance=float(importance[slot]),
                recency=float(recency[slot]),
            ),
        )
        for slot in found.tolist()
    ]


def _spread(similar: Floats) -> Floats:
    """Bring similarities, which every embedder spreads in its own way, to 0 for the farthest and 1 for the nearest."""
    if not len(similar):
        return similar
    lowest = float(similar.min())
    return (similar - lowest) / max(float(similar.max()) - lowest, 1e-6)


def _neighbours(columns: Columns, own: Floats, weights: Weights) -> Floats:
    """Return what the messages around give: most of all a question that was answered."""
    count = columns.count
    padded = np.append(own, np.float32(0))
    before, after = columns.before[:count], columns.after[:count]
    asked = np.append(own * columns.asks[:count], np.float32(0))
    earlier = np.append(before, np.int32(-1))
    best = np.zeros(int(columns.session[:count].max()) + 2, dtype=np.float32)
    np.maximum.at(best, columns.session[:count], own)
    best[-1] = 0.0
    beside = (
        weights.before * padded[before]
        + weights.after * padded[after]
        + weights.answer * asked[before]
        + weights.two_before * padded[earlier[before]]
        + weights.session * best[columns.session[:count]]
    )
    return np.asarray(beside, dtype=np.float32)


def _fit(account: Account, reading: Reading, weights: Weights) -> Floats:
    columns, count = account.columns, account.columns.count
    fit = np.ones(count, dtype=np.float32)
    if len(reading.speakers) == 1:
        fit += np.float32(weights.speaker) * (columns.speaker[:count] == next(iter(reading.speakers)))
    if reading.wants_time:
        fit += np.float32(weights.time) * columns.time[:count]
    if reading.wants_number:
        fit += np.float32(weights.number) * columns.number[:count]
    fit *= 1 - np.float32(weights.emptiness) * np.exp(-columns.substance[:count] / np.float32(weights.empty_words))
    if reading.days:
        fit *= 1 + np.float32(weights.day) * _about(account, reading.days)
    return fit


def _about(account: Account, days: Sequence[Span]) -> Floats:
    """Return how likely each memory is about those days: said then, soon after, shortly before, or naming them."""
    columns, count = account.columns, account.columns.count
    about = np.zeros(count, dtype=np.float32)
    said = columns.day[:count]
    for span in days:
        late, early = said - span.last, span.first - said
        after = ABOUT_AFTER * (1 - late / ABOUT_DAYS) * ((late > 0) & (late < ABOUT_DAYS))
        ahead = ABOUT_BEFORE * (1 - early / ABOUT_DAYS) * ((early > 0) & (early < ABOUT_DAYS))
        about = np.maximum(about, np.where((late <= 0) & (early <= 0), 1.0, after + ahead)).astype(np.float32)
    for slot, first, last in account.mentions:
        if any(first <= span.last and last >= span.first for span in days):
            about[slot] = 1.0
    return about
