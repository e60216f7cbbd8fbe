"""What can be said of a text by counting: how long it takes to read, how easy it is, what search engines show of it.

Everything follows from the text alone, by published formulas, so that the same text always gets the same figures.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from core.content_journey import kind_of
from db.content_library import Content, SeoMetadata
from memory.words import SILENT

WORDS_A_MINUTE: Final = 238
FEWEST_WORDS: Final = 30
ENGLISH_SHARE: Final = 0.2
LONGEST_TITLE: Final = 60
LONGEST_DESCRIPTION: Final = 155
SHORTEST_DESCRIPTION: Final = 50
SHORTEST_ARTICLE: Final = 300
LONGEST_PARAGRAPH: Final = 150
KEYWORDS: Final = 5
SHORTEST_KEYWORD: Final = 4

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_COUNTED: Final = re.compile(r"\w+(?:['’.,:-]\w+)*")
_SENTENCE_END: Final = re.compile(r"[.!?…]+(?=[\s\"”’)]|$)|\n\s*\n")
_VOWELS: Final = re.compile(r"[aeiouy]+")
_HEADING: Final = re.compile(r"^(?:#{1,6}\s+.*|<h[1-6]\b.*)$", re.MULTILINE | re.IGNORECASE)
_SUBHEADING: Final = re.compile(r"^(?:#{2,6}\s|<h[2-6]\b)", re.MULTILINE | re.IGNORECASE)
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_TAG: Final = re.compile(r"<[^<>]{1,200}>")
_MARKS: Final = re.compile(r"[*_`]{1,3}|^\s*(?:[-*+>]|\d+[.)])\s+", re.MULTILINE)
_ADDRESS: Final = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Gauge:
    """The figures of a text. Scores are 0 to 100, more is better; None where nothing can be said."""

    reading_time_minutes: int
    readability: int | None
    seo: SeoMetadata
    seo_score: int | None

    def changes(self) -> dict[str, Any]:
        """Return the fields of a stored content that hold them."""
        return {
            "reading_time_minutes": self.reading_time_minutes,
            "scores.readability": self.readability,
            "scores.seo": self.seo_score,
            "seo": self.seo.model_dump(exclude_none=True),
        }


def gauge(content: Content) -> Gauge:
    """Return the figures of what a content says. Only articles have something to tell search engines."""
    text = content.content.text
    minutes, readable = reading_minutes(text), reading_ease(text)
    if kind_of(content.content_type) != "blog_post":
        return Gauge(minutes, readable, SeoMetadata(), None)
    told = metadata_of(text, content.title)
    return Gauge(minutes, readable, told, seo_score(content, told))


def gauged(content: Content) -> Content:
    """Return a content with its figures."""
    found = gauge(content)
    scores = content.scores.model_copy(update={"readability": found.readability, "seo": found.seo_score})
    return content.model_copy(
        update={"reading_time_minutes": found.reading_time_minutes, "scores": scores, "seo": found.seo}
    )


def reading_minutes(text: str) -> int:
    """Return the whole minutes it takes to read a text silently, rounded up: 238 words a minute.

    Brysbaert (2019), "How many words do we read per minute?", Journal of Memory and Language 109: English non-fiction.
    """
    return math.ceil(len(_COUNTED.findall(_prose(text))) / WORDS_A_MINUTE)


def reading_ease(text: str) -> int | None:
    """Return how easy an English text is to read: 206.835 - 1.015 words a sentence - 84.6 syllables a word.

    Flesch (1948), "A new readability yardstick", Journal of Applied Psychology 32. None for texts too short to tell,
    and for those in which too few of English's commonest words stand. Syllables are counted as groups of vowels.
    """
    prose = _prose(text)
    words = [word.lower() for word in _WORD.findall(prose)]
    if len(words) < FEWEST_WORDS or sum(word in SILENT for word in words) < ENGLISH_SHARE * len(words):
        return None
    sentences = sum(bool(_WORD.search(part)) for part in _SENTENCE_END.split(prose))
    syllables = sum(map(_syllables, words))
    ease = 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)
    return max(0, min(100, round(ease)))


def metadata_of(text: str, title: str | None) -> SeoMetadata:
    """Return what a page of this text tells search engines: its own words, cut where results cut them."""
    body = _prose(_HEADING.sub("", text))
    paragraph = next((" ".join(part.split()) for part in re.split(r"\n\s*\n", body) if _WORD.search(part)), "")
    return SeoMetadata(
        keywords=keywords_of(body, title or ""),
        meta_title=_cut(" ".join((title or "").split()), LONGEST_TITLE) or None,
        meta_description=_cut(paragraph, LONGEST_DESCRIPTION) or None,
    )


def keywords_of(body: str, title: str) -> list[str]:
    """Return the words an article is about: those it says most often, its title's first among equals."""
    titled = {word.lower() for word in _WORD.findall(title)}
    words = [word.lower() for word in _WORD.findall(body)]
    counted = Counter(word for word in words if len(word) >= SHORTEST_KEYWORD and word not in SILENT)
    often = [word for word, count in counted.items() if count > 1 or word in titled]
    return sorted(often, key=lambda word: (-counted[word] - (word in titled), words.index(word)))[:KEYWORDS]


def seo_score(content: Content, told: SeoMetadata) -> int:
    """Return which share of the usual advice an article follows, in per cent.

    Google's SEO starter guide, and its pages on title links and snippets: a title that shows whole, a description long
    enough to say something, the subject named in the title and at the beginning, enough to read, parted by headings
    into paragraphs of a readable length, and a link to go on with.
    """
    text, title = content.content.text, content.title or ""
    body = _prose(_HEADING.sub("", text))
    paragraphs = [part for part in re.split(r"\n\s*\n", body) if _WORD.search(part)]
    subject, count = (told.keywords or [""])[0], len(_COUNTED.findall(body))
    beginning = paragraphs[0].lower() if paragraphs else ""
    followed = (
        0 < len(title) <= LONGEST_TITLE,
        len(told.meta_description or "") >= SHORTEST_DESCRIPTION,
        bool(subject) and subject in title.lower(),
        bool(subject) and subject in beginning,
        count >= SHORTEST_ARTICLE,
        count < SHORTEST_ARTICLE or bool(_SUBHEADING.search(text)),
        all(len(_COUNTED.findall(part)) <= LONGEST_PARAGRAPH for part in paragraphs),
        bool(content.content.link or _LINK.search(text) or _ADDRESS.search(text)),
    )
    return round(100 * sum(followed) / len(followed))


def _prose(text: str) -> str:
    """Return what is read of a text: without marks, tags and addresses."""
    plain = _TAG.sub(" ", _ADDRESS.sub(" ", _LINK.sub(r"\1", text)))
    return _MARKS.sub("", re.sub(r"^#{1,6}\s+(.*)$", r"\1\n", plain, flags=re.MULTILINE))


def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee", "ye", "ie", "oe")) and groups > 1
    return max(1, groups - silent)


def _cut(text: str, longest: int) -> str:
    """Return a text, or as many of its words as fit with an ellipsis."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    return (kept.rpartition(" ")[0] or kept).rstrip(" ,;:-–—.") + "…"
