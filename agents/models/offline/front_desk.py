"""What a message to the strategist asks to hear before the open question: answers, the brief, small talk."""

from agents.language.cost_questions import cost_question
from agents.language.situation import Reading
from agents.models.offline import talk
from agents.models.offline.advice import answer_for, ideas
from agents.models.offline.brief import State, named, summary
from agents.models.offline.costs import BEFORE_A_PLAN
from agents.models.offline.inquiries import UNSETTLED, about_brief
from agents.models.offline.reading import Turn
from agents.models.offline.recalled import known_answer

UNKNOWN = (
    "I have no answer to that in what is stored. I can tell you about the brief, the plan, the texts or the figures."
)
NO_GUESSES = "We don't estimate results: every figure comes from what is stored, or we say that there is none."


def besides(turn: Turn) -> str:
    """What the message asks to hear about the team itself, besides its other business."""
    if talk.asks_identity(turn.text):
        return talk.identity()
    return talk.capabilities() if talk.asks_abilities(turn.text) else ""


def english_only(turn: Turn) -> str:
    """Said once to a person who writes in another language."""
    told = any(said.by == "assistant" and talk.ENGLISH_ONLY in said.text for said in turn.history)
    return talk.ENGLISH_ONLY if talk.is_foreign(turn.text) and not told else ""


def opening(turn: Turn, state: State, changed: tuple[str, ...], reading: Reading) -> str:
    """The answer to what was asked, or a word in return; nothing where the message only brought facts."""
    return _answer(turn, state, changed, reading) or _small_talk(turn, changed, reading)


def _answer(turn: Turn, state: State, changed: tuple[str, ...], reading: Reading) -> str:
    if about_us := besides(turn):
        return about_us
    if reading.kind == "capabilities":
        return talk.capabilities()
    if talk.asks_needs(turn.text) and state.missing:
        return f"For a plan I {'' if state.empty else 'still '}need {named(state.missing)}."
    if not turn.campaign and not state.empty and cost_question(turn.text):
        return BEFORE_A_PLAN
    known = known_answer(turn)
    told = about_brief(turn, state)
    if known and (not told or UNSETTLED in told):
        return known
    if told:
        return told
    if talk.asks_status(turn.text) and not changed:
        return f"So far I have:\n\n{summary(state)}" if not state.empty else "Nothing yet: we have only just started."
    if talk.asks_ideas(turn.text) and (state.value("product") or state.value("business")):
        return ideas(state)
    return answer_for(turn, state)


def _small_talk(turn: Turn, changed: tuple[str, ...], reading: Reading) -> str:
    text = turn.text
    if talk.says_bye(text):
        return talk.goodbye()
    if reading.kind == "greeting":
        return talk.greeting(turn)
    if changed:
        return ""
    if talk.asks_guess(text):
        return NO_GUESSES
    if talk.complains(text):
        return talk.sorry()
    if reading.kind == "thanks":
        return talk.welcome(turn)
    if reading.kind == "offtopic":
        return talk.declined(turn)
    return UNKNOWN if turn.campaign and turn.text.rstrip().endswith("?") else ""
