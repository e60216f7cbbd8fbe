"""The brief as the strategist talks about it: what is known, what is missing, how to ask and how to confirm."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from agents.language.reading import BriefReading
from agents.models.offline.phrasing import REQUIRED, capital, channel, day, iso_day, listed, money, plain
from agents.models.offline.reading import Turn
from agents.models.offline.recalled import offered
from agents.models.offline.values import mapping, texts
from core.money import NO_CURRENCY, Money

DATES = ("start_date", "event_date", "end_date")
QUESTIONS: dict[str, tuple[str, ...]] = {
    "product": (
        "What would you like to promote?",
        "What is it about: a product, a place, an event?",
        "What are we marketing?",
    ),
    "objective": (
        "What should the campaign achieve, with a number if you have one?",
        "What would make it a success? A figure helps: visitors, sign-ups, sales.",
        "What is the goal, and how many of what?",
    ),
    "target_audience": (
        "Who should it reach?",
        "Who is it for?",
        "Whom do you most want to reach?",
    ),
    "budget": (
        "What budget do you have in mind?",
        "How much may it cost, and in which currency?",
        "What can you spend on it?",
    ),
    "timeline": (
        "When does it happen, or by when should it work?",
        "What is the date we are working towards?",
        "When should it start or take place?",
    ),
    "channels": (
        "Which channels would you like to use, for instance Instagram, email or LinkedIn?",
        "Where should it appear: which social networks, email, adverts?",
        "On which channels should we be seen?",
    ),
}
AGAIN: dict[str, str] = {
    "product": "I could not make out what it is about. In a few words: what would you like to promote?",
    "objective": (
        "I could not make out a goal in that. What should it achieve, for instance “200 visitors” or “50 sign-ups”?"
    ),
    "target_audience": "I could not make out who it is for. Who should it reach, for instance “local families”?",
    "budget": "I could not make out an amount. What may it cost, for instance “£1,500”? “No budget” is fine too.",
    "timeline": "I could not make out a date. When is it, for instance “3 December” or “in six weeks”?",
    "channels": "I could not make out a channel. Which ones shall we use, for instance Instagram and email?",
}
WHICH_DATE = "Which date did you mean?"
LABELS = {
    "product": "What",
    "business": "Business",
    "objective": "Goal",
    "target_audience": "Audience",
    "location": "Place",
    "timeline": "When",
    "budget": "Budget",
    "channels": "Channels",
    "voice": "Voice",
    "additional_context": "Also noted",
}


_SOME_BUSINESS = re.compile(
    r"(?:a |an |the |our |my |small |little |new |local |family |own )*(?:business|company|firm|start-?up|agency|"
    r"charity|brand|organi[sz]ation|client|team|shop|store|b2b|saas)",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"(?:(?:then|that|this|it|so|now|instead|please|ok(?:ay)?|hola|hello|hi|hey|sorry|thanks|something|anything|stuff|"
    r"things?|one|ones|the|a|an|some|all|everything|me|us|you|here|there|maybe|well|also|too|again)\W*)+",
    re.IGNORECASE,
)
_WISHING = re.compile(
    r"^(?:(?:we|i)(?:'d| would)? )?(?:want|need|like|hope|wish|aim)(?: for)?(?: to (?:get|reach|have|see))? (?=\d)",
    re.IGNORECASE,
)
_NOT_THAT = re.compile(r"\s*,?\s+(?:and )?not (?:an? |the )?\S.*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class State:
    """The brief as it stands now, also after a change in this turn."""

    brief: Mapping[str, Any]
    info: Mapping[str, Any]

    @property
    def missing(self) -> tuple[str, ...]:
        """The required fields that are not known, in the order to ask for them."""
        return tuple(name for name in REQUIRED if not self.brief.get(name))

    @property
    def ready(self) -> bool:
        """Whether a plan can be made."""
        return not self.missing

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known."""
        return not any(self.brief.values())

    def value(self, name: str) -> str:
        """A field as people write it, or an empty text."""
        match name:
            case "budget":
                amount = money(self.info)
                known = amount is not None and amount.minor and amount.currency != NO_CURRENCY
                return str(amount) if known else plain(self.brief.get(name))
            case "channels":
                return listed([channel(name) for name in texts(self.brief.get("channels"))])
            case "timeline":
                return when(self.info) or plain(self.brief.get(name))
            case "product" | "objective" | "target_audience" | "additional_context":
                return plain(self.brief.get(name))
            case _:
                return plain(self.info.get(name))


def state_of(turn: Turn) -> State:
    """The brief after what this turn has already changed."""
    done = turn.worked("update_brief")
    if done and isinstance(done.result.get("brief"), dict):
        return State(mapping(done.result["brief"]), mapping(done.result.get("collected_info")))
    return State(turn.brief, turn.info)


def when(info: Mapping[str, Any]) -> str:
    """The dates of a brief in words."""
    start, event, end = (iso_day(info.get(name)) for name in DATES)
    if event:
        return day(event)
    if start and end:
        return f"{day(start)} to {day(end)}"
    if end:
        return f"until {day(end)}"
    return f"from {day(start)}" if start else ""


def summary(state: State) -> str:
    """Everything known, as a list."""
    lines = [f"- **{label}:** {value}" for name, label in LABELS.items() if (value := state.value(name))]
    return "\n".join(lines)


def noted(changed: Sequence[str], state: State) -> str:
    """What was taken down, briefly: a sentence for a few facts, a list for many."""
    groups = {"goal_metric": "objective", "goal_value": "objective", **dict.fromkeys(DATES, "timeline")}
    names = [name for name in LABELS if name in {groups.get(item, item) for item in changed}]
    told = [(LABELS[name], state.value(name)) for name in names]
    kept = [(label, value) for label, value in told if value]
    if not kept:
        return ""
    if len(kept) > 3:
        return "Noted:\n\n" + "\n".join(f"- **{label}:** {value}" for label, value in kept)
    words = "; ".join(f"{label[0].lower()}{label[1:]} {value}" for label, value in kept)
    return f"Noted: {words.replace('budget none', 'no budget')}."


_CURRENCY = re.compile(
    r"[£$€₹¥₩₺₽]|zł|\b(?:pounds?|quid|sterling|pence|euros?|dollars?|bucks|rupees?|lakhs?|crores?|francs?"
    r"|zlot\w+|kronor|"
    r"kroner|yen|dirhams?|rand|pesos?|reais|[a-z]{2}\$|usd|gbp|eur|inr|chf|pln|sek|nok|dkk|jpy|aud|cad|nzd|sgd"
    r"|aed|zar|kr|"
    r"rs)\b|\b\d[\d.,]*k?(?:usd|gbp|eur|inr|chf|pln|rs)\b",
    re.IGNORECASE,
)
_CURRENCY_NAMES = {"USD": "US dollars", "GBP": "pounds", "EUR": "euros"}


def assumed_currency(turn: Turn, state: State, changed: Sequence[str]) -> str:
    """A word of doubt where an amount named no currency and none was known before."""
    code = state.info.get("currency")
    if "budget" not in changed or not isinstance(code, str) or not state.info.get("budget_minor"):
        return ""
    if turn.info.get("currency") or _CURRENCY.search(turn.text):
        return ""
    return f"I took the amount as {_CURRENCY_NAMES.get(code, code)}: say so if it is another currency."


def asked_field(turn: Turn) -> str | None:
    """The field the person is answering: the one the last answer ended with a question about, else the one stored."""
    last = turn.last_answer()
    if last.endswith(WHICH_DATE):
        return "timeline"
    if last.endswith("Shall I put those down?"):
        return "channels"
    texts = {text: name for name, options in QUESTIONS.items() for text in (*options, AGAIN[name])}
    return next((name for text, name in texts.items() if last.endswith(text)), turn.asked)


def question(turn: Turn, name: str) -> str:
    """Ask for one field; once, offer what is remembered."""
    offer = offered(turn, name)
    if offer and not any(offer in said.text for said in turn.history):
        return offer
    return turn.choose(f"ask:{name}", QUESTIONS[name])


def arguments(reading: BriefReading, state: State, today: date) -> dict[str, Any]:
    """The arguments of ``update_brief`` for what a message changes; empty when it changes nothing.

    Dates that have passed are left out: the person is asked about them.
    """
    found: dict[str, Any] = {}
    for name, value in reading.values.items():
        match value:
            case Money():
                if (value.minor, value.currency) != (state.info.get("budget_minor"), state.info.get("currency")):
                    found[name] = written(value)
            case date():
                if value.isoformat() != state.info.get(name) and (value >= today or name == "start_date"):
                    found[name] = value.isoformat()
            case _:
                known = state.brief.get(name) if name in state.brief else state.info.get(name)
                if value not in (None, "", [], known) and not _same(value, known):
                    found[name] = list(value) if isinstance(value, list | tuple) else value
    if passed(reading, today):
        unsure = ("timeline",) if reading.values.get("goal_metric") else ("timeline", "objective", "goal_value")
        found = {name: value for name, value in found.items() if name not in unsure}
    _tidy_words(found)
    clear = [name for name in reading.removed if _is_known(name, state) and name not in found]
    if found.get("product") and found.get("product") == found.get("target_audience"):
        found.pop("product")
    return found | ({"clear": clear} if clear else {})


def _tidy_words(found: dict[str, Any]) -> None:
    """Take the words around a product or a goal off; what is left of nothing goes."""
    if isinstance(product := found.get("product"), str):
        found["product"] = _NOT_THAT.sub("", product) or product
        counted = found.get("goal_value")
        is_goal = isinstance(counted, int) and product.replace(",", "").startswith(f"{counted} ")
        if is_goal or _SAYS_NOTHING.fullmatch(product):
            del found["product"]
    if isinstance(goal := found.get("objective"), str):
        found["objective"] = _WISHING.sub("", goal) or goal


def with_subject(changes: dict[str, Any], state: State) -> dict[str, Any]:
    """The changes, with the business itself as what is promoted where there is a goal for it and nothing else named."""
    future = after(state, changes) if changes else state
    business = future.value("business")
    if not changes or future.brief.get("product") or not future.brief.get("objective") or not business:
        return changes
    return changes if _SOME_BUSINESS.fullmatch(business) else changes | {"product": business}


def passed(reading: BriefReading, today: date) -> date | None:
    """A date in the message that has already passed, if there is one."""
    dates = [value for name in ("event_date", "end_date") if isinstance(value := reading.values.get(name), date)]
    return next((value for value in dates if value < today), None)


def written(amount: Money) -> str:
    """An amount no reader can take for another currency: ``1500.00 GBP``."""
    return f"{amount.major:f} {amount.currency}" if amount.minor else "none"


def after(state: State, changes: Mapping[str, Any]) -> State:
    """The brief as it will be once the changes are stored: only to know what will still be missing."""
    brief, info = dict(state.brief), dict(state.info)
    for name in changes.get("clear", ()):
        if name in {*LABELS, *DATES}:
            brief.pop(name, None)
            info.pop(name, None)
        else:
            brief["channels"] = [item for item in texts(brief.get("channels")) if item != name]
    for name, value in changes.items():
        (brief if name in {*REQUIRED, "additional_context"} else info)[name] = value
    if any(name in changes for name in DATES):
        brief.setdefault("timeline", "dated")
    if not brief.get("objective") and info.get("goal_metric") and info.get("goal_value"):
        brief["objective"] = f"{info['goal_value']} {info['goal_metric']}"
    return State(brief, info)


def _same(value: object, known: object) -> bool:
    if isinstance(value, list):
        return texts(value) == texts(known)  # pyright: ignore[reportUnknownArgumentType]
    return isinstance(value, str) and isinstance(known, str) and value.strip().lower() == known.strip().lower()


def _is_known(name: str, state: State) -> bool:
    return bool(state.brief.get(name) or state.info.get(name)) or name in texts(state.brief.get("channels"))


def named(names: Sequence[str]) -> str:
    """Fields as people call them, joined."""
    words = {
        "product": "what it is about", "objective": "the goal", "target_audience": "the audience",
        "budget": "the budget", "timeline": "the date", "channels": "the channels",
    }  # fmt: skip
    return listed([words.get(name, name) for name in names])


def opened(text: str) -> str:
    """A phrase as the start of a sentence."""
    return capital(text)
