"""Writes drafts from facts in a voice, in the form each platform is used to, within its limits.

A draft is built from sentences in order of importance; what does not fit is left out, never cut in the middle.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agents.models.offline.facts import Facts
from agents.models.offline.phrasing import capital, short_day
from agents.models.offline.voices import Voice
from tools.counting import display_width
from tools.platforms.catalogue import BY_NAME

Length = Literal["short", "normal", "long"]
Emoji = Literal["auto", "none", "more"]


@dataclass(frozen=True, slots=True)
class Order:
    """What to write. ``variant`` 0, 1, 2 … gives different wordings of the same."""

    platform: str
    facts: Facts
    voice: Voice
    variant: int = 0
    length: Length = "normal"
    emoji: Emoji = "auto"
    hashtags: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished text, as ``save_draft`` takes it."""

    platform: str
    content_type: str
    text: str
    title: str = ""
    subject: str = ""
    hashtags: tuple[str, ...] = ()
    call_to_action: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """The sentences a draft can be made of. ``asked`` are those of the extras that even a short one has."""

    hook: str
    news: str
    audience: str
    extras: tuple[str, ...]
    asked: tuple[str, ...]
    more: str
    call: str

    def body(self, length: Length) -> tuple[str, ...]:
        """What stands between the opening and the call to action."""
        match length:
            case "short":
                return (self.news, *self.asked)
            case "normal":
                return tuple(filter(None, (self.news, self.audience, *self.extras)))
            case "long":
                return tuple(filter(None, (self.news, self.audience, *self.extras, self.more)))


def write(order: Order) -> Draft:
    """Write one draft that its platform takes. The same order gives the same draft."""
    return fitted(_FORMS.get(order.platform, _post)(order, _lines(order)), order.facts.link)


def problems_of(draft: Draft, link: str = "") -> list[str]:
    """What its platform has against a draft."""
    return BY_NAME[draft.platform].problems(
        draft.text, title=draft.title or None, subject=draft.subject or None, hashtags=draft.hashtags, link=link or None
    )


def fitted(draft: Draft, link: str) -> Draft:
    """The draft cut until its platform takes it: fewer hashtags first, then words."""
    for _ in range(40):
        if not problems_of(draft, link):
            break
        if draft.hashtags:
            draft = replace(draft, hashtags=draft.hashtags[:-1])
        elif len(draft.text) > 60:
            draft = replace(draft, text=clipped(draft.text, len(draft.text) * 9 // 10))
        else:
            draft = replace(draft, title=clipped(draft.title, 28))
    return draft


def _lines(order: Order) -> Lines:
    facts, voice = order.facts, order.voice
    slots = _slots(facts)

    def pick(options: Sequence[str], shift: int = 0) -> str:
        return _filled(options[(order.variant + shift) % len(options)], slots)

    call = pick(voice.calls)
    extras = tuple(
        _filled(voice.extra[i % len(voice.extra)], slots | {"extra": _inner(extra)})
        for i, extra in enumerate(facts.extras)
    )
    return Lines(
        hook=pick(voice.hooks),
        news=pick(voice.news, _shift(order.platform)),
        audience=pick(voice.audience) if facts.audience else "",
        extras=extras,
        asked=extras[: facts.asked],
        more=pick(voice.more),
        call=f"{call.rstrip('.')}: {facts.link}" if facts.link else call,
    )


def _shift(platform: str) -> int:
    return {"twitter": 0, "instagram": 1, "email": 0, "linkedin": 0, "facebook": 2}.get(platform, len(platform) % 3)


def _slots(facts: Facts) -> dict[str, str]:
    news = facts.news
    formal = news.replace("we'd like", "we would like").replace("we're", "we are")
    return {
        "news": news,
        "News": capital(news),
        "news_formal": formal,
        "thing": facts.thing,
        "Thing": capital(facts.thing),
        "action": facts.action,
        "Action": capital(facts.action),
        "audience": facts.audience,
        "Audience": capital(facts.audience),
        "label": facts.label,
    }


def _filled(template: str, slots: dict[str, str]) -> str:
    text = template.format(**slots)
    return re.sub(r"([.?…])\.+$", r"\1", text)


def _inner(extra: str) -> str:
    words = extra.strip().rstrip(".!;")
    proper = len(words) > 1 and (words[1].isupper() or not words[0].isalpha())
    return words if proper or words.startswith("I ") else words[:1].lower() + words[1:]


def _emoji(order: Order, at: int) -> str:
    marks = order.voice.emoji or (("✨", "📌") if order.emoji == "more" else ())
    return "" if order.emoji == "none" or not marks else f" {marks[(order.variant + at) % len(marks)]}"


def extra_line(extra: str, voice: Voice, variant: int = 0) -> str:
    """Something the person wants mentioned, as a sentence in a voice."""
    return _filled(voice.extra[variant % len(voice.extra)], {"extra": _inner(extra)})


def tags_of(facts: Facts, most: int) -> tuple[str, ...]:
    """Hashtags made of the facts: the thing, the place, the audience, the occasion."""
    head = re.split(r" (?:for|in|of|with|on|at|from|to|by) ", facts.label)[0]
    words = [word for word in head.split() if not re.fullmatch(r"(?i)new|second|third|first|our|the|a|an", word)]
    occasion = {"opening": "GrandOpening", "event": "SaveTheDate", "sale": "Sale", "launch": "NewIn", "offer": ""}
    raw = [
        facts.business,
        " ".join(words[:3]),
        facts.place,
        f"{facts.place} {words[-1]}" if facts.place and words else "",
        occasion[facts.kind],
        facts.audience if len(facts.audience.split()) <= 3 else "",
    ]
    tags = list(dict.fromkeys(tag for words in raw if (tag := _tag(words))))
    return tuple(tags[:most])


def _tag(words: str) -> str:
    parts = re.findall(r"[^\W_]+", words)
    tag = "".join(part if part[:1].isupper() else capital(part) for part in parts)
    return tag if 2 < len(tag) <= 30 and not tag.isdigit() else ""


def _joined(lines: Sequence[str], limit: int, gap: str = "\n\n", keep: int = 1) -> str:
    """Join as many lines as fit; the last ``keep`` and the first are kept longest, the middle goes first."""
    parts = [line for line in lines if line]
    while len(gap.join(parts)) > limit and len(parts) > keep + 1:
        parts.pop(len(parts) - keep - 1)
    while len(gap.join(parts)) > limit and len(parts) > 1:
        parts.pop(0 if len(parts[0]) < len(parts[-1]) else -1)
    text = gap.join(parts)
    return text if len(text) <= limit else clipped(text, limit)


def clipped(text: str, limit: int) -> str:
    """The text cut at a word so that it fits."""
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _fits(options: Sequence[str], limit: int) -> str:
    return next((text for text in options if len(text) <= limit), clipped(options[-1], limit))


def _instagram(order: Order, lines: Lines) -> Draft:
    hook = "" if order.length == "short" else lines.hook + _emoji(order, 0)
    text = _joined((hook, *lines.body(order.length), lines.call + _emoji(order, 1)), 1800)
    return _draft(order, text, lines, tags_of(order.facts, 5))


def _facebook(order: Order, lines: Lines) -> Draft:
    hook = "" if order.length == "short" else lines.hook + _emoji(order, 0)
    body = " ".join(lines.body(order.length))
    return _draft(order, _joined((hook, body, lines.call), 1500), lines, tags_of(order.facts, 2))


def _tweet(order: Order, lines: Lines) -> Draft:
    tags = tags_of(order.facts, 2) if order.hashtags else ()
    limit = 270 - sum(len(tag) + 2 for tag in tags) - (60 if order.facts.link else 0)
    full = f"{lines.hook} {lines.news} {lines.call}{_emoji(order, 0)}"
    middle = f"{lines.news} {lines.call}{_emoji(order, 0)}"
    extra = f"{lines.news} {' '.join(lines.extras[:1])} {lines.call}{_emoji(order, 0)}" if lines.extras else full
    told = (f"{lines.news} {' '.join(lines.asked[:1])} {lines.call}",) if lines.asked else ()
    options = {"short": (*told, middle, lines.news), "normal": (extra, full, middle, lines.news)}
    return _draft(order, _fits(options.get(order.length, options["normal"]), limit), lines, tags)


def _threads(order: Order, lines: Lines) -> Draft:
    text = _joined((lines.hook + _emoji(order, 0), *lines.body(order.length), lines.call), 450)
    return _draft(order, text, lines, tags_of(order.facts, 1))


def _linkedin(order: Order, lines: Lines) -> Draft:
    hook = "" if order.length == "short" else lines.hook
    body = lines.body("long" if order.length == "long" else order.length)
    return _draft(order, _joined((hook, *body, lines.call), 2800), lines, tags_of(order.facts, 3))


def _post(order: Order, lines: Lines) -> Draft:
    text = _joined((lines.hook + _emoji(order, 0), *lines.body(order.length), lines.call), 1500)
    return _draft(order, text, lines, ())


def _tiktok(order: Order, lines: Lines) -> Draft:
    text = _joined((f"{lines.hook}{_emoji(order, 0)}", lines.news, *lines.asked, lines.call), 600, gap=" ")
    return _draft(order, text, lines, tags_of(order.facts, 4))


def _pinterest(order: Order, lines: Lines) -> Draft:
    text = _joined((lines.news, lines.audience, *lines.extras, lines.call), 450, gap=" ")
    return replace(_draft(order, text, lines, tags_of(order.facts, 2)), title=_title(order, 95))


def _youtube(order: Order, lines: Lines) -> Draft:
    text = _joined((lines.hook, *lines.body("long"), lines.call), 4500)
    return replace(_draft(order, text, lines, tags_of(order.facts, 3)), title=_title(order, 95))


def _whatsapp(order: Order, lines: Lines) -> Draft:
    hook = "" if order.length == "short" else lines.hook + _emoji(order, 0)
    text = _joined((hook, lines.news, *lines.extras, lines.call), 900)
    return _draft(order, text, lines, ())


def _sms(order: Order, lines: Lines) -> Draft:
    sender = f"{order.facts.business}: " if order.facts.business else ""
    short = capital(order.facts.news)
    told = [f"{sender}{lines.news} {said}" for said in lines.asked[:1]]
    options = (*told, f"{sender}{lines.news} {lines.call}", f"{sender}{lines.news}", f"{sender}{short}.", f"{short}.")
    limit = 155
    plain = [text for text in options if text.isascii()] or [
        text.encode("ascii", "ignore").decode() for text in options
    ]
    return _draft(order, _fits(plain, limit), lines, ())


def _email(order: Order, lines: Lines) -> Draft:
    voice, facts = order.voice, order.facts
    preview = _preview(facts, voice)
    opening = lines.hook if order.length != "short" else ""
    inside = lines.body(order.length)
    sign = f"{voice.goodbye},\n{facts.business or 'The team'}"
    paragraph = " ".join(filter(None, (opening, *inside[:2])))
    text = "\n\n".join(filter(None, (preview, voice.greeting, paragraph, *inside[2:], f"**{lines.call}**", sign)))
    subjects = [s.format(label=facts.label) for s in _turned(voice.subjects, order.variant)]
    subject = _fits([*subjects, facts.label], 58)
    return replace(_draft(order, text, lines, ()), subject=subject, title=subject)


def _preview(facts: Facts, voice: Voice) -> str:
    """The line a mailbox shows beside the subject: when and where, else what the voice says of itself."""
    day = "" if facts.start is None else facts.brief_date if facts.all_month else short_day(facts.start)
    at = " ".join(part for part in (day, facts.where) if part) if day else ""
    return f"{capital(at)}: {facts.action}." if at else f"{voice.tags[0]}."


def _blog(order: Order, lines: Lines) -> Draft:
    facts = order.facts
    about = f"What it is: {facts.label}"
    practical = [f"- {name}: {value}" for name, value in (("When", facts.when), ("Where", facts.place)) if value]
    sections = [
        ("In short", [f"- {capital(facts.news)}.", f"- {about}."]),
        ("Why it matters", [f"- {lines.audience}" if lines.audience else f"- {lines.more}"]),
        ("What to expect", [f"- {capital(_inner(extra))}." for extra in facts.extras]),
        ("When and where", practical),
        ("What to do next", [f"- {lines.call}"]),
    ]
    body = [f"## {name}\n" + "\n".join(points) for name, points in sections if points]
    text = "\n\n".join((lines.hook if order.length == "short" else f"{lines.hook} {lines.news}", *body))
    return replace(_draft(order, text, lines, ()), title=_title(order, 70))


def _google_ads(order: Order, lines: Lines) -> Draft:
    facts, voice = order.facts, order.voice
    wanted = (facts.label, facts.business, facts.brief_date, *_turned(voice.tags, order.variant), capital(facts.action))
    headlines = [text for text in dict.fromkeys(wanted) if text and display_width(text) <= 30][:5]
    long = (f"{capital(facts.news)}.", lines.call, lines.audience, lines.news, f"{capital(facts.action)}.")
    descriptions = [text for text in dict.fromkeys(long) if text and display_width(text) <= 90][:2]
    title = "\n".join(headlines) or _narrowed(facts.label, 30)
    return replace(_draft(order, "\n".join(descriptions or [_narrowed(facts.label, 90)]), lines, ()), title=title)


def _narrowed(text: str, width: int) -> str:
    """The text cut so that it fits where wide characters count two."""
    limit = width
    while display_width(cut := clipped(text, limit)) > width:
        limit -= 1
    return cut


def _meta_ads(order: Order, lines: Lines) -> Draft:
    facts = order.facts
    told = [f"{lines.news} {said}" for said in lines.asked[:1]]
    text = _fits((*told, f"{lines.news} {lines.call}", lines.news, f"{capital(facts.news)}.", f"{facts.label}."), 125)
    return replace(_draft(order, text, lines, ()), title=clipped(facts.label, 38))


def _title(order: Order, limit: int) -> str:
    facts = order.facts
    tag = order.voice.tags[order.variant % len(order.voice.tags)]
    place = f"{facts.label} {facts.where}".strip()
    dated = f"{place}, {facts.brief_date}" if facts.brief_date else place
    return _fits((f"{dated}: {tag[0].lower()}{tag[1:]}", dated, place, facts.label), limit)


def _turned(options: Sequence[str], by: int) -> list[str]:
    turn = by % len(options)
    return [*options[turn:], *options[:turn]]


def _draft(order: Order, text: str, lines: Lines, tags: tuple[str, ...]) -> Draft:
    platform = BY_NAME[order.platform]
    return Draft(
        platform=order.platform,
        content_type=platform.content_types[0],
        text=text.strip(),
        hashtags=tuple(f"#{tag}" for tag in tags) if order.hashtags and platform.hashtags_in != "nowhere" else (),
        call_to_action=clipped(lines.call, 200),
    )


_FORMS: dict[str, Callable[[Order, Lines], Draft]] = {
    "instagram": _instagram,
    "facebook": _facebook,
    "twitter": _tweet,
    "threads": _threads,
    "linkedin": _linkedin,
    "tiktok": _tiktok,
    "pinterest": _pinterest,
    "youtube": _youtube,
    "whatsapp": _whatsapp,
    "sms": _sms,
    "email": _email,
    "blog": _blog,
    "wordpress": _blog,
    "medium": _blog,
    "ghost": _blog,
    "google_ads": _google_ads,
    "meta_ads": _meta_ads,
}
