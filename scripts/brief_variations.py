"""Variations of marked briefs: other words for the facts, unknown words, other cases; so that the rest must tell."""

import random
import re
from collections.abc import Sequence

from scripts.brief_grammar import Grammar

_SYLLABLES = "bra ko lin ta ver mo shi dun pel ra gor nim fa lu tes wick o pra sel dri van ke mol bi zan cro fi hop ju"
_ENDINGS = ("", "", "s", "s", "er", "ers", "ing", "ery", "ist", "ion", "a", "o", "y", "ies", "le", "en")
_WORDS_IN_MARK = re.compile(r"\[(?P<mark>[pbalmov]):(?P<words>[^\]=]+)\]")


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


_NAMES = {
    "p": "product", "b": "business", "a": "audience", "l": "town", "m": "metric", "o": "aim", "v": "voice",
}  # fmt: skip
_BARE = re.compile(r"\[[a-z$#]{1,2}:([^\]=]+)(?:=[^\]]*)?\]")


class Facts:
    """Words for each kind of fact: half of them from the grammar, half as people wrote them."""

    def __init__(self, grammar: Grammar, lines: Sequence[str]) -> None:
        self._grammar = grammar
        self._written: dict[str, list[str]] = {}
        for line in lines:
            for match in _WORDS_IN_MARK.finditer(line):
                self._written.setdefault(match["mark"], []).append(match["words"])

    def draw(self, mark: str, rng: random.Random) -> str:
        """Words for one kind of fact."""
        written = self._written.get(mark, [])
        if written and rng.random() < 0.5:
            return rng.choice(written)
        return _BARE.sub(r"\1", self._grammar.draw(_NAMES[mark], rng))

    def recast(self, line: str, rng: random.Random, chance: float) -> str:
        """The line with other words for some of its facts."""

        def other(match: re.Match[str]) -> str:
            words = self.draw(match["mark"], rng) if rng.random() < chance else match["words"]
            if match["words"][:1].islower():
                words = words[:1].lower() + words[1:] if words[1:2].islower() and match["mark"] != "l" else words
            return f"[{match['mark']}:{words}]"

        return _WORDS_IN_MARK.sub(other, line)


def varied(line: str, facts: Facts, rng: random.Random, copies: int) -> list[str]:
    """A hand-marked line and ``copies`` of it: with other facts, strange words, in lower case, without a full stop."""
    made = [line]
    for number in range(copies):
        one = facts.recast(line, rng, 0.6) if number % 3 else line
        one = estranged(one, rng, rng.choice((0.0, 0.15, 0.4)))
        if rng.random() < 0.3:
            one = _lowered(one)
        if rng.random() < 0.3:
            one = one.rstrip(".!")
        made.append(one)
    return made


def _lowered(line: str) -> str:
    head, bar, text = line.partition("| ") if line.startswith(("@", "{")) else ("", "", line)
    return head + bar + text.lower()
