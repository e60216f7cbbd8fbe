"""The strategist by rule: keeps the brief, asks for what is missing, plans, revises, and answers at the front door."""

import re
from datetime import timedelta

from agents.language.brief import read_brief
from agents.language.cost_questions import cost_question
from agents.language.reading import BriefReading
from agents.language.situation import Reading
from agents.language.zone_requests import zone_request
from agents.models.offline import talk
from agents.models.offline.advice import answer_for, picked, suggestion, taken
from agents.models.offline.brief import (
    AGAIN,
    DATES,
    WHICH_DATE,
    State,
    after,
    arguments,
    asked_field,
    assumed_currency,
    named,
    noted,
    passed,
    question,
    state_of,
    with_subject,
)
from agents.models.offline.costs import estimated
from agents.models.offline.drafts import OUTDATED, already_shown
from agents.models.offline.front_desk import besides, english_only, opening
from agents.models.offline.inquiries import about_plan, plan_parts
from agents.models.offline.memory import memory_step, noted_for_good, remember_call, told
from agents.models.offline.more_money import more_money, more_money_told, other_money
from agents.models.offline.pasted import own_words
from agents.models.offline.phrasing import day, listed, plain
from agents.models.offline.plans import changed_plan, made_plan, plan_step, revise_step
from agents.models.offline.reading import Turn, Used
from agents.models.offline.situation import reading_of
from agents.models.offline.step import Step, call, say
from agents.models.offline.values import mapping, texts
from tools.approval.spoken_rules import rules_apart

PLAN_OFFER = "Shall I draw up the plan?"
NEW_CAMPAIGN = "For a new campaign, open a new conversation: this one belongs to the campaign we have planned."
FREE = frozenset({"product", "objective", "target_audience", "business", "additional_context", "timeline"})
_TO_READERS = (
    r"\b(?:e-?mails?|newsletters?|mails?|mailing|dms?|messages?|flyers?|letters?|texts?|posts?|ads?)\b[^.,;\n]{0,12}"
    r"\b(?:to|for) (?:the |our |my |all )*"
)
_BARE_NUMBER = re.compile(r"\W*\d[\d,.]*k?\W*", re.IGNORECASE)
WRITTEN = frozenset({*DATES, "timeline", "location", "product", "target_audience"})
REPLANNED = frozenset(
    {"budget", "event_date", "start_date", "end_date", "timeline", "channels", "goal_value", "goal_metric", "objective",
     "target_audience", "product"}
)  # fmt: skip


def decide(turn: Turn) -> Step:
    """Take the next step of the strategist's turn."""
    if turn.used:
        return _beside_memory(turn, _continue(turn, turn.used[-1]))
    if step := memory_step(turn):
        return step
    step = _open(turn)
    noted = remember_call(turn)
    return Step(calls=(noted, *step.calls)) if noted else step


def _beside_memory(turn: Turn, step: Step) -> Step:
    """Say first what was remembered in this turn, and which rules are not held, once the turn comes to its answer."""
    words = " ".join(filter(None, (noted_for_good(turn), _loose_rules(turn))))
    return say(words, step.text) if words and not step.calls else step


def _loose_rules(turn: Turn) -> str:
    """Name the rules of this message that nobody can hold but by care, and say what to give instead."""
    done = turn.worked("update_brief")
    loose = texts(mapping(done.result.get("rules")).get("not_held")) if done else []
    if not loose:
        return ""
    named = listed([f"“{plain(rule, 200)}”" for rule in loose])
    return (
        f"I can't enforce {named} as it stands: I can stop exact words and claims, addresses and domains, hours and "
        "days, and sums at once or in a day. Which of those do you mean?"
    )


def _open(turn: Turn) -> Step:
    if "set_timezone" in turn.tools and (wanted := zone_request(turn.text)):
        return call("set_timezone", timezone=wanted)
    state = state_of(turn)
    if turn.campaign and talk.asks_new(turn.text):
        return say(NEW_CAMPAIGN)
    found = _facts(turn, state)
    if not turn.used and (asked := other_money(turn, found)):
        return asked
    if not turn.used and (more := more_money(turn, found)):
        return more
    changes = with_subject(arguments(found, state, turn.today), state)
    if changes and "update_brief" in turn.tools:
        future = after(state, changes)
        return call("update_brief", **changes, ask_next=_next(turn, found, future))
    return _answer(turn, state, ())


def _facts(turn: Turn, state: State) -> BriefReading:
    """What the message says about the brief; a yes to a suggestion counts as saying it."""
    rules, text = rules_apart(own_words(turn.text))
    read = _facts_in(turn, state, text) if text.strip() else BriefReading({}, ())
    if not rules:
        return read
    note = [str(read.values.get("additional_context") or ""), *rules]
    return BriefReading({**read.values, "additional_context": "\n".join(filter(None, note))}, read.removed)


def _facts_in(turn: Turn, state: State, text: str) -> BriefReading:
    asked = asked_field(turn)
    if idea := picked(turn.last_answer("strategist"), text):
        return BriefReading({"additional_context": idea}, ())
    if asked and talk.says_yes(text) and (offered := taken(turn.last_answer(), asked)):
        text = offered
    known = {**state.brief, **state.info}
    found = read_brief(text, today=turn.today, asked=asked, known=known)
    if facts := _told_beside_orders(text):
        beside = read_brief(facts, today=turn.today, known=known)
        found = BriefReading({**beside.values, **found.values}, found.removed)
    found = _without_readers(text, asked, state, found)
    open_goal = bool(state.brief.get("objective")) and not known.get("goal_value")
    if open_goal and _BARE_NUMBER.fullmatch(text) and found.values.keys() <= FREE:
        found = read_brief(f"{text} {state.value('objective')}", today=turn.today, asked="objective", known=known)
    return _without_small_talk(text, _without_orders(found))


def _without_readers(text: str, asked: str | None, state: State, found: BriefReading) -> BriefReading:
    """Who a channel reaches, "email to old members", is no new audience where one is known."""
    readers = found.values.get("target_audience")
    if asked == "target_audience" or not isinstance(readers, str) or not state.brief.get("target_audience"):
        return found
    if not re.search(rf"{_TO_READERS}{re.escape(readers)}", text, re.IGNORECASE):
        return found
    return BriefReading({k: v for k, v in found.values.items() if k != "target_audience"}, found.removed)


def _told_beside_orders(text: str) -> str:
    """The sentences of a message that tell something, where others give orders; nothing where none does."""
    sentences = re.split(r"(?<=[.!?])\s+", text)
    told = [words for words in sentences if not talk.is_order(words)]
    return " ".join(told) if 0 < len(told) < len(sentences) else ""


def _without_orders(found: BriefReading) -> BriefReading:
    """An order to the team, or a curse, says nothing about the product, the audience or the goal."""
    kept = {
        name: value
        for name, value in found.values.items()
        if name not in FREE or not isinstance(value, str) or not (talk.is_order(value) or talk.curses(value))
    }
    return BriefReading(kept, found.removed)


def _without_small_talk(text: str, found: BriefReading) -> BriefReading:
    """A bare yes, no, 'you choose' or 'later' says nothing about the product, the audience or the goal."""
    if not (talk.says_yes(text) or talk.says_no(text) or talk.skips(text) or talk.asks_to_choose(text)):
        return found
    whole = text.strip(" .!?,").lower()
    kept = {name: value for name, value in found.values.items() if str(value).strip(" .!?,").lower() != whole}
    return BriefReading(kept, found.removed)


def _next(turn: Turn, found: BriefReading, future: State) -> str:
    if passed(found, turn.today):
        return "timeline"
    open_fields = _open_fields(turn, future)
    return open_fields[0] if open_fields else "none"


def _open_fields(turn: Turn, state: State) -> list[str]:
    """What to ask, in order; a question the person has put off goes last."""
    missing = list(state.missing)
    asked = asked_field(turn)
    if talk.skips(turn.text) and asked in missing and len(missing) > 1:
        missing.remove(asked)
        missing.append(asked)
    return missing


def _continue(turn: Turn, last: Used) -> Step:
    if step := told(last):
        return step
    match last.tool:
        case "set_timezone":
            return say(_clock(last))
        case "request_budget":
            return more_money_told(turn, last) or _open(turn)
        case "update_brief":
            return _after_update(turn, last)
        case "create_campaign_plan":
            return _after_plan(turn, last)
        case "revise_campaign":
            return _after_revision(turn, last)
        case "get_campaign" | "list_campaigns":
            return say(_shown(turn, last))
        case "estimate_cost":
            return estimated(last, state_of(turn))
        case _:
            return _answer(turn, state_of(turn), ())


def _clock(last: Used) -> str:
    """Say which clock counts now."""
    if not last.ok:
        return f"I could not set that: {last.error.split(' Pass an')[0]} Name a large city nearby, such as Berlin."
    name = plain(last.result.get("timezone")).replace("_", " ")
    return (
        f"Your timezone is {name} now: all times you name or see from here on are in it. What is scheduled stays put."
    )


def _shown(turn: Turn, last: Used) -> str:
    if not last.ok:
        return f"I could not look that up: {last.error}"
    return about_plan(turn, state_of(turn), last.result)


def _after_update(turn: Turn, last: Used) -> Step:
    if not last.ok:
        return _corrected(turn, last)
    state = state_of(turn)
    changed = tuple(str(name) for name in last.result.get("changed", ()))
    if turn.campaign and REPLANNED & set(changed) and state.ready:
        return revise_step(turn, state, changed)
    if state.ready and _wants_plan(turn):
        return plan_step(turn, state)
    return _answer(turn, state, changed)


def _corrected(turn: Turn, last: Used) -> Step:
    """Try once more without what was refused; then say what is wrong."""
    refused = {name for name in last.arguments if name in last.error}
    if refused & set(DATES):
        refused |= {*DATES, "timeline"}
    kept = {name: value for name, value in last.arguments.items() if name not in refused}
    if refused & set(DATES):
        kept["ask_next"] = "timeline"
    if len(turn.calls("update_brief")) == 1 and 1 < len(kept) < len(last.arguments):
        return call("update_brief", **kept)
    return say(f"I could not take that down: {last.error}", _ask(turn, state_of(turn)))


def _after_plan(turn: Turn, last: Used) -> Step:
    state = state_of(turn)
    if last.ok:
        return say(besides(turn), answer_for(turn, state), made_plan(turn, state, last))
    if len(turn.calls("create_campaign_plan")) == 1:
        return plan_step(turn, state, cautious=True)
    return say(f"I could not store the plan: {last.error}", "Tell me what to change, and I'll try again.")


def _after_revision(turn: Turn, last: Used) -> Step:
    state = state_of(turn)
    done = turn.worked("update_brief")
    changed = tuple(str(name) for name in done.result.get("changed", ())) if done else ()
    if last.ok:
        new_plan = changed_plan(turn, state, changed, last)
        return say(new_plan, answer_for(turn, state), besides(turn), _outdated_drafts(turn, changed))
    if len(turn.calls("revise_campaign")) == 1:
        return revise_step(turn, state, changed, cautious=True)
    return say(noted(changed, state), f"The plan itself could not be changed: {last.error}")


def _wants_plan(turn: Turn) -> bool:
    if talk.asks_plan(turn.text):
        return True
    return talk.says_yes(turn.text) and PLAN_OFFER in turn.last_answer("strategist")


def _answer(turn: Turn, state: State, changed: tuple[str, ...]) -> Step:
    text = turn.text
    if turn.campaign and (talk.asks_money_left(text) or talk.asks_plan(text) or plan_parts(text)):
        return call("get_campaign")
    if turn.campaign and "estimate_cost" in turn.tools and cost_question(text):
        return call("estimate_cost")
    if _wants_plan(turn):
        return _plan_or_what_is_missing(turn, state, changed)
    found = _facts(turn, state)
    if gone := passed(found, turn.today):
        return say(
            noted(changed, state),
            f"{day(gone)} has already passed; today is {day(turn.today)}. {WHICH_DATE}",
        )
    if any(not used.ok and set(DATES) & set(used.arguments) for used in turn.calls("update_brief")):
        return say(noted(changed, state), f"I was not sure about the dates. {WHICH_DATE}")
    reading = reading_of(turn)
    first = opening(turn, state, changed, reading)
    taken_down = say(english_only(turn), noted(changed, state), assumed_currency(turn, state, changed)).text
    if first.endswith("?") or talk.says_bye(text):
        return say(taken_down, first)
    return say(taken_down, first, _closing(turn, state, changed, reading))


def _plan_or_what_is_missing(turn: Turn, state: State, changed: tuple[str, ...]) -> Step:
    if state.ready:
        return plan_step(turn, state)
    missing = _open_fields(turn, state)
    still = f"For a plan I still need {named(missing)}."
    return say(english_only(turn), noted(changed, state), f"{still} {question(turn, missing[0])}")


def _closing(turn: Turn, state: State, changed: tuple[str, ...], reading: Reading) -> str:
    """The one question, or the offer, that ends an answer."""
    if outdated := _outdated_drafts(turn, changed):
        return outdated
    if reading.kind in {"thanks", "offtopic"} and state.missing and not turn.asked and already_shown(turn):
        return "" if reading.kind == "thanks" else "Shall I change anything in the text?"
    if state.missing:
        return _ask(turn, state, changed, reading)
    if turn.campaign:
        return _after_the_plan(turn, changed, reading)
    if talk.says_no(turn.text) and PLAN_OFFER in turn.last_answer("strategist") and not changed:
        return "All right, no plan yet. Tell me what should change, or say “plan” when you are ready."
    if changed:
        return f"That's everything I need. {PLAN_OFFER}"
    return f"The brief is complete. {PLAN_OFFER}"


def _outdated_drafts(turn: Turn, changed: tuple[str, ...]) -> str:
    """The offer to bring texts in line with what has just changed in the brief."""
    return OUTDATED if WRITTEN & set(changed) and already_shown(turn) else ""


def _after_the_plan(turn: Turn, changed: tuple[str, ...], reading: Reading) -> str:
    agents = [said.agent for said in turn.history if said.by == "assistant"]
    if "writer" in agents and "the calendar:" in turn.last_answer("publisher"):
        return "Ask for the calendar or the figures whenever you like, or for another text."
    if "writer" in agents:
        return "Next: change a draft, or say “schedule them”."
    if changed or reading.kind in {"thanks", "offtopic", "greeting"}:
        return "Next, the writer can draft the texts: say which channel and what voice, or “write the posts”."
    return "The plan stands. Tell me what should change, or say “write the posts”."


def _ask(turn: Turn, state: State, changed: tuple[str, ...] = (), reading: Reading | None = None) -> str:
    fields = _open_fields(turn, state)
    if not fields:
        return PLAN_OFFER if not turn.campaign else ""
    name = fields[0]
    if (
        asked_field(turn) == name
        and not changed
        and reading is not None
        and reading.kind in {"answer", "request", "correction"}
        and not talk.is_order(turn.text)
    ):
        if talk.asks_to_choose(turn.text) and not answer_for(turn, state):
            return suggestion(name, state, turn.today + timedelta(weeks=4))
        if not turn.text.rstrip().endswith("?") and not talk.asks_status(turn.text) and not talk.asks_ideas(turn.text):
            return AGAIN[name]
    return question(turn, name)
