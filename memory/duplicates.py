"""When two memories say the same, and which of two wordings to keep: by words, numbers and negations."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

Item = TypeVar("Item")

NEAR: Final = 0.8
SHORT: Final = 400
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_THOUSANDS = re.compile(r"(?<=\d)[,.](?=\d{3}\b)")
_NUMBER = re.compile(r"\d[\d.,:]*\d|\d")
_SILENT = frozenset(
    re.findall(
        r"\w+",
        "a an the is are was were be been being am of to in on at for from with and or so that this these those it its "
        "i we you our your my us me they their there here as by do does did have has had will would shall should can "
        "could may might just really very please also now then well ok okay hi hello hey thanks thank say said says "
        "note remember know want like about too s re ve ll m d",
    )
)
_NEGATIONS = frozenset(
    {
        "not",
        "no",
        "never",
        "without",
        "don't",
        "doesn't",
        "isn't",
        "aren't",
        "won't",
        "can't",
        "cannot",
        "stop",
        "avoid",
    }
    | {"nothing", "none", "neither", "nor", "didn't", "wasn't", "haven't", "except", "unless", "dont", "wont", "nicht"}
)


def digest(text: str) -> str:
    """Return a digest that equal texts share whatever their case, spaces and punctuation."""
    plain = " ".join(_WORD.findall(text.casefold().replace("’", "'")))
    return hashlib.sha256((plain or text).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def content_words(text: str) -> list[str]:
    """Return the words that carry meaning, in lower case and without endings; numbers as they stand."""
    words = (word.replace("’", "'") for word in _WORD.findall(_THOUSANDS.sub("", text.casefold())))
    return [_bare(word) for word in words if word not in _SILENT]


def numbers(text: str) -> frozenset[str]:
    """Return the numbers of a text without separators of thousands, so that 8,000 equals 8000."""
    return frozenset(_THOUSANDS.sub("", number) for number in _NUMBER.findall(text))


def negated(text: str) -> bool:
    """Whether a text says no to something, an odd number of times."""
    words = [word.replace("’", "'") for word in _WORD.findall(text.casefold())]
    return sum(word in _NEGATIONS for word in words) % 2 == 1


@dataclass(frozen=True, slots=True)
class Sense:
    """What of a text counts when it is compared with another."""

    mark: str
    words: frozenset[str]
    numbers: frozenset[str]
    negated: bool


def sense(text: str) -> Sense:
    """Return what counts of a text. That of short texts is kept for a while: the same ones are compared every turn."""
    return _kept_sense(text) if len(text) <= SHORT else _sense(text)


def same_thing(first: str, second: str, *, near: float = NEAR) -> bool:
    """Whether two texts say the same: nearly the same words, the same numbers, and neither denies the other."""
    ours, theirs = sense(first), sense(second)
    if ours.mark == theirs.mark:
        return True
    if ours.numbers != theirs.numbers or ours.negated != theirs.negated:
        return False
    union = len(ours.words | theirs.words)
    return union > 0 and len(ours.words & theirs.words) / union >= near


def better_wording(old: str, new: str) -> str:
    """Return the wording that says more; the old one where both say as much."""
    return max((old, new), key=lambda text: (len(set(content_words(text))), _tidiness(text)))


def groups(items: Sequence[Item], texts: Sequence[str]) -> list[list[Item]]:
    """Return the groups of items whose texts say the same, each in the order given; single ones are left out.

    Only texts that share a rare word are compared, so that thousands of memories take no quadratic time.
    """
    by_digest: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        by_digest.setdefault(digest(text), []).append(place)
    leader = {place: places[0] for places in by_digest.values() for place in places}
    heads = sorted({places[0] for places in by_digest.values()})
    for first, second in _candidates(heads, texts):
        ours, theirs = _head(leader, first), _head(leader, second)
        if ours != theirs and same_thing(texts[ours], texts[second]):
            leader[max(ours, theirs)] = min(ours, theirs)
    found: dict[int, list[Item]] = {}
    for place, item in enumerate(items):
        found.setdefault(_head(leader, place), []).append(item)
    return [group for group in found.values() if len(group) > 1]


def _candidates(places: Sequence[int], texts: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Pairs of texts that can be near: sharing so much, they have one of their rarest words in common."""
    words = {place: set(content_words(texts[place])) for place in places}
    counts: dict[str, int] = {}
    for mine in words.values():
        for word in mine:
            counts[word] = counts.get(word, 0) + 1
    shelves: dict[str, list[int]] = {}
    for place in places:
        rarest = sorted(words[place], key=lambda word: (counts[word], word))
        keep = len(rarest) - int(NEAR * len(rarest)) + 1
        for word in rarest[:keep]:
            for other in shelves.get(word, ()):
                yield other, place
            shelves.setdefault(word, []).append(place)


def _sense(text: str) -> Sense:
    return Sense(digest(text), frozenset(content_words(text)), numbers(text), negated(text))


@lru_cache(maxsize=4096)
def _kept_sense(text: str) -> Sense:
    return _sense(text)


def _head(leader: dict[int, int], place: int) -> int:
    while leader[place] != place:
        place = leader[place]
    return place


def _bare(word: str) -> str:
    """Take the commonest English endings off: close enough for telling whether two sentences say the same."""
    for ending in ("'s", "ing", "edly", "ied", "ies", "ed", "ly", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            word = word.removesuffix(ending) + ("y" if ending in {"ies", "ied"} else "")
            break
    return word.removesuffix("e") if len(word) > 4 else word


def _tidiness(text: str) -> int:
    return (text[:1].isupper()) + text.rstrip().endswith((".", "!", "…")) - 2 * text.isupper()
