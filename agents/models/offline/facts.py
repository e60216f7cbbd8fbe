"""What a text may say: the brief as a few safe phrases. A fact the brief does not hold gives no phrase."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from agents.models.offline.phrasing import capital, iso_day, plain, short_day

Kind = Literal["opening", "event", "sale", "launch", "offer"]

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("sale", r"\b(?:sale|sales event|black friday|cyber monday|clearance|\d+ ?% off|discount|promotion|happy hour)\b"),
    (
        "opening",
        (
            r"\b(?:re-?)?open(?:s|ing|ed)?\b(?! (?:day|mic|source|house|rate))|"
            r"\b(?:second|third|new) (?:\w+ )?"
            r"(?:shop|store|branch|caf[eé]|coffee shop|restaurant|location|salon|studio|bakery|"
            r"bar|pub|gym|hotel|clinic)\b"
        ),
    ),
    (
        "event",
        (
            r"\b(?:events?|workshops?|webinars?|concerts?|festivals?|conference|summit|meet-?ups?|"
            r"open day|open house|"
            r"fair|market|party|gala|talks?|class(?:es)?|courses?|tour|race|marathon|exhibition|gig|fundraiser|retreat|"
            r"screening|tasting|hackathon)\b"
        ),
    ),
    (
        "launch",
        (
            r"\blaunch(?:es|ing|ed)?\b|\breleas(?:e|es|ing)\b|\bintroduc|\bnew (?:\w+ )?(?:product|app|line|"
            r"collection|range|menu|album|book|service|feature|website|flavou?r|edition|tool|platform|podcast)\b"
        ),
    ),
)
_PLACE = re.compile(
    (
        r"\b(?:shop|store|branch|caf[eé]|restaurant|salon|studio|bakery|bar|pub|gym|hotel|clinic|"
        r"deli|bistro|gallery|museum|library)$"
    ),
    re.IGNORECASE,
)
_ARTICLED = frozenset(
    {"UK", "US", "USA", "EU", "UAE", "Netherlands", "Midlands", "Cotswolds", "Lake District", "Peak District"}
)
_VERBS: dict[Kind, tuple[str, str]] = {
    "opening": ("opens", "open"),
    "event": ("takes place", "take place"),
    "sale": ("starts", "start"),
    "launch": ("launches", "launch"),
    "offer": ("starts", "start"),
}
_ACTIONS: tuple[tuple[str, str], ...] = (
    (r"newsletter|subscri", "subscribe"),
    (r"sign[- ]?ups?|registr|trial|members?(?:hip)?|waitlist|users?\b", "sign up"),
    (r"donat|fundrais|raise\b|pledge", "make a donation"),
    (r"book(?:ing)?s?\b|reserv|appointment|ticket|covers?\b", "book your place"),
    (r"attend|guest|participant|delegates?|seats?\b|show up|turnout|people at", "join us"),
    (r"visit|footfall|walk-?ins?|foot traffic|come (?:in|by)|through the door|people in", "come and see us"),
    (r"download|install", "download it"),
    (r"lead|enquir|inquir|demo|contact|quote|client|meeting|call", "get in touch"),
    (r"follow", "follow us"),
    (r"sale|sell|order|revenue|purchas|customer|buy|units?\b|sold", "order yours"),
    (r"appl(?:y|icant|ication)|hire|recruit|volunteer", "apply"),
)
_BY_KIND: dict[Kind, str] = {
    "opening": "come and see us",
    "event": "join us",
    "sale": "come and take a look",
    "launch": "take a look",
    "offer": "get in touch",
}
_LEAD = re.compile(
    r"^(?:(?:a |an |the |our |my |their |its )?(?:grand |official |big |soft )?(?:opening|launch|release|promotion|"
    r"re-?opening|start)(?: weekend| day| party| event)? (?:of|for) )?(?:more (?:of )?)?(?:a |"
    r"an |the |our |my |their |its |this |we are |"
    r"we're )?",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*[,;:(–-]?\s*\b(?:(?:is |are |will be )?(?:re-?)?open(?:s|ing)|launch(?:es|ing)?|starts?|starting|begins?|"
    r"releas(?:es|ing)|grand opening|takes? place|taking place|happening|which|that)\b.*$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\s*,?\s*\b(?:on|from|by|before|until|this|next)\b (?:the )?(?:\d|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|"
    r"jun|jul|aug|sep|oct|nov|dec|week|month|spring|summer|autumn|winter).*$",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"\b(?:free|parking|live music|tasting|samples?|kids|children|gluten|vegan|halal|giveaway|prize|raffle|gift|"
    r"discount|% off|half price|open (?:from|until|daily)|from \d|refreshments|drinks|wheelchair|dogs? welcome)\b",
    re.IGNORECASE,
)
_PRIVATE = re.compile(
    r"\b(?:budget|competitor|don'?t|do not|never|avoid|must not|mustn'?t|not to|boss|target|margin|profit|kpi|"
    r"internal)\b|(?:^|[,;]\s*|\band )no\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:christmas|easter|black friday|cyber monday|halloween|diwali|eid|ramadan|hanukkah|valentine|mother's|father's|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday|english|german|french|italian|spanish|indian|british|american|irish|scottish|"
    r"welsh|polish|turkish|japanese|chinese|thai|greek|mexican|korean|vietnamese|swedish|danish|portuguese)\b",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"(?:[^su]s|[^s]ies|people|children|men|women)$", re.IGNORECASE)
_SINGULAR = {"business", "gas", "yoga", "series", "news", "bus", "canvas", "christmas", "atlas", "saas"}
_SPLIT = re.compile(r"\b(?: for | in | of | with | on | at | from | to | by )\b")


@dataclass(frozen=True, slots=True)
class Facts:
    """The phrases a text is built of. ``thing`` carries its own article or none, ready for the middle of a sentence.

    The first ``asked`` of the extras are what the person wants mentioned, so that even a short text has them.
    """

    thing: str
    kind: Kind
    plural: bool
    action: str
    start: date | None = None
    end: date | None = None
    place: str = ""
    audience: str = ""
    extras: tuple[str, ...] = ()
    asked: int = 0
    business: str = ""
    link: str = ""

    @property
    def lasts(self) -> bool:
        """Whether it runs over several days."""
        if self.start is None or self.end is None or self.end <= self.start:
            return False
        return self.kind != "opening" and not self.all_month

    @property
    def all_month(self) -> bool:
        """Whether start and end are no more than the name of a month."""
        first, last = self.start, self.end
        if first is None or last is None:
            return False
        return first.day == 1 and last.month == first.month and (last + timedelta(days=1)).day == 1

    @property
    def when(self) -> str:
        """``on Thursday 3 December``, or nothing."""
        if self.start is None:
            return ""
        if self.lasts and self.end:
            return f"from {short_day(self.start)} to {short_day(self.end)}"
        return f"in {self.start:%B}" if self.all_month else f"on {short_day(self.start)}"

    @property
    def where(self) -> str:
        """``in Leeds``, or nothing."""
        return f"in {'the ' if self.place in _ARTICLED else ''}{self.place}" if self.place else ""

    @property
    def news(self) -> str:
        """The whole message as one clause without a full stop, ready for the middle of a sentence."""
        local = self.start is not None or self.kind in ("opening", "event")
        parts = [self._told(), self.where if local else "", self.when]
        return " ".join(part for part in parts if part)

    def _told(self) -> str:
        many = 1 if self.plural else 0
        if self.lasts:
            return f"{self.thing} {('runs', 'run')[many]}"
        if self.start is not None:
            return f"{self.thing} {_VERBS[self.kind][many]}"
        if self.kind == "opening":
            return f"{self.thing} {('is', 'are')[many]} opening"
        if self.kind == "sale":
            return f"{self.thing} {('is', 'are')[many]} coming"
        return f"we're planning {self.thing}" if self.kind == "event" else f"we'd like you to meet {self.thing}"

    @property
    def label(self) -> str:
        """The thing without an article, capital first: for titles."""
        return capital(re.sub(r"^(?:our|the) ", "", self.thing))

    @property
    def brief_date(self) -> str:
        """``3 December``, or nothing."""
        if self.start is None:
            return ""
        return f"{self.start:%B}" if self.all_month else f"{self.start.day} {self.start:%B}"


def facts_of(
    brief: Mapping[str, Any], info: Mapping[str, Any], extras: Sequence[str] = (), link: str = "", about: str = ""
) -> Facts | None:
    """The facts of a brief, or None when it does not even say what it is about. ``about`` stands in for the product."""
    business = plain(info.get("business"), 60)
    product = about or plain(brief.get("product"), 120) or business
    if not product:
        return None
    place = plain(info.get("location"), 40)
    spoken = " ".join(plain(value, 400) for value in (brief.get("product"), brief.get("objective"), about))
    noun = _noun(product, place)
    # A business that is promoted as a whole is there already: its date is by when, not when it opens.
    event = iso_day(info.get("event_date")) if noun != _noun(business, place) else None
    kind = _kind(
        f"{spoken} {plain(brief.get('timeline'))}", opens=event is not None and _PLACE.search(noun) is not None
    )
    # The first and last day belong to the campaign unless the thing itself is something that lasts.
    spans = event is None and kind in ("sale", "event", "launch")
    return Facts(
        thing=_with_article(noun, business),
        kind=kind,
        plural=_is_plural(noun),
        action=_action(f"{plain(info.get('goal_metric'))} {plain(brief.get('objective'))}", kind),
        start=iso_day(info.get("start_date")) if spans else event,
        end=iso_day(info.get("end_date")) if spans else None,
        place="" if place.lower() in noun.lower() else place,
        audience=_audience(plain(brief.get("target_audience"), 60)),
        extras=(*extras, *_extras(plain(brief.get("additional_context"), 400)))[:3],
        asked=min(len(extras), 3),
        business=business if business and business[0].isupper() else "",
        link=link,
    )


def with_extras(facts: Facts, extras: Sequence[str]) -> Facts:
    """The same facts and more to mention."""
    return replace(facts, extras=tuple(dict.fromkeys((*facts.extras, *extras)))[:4])


def _kind(text: str, *, opens: bool) -> Kind:
    lowered = text.lower()
    for kind, pattern in _KINDS:
        if re.search(pattern, lowered):
            return kind
    return "opening" if opens else "offer"


def _action(text: str, kind: Kind) -> str:
    lowered = text.lower()
    return next((action for pattern, action in _ACTIONS if re.search(pattern, lowered)), _BY_KIND[kind])


def _noun(product: str, place: str) -> str:
    noun = _LEAD.sub("", product, count=1)
    noun = _WHEN.sub("", noun)
    if place:
        noun = re.sub(rf"\s+(?:in|at) (?:the )?{re.escape(place)}\b.*$", "", noun, flags=re.IGNORECASE)
    noun = _TAIL.sub("", noun) or noun
    noun = noun.strip(" .,;:-–")
    return noun or product


def _with_article(noun: str, business: str) -> str:
    words = noun.split()
    named = noun == business or re.search(r"\d|[a-z][A-Z]|^[\"'“‘]", noun) is not None
    proper = len(words) > 1 and all(word[0].isupper() or word.lower() in {"of", "the", "and", "&"} for word in words)
    name = named and noun[0].isupper() and (noun == business or len(words) == 1 or not words[-1].islower())
    if proper or name or (named and not noun[0].isalpha()):
        return noun
    kept = _NAMED.match(noun) is not None or words[0][1:] != words[0][1:].lower()
    return f"our {noun if kept else noun[0].lower() + noun[1:]}"


def _is_plural(noun: str) -> bool:
    head = _SPLIT.split(noun)[0].strip().split()
    return bool(head) and head[-1].lower() not in _SINGULAR and _PLURAL.search(head[-1]) is not None


def _audience(text: str) -> str:
    clean = re.sub(r"^(?:for |to |the |mainly |mostly |primarily )+", "", text, flags=re.IGNORECASE).strip(" .")
    if (
        not clean
        or len(clean.split()) > 6
        or re.search(
            r"\d|[:;/]|\b(?:aged?|income|everyone|anybody|demographic|who|that|people|interested|looking)\b", clean
        )
    ):
        return ""
    acronym = len(clean) > 1 and clean[1].isupper()
    return clean if acronym or clean.istitle() else clean[0].lower() + clean[1:]


def _extras(text: str) -> tuple[str, ...]:
    pieces = re.split(r"(?<=[.;])\s+|\n", text)
    found = [piece.strip(" .;") for piece in pieces if _PUBLIC.search(piece) and not _PRIVATE.search(piece)]
    return tuple(piece for piece in found if piece)[:3]
