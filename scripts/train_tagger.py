"""Trains the tagger of briefs: ``python -m scripts.train_tagger`` writes agents/language/tags.npz in ten minutes."""

import argparse
import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from agents.language.brief import ruled
from agents.language.sentences import tidy
from agents.language.tagger import EXACT, LABELS, LONGEST, WEIGHTS, Chain, features
from agents.language.tokens import tokens
from scripts.brief_grammar import Grammar, generated
from scripts.brief_variations import Facts, estranged, varied
from scripts.chain_training import Fit, Sentence, fit, mean
from scripts.marked_briefs import MARKS, TODAY, Marks, marks

DATA = Path(__file__).parents[1] / "bench" / "data"
MARKED = (
    "",
    "_styles",
    "_voices",
    "_mix",
    "_owners",
    "_offices",
    "_traders",
    "_agencies",
)  # what follows brief_marked in their names
_NUMBERS = {label: number for number, label in enumerate(LABELS)}


def sentence(line: Marks, *, today: date = TODAY, weight: float = 1.0, blind: bool = False) -> Sentence | None:
    """The example as the model sees it; None where nothing is left. ``blind``: without the rules' guesses."""
    text = line.text
    if tidy(text) != text:
        return None
    read, hints = ruled(text, today=today, asked=line.asked, known=line.known)
    said = tokens(read)[:LONGEST]
    if not said:
        return None
    labels = np.zeros(len(said), np.int64)
    for start, end, mark, _ in line.found:
        name = MARKS.get(mark, mark)
        name = {"no": "not_wanted", "ig": "nothing"}.get(mark, name)
        inside = [row for row, (first, last, _) in enumerate(said) if start < last and first < end]
        for row in inside:
            labels[row] = (
                _NUMBERS[name] if name in _NUMBERS else _NUMBERS[f"{'begin' if row == inside[0] else 'in'} {name}"]
            )
    kept = [hint for hint in hints if not blind or hint.name in EXACT]
    return Sentence(features(said, line.asked, kept), labels, weight)


def lines_of(paths: Sequence[Path]) -> list[str]:
    """The marked lines of files, without what corrects their values."""
    lines = [one for path in paths for one in path.read_text(encoding="utf-8").splitlines()]
    return [one.partition(" || ")[0] for one in lines if one.strip() and not one.startswith("%")]


def store(model: Chain, path: Path = WEIGHTS) -> None:
    """Write the weights; whoever reads the file meets the old one or the new one."""
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part, weights=model.weights, scale=model.scale, bias=model.bias, follows=model.follows, first=model.first,
        last=model.last,
    )  # fmt: skip
    part.replace(path)


def examples(made: int, copies: int, seed: int, marked: Sequence[str], tuned: Sequence[str]) -> list[Sentence]:
    """What one round learns from: generated lines, and variations of the marked ones.

    The rules were written with the ``tuned`` texts in view: what they say of them is better than it is elsewhere, so
    more of these are learnt without the rules' guesses.
    """
    rng = random.Random(seed)
    facts = Facts(Grammar(), [*marked, *tuned])
    lines = [estranged(facts.recast(line, rng, 0.2), rng, 0.15) for line in generated(made, seed)]
    found = [sentence(marks(line)) for line in lines]
    for own, blind, count in ((marked, 0.2, copies), (tuned, 0.6, copies // 2)):
        for line in own:
            own_lines = varied(line, facts, rng, count)
            found.extend(sentence(marks(one), blind=rng.random() < blind) for one in own_lines)
    return [one for one in found if one is not None]


def learn(number: int, options: argparse.Namespace, marked: Sequence[str], tuned: Sequence[str]) -> Fit:
    """One round."""
    lines = examples(options.made, options.copies, 11 + number, marked, tuned)
    return fit(lines, epochs=options.epochs, seed=5 + number)


def main() -> None:
    """Train and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="models learnt from different variations, then averaged")
    parser.add_argument("--made", type=int, default=3500, help="generated briefs a round")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--copies", type=int, default=3, help="variations of each marked brief a round")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    marked = lines_of([DATA / f"brief_marked{name}.txt" for name in MARKED])
    tuned = lines_of([DATA / "brief_marked_tuned.txt"])
    with ProcessPoolExecutor(2, get_context("spawn")) as workers:
        rounds = range(options.rounds)
        models = list(workers.map(learn, rounds, repeat(options), repeat(marked), repeat(tuned)))
    store(mean(models).chain(), options.out)
    print(f"wrote {options.out.name}, {options.out.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
