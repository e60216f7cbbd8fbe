"""Trains the brief's tagger: ``python -m scripts.train_tagger`` writes agents/language/tags.npz."""

import argparse
import random
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from agents.language.brief import ruled
from agents.language.sentences import tidy
from agents.language.tagger import EXACT, LABELS, LONGEST, WEIGHTS, Chain, features
from agents.language.tokens import tokens
from scripts.brief_grammar import generated
from scripts.chain_training import Sentence, fit
from scripts.marked_briefs import MARKS, TODAY, Marks, marks

DATA = Path(__file__).parents[1] / "bench" / "data"
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


_SYLLABLES = "bra ko lin ta ver mo shi dun pel ra gor nim fa lu tes wick o pra sel dri van ke mol bi zan cro fi hop ju"
_ENDINGS = ("", "", "s", "s", "er", "ers", "ing", "ery", "ist", "ion", "a", "o", "y", "ies", "le", "en")
_WORDS_IN_MARK = re.compile(r"\[(?P<mark>[pbalm]):(?P<words>[^\]=]+)\]")


def estranged(line: str, rng: random.Random, chance: float) -> str:
    """The line with some words of its facts replaced by unknown ones, so that the rest must tell what they are."""

    def strange(match: re.Match[str]) -> str:
        words = [
            _unknown(word, rng) if len(word) > 3 and word.isalpha() and rng.random() < chance else word
            for word in match["words"].split(" ")
        ]
        return f"[{match['mark']}:{' '.join(words)}]"

    return _WORDS_IN_MARK.sub(strange, line)


def _unknown(word: str, rng: random.Random) -> str:
    made = "".join(rng.sample(_SYLLABLES.split(), rng.choice((1, 2, 2, 3)))) + (
        word[-3:] if rng.random() < 0.4 else rng.choice(_ENDINGS)
    )
    return made.capitalize() if word[0].isupper() else made


def varied(line: str, rng: random.Random, copies: int) -> list[str]:
    """A hand-marked line, and copies of it in lower case, without its closing mark, or with strange words."""
    made = [line]
    for _ in range(copies - 1):
        one = estranged(line, rng, rng.choice((0.0, 0.2, 0.5)))
        if rng.random() < 0.35:
            one = (
                re.sub(r"(^@\w+ |^\{[^}]*\} )|(.)", lambda m: m[0] if m[1] else m[0].lower(), one)
                if not one.startswith(("@", "{"))
                else one
            )
        if rng.random() < 0.3:
            one = one.rstrip(".!")
        made.append(one)
    return made


def hand_marked(paths: Sequence[Path], copies: int, rng: random.Random) -> list[str]:
    """The marked lines of files, each with its variations."""
    lines = [
        one
        for path in paths
        for one in path.read_text(encoding="utf-8").splitlines()
        if one.strip() and not one.startswith("%")
    ]
    return [one for line in lines for one in varied(line.partition(" || ")[0], rng, copies)]


def store(model: Chain, path: Path = WEIGHTS) -> None:
    """Write the weights; whoever reads the file meets the old one or the new one."""
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part, weights=model.weights, scale=model.scale, bias=model.bias, follows=model.follows, first=model.first,
        last=model.last,
    )  # fmt: skip
    part.replace(path)


def main() -> None:
    """Train and store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--made", type=int, default=12000)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--copies", type=int, default=6)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("marked", type=Path, nargs="*")
    options = parser.parse_args()
    rng = random.Random(11)
    lines = [estranged(line, rng, 0.15) for line in generated(options.made, 1)]
    examples = [sentence(marks(line)) for line in lines]
    own = hand_marked(options.marked, options.copies, rng)
    examples += [sentence(marks(line), blind=rng.random() < 0.2) for line in own]
    kept = [one for one in examples if one is not None]
    print(f"{len(kept)} sentences")
    store(fit(kept, epochs=options.epochs).chain(), options.out)
    print(f"wrote {options.out.name}, {options.out.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
