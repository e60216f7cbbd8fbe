"""Trains the intent model: ``python -m scripts.train_intent`` writes agents/language/intent.npz from bench/data.

Cross-validates first (an utterance and its variants stay in one fold) and takes from it the confidence from which
readings are right 99 times in 100. ``--check`` only prints the cross-validation.
"""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agents.language.classifier import WEIGHTS, Scores, scores_of
from agents.language.evidence import weights
from agents.language.features import SIZE, hashed
from agents.language.intent import GROUNDS, weighed
from agents.language.rules import settled
from agents.language.sentences import tidy
from agents.language.situation import AGENTS, KINDS, Reading, Situation

SMALLEST = (3,) * len(AGENTS) + (20,) * len(
    KINDS
)  # of 127 levels: lesser weights are dropped, so that the file packs well
DATA = Path(__file__).parents[1] / "bench" / "data"
OUTPUTS = len(AGENTS) + len(KINDS)
JOINERS = (
    " and ",
    ", then ",
    " and then ",
    ". also ",
    ", and ",
    ". ",
    "; ",
    " & ",
    " plus ",
    ", ",
    " and also ",
    ". then ",
)
OPENERS = (
    "please ",
    "ok, ",
    "can you ",
    "hey, ",
    "could you please ",
    "hi, ",
    "now ",
    "ok now ",
    "also ",
    "great. ",
    "thanks. ",
)
CLOSERS = (" please", " pls", " thanks", " asap", "!", ".", " :)", " now", "?", " if possible")
CONTEXTS = (
    Situation(),
    Situation("strategist", None, "Noted.", brief_started=True),
    Situation("strategist", "budget", "What budget do you have?", brief_started=True),
    Situation("strategist", "target_audience", "Who is it for?", brief_started=True),
    Situation("strategist", None, "Shall I make the plan?", brief_started=True, ready_to_plan=True),
    Situation("strategist", None, "The plan is stored.", brief_started=True, ready_to_plan=True, has_plan=True),
    Situation("writer", None, "Here is a draft.", brief_started=True, has_plan=True, has_drafts=True),
    Situation("writer", None, "Saved. Shall we schedule them?", brief_started=True, has_drafts=True),
    Situation("publisher", None, "Please approve the two posts.", has_drafts=True, pending_approvals=2),
    Situation("publisher", None, "Scheduled for Friday at 9:00.", has_plan=True, has_drafts=True),
    Situation("analyst", None, "Instagram brought 340 clicks last week.", has_plan=True, brief_started=True),
)


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled utterance. ``free`` says that its label holds in any situation."""

    text: str
    agents: tuple[str, ...]
    kind: str
    situation: Situation
    free: bool


def examples(path: Path) -> list[Example]:
    """The labelled utterances of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Example(
            r["text"], tuple(r["agents"]), r.get("kind", "request"), Situation(**r["situation"]), r.get("free", False)
        )
        for r in rows
    ]


def typo(text: str, rng: random.Random) -> str:
    """``text`` with one letter lost, doubled or swapped with its neighbour."""
    if len(text) < 6:
        return text
    at = rng.randrange(1, len(text) - 1)
    return rng.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
        )
    )


def dressed(text: str, rng: random.Random) -> str:
    """``text`` with other manners: politeness, case, a typo."""
    if rng.random() < 0.35:
        text = rng.choice(OPENERS) + text
    if rng.random() < 0.3:
        text += rng.choice(CLOSERS)
    if rng.random() < 0.3:
        text = text.rstrip(".!?")
    if rng.random() < 0.3:
        text = typo(text, rng)
    return text.lower() if rng.random() < 0.3 else text[:1].upper() + text[1:]


FILLERS = tuple((DATA / "fillers.txt").read_text(encoding="utf-8").splitlines())


def rambled(pool: Sequence[Example], count: int, rng: random.Random) -> list[Example]:
    """Requests with a story around them: the request counts, whatever the story is about."""
    asked = [e for e in pool if e.free and e.kind == "request" and len(e.text.split()) > 2]
    made: list[Example] = []
    for e in rng.choices(asked, k=count):
        text = rng.choice(("", "", "can you ", "please ", "could you ", "so ")) + e.text[:1].lower() + e.text[1:]
        story = rng.choice(FILLERS)
        told = (
            f"{story}, {text}",
            f"{story}. {text}",
            f"{text}, {story}",
            f"{story}, {rng.choice(FILLERS)}, so {text}",
            f"{story} and {text}",
        )
        made.append(replace(e, text=rng.choice(told), situation=rng.choice(CONTEXTS)))
    return made


def variants(example: Example, rng: random.Random) -> list[Example]:
    """The example and others that must be read the same way."""
    made = [example, replace(example, text=dressed(example.text, rng))]
    if example.free:
        fitting = [c for c in CONTEXTS if c.last_agent in {None, example.agents[0]} or example.kind != "request"]
        contexts = CONTEXTS if weights(tidy(example.text)).get(example.agents[0], 0) >= 1.5 else fitting
        made += [
            replace(example, text=dressed(example.text, rng), situation=context)
            for context in rng.choices(contexts, k=4)
        ]
        made += [replace(example, situation=context) for context in rng.choices(contexts, k=2)]
    return made


def joined(pool: Sequence[Example], count: int, rng: random.Random) -> list[Example]:
    """Messages with two tasks, made of two with one each."""
    single = [e for e in pool if e.free and len(e.agents) == 1 and e.kind == "request" and 2 < len(e.text.split()) < 16]
    made: list[Example] = []
    while len(made) < count:
        one, two = rng.sample(single, 2)
        text = one.text.rstrip(".!? ") + rng.choice(JOINERS) + two.text[:1].lower() + two.text[1:]
        agents = one.agents if one.agents == two.agents else one.agents + two.agents
        made.append(Example(text, agents, "request", rng.choice(CONTEXTS), free=True))
    return made


def greeted(pool: Sequence[Example], count: int, rng: random.Random) -> list[Example]:
    """Requests with a greeting or thanks in front: the request counts."""
    single = [e for e in pool if e.free and e.kind == "request"]
    fronts = (
        "hi! ",
        "hello, ",
        "thanks! ",
        "great, thank you. ",
        "good morning, ",
        "hey team, ",
        "thanks, ",
        "perfect. ",
    )
    return [
        replace(e, text=rng.choice(fronts) + e.text, situation=rng.choice(CONTEXTS))
        for e in rng.choices(single, k=count)
    ]


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights and biases of the model, in floats."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def score(self, text: str, situation: Situation) -> Scores:
        """Score a tidied message."""
        places, values = hashed(text, situation)
        return scores_of(np.asarray(values, np.float32) @ self.weights[places] + self.bias)


def train(pool: Sequence[Example], *, epochs: int = 14, decay: float = 2e-6, seed: int = 7) -> Linear:
    """Fit by Adagrad on logistic losses: one per agent, and a softmax over the kinds."""
    rng = random.Random(seed)
    rows = [v for e in pool for v in variants(e, rng)]
    rows += joined(pool, len(pool), rng) + greeted(pool, len(pool) // 5, rng) + rambled(pool, len(pool), rng)
    inputs = [hashed(tidy(e.text), e.situation) for e in rows]
    packed = [(np.asarray(p, np.intp), np.asarray(v, np.float32)) for p, v in inputs]
    targets = np.zeros((len(rows), OUTPUTS), np.float32)
    for number, e in enumerate(rows):
        for agent in e.agents:
            targets[number, AGENTS.index(agent)] = 1
        targets[number, len(AGENTS) + KINDS.index(e.kind)] = 1
    weights, squares = np.zeros((SIZE, OUTPUTS), np.float32), np.full((SIZE, OUTPUTS), 1e-3, np.float32)
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
    return np.concatenate([agents, kinds / kinds.sum()]).astype(np.float32) - target


def read(model: Linear, example: Example) -> Reading:
    """The whole reading, rules first, with this model."""
    plain = tidy(example.text)
    return settled(plain, example.situation) or weighed(plain, example.situation, model.score, {})


def cross_validated(pool: Sequence[Example], folds: int = 5) -> list[tuple[Example, Reading]]:
    """Each example read by a model that has not seen it."""
    order = list(range(len(pool)))
    random.Random(3).shuffle(order)
    by_text = {pool[i].text.lower(): n % folds for n, i in enumerate(order)}
    results: list[tuple[Example, Reading]] = []
    for fold in range(folds):
        model = train([e for e in pool if by_text[e.text.lower()] != fold], epochs=8)
        results += [(e, read(model, e)) for e in pool if by_text[e.text.lower()] == fold]
    return results


def calibrated(results: Sequence[tuple[Example, Reading]], precision: float = 0.985) -> dict[str, float]:
    """For each ground, the lowest confidence from which at least ``precision`` of its readings are right."""
    found: dict[str, float] = {}
    for ground in GROUNDS:
        ranked = sorted(((r.confidence, r.agents == e.agents) for e, r in results if r.reason == ground), reverse=True)
        right, found[ground] = 0, 2.0
        for number, (confidence, correct) in enumerate(ranked, start=1):
            right += correct
            if right / number >= precision:
                found[ground] = confidence
    return found


def report(results: Sequence[tuple[Example, Reading]], sure: dict[str, float], *, show: bool = False) -> str:
    """Accuracy overall, where certain, and how often that is."""
    wrong = [(e, r) for e, r in results if r.agents != e.agents]
    certain = [(e, r) for e, r in results if r.certain or r.confidence >= sure.get(r.reason, 2.0)]
    right = sum(r.agents == e.agents for e, r in certain)
    kinds = sum(r.kind == e.kind for e, r in results)
    if show:
        for e, r in wrong:
            print(
                f"  {e.text[:90]!r} {e.situation.last_agent}/{e.situation.asked} {e.agents} read {r.agents} "
                f"{r.confidence:.2f}"
            )
    return (
        f"overall {1 - len(wrong) / len(results):.4f}, where certain {right / max(1, len(certain)):.4f}, "
        f"certain on {len(certain) / len(results):.4f}, kind {kinds / len(results):.4f} ({len(results)} utterances)"
    )


def store(model: Linear, sure: dict[str, float], path: Path = WEIGHTS) -> None:
    """Write the weights as bytes with one scale per output."""
    scale = np.maximum(np.abs(model.weights).max(axis=0), 1e-6) / 127
    levels: NDArray[np.int8] = np.asarray(np.rint(model.weights / scale), np.int8)
    levels[np.abs(levels) <= np.asarray(SMALLEST)] = 0
    np.savez_compressed(
        path,
        weights=levels,
        scale=scale.astype(np.float32),
        bias=model.bias,
        thresholds=np.asarray([sure[g] for g in GROUNDS], np.float32),
    )


def main() -> None:
    """Train, report and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="cross-validate only")
    parser.add_argument("--show", action="store_true", help="print what was read wrong")
    options = parser.parse_args()
    pool = examples(DATA / "routing_train.jsonl")
    results = cross_validated(pool)
    sure = calibrated(results)
    print(f"cross-validation: {report(results, sure, show=options.show)}")
    print({ground: round(level, 3) for ground, level in sure.items()})
    if not options.check:
        store(train(pool), sure)
        print(f"wrote {WEIGHTS.name}, {WEIGHTS.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
