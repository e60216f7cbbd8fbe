"""Fits the tagger's linear-chain model: batches of sentences, exact gradients, Adagrad; numpy alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agents.language.tagger import LABELS, SIZE, Chain, Floats, Ids

COUNT = len(LABELS)
_NEVER = -30.0
_BATCH = 32
_LEAST = 2e-4


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the model sees of each word, the label it should give it, and how much the sentence counts."""

    features: Ids
    labels: NDArray[np.int64]
    weight: float = 1.0


def allowed() -> Floats:
    """0 where a label may follow another, else a large negative number: the inside of a fact needs its beginning."""
    table = np.zeros((COUNT, COUNT), np.float32)
    for column, label in enumerate(LABELS):
        part, _, name = label.partition(" ")
        if part == "in":
            for row, before in enumerate(LABELS):
                if before not in {f"begin {name}", label}:
                    table[row, column] = _NEVER
    return table


@dataclass(slots=True)
class Fit:
    """The weights in floats while they are learnt, with the sums of squares Adagrad goes by."""

    weights: Floats = field(default_factory=lambda: np.zeros((SIZE, COUNT), np.float32))
    bias: Floats = field(default_factory=lambda: np.zeros(COUNT, np.float32))
    follows: Floats = field(default_factory=lambda: np.zeros((COUNT, COUNT), np.float32))
    first: Floats = field(default_factory=lambda: np.zeros(COUNT, np.float32))
    last: Floats = field(default_factory=lambda: np.zeros(COUNT, np.float32))
    squares: Floats = field(default_factory=lambda: np.full((SIZE, COUNT), 1e-2, np.float32))
    lesser: list[Floats] = field(
        default_factory=lambda: [np.full(s, 1e-1, np.float32) for s in ((COUNT,), (COUNT, COUNT), (COUNT,), (COUNT,))]
    )

    def learnt(self) -> tuple[Floats, ...]:
        """What is learnt, in one order."""
        return self.weights, self.bias, self.follows, self.first, self.last

    def chain(self, levels: int = 127, smallest: int = 0) -> Chain:
        """The model as it is stored: weights as bytes, one scale per label, the least of them dropped."""
        scale = np.maximum(np.abs(self.weights).max(axis=0), 1e-6) / levels
        packed = np.asarray(np.rint(self.weights / scale), np.int8)
        packed[np.abs(packed) <= smallest] = 0
        start = np.asarray([_NEVER if label.startswith("in ") else 0 for label in LABELS], np.float32)
        return Chain(
            packed,
            scale.astype(np.float32),
            self.bias,
            np.exp(self.follows + allowed()),
            np.exp(self.first + start),
            np.exp(self.last),
        )


def fit(
    sentences: Sequence[Sentence], *, epochs: int = 8, rate: float = 0.12, decay: float = 3e-7, seed: int = 5
) -> Fit:
    """Learn from the sentences."""
    model, rng = Fit(), np.random.default_rng(seed)
    for epoch in range(epochs):
        speed = rate * (1 - epoch / epochs) + 0.01
        for batch in _batches(sentences, rng):
            _learn(model, batch, speed, decay)
    return model


def mean(models: Sequence[Fit]) -> Fit:
    """One model from several that learnt from different variations: what they agree on stays."""
    one = models[0]
    for values, *others in zip(*(model.learnt() for model in models), strict=True):
        np.copyto(values, np.mean([values, *others], axis=0))
    return one


def _batches(sentences: Sequence[Sentence], rng: np.random.Generator) -> Iterator[list[Sentence]]:
    """Sentences of about the same length together, in an order of chance."""
    noise = rng.random(len(sentences))
    order = sorted(range(len(sentences)), key=lambda i: len(sentences[i].labels) + 2 * noise[i])
    groups = [order[i : i + _BATCH] for i in range(0, len(order), _BATCH)]
    for group in rng.permutation(len(groups)).tolist():
        yield [sentences[number] for number in groups[int(group)]]


def _learn(model: Fit, batch: Sequence[Sentence], speed: float, decay: float) -> None:
    lengths = np.asarray([len(s.labels) for s in batch])
    longest, size = int(lengths.max()), len(batch)
    mask = np.arange(longest)[None, :] < lengths[:, None]
    raw = np.zeros((size, longest, COUNT), np.float32)
    gold = np.zeros((size, longest), np.int64)
    for row, sentence in enumerate(batch):
        raw[row, : lengths[row]] = model.weights[sentence.features].sum(axis=1) + model.bias
        gold[row, : lengths[row]] = sentence.labels
    worth = np.asarray([s.weight for s in batch], np.float32)
    shares, pairs = _expected(model, raw, mask, lengths)
    error = shares.copy()
    index = np.arange(size)
    for step in range(longest):
        error[index, step, gold[:, step]] -= 1
    error *= mask[:, :, None] * worth[:, None, None]
    moved = np.zeros((COUNT, COUNT), np.float32)
    for step in range(1, longest):
        moved += np.einsum("b,bij->ij", mask[:, step] * worth, pairs[step - 1])
        np.add.at(moved, (gold[:, step - 1], gold[:, step]), -(mask[:, step] * worth))
    ids = np.concatenate([s.features.ravel() for s in batch]).astype(np.int64)
    width = batch[0].features.shape[1]
    flat = np.concatenate([error[row, : lengths[row]] for row in range(size)])
    seen, places = _numbered(ids)
    gradient = np.zeros((len(seen), COUNT), np.float32)
    places = places.reshape(-1, width)
    for label in range(COUNT):  # most words are read right: their error is next to nothing
        rows = np.flatnonzero(np.abs(flat[:, label]) > _LEAST)
        if len(rows):
            own = np.repeat(flat[rows, label], width)
            gradient[:, label] = np.bincount(places[rows].ravel(), weights=own, minlength=len(seen))
    weights, squares = model.weights[seen], model.squares[seen]
    gradient += decay * size * weights * 1e3
    squares += gradient**2
    model.squares[seen] = squares
    model.weights[seen] = weights - speed * gradient / np.sqrt(squares)
    others = (flat.sum(axis=0), moved, error[:, 0].sum(axis=0), error[index, lengths - 1].sum(axis=0))
    for values, change, squares in zip(
        (model.bias, model.follows, model.first, model.last), others, model.lesser, strict=True
    ):
        np.add(squares, change**2, out=squares)
        np.subtract(values, speed * change / np.sqrt(squares), out=values)


def _numbered(ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The features that occur, in order, and for each id which of them it is."""
    table = np.zeros(SIZE, np.int64)
    table[ids] = 1
    seen = np.flatnonzero(table)
    table[seen] = np.arange(len(seen))
    return seen, table[ids]


def _expected(
    model: Fit, raw: Floats, mask: NDArray[np.bool_], lengths: NDArray[np.int64]
) -> tuple[Floats, list[Floats]]:
    """The probabilities of labels and of neighbours under the model as it is."""
    own = np.exp(raw - raw.max(axis=2, keepdims=True))
    start = np.asarray([_NEVER if label.startswith("in ") else 0 for label in LABELS], np.float32)
    follows = np.exp(model.follows + allowed())
    first, last = np.exp(model.first + start), np.exp(model.last)
    size, longest, _ = raw.shape
    ahead, behind = np.empty_like(own), np.empty_like(own)
    state = own[:, 0] * first
    ahead[:, 0] = state / state.sum(axis=1, keepdims=True)
    for step in range(1, longest):
        state = (ahead[:, step - 1] @ follows) * own[:, step]
        state /= state.sum(axis=1, keepdims=True)
        ahead[:, step] = np.where(mask[:, step, None], state, ahead[:, step - 1])
    rest = np.broadcast_to(last, (size, COUNT)).copy()
    behind[:, longest - 1] = rest
    for step in range(longest - 2, -1, -1):
        moved = (behind[:, step + 1] * own[:, step + 1]) @ follows.T
        moved /= moved.sum(axis=1, keepdims=True)
        behind[:, step] = np.where((step + 1 < lengths)[:, None], moved, last)
    both = ahead * behind
    shares: Floats = both / both.sum(axis=2, keepdims=True)
    pairs: list[Floats] = []
    for step in range(1, longest):
        joint = ahead[:, step - 1, :, None] * follows[None] * (own[:, step] * behind[:, step])[:, None, :]
        pairs.append(joint / joint.sum(axis=(1, 2), keepdims=True))
    return shares, pairs
