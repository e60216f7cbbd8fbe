"""What the strategist suggests when asked: channels for an audience, a budget for a goal, ideas for an occasion."""

import re
from datetime import date

from agents.language.channels import mentions
from agents.models.offline.brief import State
from agents.models.offline.facts import Facts, facts_of
from agents.models.offline.phrasing import capital, channel, day, listed
from agents.models.offline.reading import Turn
from agents.models.offline.talk import asks_money_left

_CHANNELS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"b2b|business|compan|manager|profession|founder|accountant|recruit|freelanc|executive|hr\b|it\b",
        ("linkedin", "email"),
    ),
    (r"teen|student|gen ?z|young|youth", ("tiktok", "instagram")),
    (r"senior|retire|pension|over 60|older|grand", ("facebook", "email")),
    (r"famil|parent|mum|mom|neighbou?r|local|communit|resident", ("instagram", "facebook", "email")),
)
_ABOUT_CHANNEL = re.compile(
    r"\b(?:what about|how about|is|are|should (?:we|i)|worth|what do you think (?:of|about)|"
    r"do we need|which channels?|what channels?|"
    r"better)\b.*\?",
    re.IGNORECASE | re.DOTALL,
)
_WHICH_CHANNEL = re.compile(r"\b(?:which|what) (?:social )?(?:channels?|platforms?|networks?)\b", re.IGNORECASE)
_HOW_MUCH = re.compile(
    r"\b(?:good|reasonable|right|sensible|typical|normal|usual|realistic) (?:budget|amount|price|spend)\b|"
    r"\bhow much (?:should|do|would|does|money|budget|is|are)\b|\bwhat (?:budget|does it "
    r"cost)\b|\bis \W?\d[\d,.k]* enough\b",
    re.IGNORECASE,
)
MOST_WORDS_OF_A_PICK = 12
_PLACES = ("first", "second", "third", "1", "2", "3", "one", "two", "three")
_PICK = re.compile(
    r"\b(?:the |number |idea |no\.? ?|option |#)(?P<at>first|second|third|one|two|three|[123])\b", re.IGNORECASE
)
_IDEAS: dict[str, tuple[str, ...]] = {
    "opening": (
        "a countdown: one small detail a day until the doors open",
        "a look behind the scenes while everything is being made ready",
        "a personal invitation by email to those who know you already",
    ),
    "event": (
        "introduce one person or programme point a day",
        "a “bring someone along” invitation",
        "a short reminder the day before, with the practical facts only",
    ),
    "sale": (
        "one product a day, each with its own small story",
        "early access for the people on your email list",
        "a last-day reminder, sent once",
    ),
    "launch": (
        "show the problem first, the answer a day later",
        "let a few people try it and ask them publicly what they think",
        "one post for each question people ask most",
    ),
    "offer": (
        "answer the three questions people ask most, one post each",
        "show the people behind it",
        "a before and after, told honestly",
    ),
}


def answer_for(turn: Turn, state: State) -> str:
    """A direct answer to a question about channels or money, or nothing."""
    text = turn.text
    if _WHICH_CHANNEL.search(text) and "?" in text and "channels" in state.missing:
        return suggestion("channels", state, turn.today)
    if _WHICH_CHANNEL.search(text) and "?" in text:
        return f"For {state.value('target_audience') or 'a broad audience'} I'd suggest {_named(channels_for(state))}."
    if _ABOUT_CHANNEL.search(text) and (named := [item.channel for item in mentions(text)]):
        return _about_channel(named[0], state)
    if _HOW_MUCH.search(text) and not asks_money_left(text):
        return _money_words(state)
    return ""


def suggestion(name: str, state: State, then: date) -> str:
    """What to propose for a field the person leaves to us, as a question that a yes answers."""
    match name:
        case "channels":
            return f"I'd suggest {_named(channels_for(state))}. Shall I put those down?"
        case "timeline":
            return f"I'd suggest four weeks, until {day(then)}. Shall I put that down?"
        case "budget":
            return f"{_money_words(state)} What may it be?"
        case "target_audience":
            place = state.value("location")
            return (
                f"I'd suggest "
                f"{'people in ' + place if place else 'the people who already buy from you, and those like them'}. "
                f"Shall I put that down?"
            )
        case "objective":
            return (
                "A goal you can count works best. What would you be pleased with: how many visitors, sign-ups or sales?"
            )
        case _:
            return "That one I can't choose for you. In a few words: what would you like to promote?"


def taken(last_answer: str, asked: str) -> str:
    """What a yes to our own suggestion means, as a sentence to be read like the person's own."""
    found = re.search(r"I'd suggest (?P<what>.+?)\. Shall I put (?:those|that) down\?", last_answer)
    if not found:
        return ""
    starts = {"channels": "Channels:", "timeline": "", "target_audience": "The audience is"}
    return f"{starts[asked]} {found['what'].removeprefix('four weeks, ')}" if asked in starts else ""


def _about_channel(name: str, state: State) -> str:
    who = state.value("target_audience") or "most people"
    best = channels_for(state)
    if name in best:
        return f"{capital(channel(name))} suits {who}. Say “add {channel(name)}” and it goes into the brief."
    first = _named(tuple(item for item in best if item != name)[:2])
    add = f"Say “add {channel(name)}” if you want it."
    return f"{capital(channel(name))} can work, but for {who} I'd put {first} first. {add}"


def channels_for(state: State) -> tuple[str, ...]:
    """Channels that suit an audience."""
    text = f"{state.value('target_audience')} {state.value('product')} {state.value('business')}".lower()
    return next((names for pattern, names in _CHANNELS if re.search(pattern, text)), ("instagram", "email"))


def ideas(state: State) -> str:
    """Three ideas for the occasion."""
    facts: Facts | None = facts_of(state.brief, state.info)
    lines = _IDEAS[facts.kind if facts else "offer"]
    about = f" for {facts.thing}" if facts else ""
    return f"Three ideas{about}:\n\n" + "\n".join(
        f"{number}. {line[0].upper()}{line[1:]}." for number, line in enumerate(lines, 1)
    )


def picked(last_answer: str, text: str) -> str:
    """The idea of a list just given that a short message likes, or nothing."""
    listed_ideas = re.findall(r"^\d\. (.+?)\.?$", last_answer, re.MULTILINE)
    if not last_answer.lstrip().startswith(("Three ideas", "Noted")) or "Three ideas" not in last_answer:
        return ""
    found = _PICK.search(text) if len(text.split()) <= MOST_WORDS_OF_A_PICK else None
    at = _PLACES.index(found["at"].lower()) % len(listed_ideas) if found and listed_ideas else None
    return "" if at is None else listed_ideas[at]


def _money_words(state: State) -> str:
    goal = state.info.get("goal_value")
    if isinstance(goal, int) and goal > 0:
        return (
            f"There is no fixed price. A rule of thumb: decide what one of your {goal:,} is worth to "
            f"you, and spend less than that on each."
        )
    return (
        "There is no fixed price: it depends on what one customer is worth to you. Start with "
        "what you can afford to lose."
    )


def _named(names: tuple[str, ...]) -> str:
    return listed([channel(name) for name in names])
