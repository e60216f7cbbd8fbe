"""Whose work the words of a message point to, clause by clause, before anything is weighed."""

import re

from agents.language.cues import find_cues
from agents.language.lexicon import classes

_OF_CLASS = {
    "WRITE": "writer", "EDIT": "writer", "TONE": "writer", "TEXT": "writer", "LANG": "writer",
    "PUBLISH": "publisher", "CALENDAR": "publisher", "APPROVE": "publisher", "SEND": "publisher", "STOP": "publisher", "ACCOUNT": "publisher",
    "MEASURE": "analyst", "METRIC": "analyst", "COMPARE": "analyst", "HOWMANY": "analyst",
    "PLAN": "strategist", "IDEA": "strategist", "BRIEF": "strategist", "OFFER": "strategist", "BUSINESS": "strategist", "CHAT": "chat", "INJECT": "chat",
}  # fmt: skip
_WEIGHT = {
    "WRITE": 3.0, "EDIT": 2.5, "TONE": 1.5, "TEXT": 1.0, "LANG": 1.0, "PUBLISH": 3.0, "CALENDAR": 2.0, "APPROVE": 3.0, "SEND": 2.0, "STOP": 1.5,
    "ACCOUNT": 1.0, "MEASURE": 2.5, "METRIC": 1.0, "COMPARE": 1.5, "HOWMANY": 1.0, "PLAN": 2.5, "IDEA": 2.0, "BRIEF": 2.0, "OFFER": 1.5, "BUSINESS": 1.0,
}  # fmt: skip
_CUES = {
    "w_make": ("writer", 3.0), "w_write": ("writer", 3.0), "w_edit": ("writer", 2.0), "p_out": ("publisher", 3.0), "p_decide": ("publisher", 3.0),
    "p_calendar": ("publisher", 1.0), "a_measure": ("analyst", 3.0), "a_figures": ("analyst", 2.5), "a_compare": ("analyst", 1.0), "s_plan": ("strategist", 2.5),
    "w_piece": ("writer", 2.5), "w_quote": ("writer", 1.5), "w_check": ("writer", 2.0), "o_chat": ("chat", 3.0), "i_inject": ("chat", 3.0),
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_MONEY = re.compile(r"[£$€₹¥]\s?\d|\d\s?(?:[£$€₹]|k\b|quid\b|euros?\b|pounds?\b|dollars?\b|grand\b)", re.IGNORECASE)
CLAUSE = re.compile(
    r"[,;.!?\n:]+\s*(?:and |then |und |et |y )?|\s(?:and then|and also|and|then|plus|also|&|\+|und|dann|et|puis|y|luego|n|as well as|but|once|before|when|after|so)\s|\s[-+&]\s", re.IGNORECASE
)


def weights(text: str) -> dict[str, float]:
    """How strongly the words of ``text`` point to each agent (or to chat); the strongest word counts."""
    found: dict[str, float] = {}
    for word in _WORD.findall(text.lower()):
        for name in classes(word):
            if agent := _OF_CLASS.get(name):
                found[agent] = max(found.get(agent, 0.0), _WEIGHT.get(name, 1.0))
    for name, _ in find_cues(text):
        if name in _CUES:
            agent, weight = _CUES[name]
            found[agent] = max(found.get(agent, 0.0), weight)
    if _MONEY.search(text):
        found["strategist"] = max(found.get("strategist", 0.0), 1.5)
    return found


def clauses(text: str) -> list[str]:
    """The parts of a message that may each hold a task."""
    return [part for part in CLAUSE.split(text) if part.strip()]


def tasks(text: str) -> list[tuple[str, float]]:
    """The agents whose work separate clauses ask for, in order of mention, each with its strongest evidence."""
    best: dict[str, tuple[float, int]] = {}
    for number, clause in enumerate(clauses(text)):
        found = {agent: weight for agent, weight in weights(clause).items() if agent != "chat"}
        if not found:
            continue
        agent = max(found, key=lambda name: found[name])
        if found[agent] > best.get(agent, (0.0, 0))[0]:
            best[agent] = (found[agent], number)
    return [(agent, best[agent][0]) for agent in sorted(best, key=lambda agent: best[agent][1])]
