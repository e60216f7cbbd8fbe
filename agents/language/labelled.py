"""Facts with their name before them, as forms and lists give them: ``Audience: dog owners``, ``tone - dry``."""

import re
from collections.abc import Iterator, Mapping

from agents.language.calendar_words import MONTHS, WEEKDAYS
from agents.language.channels import mentions
from agents.language.phrases import short_clean
from agents.language.places import find_location

_NAMES: Mapping[str, str] = {
    "product": (
        r"(?:hero |main |the )?(?:products?|product/service|service|services|sku|item|offer|offering|line|course|title|"
        r"what|event|occasion|subject|thing|topic|produkt|produit|producto|prodotto)(?: or service| name| to promote|"
        r" we sell|"
        r" we're selling| is this)?|what (?:we sell|we're selling|i sell|we're promoting|it is)|promoting|to promote"
    ),
    "business": (
        r"(?:the |our |name of )?(?:business|company|brand|client|advertiser|organi[sz]ation|organi[sz]er|firm|firma|"
        r"unternehmen|entreprise|empresa|azienda)(?: name| type| is)?|who (?:we are|i am)|about us"
    ),
    "target_audience": (
        r"(?:the |our |core |main |primary )?(?:target )?(?:audiences?|group|market|customers?|buyers?|persona|icp|"
        r"demographic|demo|people|zielgruppe|público(?: objetivo)?|cible|pubblico)|ta|targets?|targeting|"
        r"who(?:(?: it's| is it|'s it)? for| buys(?: it| them)?| we want)?|for whom|aimed at"
    ),
    "voice": r"(?:the )?(?:tone(?: of voice)?|voice|tonality|style|vibe|feel|tonalität|ton|tono|register)",
    "objective": r"(?:the |our |main |primary |campaign )?(?:objectives?|goals?|aims?|purpose|ziel|objetivo|objectif|"
    "obiettivo)",
    "location": (
        r"(?:the )?(?:locations?|where|place|town|city|area|region|markets?|country|territory|geo|venue town|"
        r"ort|stadt|lieu|ville|lugar|ciudad|luogo)"
    ),
    "timeline": r"(?:the )?(?:timeline|duration|timeframe|time frame|length|campaign length|laufzeit|durée|duración)",
}
_OTHER = (
    r"(?:marketing |ad |media |monthly |total |campaign )?(?:budget|spend|money|media|cash|kosten|presupuesto)|"
    r"how much|"
    r"channels?|platforms?|socials?|dates?|when|timing|deadline|start(?:s| date)?|end(?:s| date)?|until|from|by|"
    r"kpis?|number|flight|launch|price|name|contact|notes?|kanäle|canales|canaux|how|why|website|url"
)
_LABEL = "|".join(f"(?P<{name}>{words})" for name, words in _NAMES.items())
_AT = re.compile(
    rf"(?:^|[\n.;|/•*(,]\s*|\s[-*•]\s|(?:^|\s)(?:\d{{1,2}}|[a-h])[.)]\s)[*\s]*(?:{_LABEL}|(?P<other>{_OTHER}))"
    r"\s*(?:\([^)\n]{1,30}\)\s*)?(?P<mark>[:=→]+|\s-(?=\s)|->)[*\s]*",
    re.IGNORECASE,
)
_END = re.compile(r"\n|\s[/|•*]\s|;|\||[.!?](?=\s|$)|\s-\s(?=\w[\w ]{1,20}[:=])")
_CUT = re.compile(r"\s*(?:,\s*(?=[£$€₹]|\d|budget|about|around|max)|\(|\s-\s)", re.IGNORECASE)
_EMPTY = re.compile(
    r"(?:tbc|tbd|n/?a|none|nothing|unknown|not sure|see (?:above|below)|any|open|yes|no|\?+|-+|both|all|online)?\W*",
    re.IGNORECASE,
)
_LONGEST = {"voice": 16, "objective": 16, "target_audience": 14}
_NOT_FREE = re.compile(
    r"\W*(?:[£$€₹]|\d(?!\d?(?:[A-Z]{2}|\+|s\b|-\d|-?year))|by\b|from\b|until\b|to (?:get|sell|reach) \d)", re.IGNORECASE
)
_WHEN = re.compile(r"\d|\b(?:weeks?|months?|days?|fortnight|ongoing|asap|long)\b", re.IGNORECASE)


_OCCASION = re.compile(r"\b(?:event|occasion)\b", re.IGNORECASE)


def labelled(text: str) -> Iterator[tuple[str, str, bool]]:
    """The field and its words for every fact in ``text`` that stands after its own name, and whether the name is weak:
    what another part of the message says then goes first."""
    found = list(_AT.finditer(text))
    for number, match in enumerate(found):
        name = match.lastgroup if match.lastgroup != "mark" else next(n for n in (*_NAMES, "other") if match[n])
        if name == "other" or name is None:
            continue
        if match["mark"].strip() == "-" and len(found) < 3:
            continue  # a dash is a label's only in a whole list of them
        limit = found[number + 1].start() if number + 1 < len(found) else len(text)
        start, end = _place(name, text, match.end(), limit)
        if end > start:
            weak = name == "timeline" or _OCCASION.search(match.group()) is not None
            yield _meant(name, text[start:end]), short_clean(text[start:end]), weak


def _meant(name: str, words: str) -> str:
    """A market may be a place or people."""
    place = find_location(words) if name == "target_audience" else None
    return "location" if place and place[2].lower() == words.lower() else name


def _place(name: str, text: str, start: int, limit: int) -> tuple[int, int]:
    """The words after a label as far as they belong to it; an empty place where they are none."""
    close = _END.search(text, start, limit)
    words = text[start : close.start() if close else limit]
    if name in {"product", "business", "location"} and (cut := _CUT.search(words)):
        words = words[: cut.start()]
    words = words.rstrip(" ,.;:-")
    free = name == "timeline" or not _NOT_FREE.match(words)
    if _EMPTY.fullmatch(words) or not free or len(words.split()) > _LONGEST.get(name, 10):
        return start, start
    if name == "timeline" and not _WHEN.search(words):
        return start, start
    if name in {"target_audience", "location", "product"} and any(mentions(words)):
        return start, start
    if re.split(r"\W", words.lower(), maxsplit=1)[0] in {*MONTHS, *WEEKDAYS}:
        return start, start
    return start, start + len(words)
