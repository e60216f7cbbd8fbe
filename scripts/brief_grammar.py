"""Briefs made up from the grammar in bench/data/brief_grammar.txt, with their facts marked: texts to train on."""

import random
import re
from collections.abc import Sequence
from pathlib import Path

GRAMMAR = Path(__file__).parents[1] / "bench" / "data" / "brief_grammar.txt"
ASKED = (
    "product", "business", "target_audience", "objective", "location", "voice", "goal_value", "budget", "event_date",
    "channels", "timeline",
)  # fmt: skip
_LISTS = ("what", "business", "people", "place", "money", "goal", "when", "channels", "voice")
_NAME = re.compile(r"\{(\w+)\}")
_MARKED = re.compile(r"(\[[a-z$#]{1,2}:)")


class Grammar:
    """The options of each name, drawn by weight."""

    def __init__(self, path: Path = GRAMMAR) -> None:
        self._options: dict[str, tuple[list[str], list[float]]] = {}
        name = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.strip() or line.startswith("%"):
                continue
            if match := re.fullmatch(r"(\w+):", line):
                name = match[1]
                self._options[name] = ([], [])
            else:
                weight, star, option = line.partition("*")
                known = star and weight.isdigit()
                self._options[name][0].append(option if known else line)
                self._options[name][1].append(float(weight) if known else 1.0)

    def draw(self, name: str, rng: random.Random) -> str:
        """One option of ``name``, everything in it drawn too."""
        options, weights = self._options[name]
        chosen = rng.choices(options, weights)[0]
        return _NAME.sub(lambda match: self.draw(match[1], rng), chosen)


def generated(count: int, seed: int) -> list[str]:
    """Marked lines, the same for the same seed."""
    rng, grammar = random.Random(seed), Grammar()
    return [_line(grammar, rng) for _ in range(count)]


def _line(grammar: Grammar, rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.17:
        asked = rng.choice(ASKED)
        return f"@{asked} | {_styled(grammar.draw(f'answer_{asked}', rng), rng)}"
    if kind < 0.23:
        return "{product=spring fair,location=Exeter,target_audience=parents} | " + _styled(
            grammar.draw("change", rng), rng
        )
    if kind < 0.29:
        asked = f"@{rng.choice(ASKED)} | " if rng.random() < 0.5 else ""
        return asked + _styled(grammar.draw("nothing", rng), rng)
    if kind < 0.39:
        return _styled(_listed(grammar, rng), rng)
    asked = f"@{rng.choice(ASKED)} | " if rng.random() < 0.06 else ""
    return asked + _styled(_clauses(grammar, rng), rng)


def _listed(grammar: Grammar, rng: random.Random) -> str:
    names = [name for name in _LISTS if rng.random() < 0.62] or ["what", "money"]
    if rng.random() < 0.7:
        rng.shuffle(names)
    mark = rng.choice((". ", ", ", "\n", " / ", "; ", " | ", ". ", ", "))
    return mark.join(grammar.draw(f"list_{name}", rng) for name in names)


_CORES = (
    ("product", 4), ("product_people", 4), ("event", 6), ("product_business", 3), ("", 1),
)  # fmt: skip


def _clauses(grammar: Grammar, rng: random.Random) -> str:
    core = rng.choices([name for name, _ in _CORES], [weight for _, weight in _CORES])[0]
    chances = {
        "business": 0.1 if core == "product_business" else 0.45,
        "people": 0.06 if core == "product_people" else 0.33,
        "goal": 0.42, "aim": 0.1, "money": 0.62, "when": 0.12 if core == "event" else 0.33, "channels": 0.42,
        "voice": 0.1, "place": 0.1, "noise": 0.35,
    }  # fmt: skip
    rest = [name for name, chance in chances.items() if name != "business" and rng.random() < chance]
    rng.shuffle(rest)
    first = ["business"] if rng.random() < chances["business"] else []
    if core:
        first.insert(rng.choice((0, 1, 1)), core)
    names = first + rest if rng.random() < 0.75 else rng.sample(first + rest, len(first) + len(rest))
    names = names[: rng.choice((2, 3, 4, 4, 5, 5, 6, 7, 8))] or ["product"]
    parts = [grammar.draw(f"say_{name}", rng) for name in names]
    return f"{grammar.draw('opening', rng)} {_joined(parts, rng)}".strip()


def _joined(parts: Sequence[str], rng: random.Random) -> str:
    style = rng.random()
    marks: tuple[str, ...]
    if style < 0.3:  # sentences
        marks = (". ", ". ", ". ", ", ", " and ", "; ", "! ", " - ")
    elif style < 0.55:  # one breath
        marks = (", ", ", ", ", ", " and ", ", and ", " ", " so ")
    elif style < 0.7:  # a list
        marks = (", ",)
    elif style < 0.8:
        marks = (". ",)
    else:
        marks = (". ", ", ", "\n", " - ", " and ", "... ", "; ", ", so ", ", but ", " (")
    text = parts[0]
    for part in parts[1:]:
        mark = rng.choice(marks)
        if mark == " (" and "(" in text:
            mark = ", "
        said = _raised(part) if mark in {". ", "! ", "\n"} and rng.random() < 0.85 else part
        text += f"{mark}{said})" if mark == " (" else f"{mark}{said}"
    return text + rng.choice((".", "", "", "!", "."))


def _raised(part: str) -> str:
    head = _MARKED.match(part)
    place = head.end() if head else 0
    return part[:place] + part[place : place + 1].upper() + part[place + 1 :]


def _styled(text: str, rng: random.Random) -> str:
    """The text as different people would type it, its marks kept."""
    if rng.random() < 0.7:
        text = _raised(text)
    pieces = _MARKED.split(text)
    lower, bare, hasty = rng.random() < 0.25, rng.random() < 0.15, rng.random() < 0.12
    for number in range(0, len(pieces), 2):
        piece = pieces[number]
        if lower:
            piece = piece.lower()
        if bare:
            piece = piece.replace("'", "")
        if hasty:
            piece = " ".join(_mistyped(word, rng) for word in piece.split(" "))
        pieces[number] = piece
    text = "".join(pieces)
    for old, new, chance in (
        (" and ", " & ", 0.04),
        (" with ", " w/ ", 0.03),
        (" to ", " 2 ", 0.01),
        ("you", "u", 0.02),
    ):
        if rng.random() < chance:
            text = text.replace(old, new)
    return re.sub(r" +", " ", text)


def _mistyped(word: str, rng: random.Random) -> str:
    if len(word) < 5 or not word.isalpha() or rng.random() > 0.15:
        return word
    place = rng.randrange(1, len(word) - 1)
    return rng.choice(
        (
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
        )
    )
