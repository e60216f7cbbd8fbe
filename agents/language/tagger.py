"""Which words of a message state which fact: a linear-chain model over words, its weights loaded at first use.

What the rules have found (sums, days, channels, their guesses at the rest) is part of what the model looks at, so it
learns where they are to be trusted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.language.tokens import COLUMNS, END, GIST, HEAD, KIND, NOUN, SHAPE, TAIL, TOPIC, WORD, code, looks, tokens

WEIGHTS = Path(__file__).with_name("tags.npz")
BITS = 16
SIZE = 1 << BITS
_LEAN = 1.4  # a fact missed costs more than one too many, which the person sees and takes back
LONGEST = 400  # words looked at
PHRASES: tuple[str, ...] = (
    "product", "business", "target_audience", "objective", "location", "voice", "goal_metric", "timeline",
    "additional_context",
)  # fmt: skip
POINTS: tuple[str, ...] = (
    "budget",
    "goal_value",
    "event_date",
    "start_date",
    "end_date",
    "span",
    "channels",
    "not_wanted",
    "nothing",
)
LABELS: tuple[str, ...] = ("", *(f"{part} {name}" for name in PHRASES for part in ("begin", "in")), *POINTS)
EXACT = ("sum", "day", "channel")  # what the rules know for sure of a word, one of them
GUESSES = (
    "product", "business", "target_audience", "location", "goal_value", "budget", "price", "event_date", "start_date",
    "end_date", "span", "not_wanted", "town",
)  # fmt: skip

_EDGE = 3
_WINDOWS = (
    (WORD, (-3, -2, -1, 0, 1, 2, 3)), (GIST, (-3, -2, -1, 0, 1, 2, 3)), (KIND, (-2, -1, 0, 1, 2)),
    (TOPIC, (-2, -1, 0, 1, 2)), (NOUN, (-2, -1, 0, 1, 2, 3)), (SHAPE, (-1, 0, 1)), (TAIL, (-1, 0, 1)), (HEAD, (0,)),
    (END, (0,)),
)  # fmt: skip
_RUNS = (
    (GIST, (-3, -2)), (GIST, (-2, -1)), (GIST, (-1, 0)), (GIST, (0, 1)), (GIST, (1, 2)), (GIST, (2, 3)),
    (WORD, (-2, -1)), (WORD, (-1, 0)), (WORD, (0, 1)), (WORD, (1, 2)),
    (GIST, (-3, -2, -1)), (GIST, (-2, -1, 0)), (GIST, (-1, 0, 1)), (GIST, (0, 1, 2)), (GIST, (1, 2, 3)),
)  # fmt: skip
_EVEN = np.uint32(2654435761)
_STEP = np.uint32(0x85EBCA6B)

Ids = NDArray[np.uint32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hint:
    """A place in the text, and what the rules take it for (of EXACT or GUESSES)."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """Words that state a fact: their place, the field, and how likely that is."""

    start: int
    end: int
    name: str
    likely: float


@dataclass(frozen=True, slots=True)
class Chain:
    """The model: weights of features, and of one label after another."""

    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats
    follows: Floats  # exp of the weight of a label (column) after another (row)
    first: Floats
    last: Floats


@cache
def _model() -> Chain:
    with np.load(WEIGHTS) as stored:
        return Chain(*(stored[name] for name in ("weights", "scale", "bias", "follows", "first", "last")))


def features(said: Sequence[tuple[int, int, str]], asked: str | None, hints: Sequence[Hint]) -> Ids:
    """For each word the places of its features in a vector of SIZE."""
    count = len(said)
    table = np.zeros((count + 2 * _EDGE, COLUMNS), np.uint32)
    table[_EDGE : _EDGE + count] = [looks(word) for _, _, word in said]
    around = np.arange(_EDGE, _EDGE + count)[:, None]
    exact, guesses = _hinted(said, hints)
    together = guesses.sum(axis=1, dtype=np.uint32)
    near = table[around + _NEAR_OFFSETS, _NEAR_COLUMNS]
    runs = np.zeros((count, len(_RUNS)), np.uint32)
    for place in range(_LONGEST_RUN):
        step = (runs + table[around + _RUN_OFFSETS[place], _RUN_COLUMNS]) * _STEP
        runs = np.where(place < _RUN_LENGTHS, step, runs)
    found = (
        near, runs, exact[around + _BESIDE_EXACT], together[around + _BESIDE], guesses[_EDGE : _EDGE + count],
        _position(said, asked, table[_EDGE : _EDGE + count, GIST]), _edges(said, hints, table),
        table[np.clip(around + _FAR, 0, len(table) - 1), GIST],
    )  # fmt: skip
    stacked = np.concatenate(found, axis=1)
    columns = np.arange(1, stacked.shape[1] + 1, dtype=np.uint32)
    columns[-len(_FAR) :] = np.where(_FAR < 0, 901, 902)  # which words stand further off counts, not where
    salts = columns * np.uint32(40503)
    return ((((stacked ^ salts) * _EVEN) ^ (stacked >> np.uint32(13))) * _STEP) >> np.uint32(32 - BITS)


_NEAR_COLUMNS = np.asarray([column for column, offsets in _WINDOWS for _ in offsets])
_NEAR_OFFSETS = np.asarray([offset for _, offsets in _WINDOWS for offset in offsets])
_LONGEST_RUN = max(len(offsets) for _, offsets in _RUNS)
_RUN_COLUMNS = np.asarray([column for column, _ in _RUNS])
_RUN_LENGTHS = np.asarray([len(offsets) for _, offsets in _RUNS])
_RUN_OFFSETS = [
    np.asarray([offsets[min(place, len(offsets) - 1)] for _, offsets in _RUNS]) for place in range(_LONGEST_RUN)
]
_BESIDE = np.asarray([-1, 0, 1])
_BESIDE_EXACT = np.asarray([-2, -1, 0, 1, 2])
_FAR = np.asarray([-7, -6, -5, -4, 4, 5, 6, 7])
_SPENDING = frozenset(
    ["budget", "spend", "spending", "spent", "funds", "marketing", "ads", "ad", "advertising", "promo", "promotion"]
)


def _edges(
    said: Sequence[tuple[int, int, str]], hints: Sequence[Hint], table: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """For the words of sums and days: what stands before and after all of it, and which of how many it is."""
    edges = np.zeros((len(said), 9), np.uint32)
    padded = np.concatenate([table, np.zeros((2, COLUMNS), np.uint32)])
    words: Ids = padded[:, WORD, None]
    gists: Ids = padded[:, GIST, None]
    spending = any(word.lower() in _SPENDING for _, _, word in said)
    for name in ("sum", "day"):
        own = sorted({(hint.start, hint.end) for hint in hints if hint.name == name})
        for number, (start, end) in enumerate(own):
            inside = [row for row, (first, last, _) in enumerate(said) if first < end and start < last]
            if not inside:
                continue
            first, last, kind = inside[0] + _EDGE, inside[-1] + _EDGE, np.uint32(code(name))
            one, two, three = gists[first - 1], gists[first - 2], gists[first - 3]
            after, later = gists[last + 1], gists[last + 2]
            place = np.asarray([code(f"{name} {min(number, 3)} {min(len(own), 4)} {spending}")], np.uint32)
            ahead: Ids = one + two * _STEP
            looked: list[Ids] = [
                words[first - 1], words[first - 2], ahead, ahead + three * _EVEN, words[last + 1],
                after + later * _STEP, one + after * _STEP, place, place + one,
            ]  # fmt: skip
            edges[inside] = np.stack(looked, axis=1) ^ kind
    return edges


def _hinted(
    said: Sequence[tuple[int, int, str]], hints: Sequence[Hint]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    exact = np.zeros(len(said) + 2 * _EDGE, np.uint32)
    guesses = np.zeros((len(said) + 2 * _EDGE, len(GUESSES)), np.uint32)
    for hint in hints:
        inside = [row for row, (start, end, _) in enumerate(said, _EDGE) if start < hint.end and hint.start < end]
        for row in inside:
            part = code(f"{hint.name} {row == inside[0]}")
            if hint.name in EXACT:
                exact[row] = part
            else:
                guesses[row, GUESSES.index(hint.name)] = part
    return exact, guesses


def _position(said: Sequence[tuple[int, int, str]], asked: str | None, gist: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Where a word stands in the message and after the last mark, and which question the message may answer."""
    count = len(said)
    steps: list[int] = []
    for _, _, word in said:
        steps.append(0 if word in ",.;:!?-/\n" else min(steps[-1] + 1 if steps else 1, 5))
    since = np.asarray(steps, np.uint32)
    asking = np.full(count, code(f"asked {asked} {min(count, 12) // 3}"), np.uint32)
    rows = np.minimum(np.arange(count, dtype=np.uint32), 4)
    return np.stack(
        [asking, asking + gist, asking + rows, since + 1, since * _STEP + gist, rows * _STEP + gist], axis=1
    )


@dataclass(frozen=True, slots=True)
class Tags:
    """A message as the model sees it."""

    said: str
    words: Sequence[tuple[int, int, str]] = ()
    shares: Floats | None = None
    found: Sequence[Tagged] = ()

    def share(self, start: int, end: int, name: str) -> float:
        """How likely the words between two places state the field ``name`` ("" for none)."""
        if self.shares is None:
            return 0.0
        rows = [row for row, (first, last, _) in enumerate(self.words) if first < end and start < last]
        if not rows:
            return 0.0
        return float(self.shares[rows][:, _COLUMNS_OF[name]].sum(axis=1).mean())

    def free(self, start: int, end: int, name: str) -> bool:
        """Whether the words between two places state no other field than ``name``."""
        if self.shares is None:
            return False
        rows = [row for row, (first, last, _) in enumerate(self.words) if first < end and start < last]
        own = {*_COLUMNS_OF[""], *_COLUMNS_OF[name]}
        return all(int(best) in own for best in self.shares[rows].argmax(axis=1))

    def faint(self, name: str, least: float) -> Tagged | None:
        """The run of words that most likely states ``name`` although something else is likelier of them."""
        if self.shares is None:
            return None
        chances = self.shares[:, _COLUMNS_OF[name]].sum(axis=1)
        best: Tagged | None = None
        row = 0
        while row < len(chances):
            last = row
            while last < len(chances) and chances[last] >= least:
                last += 1
            if last > row:
                likely = float(chances[row:last].mean())
                if best is None or likely > best.likely:
                    best = Tagged(self.words[row][0], self.words[last - 1][1], name, likely)
            row = max(last, row + 1)
        return best


_COLUMNS_OF = {
    name: [number for number, label in enumerate(LABELS) if label == name or (name and label.endswith(f" {name}"))]
    for name in ("", *PHRASES, *POINTS)
}


def tag(text: str, asked: str | None, hints: Sequence[Hint]) -> Tags:
    """The facts stated in ``text``, in order."""
    said = tokens(text)[:LONGEST]
    if not said:
        return Tags(text)
    model = _model()
    rows = model.weights[features(said, asked, hints)]
    raw = rows.sum(axis=1, dtype=np.int32) * model.scale + model.bias
    raw[:, 0] -= _LEAN
    shares = marginals(raw, model)
    return Tags(text, said, shares, spans(said, shares))


def marginals(raw: Floats, model: Chain) -> Floats:
    """For each word the probability of each label, the whole sentence considered."""
    own = np.exp(raw - raw.max(axis=1, keepdims=True))
    count = len(own)
    ahead, behind = np.empty_like(own), np.empty_like(own)
    state, rest = own[0] * model.first, model.last.copy()
    back = model.follows.T.copy()
    for step in range(count):
        if step:
            state = (state @ model.follows) * own[step]
            rest = (rest * own[count - step]) @ back
        state /= state.sum()
        rest /= rest.sum()
        ahead[step], behind[count - 1 - step] = state, rest
    both = ahead * behind
    shares: Floats = both / both.sum(axis=1, keepdims=True)
    return shares


def spans(said: Sequence[tuple[int, int, str]], shares: Floats) -> list[Tagged]:
    """The runs of words that most likely belong to one fact."""
    found: list[Tagged] = []
    best = shares.argmax(axis=1)
    name, start, end, chances = "", 0, 0, list[float]()
    for row, (first, last, _) in enumerate(said):
        label = LABELS[int(best[row])]
        part, _, own = label.partition(" ") if label not in POINTS else ("in", "", label)
        if name and (own != name or part == "begin"):
            found.append(Tagged(start, end, name, sum(chances) / len(chances)))
            name = ""
        if own and not name:
            name, start, chances = own, first, []
        if own:
            end = last
            chances.append(float(shares[row, best[row]]))
    if name:
        found.append(Tagged(start, end, name, sum(chances) / len(chances)))
    return found
