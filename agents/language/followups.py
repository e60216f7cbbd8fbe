"""Short follow-ups whose words name nobody's work, but which leave no doubt where the conversation stands."""

import re

from agents.language.situation import Reading, Situation

_LEAD = (
    r"^\W*(?:(?:ok(?:ay)?|so|and|then|now|well|no|actually|please|pls|just|sorry|oh|hm+|right|great|yes|yeah|can you|"
    r"could you|let's|then)\b\W*)*"
)
_REVISE = re.compile(
    rf"{_LEAD}(?:change|revise|rework|redo|rewrite|edit|fix|adjust|improve|update) (?:it|this|that|them|the text|the "
    rf"draft|the post)(?: then| please| pls| again| first| a bit)*\W*$",
    re.IGNORECASE,
)
_REVISION = re.compile(
    r"\b(?:revis\w+|rewrit\w+|chang\w+|rework\w*|adjust\w*|edit\w*|another version|new (?:version|draft)|different "
    r"(?:text|wording))\b",
    re.IGNORECASE,
)
_ESTIMATE = re.compile(
    rf"{_LEAD}(?:estimate|guess|guesstimate|extrapolate|approximate|"
    rf"(?:give (?:me|us) )?(?:a|your best|a rough) (?:guess|estimate)|roughly)\b[\w\s']{{0,24}}\W*$",
    re.IGNORECASE,
)
_MOVED = re.compile(
    rf"{_LEAD}(?:push|move|put|shift|bring|pull|delay|postpone)(?:ed)? "
    rf"(?:it|that|this|things|everything|the (?:\w+ )?(?:date|launch|event|opening|campaign|start|plan))(?: all)?"
    rf"(?: back| forward| out| on)?(?: by)? (?:an?|one|two|three|\d+|a couple of) (?:day|week|fortnight|month)s?\b",
    re.IGNORECASE,
)
_REWORDED = re.compile(
    rf"{_LEAD}make (?:it|this|that|them|(?:the|each|every|both|all) "
    rf"(?!(?:budget|plan|campaign|audience|goal|target|timeline|launch|event|date)\b)[\w-]+(?: [\w-]+){{0,3}}?) "
    rf"(?:(?:a )?(?:bit|little|lot|tad|much) )?(?:shorter|longer|punchier|snappier|warmer|friendlier|funnier|softer|"
    rf"bolder|simpler|clearer|tighter|stronger|catchier|(?:more|less|sound|feel) [\w-]+)\b",
    re.IGNORECASE,
)
_WRONG_FACT = re.compile(
    rf"{_LEAD}(?:(?:the|our) (?:date|day|time|place|venue|town|city|location|audience|budget|goal|address)"
    rf"(?:'?s| is| was) (?:all |completely |still |actually )?(?:wrong|not right|not correct|incorrect|off|different)\b"
    rf"|(?:it|that)(?:'?s| is)(?: actually)? (?:on |in )?(?:the )?\d{{1,2}}(?:st|nd|rd|th)\b(?!,? (?:of )?"
    rf"(?:post|one|draft|text|version)))",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf"{_LEAD}(?:(?:wh?[ao]t|wot|wat)(?:'?s| is| comes| happens| do (?:we|i) do| should (?:we|i) do)?|where do we go) "
    rf"(?:next|now|from here)\W*$",
    re.IGNORECASE,
)


def follow_up(plain: str, situation: Situation) -> Reading | None:
    """The reading of a short follow-up that only the conversation makes plain, or None."""
    if len(plain.split()) > 12 or (situation.last_agent is None and not situation.has_drafts):
        return None
    last = situation.last_agent
    if situation.has_drafts and _REWORDED.match(plain):
        return Reading(("writer",), 0.97, True, "correction", "a draft is to read differently")
    if situation.has_drafts and situation.brief_started and last != "publisher" and _WRONG_FACT.match(plain):
        return Reading(("strategist",), 0.95, True, "correction", "puts a fact of the brief right")
    if last == "publisher" and _REVISE.match(plain) and _REVISION.search(situation.last_answer[-600:]):
        return Reading(("writer",), 0.96, True, "answer", "takes up the revision offered")
    if last == "analyst" and _ESTIMATE.match(plain):
        return Reading(("analyst",), 0.96, True, "answer", "asks for a figure all the same")
    if last in {"strategist", None} and situation.has_plan and _MOVED.match(plain):
        return Reading(("strategist",), 0.96, True, "correction", "moves the plan")
    if last is not None and _NEXT.match(plain):
        return Reading(("strategist",), 0.95, True, "request", "asks what comes next")
    return None
