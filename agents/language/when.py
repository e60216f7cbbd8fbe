"""Which of the dates in a text is the day itself, the start, or the end, and how the whole reads as a timeline."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from agents.language.calendar_words import WEEKDAYS, add_months, month_end
from agents.language.date_readers import count
from agents.language.dates import Found, find_dates, looks_american
from agents.language.places import country_of

_START = re.compile(
    r"(?:\bfrom|\bstart(?:s|ing|ed)?(?: (?:it|this|on|the campaign|\w+ing|in|from|around|at|next))*|\bbegin(?:s|"
    r"ning)?(?: on| in)?|"
    r"\bkick(?:s|ing)?(?: things| it)?[ -]off(?: on| in)?|\bas of|\bsince|\b(?:launch|run|begin|start|release)(?:es|"
    r"ing)? (?:the |our |this |my )?(?:campaign|ads?|promo(?:tion)?s?|posts|marketing|push)(?: on| in| from)?|"
    r"\b(?:campaign|ads?|promo(?:tion)?) (?:launch(?:es)?|go(?:es)? live|kicks? off)(?: on| in)?|\bab|"
    r"\bà partir du|\bdesde|\bempezamos(?: el)?|\bcomenzamos(?: el)?|\b(?:wir )?starten(?: am| wir am)?|"
    r"\bcommençons(?: le)?|\bstart am|\bstart(?:ing)? (?:date|day)(?: is|:| =)?|"
    r"\b(?:start|beginning|kick-?off) of (?:the|our) (?:campaign|promotion|ads|push)(?: (?:is|will be|is to be|"
    r"should be|would be))?|\b(?:start|kick-?off) ?(?::|=))[\s:]*(?:the |on |in |around )?$",
    re.IGNORECASE,
)
_END = re.compile(
    r"(?:\buntil|\btill|\btil|\bby|\bbefore|\bend(?:s|ing)?(?: (?:it|this|things|the campaign|everything))?(?: on| in|"
    r" by|:| =)?|\bdeadline(?: is|:)?(?: on)?|\bno later "
    r"than|\bthrough(?: to)?|\bup to|"
    r"\bup until|\blatest|\bfinish(?:es|ing)?(?: it| everything)?(?: on| by)?|\bclos(?:es|ing)(?: on)?|\bbis(?: zum)?|"
    r"\bavant(?: le)?|"
    r"\bjusqu'au|\bhasta(?: el)?|"
    r"\bruns? (?:until|to|till)|\bend date(?: is|:)?|\bin time for|\bahead of|\brun-?up to|\bleading up to|"
    r"\blead-?up to|\bwithin|\bexpires?|\bwrap(?:s|ping)? up(?: on| by)?|\blast day(?: is|:)?|\bstop(?:s|ping)?(?: "
    r"on)?|\bdue(?: on)?|\bover by|\bdone by|\bfinal day(?: is|:)?)"
    r"[\s:]*(?:the |on |about |around )?$",
    re.IGNORECASE,
)
_CAMPAIGN = re.compile(
    r"^(?:campaigns?|ads?|promotions?|promos?|posting|posts|marketing|push|activity|plan|advertising|work|it|"
    r"kampagne)$",
    re.IGNORECASE,
)
_NO_NOUN = re.compile(
    r"(?:we|i|the|our|my|a|an|this|to|will|should|can|could|would|must|please|let's|lets|and|then|you|they|us|or|so|"
    r"but|just|want|like|"
    r"gonna|may|might|that|it|also|be|of|in|on|for|me|maybe|ideally|have|has|if|best|better|rather|not|don't|who|"
    r"what|everything|budget|timeline|runs?|running|weeks?|days?|months?|fortnight|long|live)$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\s*(?:-|/|to|until|till|til|and|through|thru|up to|bis|au|al|hasta|ending|ends?(?: on)?)\s*(?:the |on |end of )?",
    re.IGNORECASE,
)
_JOINING = re.compile(
    r"\s*(?:and |, )?(?:ending|ends?|finish(?:es|ing)?|until|till|running until|lasting until)\s*(?:on )?",
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
_TALK = re.compile(
    r"\b(?:last (?:week|month|year|time)|since|ago|previous(?:ly)?|back in|founded|established|opened in|were open|"
    r"yesterday|started in|(?:talk|speak|chat|call|meet|catch up|reply|decide|see (?:you|him|her|them)|know|check|"
    r"(?:get )?back(?: to you| at it| in)?|tell you|ask(?: him| her| them)?|boss|(?:i'm|be|we're|i am|am|"
    r"are) (?:on )?(?:holiday|away|busy|off)|"
    r"have an?(?: \w+)?|enjoy(?: the| your)?|(?:good|great|nice|lovely))(?: to you| again| on| you)?"
    r"(?: again)?)\W*$",
    re.IGNORECASE,
)
_BUSY = re.compile(r"\b(?:open|closed|opening hours|every|each|on)\s$", re.IGNORECASE)
_ON_THE_DAY = re.compile(
    r"\b(?:open\w*|launch\w*|starts?|starting|from|until|by|live|on sale|begins?|is|event|sale|release\w*)\s$",
    re.IGNORECASE,
)
_HOURS = re.compile(r"\b(?:open(?:ing hours)?|closed|we're open|hours)\s+(?:from\s+)?$", re.IGNORECASE)


_KEPT = re.compile(r"\b(?:asap|opening|ongoing|all year|launch|season|holidays)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """The dates of a brief as far as a text names them."""

    event_date: date | None = None
    start_date: date | None = None
    end_date: date | None = None
    timeline: str = ""
    spans: tuple[tuple[int, int], ...] = ()


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


def find_when(text: str, today: date, *, asked: str | None, known: Mapping[str, object], currency: str = "") -> When:
    """The dates stated in ``text``. ``asked`` gives a lone date its role; a known date lends its month to 'the 5th'."""
    anchor = as_date(known.get("event_date")) or as_date(known.get("end_date")) or as_date(known.get("start_date"))
    country = country_of(text) or country_of(str(known.get("location") or ""))
    found = find_dates(text, today, american=looks_american(text, currency, country), anchor=anchor)
    found = _current(text, [f for f in found if not _past(text, f)])
    spans = _joined(text, _refined(text, found))
    when = _Roles(text, asked).assign(spans)
    return _with_duration(text, when, today, asked)


def _past(text: str, found: Found) -> bool:
    before = text[max(0, found.start - 30) : found.start]
    if re.match(
        r"(?:today|tonight|heute|hoy|aujourd'hui)$", text[found.start : found.end], re.IGNORECASE
    ) and not _ON_THE_DAY.search(before):
        return len(text.split()) > 3
    if _repeats(text[found.start : found.end], before, text[found.end : found.end + 30]):
        return True
    return _TALK.search(before) is not None or re.search(r"\bafter\s(?:the )?$", before, re.IGNORECASE) is not None


_WEEKLY = re.compile(
    r"\s(?:market|slots?|class(?:es)?|sessions?|shifts?|crowd|club|roast|lunch|brunch|quiz|run|group|paper|morning|"
    r"evening|night|afternoon) (?:in|at|is|are|slot|class|session|crowd|and|for|with)\b|\s(?:slots|classes|sessions|"
    r"crowd|market|paper|club|roast|shifts?|regulars)\b",
    re.IGNORECASE,
)


def _repeats(words: str, before: str, after: str) -> bool:
    """Whether a weekday comes again and again: every Tuesday, Tuesday evenings, open Monday to Friday."""
    last = re.sub(r"[^\w' ]", "", words.lower()).split()
    if not last or last[-1] not in WEEKDAYS:
        return False
    if last[-1].endswith("days") or re.search(
        r"\b(?:every|each)\s(?:second |other |third |single )?(?:the )?$", before, re.IGNORECASE
    ):
        return True
    if re.match(
        r"\s(?:evenings|mornings|nights|afternoons|lunchtimes|lunches|classes|sessions)\b", after, re.IGNORECASE
    ):
        return True
    named = re.search(r"\b(?:the|our|a|my|their|her|his)\s$", before) or words.lower().startswith("the ")
    if named and _WEEKLY.match(after):
        return True
    spans = re.match(r"\s*(?:-|to|until|till|through)\s*(?P<to>[a-z]+)", after, re.IGNORECASE)
    return spans is not None and spans["to"].lower() in WEEKDAYS and _HOURS.search(before) is not None


def _current(text: str, found: list[Found]) -> list[Found]:
    """Without the dates a correction takes back: not the 3rd but the 5th; Friday, no wait, Saturday."""
    kept: list[Found] = []
    for number, item in enumerate(found):
        before = text[max(0, item.start - 16) : item.start]
        words = text[item.start : item.end].lower()
        if re.search(
            r"\b(?:not|instead of|rather than|moved from|wasn't|isn't)\s+(?:on |the |in )*$", before, re.IGNORECASE
        ) or words.startswith("not "):
            continue
        between = text[item.end : found[number + 1].start] if number + 1 < len(found) else ""
        if re.search(
            r"\b(?:no wait|wait|actually|i mean|sorry|scratch that|correction|make that|or rather|no,)",
            between,
            re.IGNORECASE,
        ):
            continue
        kept.append(item)
    return kept


_BARE_DAY = re.compile(r"(?:the |on |on the )?(?:\d{1,2})(?:st|nd|rd|th)$", re.IGNORECASE)
_NARROWING = re.compile(
    r"[\s,(]*(?:maybe|probably|perhaps|ideally|likely|say|hopefully|most likely|i think|on|so)?[\s,]*", re.IGNORECASE
)


def _day_within(text: str, span: Found, item: Found) -> date | None:
    if not span.first or not span.last or (span.last - span.first).days > 31:
        return None
    words = text[item.start : item.end]
    if not _BARE_DAY.match(words) or not _NARROWING.fullmatch(text[span.end : item.start]):
        return None
    number = int(re.sub(r"\D", "", words))
    return span.first.replace(day=number) if number <= month_end(span.first.year, span.first.month).day else None


def _refined(text: str, found: list[Found]) -> list[Found]:
    """Early June, maybe the 5th: the day lies in the span before it and replaces it."""
    refined: list[Found] = []
    for item in found:
        last = refined[-1] if refined else None
        day = _day_within(text, last, item) if last else None
        if last and day:
            refined[-1] = Found(last.start, item.end, day)
        else:
            refined.append(item)
    return refined


_TO = re.compile(r"(?:to|until|till|through|bis|-)\b", re.IGNORECASE)


def _joined(text: str, found: list[Found]) -> list[Found]:
    """Two days with 'to' between them are one span."""
    joined: list[Found] = []
    for item in found:
        last = joined[-1] if joined else None
        gap = text[last.end : item.start] if last else ""
        led = _TO.match(text[item.start : item.end])
        if (
            last
            and last.first
            and item.first
            and ((led and not gap.strip()) or _BETWEEN.fullmatch(gap) or _JOINING.fullmatch(gap))
        ):
            paired = gap.strip().lower() != "and" or re.search(
                r"between\s*(?:the )?$", text[: last.start][-14:], re.IGNORECASE
            )
            closing = item.last or item.first
            if paired and closing < last.first:
                closing += timedelta(7) if (last.first - closing).days < 7 else timedelta(0)
            if paired and closing >= last.first:
                joined[-1] = Found(last.start, item.end, last.first, closing, last.relative or item.relative)
                continue
        joined.append(item)
    return joined


class _Roles:
    """Gives each span its role from the words before it."""

    def __init__(self, text: str, asked: str | None) -> None:
        self._text = text
        self._asked = asked
        self._roles: dict[str, date] = {}
        self._words: list[tuple[str, str]] = []
        self._spans: list[tuple[int, int]] = []

    def assign(self, spans: list[Found]) -> When:
        for item in spans:
            self._one(item)
        return When(
            event_date=self._roles.get("event_date"),
            start_date=self._roles.get("start_date"),
            end_date=self._roles.get("end_date"),
            timeline=self._timeline(),
            spans=tuple(self._spans),
        )

    def _one(self, item: Found) -> None:
        role = self._role(item)
        if (
            item.last is not None
            and role == "start_date"
            and re.search(r"\d|-| to | until ", self._text[item.start : item.end])
        ):
            role = "event_date"
        self._spans.append((item.start, item.end))
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
        day = item.last if item.last is not None and role == "end_date" else item.first
        lead_in = self._text[max(0, item.start - 24) : item.start]
        if role not in self._roles or (
            role == "end_date" and re.search(r"no later than|latest|deadline", lead_in, re.IGNORECASE)
        ):
            self._roles[role] = day
            lead = {"start_date": "from ", "end_date": "until ", "event_date": ""}[role]
            self._words.append((role, lead + self._said(item, spoken(day))))

    def _role(self, item: Found) -> str:
        before = self._text[max(0, item.start - 40) : item.start]
        own = self._text[item.start : item.end].lower()
        lead = re.split(r"[,;!?\n]|\. ", before)[-1]
        word = re.match(r"(?:by|before|until|till|within|from|since)\b", own)
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
            return "event_date" if fact or self._is_occasion(subject) else "start_date"
        after = re.match(
            r"\W*(?:(?P<end>(?:is |as )?(?:at the latest|the deadline|the last day|latest|when it ends|deadline))|"
            r"onwards|onward)\b",
            self._text[item.end : item.end + 40],
            re.IGNORECASE,
        )
        if after:
            return "end_date" if after["end"] else "start_date"
        return self._asked if self._asked in {"start_date", "end_date"} else "event_date"

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
        alone = re.search(r"(?:^|[,;.\n])\s*$", text[: match.start()][-3:]) and re.match(
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
    return When(when.event_date, when.start_date, end, timeline, when.spans)
