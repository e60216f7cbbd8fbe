"""Who answers a message: rules for the clearest cases, a small linear model for the rest.

A reading is ``certain`` where no model needs to be asked; the threshold comes from cross-validation.
"""

import re
from collections.abc import Callable

from agents.language.classifier import Scores, score, threshold
from agents.language.cues import find_cues
from agents.language.offers import offered_agent
from agents.language.rules import settled
from agents.language.sentences import tidy
from agents.language.situation import AGENTS, Reading, Situation

Scorer = Callable[[str, Situation], Scores]

_CLAUSE = re.compile(
    r"[,;.!?\n]+\s*(?:and |then |und |et |y )?|\s(?:and then|and also|and|then|plus|also|&|\+|und|dann|et|puis|y|luego|n|as well as|but)\s", re.IGNORECASE
)
_FIRST = re.compile(r"\b(?:before (?:you|we|that|it|scheduling|publishing|posting|sending|approving)|once|when|after|as soon as)\b", re.IGNORECASE)
_CUE_AGENTS = {"w": "writer", "p": "publisher", "a": "analyst", "s": "strategist"}
_STRONG = {"w_make": 3.0, "w_write": 3.0, "w_edit": 2.0, "p_out": 3.0, "p_decide": 3.0, "p_calendar": 1.0, "a_measure": 3.0, "a_figures": 2.5, "a_compare": 1.5, "s_plan": 2.5, "s_brief": 1.0, "w_text": 0.5}


def read_intent(text: str, situation: Situation) -> Reading:
    """Decide which agents a message is for. Deterministic and free of side effects; any text is answered."""
    plain = tidy(text)
    return settled(plain, situation) or weighed(plain, situation, score, threshold())


def weighed(plain: str, situation: Situation, scorer: Scorer, sure: float) -> Reading:
    """The model's reading of a tidied message."""
    scores = scorer(plain, situation)
    chosen = [agent for agent in AGENTS if scores.of(agent) >= 0.5]
    if not chosen:
        chosen = [max(AGENTS, key=scores.of)]
    if len(chosen) > 1:
        chosen = _ordered(plain, chosen)
    confidence = _confidence(scores, chosen)
    reason = "several tasks in one message" if len(chosen) > 1 else "the words and where the conversation stands"
    return Reading(tuple(chosen), confidence, confidence >= sure, scores.kind, reason)


def _confidence(scores: Scores, chosen: list[str]) -> float:
    product = 1.0
    for agent in AGENTS:
        product *= scores.of(agent) if agent in chosen else 1 - scores.of(agent)
    return round(product, 4)


def _ordered(plain: str, chosen: list[str]) -> list[str]:
    """Order of mention, which is the order of work unless a clause begins with 'before' or 'once'."""
    places: dict[str, float] = {}
    start = 0
    clauses: list[tuple[int, str]] = []
    for match in _CLAUSE.finditer(plain):
        clauses.append((start, plain[start : match.start()]))
        start = match.end()
    clauses.append((start, plain[start:]))
    best: dict[str, float] = {}
    for number, (_, clause) in enumerate(clauses):
        late = 100 if _FIRST.search(clause) and re.search(r"\bbefore\b", clause, re.IGNORECASE) else 0
        for agent, weight in _weights(clause).items():
            if agent in chosen and weight > best.get(agent, 0.0):
                best[agent], places[agent] = weight, number + late
    return sorted(chosen, key=lambda agent: (places.get(agent, 50.0), AGENTS.index(agent)))


def _weights(clause: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for name, _ in find_cues(clause):
        if agent := _CUE_AGENTS.get(name[0] if name in _STRONG else ""):
            weights[agent] = max(weights.get(agent, 0.0), _STRONG[name])
    return weights


__all__ = ["read_intent", "weighed", "offered_agent"]
