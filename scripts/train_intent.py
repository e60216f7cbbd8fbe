"""Trains the intent model: ``python -m scripts.train_intent`` writes agents/language/intent.npz from bench/data.

Cross-validates first (an utterance and its variants stay in one fold) and takes from it the confidence from which
readings are right 987 times in 1000. ``--check`` only prints the cross-validation.
"""

import argparse
import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.language.classifier import WEIGHTS, Scores, scores_of
from agents.language.evidence import heard
from agents.language.features import SIZE, hashed, visible
from agents.language.intent import GROUNDS, weighed
from agents.language.rules import settled
from agents.language.sentences import tidy
from agents.language.situation import AGENTS, KINDS, Reading, Situation
from agents.language.tasks import SIGNS, candidates
from scripts.intent_examples import DATA, Example, examples, greeted, independent, joined, rambled, variants

SMALLEST = (3,) * len(AGENTS) + (20,) * len(
    KINDS
)  # of 127 levels: lesser weights are dropped, so that the file packs well
OUTPUTS = len(AGENTS) + len(KINDS)


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights and biases of the model, in floats."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def score(self, text: str, situation: Situation) -> Scores:
        """Score a tidied message."""
        places, values = hashed(text, situation)
        return scores_of(np.asarray(values, np.float32) @ self.weights[places] + self.bias)


def train(pool: Sequence[Example], *, epochs: int = 8, decay: float = 2e-6, seed: int = 7) -> Linear:
    """Fit by Adagrad on logistic losses: one per agent, and a softmax over the kinds."""
    rng = random.Random(seed)
    rows = [v for e in pool for v in variants(e, rng)]
    rows += joined(pool, len(pool), rng) + greeted(pool, len(pool) // 5, rng) + rambled(pool, len(pool), rng)
    inputs = [hashed(heard(visible(tidy(e.text))), e.situation) for e in rows]
    packed = [(np.asarray(p, np.intp), np.asarray(v, np.float32)) for p, v in inputs]
    targets = np.zeros((len(rows), OUTPUTS), np.float32)
    for number, e in enumerate(rows):
        for agent in e.agents:
            targets[number, AGENTS.index(agent)] = 1
        if e.kind:
            targets[number, len(AGENTS) + KINDS.index(e.kind)] = 1
    weights, squares = (
        np.zeros((SIZE, OUTPUTS), np.float32),
        np.full((SIZE, OUTPUTS), 1e-3, np.float32),
    )
    bias = np.zeros(OUTPUTS, np.float32)
    order = list(range(len(rows)))
    for epoch in range(epochs):
        rng.shuffle(order)
        rate = 0.25 * (1 - epoch / epochs) + 0.02
        for number in order:
            places, values = packed[number]
            error = _gradient(values @ weights[places] + bias, targets[number])
            gradient = values[:, None] * error[None, :] + decay * weights[places]
            squares[places] += gradient**2
            weights[places] -= rate * gradient / np.sqrt(squares[places])
            bias -= 0.02 * error
    return Linear(weights, bias)


def _gradient(raw: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.float32]:
    agents = 1 / (1 + np.exp(-raw[: len(AGENTS)]))
    kinds = np.exp(raw[len(AGENTS) :] - raw[len(AGENTS) :].max())
    labelled = target[len(AGENTS) :].sum()  # without a label for the kind there is nothing to learn about it
    return np.concatenate([agents, kinds / kinds.sum() * labelled]).astype(np.float32) - target


def read(model: Linear, example: Example, leaning: Sequence[float]) -> Reading:
    """The whole reading, rules first, with this model."""
    plain = tidy(example.text)
    return settled(plain, example.situation) or weighed(plain, example.situation, model.score, {}, leaning)


def leanings(models: Sequence[Linear], pool: Sequence[Example], fold: Sequence[int]) -> tuple[float, ...]:
    """What each sign of a clause says for a task of its own, by logistic regression on messages not trained on."""
    signs: list[tuple[float, ...]] = []
    labels: list[bool] = []
    for number, e in zip(fold, pool, strict=True):
        plain = tidy(e.text)
        if settled(plain, e.situation) is None:
            plain = heard(visible(plain))
            found = candidates(plain, models[number].score(plain, e.situation), models[number].score)
            signs += found.values()
            labels += [agent in e.agents and len(e.agents) > 1 for agent in found]
    inputs, targets = np.asarray(signs), np.asarray(labels, float)
    weights = np.zeros(SIGNS)
    for _ in range(4000):
        error = 1 / (1 + np.exp(-inputs @ weights)) - targets
        weights -= 0.5 * (inputs.T @ error / len(targets) + 1e-4 * weights)
    return tuple(float(weight) for weight in weights)


def folded(pool: Sequence[Example], folds: int = 4) -> list[int]:
    """The fold of each example: an utterance is in one fold, in whatever situations it appears."""
    texts = sorted({e.text.lower() for e in pool})
    random.Random(3).shuffle(texts)
    numbers = {text: number % folds for number, text in enumerate(texts)}
    return [numbers[e.text.lower()] for e in pool]


def without(number: int, pool: Sequence[Example], fold: Sequence[int]) -> Linear:
    """A model that has not seen the examples of a fold."""
    return train([e for e, own in zip(pool, fold, strict=True) if own != number])


def calibrated(results: Sequence[tuple[Example, Reading]], precision: float = 0.987) -> dict[str, float]:
    """For each ground, the lowest confidence from which at least ``precision`` of its readings are right.

    Utterances written by somebody else count four times: they are what the product meets.
    """
    found: dict[str, float] = {}
    for ground in GROUNDS:
        ranked = sorted(
            ((r.confidence, r.agents == e.agents, 1 if e.kind else 4) for e, r in results if r.reason == ground),
            reverse=True,
        )
        right, total, found[ground] = 0, 0, 2.0
        for confidence, correct, count in ranked:
            right += correct * count
            total += count
            if right / total >= precision and total > 10:
                found[ground] = confidence
    return found


def report(
    results: Sequence[tuple[Example, Reading]],
    sure: dict[str, float],
    *,
    show: bool = False,
) -> str:
    """Accuracy overall, where certain, and how often that is."""
    wrong = [(e, r) for e, r in results if r.agents != e.agents]
    certain = [(e, r) for e, r in results if r.certain or r.confidence >= sure.get(r.reason, 2.0)]
    right = sum(r.agents == e.agents for e, r in certain)
    kinds = [r.kind == e.kind for e, r in results if e.kind]
    if show:
        for e, r in wrong:
            print(
                f"  {e.text[:90]!r} {e.situation.last_agent}/{e.situation.asked} {e.agents} read {r.agents} "
                f"{r.confidence:.2f}"
            )
    kind = sum(kinds) / max(1, len(kinds))
    return (
        f"overall {1 - len(wrong) / len(results):.4f}, where certain {right / max(1, len(certain)):.4f}, "
        f"certain on {len(certain) / len(results):.4f}, kind {kind:.4f} ({len(results)} utterances)"
    )


def store(
    model: Linear,
    sure: dict[str, float],
    leaning: Sequence[float],
    path: Path = WEIGHTS,
) -> None:
    """Write the weights as bytes with one scale per output; whoever reads the file meets the old one or the new one."""
    scale = np.maximum(np.abs(model.weights).max(axis=0), 1e-6) / 127
    levels: NDArray[np.int8] = np.asarray(np.rint(model.weights / scale), np.int8)
    levels[np.abs(levels) <= np.asarray(SMALLEST)] = 0
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part,
        weights=levels,
        scale=scale.astype(np.float32),
        bias=model.bias,
        thresholds=np.asarray([sure[g] for g in GROUNDS], np.float32),
        leanings=np.asarray(leaning, np.float32),
    )
    part.replace(path)


def main() -> None:
    """Train, report and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="cross-validate only")
    parser.add_argument("--show", action="store_true", help="print what was read wrong")
    options = parser.parse_args()
    pool = examples(DATA / "routing_train.jsonl") + independent("routing_tune.jsonl") + independent("routing_dev.jsonl")
    fold = folded(pool)
    with ProcessPoolExecutor(2, get_context("spawn")) as workers:
        whole = None if options.check else workers.submit(train, pool)
        models = list(workers.map(without, range(max(fold) + 1), repeat(pool), repeat(fold)))
        final = whole.result() if whole else None
    leaning = leanings(models, pool, fold)
    results = [(e, read(models[number], e, leaning)) for number, e in zip(fold, pool, strict=True)]
    sure = calibrated(results)
    print(f"cross-validation: {report(results, sure, show=options.show)}")
    print(f"  by others only: {report([(e, r) for e, r in results if not e.kind], sure)}")
    print({ground: round(level, 3) for ground, level in sure.items()})
    if final:
        store(final, sure, leaning)
        print(f"wrote {WEIGHTS.name}, {WEIGHTS.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
