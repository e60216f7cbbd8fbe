"""The words of a text with their places, and what each word looks like: hashed once, then kept."""

import re
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from agents.language.audience import PEOPLE_NOUNS
from agents.language.businesses import BUSINESS_NOUNS, TRADES
from agents.language.calendar_words import MONTHS, WEEKDAYS
from agents.language.given_names import GIVEN_NAMES
from agents.language.goals import METRICS
from agents.language.lexicon import classes
from agents.language.nouns import noun_class
from agents.language.numbers import SCALES, UNITS
from agents.language.places import names_place
from agents.language.world import is_town

Hashes = NDArray[np.uint32]

WORD, SHAPE, HEAD, TAIL, END, KIND, TOPIC, NOUN, GIST = range(9)  # the columns of what a word looks like
COLUMNS = 9
_TOKEN = re.compile(r"\w+(?:(?:['-]|(?<=\d)[.,:/](?=\d))\w+)*|[^\w\s]")
_SMALL_WORDS = """
    a an the my our your his her its their this that these those some any all every no not and or but so because if
    when while who which what where how for to of in on at by with from near around among about into through via until
    till before after since over under up out off is are was were be been being am i'm we're it's there's that's i we
    you he she it they us me them 've 's do does did have has had will would could can should may might must want wants
    need needs like love get got getting make makes made let let's sell sells selling run runs running open opens
    opening launch launches launching promote promoting push pushing start starts starting hold holds holding host
    hosts hosting offer offers offering do doing teach teaching help new second first next more most mostly mainly
    only just also too please thanks budget goal target audience tone voice product place location where campaign
    called named based aimed aiming hoping looking trying know knows tell reach attract people customers clients
    plan ads spend money und für wir ich ein eine im in der die das et pour nous une un le la les des notre y para
    el los las una con mi nuestro"""
_SMALL = frozenset(_SMALL_WORDS.split())
_KINDS = re.compile(
    rf"(?P<people>{PEOPLE_NOUNS})|(?P<trade>{TRADES})|(?P<business>{BUSINESS_NOUNS})|(?P<metric>{METRICS})",
    re.IGNORECASE,
)
_ENDINGS = re.compile(r"(?:ing|ers?|ists?|ies|ness|ment|ions?|ops?|ly|ed|al|ful|ous|ive|[^s]s)$")


def tokens(text: str) -> list[tuple[int, int, str]]:
    """The words and marks of ``text`` with their places."""
    return [(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(text)]


def code(name: str) -> int:
    """A name as a number, the same on every machine."""
    return zlib.crc32(name.encode())


@lru_cache(maxsize=8192)
def looks(word: str) -> Hashes:
    """What a word looks like, as one number for each of COLUMNS."""
    plain = word.lower()
    kind, topic, noun = _kind(word, plain), next(iter(classes(plain)), ""), noun_class(plain)
    shape = _shape(word)
    gist = plain if plain in _SMALL or not plain[0].isalnum() else noun or kind or topic or f"{shape}{_ending(plain)}"
    names = (plain, shape, plain[:3], plain[-3:], plain[-2:], kind, topic, noun, gist)
    return np.asarray([code(f"{column}{name}") for column, name in enumerate(names)], np.uint32)


def _shape(word: str) -> str:
    shape = "".join("X" if c.isupper() else "x" if c.isalpha() else "d" if c.isdigit() else c for c in word)
    return re.sub(r"(.)\1+", r"\1\1", shape)[:6]


def _ending(plain: str) -> str:
    match = _ENDINGS.search(plain)
    return match.group()[-3:] if match else ""


def _kind(word: str, plain: str) -> str:
    if plain[0].isdigit():
        return "number"
    if plain in UNITS or plain in SCALES:
        return "number word"
    if plain in MONTHS or plain in WEEKDAYS:
        return "calendar"
    if match := _KINDS.fullmatch(plain):
        return str(match.lastgroup)
    if names_place(word) or is_town(word):
        return "place"
    return "name" if word[0].isupper() and plain in GIVEN_NAMES else ""
