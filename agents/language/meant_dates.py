"""The dates a text means: without those it merely talks about or takes back, and two with 'to' between them as one."""

import re
from datetime import date, timedelta

from agents.language.calendar_words import WEEKDAYS, month_end
from agents.language.dates import Found
from agents.language.idle_dates import idle

_BETWEEN = re.compile(
    r"\s*(?:-|/|to|until|till|til|and|through|thru|up to|bis|au|al|hasta|ending|ends?(?: on)?)\s*(?:the |on |end of )?",
    re.IGNORECASE,
)
_JOINING = re.compile(
    r"\s*(?:and |, |, and |then )?(?:(?:it |we )?(?:runs?|running|goes on|lasts?|lasting|stays? (?:up|on|open|live)|"
    r"continues?|is on|on sale|open|live)\s(?:until|till|to|through)|ending|ends?|finish(?:es|ing)?|until|till)"
    r"\s*(?:on )?(?:the )?",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"\b(?:last (?:week|month|year|time)|since|ago|previous(?:ly)?|back in|founded|established|opened in|were open|"
    r"yesterday|started in|(?:(?<!ary )(?<!the )(?<!our )(?<!a )(?<!my )(?:talk|chat|call|meet)|speak|catch up|reply|"
    r"decide|see (?:you|him|her|them)|know|check|"
    r"(?:get|be|come|go) back|back (?:to you|at it|in)|ask me(?: again)?|tell you|ask(?: him| her| them)?|boss|"
    r"(?:i'm|be|we're|i am|am|are) (?:on )?(?:holiday|away|busy|off)|"
    r"have an? (?:good|great|nice|lovely|call|meeting|chat|break|holiday|week|day off)(?: \w+)?|enjoy(?: the| your)?|"
    r"(?:good|great|nice|lovely))(?: to you| again| on| you| in)?(?: again)?)[\s,]*$",
    re.IGNORECASE,
)
_ON_THE_DAY = re.compile(
    r"\b(?:open\w*|launch\w*|starts?|starting|from|until|by|live|on sale|begins?|is|event|sale|release\w*)\s$",
    re.IGNORECASE,
)
_HOURS = re.compile(r"\b(?:open(?:ing hours)?|closed|we're open|hours|lunch|served)[\s,:]+(?:from\s+)?$", re.IGNORECASE)


def meant(text: str, found: list[Found]) -> list[Found]:
    """The dates that are meant, days within a span and the two ends of a span put together."""
    named = [item for item in found if not idle(text, item, others=len(found) > 1)]
    current = _current(text, [item for item in named if not _past(text, item)])
    days = [item for item in current if item.first and not item.last]
    if days:  # a day is told: the weekend is only the one around it
        current = [item for item in current if not _around(text, item, days)]
    return _joined(text, _refined(text, current))


def _past(text: str, found: Found) -> bool:
    """Whether a date is no date of the campaign: of today, of every week, of talk and work about it, or gone."""
    before, words = text[max(0, found.start - 30) : found.start], text[found.start : found.end]
    if re.match(r"(?:today|tonight|heute|hoy|aujourd'hui)$", words, re.IGNORECASE) and not _ON_THE_DAY.search(before):
        return len(text.split()) > 3
    if _repeats(words, before, text[found.end : found.end + 30]):
        return True
    opening = next((word for word in ("on ", "in ", "until ", "till ") if text.startswith(word, found.start)), "")
    return _talked(text, found, opening) or _gone(text, found, opening)


def _talked(text: str, found: Found, opening: str) -> bool:
    """Whether on that day somebody answers, meets, pays the rest or posts."""
    ahead = text[: found.start]
    if found.relative and (_TOLD.search(ahead[-30:] + opening) or _TO_POST.match(ahead)):
        return True
    if _ASIDE.search(re.split(r"[.!?\n,;]", (ahead + opening)[-60:])[-1]):
        return True
    if _INSTALMENT.search(ahead[-60:] + text[found.start : found.start + 3].rstrip()):
        return True
    return _LATER.search(re.split(r"[.!?\n]", ahead[-70:])[-1]) is not None or _TALK.search(ahead[-30:]) is not None


def _gone(text: str, found: Found, opening: str) -> bool:
    """Whether that day lies behind, or is only a season's."""
    ahead, words = text[max(0, found.start - 60) : found.start], text[found.start : found.end]
    if re.match(r"since\b|in the first quarter$", words, re.IGNORECASE):
        return True
    if _PERIOD.match(text[found.end :]) and re.match(r"this (?:month|quarter|year)$", words, re.IGNORECASE):
        return True
    if found.last and _WAS.search(re.split(r"[.,;!?\n]", ahead)[-1]):
        return True
    if _OUR_SEASON.match(text[found.end : found.end + 40]) or (found.last and _QUIET.search(ahead + opening)):
        return True
    if _GONE.match(text[found.end : found.end + 30]) or _OPENED.search(ahead + opening):
        return True
    return _BEHIND.search(ahead) is not None or _SEASON.search(ahead[-30:] + words) is not None


_WEEKEND = re.compile(r"^(?:(?:across|over|at|on|for) )?(?:the |that )?weekend$", re.IGNORECASE)
_ENDS_OF = re.compile(
    r"\d ?- ?\d|\b(?:from|to|until|till|through|by|before|between|bis|end|all|"
    r"throughout)\b",
    re.IGNORECASE,
)


def _around(text: str, item: Found, days: list[Found]) -> bool:
    """Whether a span is only the weekend, month or quarter that a day told elsewhere lies in."""
    words = text[item.start : item.end]
    if _WEEKEND.search(words):
        return True
    days = [day for day in days if not day.relative]
    if item.first is None or item.last is None or (item.last - item.first).days < 20 or _ENDS_OF.search(words):
        return False
    return any(day.first and item.first <= day.first <= item.last for day in days)


_PERIOD = re.compile(
    r"\s(?:is|we have|we've(?: got)?|i have|i've(?: got)?|there's)\s(?:about |only )?(?:[£$€₹]|"
    r"\d)",
    re.IGNORECASE,
)
_WAS = re.compile(r"\b(?:was|were)\b(?! (?:thinking|hoping|planning|wondering|looking|going))", re.IGNORECASE)
_TO_POST = re.compile(
    r"^\W*(?:(?:please|can you|could you|ok|and|then)\W+)*(?:post|publish|schedule|send|share|"
    r"repost)\b[^.!?\n]{0,50}$",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\b(?:(?:last|(?<!it )booked for)\s|after\s(?:the )?)$", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:pitched|met|spoke|talked|chatted|decided|agreed|signed|wrote|approved|happened|discussed|emailed|phoned|"
    r"(?:getting|got|gets) married|remind me|out of (?:the )?office|off work|away|on leave|on holiday)(?: [\w']+){0,3} "
    r"(?:on |until |till )?$",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"\s(?:was|were|had been|went|wrote|said)\b|'s (?:chat|call|meeting|e-?mail|conversation|"
    r"discussion)\b",
    re.IGNORECASE,
)
_SEASON = re.compile(
    r"\b(?:season|peak time|busy time)(?:'s| is| starts| begins| runs)(?: in| from)? [\w ]+\W*$", re.IGNORECASE
)
_INSTALMENT = re.compile(
    r"\d\S*(?: \w+)? (?:now|up ?front|straight away|today)(?: and|,| plus| then)+ (?:another |a further |the other )?"
    r"[£$€₹]?\d[\d.,]*k?(?:\s?[€£$]| \w+)? ?(?:in|next|later|after|on|at)?\s*(?:in|nex|on |at )$",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\b(?:i'll|i will|we'll|let me|will) (?:\w+ )?(?:send|get (?:you|back|the|it)|reply|come back|let you know|check|"
    r"confirm|forward|upload|tell you|ring|call you|e-?mail you|find out|ask|have to ask|be (?:in touch|back|free|"
    r"around|"
    r"away|out|available|busy|travelling)|have (?:it|them|more)|know more)\b[^,;]{0,45}$",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:embargo\w*|early[- ]bird\w*|press (?:day|call|night|embargo)|"
    r"rehearsals?(?! (?:re-?start|start|begin|resume|kick off)s?\b)|sound ?check|training is|"
    r"set-?up is|rain date is|(?:shut|closed|"
    r"closes for \w+|needs) (?:until|till)|invoices?|"
    r"(?:board|committee|trustees|council|steering group) meets?|meeting|i'?ll know|i can tell you|we'?ll know)\b"
    r"(?: [\w']+){0,4}\s*$",
    re.IGNORECASE,
)
_OUR_SEASON = re.compile(
    r"(?: is|'s) (?:our|the|my) (?:busiest |busy |peak |high |main |best )?(?:season|time|period)\b", re.IGNORECASE
)
_QUIET = re.compile(r"\b(?:nobody (?:comes|books|visits)|no one (?:comes|books)|quiet|dead) (?:from )?$", re.IGNORECASE)
_OPENED = re.compile(
    r"(?<!re)(?<!be )(?<!being )(?<!get )\b(?:opened|started|launched|released|began|joined|introduced|founded|"
    r"left|quit|qualified|retired|graduated|closed|lost|finished|came(?: out| here| over| back)?|was out|died|married|"
    r"set up|took over|moved|bought|raised|went|sold|taught|ran|won|burn(?:ed|t)|spent|hit|saw|arrived|"
    r"had(?! (?:hoped|planned|wanted|thought|in mind)))\b(?: [\w£$€.,'-]+){0,6} in(?: the)?\s*$",
    re.IGNORECASE,
)
_NIGHTLY = (
    r"\s(?:night|evening|morning|afternoon|lunchtime)\s(?!(?:at|in|on|from|for|and|please|is|we|to|until|i)\b)[a-z]+"
)
_WEEKLY = re.compile(
    r"\s(?:market|slots?|class(?:es)?|sessions?|shifts?|crowd|club|roast|lunch|brunch|quiz|run|group|paper|morning|"
    r"evening|night|afternoon) (?:in|at|is|are|slot|class|session|crowd|and|for|with)\b|\s(?:slots|classes|sessions|"
    r"crowd|market|markets|services|lunches|roasts|swims|walks|matinees|paper|club|roast|shifts?|regulars)\b",
    re.IGNORECASE,
)


_OWNED = re.compile(r"\b(?:our|the|my|a|their|her|his|your)\s$", re.IGNORECASE)
_ADJECTIVE = re.compile(
    r"\s(?!(?:at|in|on|from|for|and|or|but|please|pls|is|was|are|were|will|would|we|we're|we've|i|i'm|i've|it|it's|to|"
    r"until|till|before|after|of|with|as|by|because|so|if|then|when|the|our|my|not|instead|works|suits|that|"
    r"than|rather|"
    r"night|morning|evening|afternoon|lunchtime|week|weekend|following|coming|next|and|through|via|over|around|if|can|"
    r"could|should|might|may|has|have|had|ideally|maybe|probably|thanks|thx|only|would|too|also|there|they|you|she|he|"
    r"all|both|where|which|who|at)\b)[a-z][\w'-]{2,}",
)


_OF_EACH_MONTH = re.compile(r"\b(?:of|in) (?:the|each|every) month\b", re.IGNORECASE)


def _repeats(words: str, before: str, after: str) -> bool:
    """Whether a weekday comes again and again: every Tuesday, Tuesday evenings, open Monday to Friday."""
    last = re.sub(r"[^\w' ]", "", words.lower()).split()
    if not last or last[-1] not in WEEKDAYS:
        return False
    if last[-1].endswith("days") or re.search(
        r"\b(?:every|each)\s(?:first |second |other |third |fourth |last |single |\d(?:st|nd|rd|th) )?(?:the )?$",
        before,
        re.IGNORECASE,
    ):
        return True
    if re.search(r"\bon an?\s$", before, re.IGNORECASE) or _OF_EACH_MONTH.search(words + after):
        return True
    if re.match(
        r"\s(?:evenings|mornings|nights|afternoons|lunchtimes|lunches|classes|sessions)\b", after, re.IGNORECASE
    ):
        return True
    if re.search(r"\blos\s$", before, re.IGNORECASE) or re.match(
        r"\s(?:services|swims|roasts?|matinees|lunch(?:es)?|brunch(?:es)?|league|clubs?|suppers?|school)\b", after
    ):
        return True
    led = words.lower().startswith("the ") or _OWNED.search(before) is not None
    if led and _ADJECTIVE.match(after):
        return True
    owned = words.lower().startswith("the ") or re.search(r"\b(?:our|the|my|a)\s$", before, re.IGNORECASE)
    if owned and re.match(_NIGHTLY, after, re.IGNORECASE):
        return True
    named = re.search(r"\b(?:the|our|a|my|their|her|his)\s$", before) or words.lower().startswith("the ")
    if named and _WEEKLY.match(after):
        return True
    if re.match(
        r"\s(?:and|&|or)\s[a-z]+day\s(?:evenings|mornings|nights|afternoons|lunchtimes)\b", after, re.IGNORECASE
    ):
        return True
    return len(last) == 1 and _in_a_week(words, before, after)


_NEXT_DAY = re.compile(r"\s?(?P<by>-|–|/|to|until|till|through)\s?(?P<to>[a-z]+)", re.IGNORECASE)
_DAY_BEFORE = re.compile(r"(?P<day>[a-z]+)\s?(?P<by>-|–|/|to|until|till|through)\s?$", re.IGNORECASE)


def _in_a_week(words: str, before: str, after: str) -> bool:
    """Whether a weekday is the first or last of those a week has: open Monday to Friday, mon-thu, sat/sun."""
    spans = _NEXT_DAY.match(after)
    if spans and spans["to"].lower() in WEEKDAYS:
        first, ahead = words, before
    elif (spans := _DAY_BEFORE.search(before)) and spans["day"].lower() in WEEKDAYS:
        first, ahead = spans["day"], before[: spans.start()]
    else:
        return False
    short = len(first) <= 5 and first[0].islower()
    week = spans["by"] in {"-", "–"} and first.lower().startswith("mon")
    return short or week or _HOURS.search(ahead) is not None


def _current(text: str, found: list[Found]) -> list[Found]:
    """Without the dates a correction takes back: not the 3rd but the 5th; Friday, no wait, Saturday."""
    kept: list[Found] = []
    for number, item in enumerate(found):
        before = text[max(0, item.start - 30) : item.start]
        words = text[item.start : item.end].lower()
        if re.search(
            r"\b(?:(?:was|were) (?:going|supposed|meant|planned) (?:to be|for)|not|instead of|rather than|moved from|"
            r"wasn't|isn't|(?:can'?t|cannot|won'?t|can not) (?:be|do|make|manage|have))\s+"
            r"(?:on |the |in |that |during |over |around |at )*$",
            before,
            re.IGNORECASE,
        ) or words.startswith("not "):
            continue
        between = text[item.end : found[number + 1].start] if number + 1 < len(found) else ""
        if re.search(
            r"\b(?:no wait|wait|actually|i mean|sorry|scratch that|correction|make that|or rather|no,)",
            between,
            re.IGNORECASE,
        ) or (
            re.search(r"\bwas (?:on )?(?:the )?$", before + words[:4], re.IGNORECASE) and re.search(r"\bnow\b", between)
        ):
            continue
        kept.append(item)
    return kept


_HAD_BEEN = re.compile(r"\bwas (?:on )?(?:the )?$", re.IGNORECASE)
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
    """Early June, maybe the 5th; in May, the 3rd to the 6th: days within the span before them, which they replace."""
    refined: list[Found] = []
    month: Found | None = None
    for item in found:
        last = refined[-1] if refined else None
        day = _day_within(text, last, item) if last else None
        if last and day:
            refined[-1] = Found(last.start, item.end, day)
            month = last
        elif month and (within := _days_within(text, month, item)):
            refined = [one for one in refined if one is not month] + [within]
        else:
            refined.append(item)
            month = item if item.first and item.last == month_end(item.first.year, item.first.month) else month
    return refined


_DAYS_ONLY = re.compile(
    r"\D*?(?P<first>\d{1,2})(?:st|nd|rd|th)(?:\D+?(?P<last>\d{1,2})(?:st|nd|rd|th))?", re.IGNORECASE
)


def _days_within(text: str, month: Found, item: Found) -> Found | None:
    """A day without a month, or two, as those of the month named just before in the same sentence."""
    days = _DAYS_ONLY.fullmatch(text[item.start : item.end]) if item.relative and item.first else None
    gap = text[month.end : item.start]
    if days is None or month.first is None or len(gap) > 60 or re.search(r"[.!?\n]", gap):
        return None
    numbers = [int(number) for number in days.groups() if number]
    if max(numbers) > month_end(month.first.year, month.first.month).day or numbers != sorted(numbers):
        return None
    first, last = month.first.replace(day=numbers[0]), month.first.replace(day=numbers[-1])
    return Found(item.start, item.end, first, last if len(numbers) > 1 else None, item.relative)


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
