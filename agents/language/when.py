"""Which of the dates in a text is the day itself, the start, or the end, and how the whole reads as a timeline."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from agents.language.calendar_words import WEEKDAYS, add_months
from agents.language.date_readers import count
from agents.language.dates import Found, find_dates, looks_american
from agents.language.meant_dates import meant
from agents.language.places import country_of

_START = re.compile(
    r"(?:\bfrom|\bstart(?:s|ing|ed)?(?: (?:it|this|on|the campaign|\w+ing|in|from|around|at|next))*|\bbegin(?:s|"
    r"ning)?(?: on| in)?|"
    r"\bkick(?:s|ing)?(?: things| it)?[ -]off(?: on| in)?|\bas of|\bsince|\b(?:launch|run|begin|start|release)(?:es|"
    r"ing)? (?:the |our |this |my )?(?:campaign|ads?|promo(?:tion)?s?|posts|marketing|push)(?: on| in| from)?|"
    r"\b(?:campaign|ads?|promo(?:tion)?) (?:launch(?:es)?|go(?:es)? live|kicks? off)(?: on| in)?|\bab|"
    r"\bà partir du|\bdesde|\ba partir del?|\bvanaf|\bdal|\bab dem|"
    r"\bempezamos(?: el)?|\bcomenzamos(?: el)?|\b(?:wir )?starten(?: am| wir am)?|"
    r"\bcommençons(?: le)?|\bstart am|\bstart(?:ing)? (?:date|day)(?: is|:| =)?|"
    r"\b(?:start|beginning|kick-?off) of (?:the|our) (?:campaign|promotion|ads|push)(?: (?:is|will be|is to be|"
    r"should be|would be))?|\b(?:start|kick-?off) ?(?::|=))[\s:]*(?:the |on |in |around )?$",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?:\bnow (?:and|to)|\bextend(?:ed|ing)?(?: (?:it|this|that|things|(?:the|our) [\w-]+))? (?:to|by|until)|"
    r"\buntil|\btill|\btil|\bby|\bbefore|\bend(?:s|ing)?(?: (?:it|this|things|the campaign|"
    r"everything))?(?: on| in|"
    r" by|:| =)?|\bdeadline(?: for [\w ]{2,24}?)?(?: is|:)?(?: on)?|\bdeadline(?: has| is| was|'s)?(?: been)? "
    r"(?:moved|brought forward|pushed|put back|extended|changed|set)(?: back)? (?:to|for)|\bno later "
    r"than|\bthrough(?: to)?|\bup to|"
    r"\bup until|\blatest|\bfinish(?:es|ing)?(?: it| everything)?(?: on| by)?|\bclos(?:e|es|ing)(?: date)?(?: is| on|"
    r":)?|(?:orders|"
    r"applications|entries|sales|bookings?|registrations?|sign-?ups|enrolments?|nominations|submissions) (?:close|"
    r"end)(?: on)?|\bbis(?: zum)?|"
    r"\bavant(?: le)?|\bd'ici(?: au| le| la)?|\bantes del?|\bentro(?: il)?|\bfino al?|\bvor dem|\btot(?: en met)?|"
    r"\bjusqu'au|\bhasta(?: el)?|"
    r"\bruns? (?:until|to|till)|\bend date(?: is|:)?|\bin time for|\bahead of|\brun-?up to|\bleading up to|"
    r"\blead-?up to|\bwithin|\bexpires?|\bwrap(?:s|ping)? up(?: on| by)?|\blast (?:\w+ ){0,2}?(?:day|date|orders|"
    r"entries)(?: for [\w ]{2,24}?)?(?: is|:| by)?|\bstop(?:s|ping)?(?: "
    r"on| at)?|\bdue(?: on)?|\b(?:by|until) when(?: is|:)?|\bover by|\bdone by|\bfinal day(?: is|:)?)"
    r"[\s:]*(?:the |on |about |around )?$",
    re.IGNORECASE,
)
_CAMPAIGN = re.compile(
    r"^(?:campaigns?|ads?|promotions?|promos?|posting|posts|marketing|push|activity|plan|advertising|work|it|"
    r"kampagne)$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\W*(?:(?:and|but|so|as|which|where) )?they(?: all| will| both| each)*\s*", re.IGNORECASE)
_OWN_WORK = re.compile(r"\b(?:ads?|adverts?|posts?|campaigns?|promos?|promotions?|mailings?|emails)\b", re.IGNORECASE)
_NO_NOUN = re.compile(
    r"(?:we|i|the|our|my|a|an|this|to|will|should|can|could|would|must|please|let's|lets|and|then|you|they|us|or|so|"
    r"but|just|want|like|"
    r"gonna|wanna|may|might|that|it|also|be|of|in|on|for|me|maybe|ideally|have|has|if|best|better|rather|not|don't|who|"
    r"what|everything|budget|timeline|runs?|running|weeks?|days?|months?|fortnight|long|live)$",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"\b(?:(?:for|over|lasting|last|lasts|spread over|across|run for|running|runs|about|around|roughly|während|"
    r"pendant|durante)\s(?:about |around |the next "
    r"|the (?:following|coming) |a total of |roughly |at least )?)?(?P<n>\d{1,3}|an?|one|two|three|four|five|six|"
    r"seven|eight|nine|ten|twelve|"
    r"a couple of|half a)[ -](?P<unit>days?|weeks?|wks?|months?|fortnights?)(?P<tail>[ -](?:long )?(?:campaign|push|"
    r"run-?up|run|plan|sprint|programme|"
    r"lead-?up|before|leading up|burst|in total|long|beforehand|ahead|period))?(?!\w)(?! (?:ago|old|from (?:now|today|"
    r"tomorrow)|before|after|prior|away|free|"
    r"trial|off|notice|in advance|earlier))",
    re.IGNORECASE,
)
_PER = re.compile(
    r"(?:\b(?:a|per|every|each|once|twice|times an?|last|free|in|within|within the next) |\ball-?in-?)$", re.IGNORECASE
)


_KEPT = re.compile(r"\b(?:asap|opening|ongoing|all year|launch|season|holidays)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """The dates of a brief as far as a text names them."""

    event_date: date | None = None
    start_date: date | None = None
    end_date: date | None = None
    timeline: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    roles: tuple[str, ...] = ()


def as_date(value: object) -> date | None:
    """A stored date, as a date or ISO text; None for anything else."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def spoken(day: date) -> str:
    """A day as people write it: 3 December 2026."""
    return f"{day.day} {day.strftime('%B')} {day.year}"


def spoken_span(first: date, last: date) -> str:
    """A span as people write it, with month and year once where they are the same."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{spoken(last)}"
    if first.year == last.year:
        return f"{first.day} {first.strftime('%B')} – {spoken(last)}"
    return f"{spoken(first)} – {spoken(last)}"


def find_when(
    text: str,
    today: date,
    *,
    asked: str | None,
    known: Mapping[str, object],
    currency: str = "",
    told: Mapping[int, str] | None = None,
) -> When:
    """The dates stated in ``text``. ``asked`` gives a lone date its role; a known date lends its month to 'the 5th'.

    ``told`` gives the dates that begin at a place another role than their surroundings suggest, or "" for none.
    """
    anchor = as_date(known.get("event_date")) or as_date(known.get("end_date")) or as_date(known.get("start_date"))
    country = country_of(text) or country_of(str(known.get("location") or ""))
    found = find_dates(text, today, american=looks_american(text, currency, country), anchor=anchor)
    found = [_in_known_week(text, one, anchor) for one in found]
    when = _Roles(text, asked or _moved(text, known), told or {}).assign(meant(text, found))
    return _with_duration(text, when, today, asked)


_WEEKDAY = re.compile(rf"(?:the |on |it's |no,? )*(?:{'|'.join(WEEKDAYS)})", re.IGNORECASE)


def _in_known_week(text: str, found: Found, anchor: date | None) -> Found:
    """Saturday, not Thursday: of the week of the known day."""
    if not (anchor and found.first and found.relative and not found.last and len(text.split()) <= 10):
        return found
    if not (
        _WEEKDAY.fullmatch(text[found.start : found.end].strip()) and re.search(r"\b(?:not|instead|rather)\b", text)
    ):
        return found
    day = anchor + timedelta(found.first.weekday() - anchor.weekday())
    return replace(found, first=day)


def _moved(text: str, known: Mapping[str, object]) -> str | None:
    """The one date that is known, where a short message can only give another day for it."""
    dated = [name for name in ("event_date", "start_date", "end_date") if known.get(name)]
    return dated[0] if len(dated) == 1 and len(text.split()) <= 12 and not _PLAIN.search(text) else None


_PLAIN = re.compile(r"\b(?:campaign|launch|open(?:s|ing)?|event|start|end|deadline|finish|close)\w*\b", re.IGNORECASE)


class _Roles:
    """Gives each span its role from the words before it."""

    def __init__(self, text: str, asked: str | None, told: Mapping[int, str]) -> None:
        self._text = text
        self._told = told
        self._asked = asked
        self._roles: dict[str, date] = {}
        self._words: list[tuple[str, str]] = []
        self._spans: list[tuple[int, int]] = []
        self._given: list[str] = []

    def assign(self, spans: list[Found]) -> When:
        for item in spans:
            self._one(item)
        return When(
            event_date=self._roles.get("event_date"),
            start_date=self._roles.get("start_date"),
            end_date=self._roles.get("end_date"),
            timeline=self._timeline(),
            spans=tuple(self._spans),
            roles=tuple(self._given),
        )

    def _one(self, item: Found) -> None:
        role = self._role(item)
        if (
            item.last is not None
            and role == "start_date"
            and not re.match(r"w|the w", self._text[item.start : item.end], re.IGNORECASE)
            and re.search(r"\d|-| to | until ", self._text[item.start : item.end])
        ):
            role = "event_date"
        role = self._told_of(item, role)
        self._spans.append((item.start, item.end))
        self._given.append(role)
        if not role:
            return
        if item.first is None:
            self._words.append(("vague", self._text[item.start : item.end]))
            return
        day = self._roles.get("event_date")
        if item.last is not None and day and item.first == day.replace(day=1) and item.first <= day <= item.last:
            return
        if item.last is not None and role == "event_date":
            if "start_date" not in self._roles:
                self._roles["start_date"], self._roles["end_date"] = item.first, item.last
                self._words.append(("span", self._said(item, spoken_span(item.first, item.last))))
            return
        closing = self._closing(item)
        day = closing if closing is not None and role == "end_date" else item.first
        lead_in = self._text[max(0, item.start - 24) : item.start]
        if role not in self._roles or (
            role == "end_date" and re.search(r"no later than|latest|deadline", lead_in, re.IGNORECASE)
        ):
            self._roles[role] = day
            lead = {"start_date": "from ", "end_date": "until ", "event_date": ""}[role]
            self._words.append((role, lead + self._said(item, spoken(day))))

    def _told_of(self, item: Found, role: str) -> str:
        """The role told, if any; a month or quarter told to be a start without 'from' before it is meant as a whole."""
        told = self._told.get(item.start, role)
        part = told in {"start_date", "end_date"} and item.last is not None
        return role if part and role == "event_date" else told

    def _role(self, item: Found) -> str:
        before = self._text[max(0, item.start - 40) : item.start]
        own = self._text[item.start : item.end].lower()
        lead = re.split(r"[,;!?\n]|\. ", before)[-1]
        word = re.match(r"(?:by|before|until|till|within|from|since)\b", own)
        if re.match(r"(?:over|in|within|during) the next\b", own) and item.last is None:
            return "end_date"
        if (word and word.group() in {"by", "before", "until", "till", "within"}) or _END.search(lead):
            return "end_date"
        match = _START.search(lead)
        if match or (word and word.group() in {"from", "since"}):
            subject = lead[: match.start()] if match else lead
            fact = (
                match is not None
                and not subject.strip()
                and re.match(r"(?:starts|begins|kicks off)\b", match.group().strip(), re.IGNORECASE)
            )
            several = _SEVERAL.fullmatch(subject) and not _OWN_WORK.search(self._text[: item.start])
            return "event_date" if fact or several or self._is_occasion(subject) else "start_date"
        after = re.match(
            r"\W*(?:(?P<end>(?:is |as )?(?:at the latest|the deadline|the last day|latest|when it ends|deadline))|"
            r"onwards|onward)\b",
            self._text[item.end : item.end + 40],
            re.IGNORECASE,
        )
        if after:
            return "end_date" if after["end"] else "start_date"
        return self._asked if self._asked in {"start_date", "end_date"} else "event_date"

    def _closing(self, item: Found) -> date | None:
        """The last day that counts: the month's last one, or the one before a month that it is to be done before."""
        lead = self._text[max(0, item.start - 12) : item.start] + self._text[item.start : item.end]
        if (
            item.first
            and item.last
            and item.first.day == 1
            and re.search(r"\bbefore\s(?:the )?\w+$", lead, re.IGNORECASE)
        ):
            return item.first - timedelta(1)
        return item.last

    def _is_occasion(self, subject: str) -> bool:
        """Whether what starts is the thing itself (the course starts, open from) and not the campaign."""
        if re.search(r"\b(?:open|available|on sale|in store|bookable)\s*$", subject, re.IGNORECASE):
            return True
        noun = re.search(
            r"(?P<noun>[\w'-]+)\s(?:that |which |will |is |it )*$",
            subject,
            re.IGNORECASE,
        )
        return noun is not None and not _CAMPAIGN.search(noun["noun"]) and not _NO_NOUN.match(noun["noun"])

    def _said(self, item: Found, days: str) -> str:
        if not item.relative:
            return days
        words = re.sub(
            r"^(?:by|before|until|till|from|since|to|on|no,?|not|it's|is|actually|the coming)\s+(?:the )?",
            "",
            self._text[item.start : item.end],
            flags=re.IGNORECASE,
        ).strip()
        bare = re.fullmatch(r"(?:the )?\d{1,2}(?:st|nd|rd|th)", words.strip(" ,.!"))
        return days if bare or not words else f"{words} ({days})"

    def _timeline(self) -> str:
        firm = [words for kind, words in self._words if kind != "vague" or _KEPT.search(words)]
        return ", ".join(dict.fromkeys(firm or [words for _, words in self._words]))


def _with_duration(text: str, when: When, today: date, asked: str | None) -> When:
    for match in _DURATION.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in when.spans):
            continue
        led = re.match(r"for|over|last|spread|run|pendant|während|durante|across", match.group(), re.IGNORECASE)
        alone = re.search(r"(?:^|[,;.:(\n])\s*$", text[: match.start()][-3:]) and re.match(
            r"\s*(?:[,;.\n]|$)", text[match.end() : match.end() + 3]
        )
        campaign = (
            match["tail"] is not None
            or alone is not None
            or led is not None
            or asked in {"timeline", "start_date", "end_date"}
        )
        if not campaign or _PER.search(text[max(0, match.start() - 16) : match.start()]):
            continue
        length = re.sub(
            r"^(?:for|over|across|lasting|running|runs?|last|lasts|spread over) (?:about |around |the next )?",
            "",
            match.group(),
            flags=re.IGNORECASE,
        )
        return _lasting(when, count(match["n"]), match["unit"].lower(), length, today)
    return when


def _lasting(when: When, number: float, unit: str, length: str, today: date) -> When:
    def later(day: date) -> date:
        if unit.startswith("month"):
            return add_months(day, int(number)) if number >= 1 else day + timedelta(15)
        return day + timedelta(round(number * {"d": 1, "w": 7, "f": 14}[unit[0]]))

    del today
    end = when.end_date
    if when.start_date and end is None:
        end = later(when.start_date) - timedelta(1)
    timeline = f"{length}, {when.timeline}" if when.timeline else length
    return When(when.event_date, when.start_date, end, timeline, when.spans, when.roles)
