"""Towns of the world by name, written with a capital letter, and the country each is in.

The names come from GeoNames (CC BY 4.0); ``scripts.town_list`` chooses them.
"""

import gzip
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

TOWNS_FILE = Path(__file__).with_name("world_towns.txt.gz")
_LONGEST = 4  # words of a name
_WORD = re.compile(r"[^\W\d_][\w'’.-]*(?<![.'’-])")


@cache
def _countries() -> dict[str, str]:
    text = gzip.decompress(TOWNS_FILE.read_bytes()).decode()
    lines = (line.partition(":") for line in text.splitlines())
    return {name: country for country, _, names in lines for name in names.split("|")}


def is_town(name: str) -> bool:
    """Whether this is the name of a town as it is written, capital letters and all."""
    return name in _countries()


def town_country(name: str) -> str:
    """ISO code of the country of the largest town of this name, "" for none."""
    return _countries().get(name, "")


@lru_cache(maxsize=64)
def towns_in(text: str) -> tuple[tuple[int, int], ...]:
    """The places of towns' names in ``text``, in order; the longest name counts."""
    return tuple(_found(text))


def _found(text: str) -> Iterator[tuple[int, int]]:
    words = [(match.start(), match.end()) for match in _WORD.finditer(text)]
    number = 0
    while number < len(words):
        start = words[number][0]
        if not text[start].isupper():
            number += 1
            continue
        for last in range(min(number + _LONGEST, len(words)) - 1, number - 1, -1):
            end = words[last][1]
            if re.fullmatch(r"[^\n,;:!?]*", text[start:end]) and is_town(text[start:end]):
                yield start, end
                number = last
                break
        number += 1
