"""Who answers a message: rules for the clearest cases, a small linear model for the rest.

A reading is ``certain`` where no model needs to be asked; the threshold comes from cross-validation.
"""

import re
from collections.abc import Callable, Mapping

from agents.language.classifier import Scores, score, thresholds
from agents.language.evidence import weights, wishes
from agents.language.rules import heir, settled
from agents.language.sentences import tidy
from agents.language.situation import AGENTS, Reading, Situation

GROUNDS = (
    "several tasks in one message",
    "the words name this work",
    "the words lean to this work",
    "a follow-up to what was said last",
    "the words and where the conversation stands",
)
_CLAUSE_SHARE = 0.6  # how much the reading of a clause by itself counts beside that of the whole
_TASK = 0.5  # from where on that makes a task of its own
_UNNAMED = 0.85  # how far a clause that names no work of its own is trusted
_OVERRULES = 0.8  # how likely another agent must be to take a short follow-up from the one who spoke last
Scorer = Callable[[str, Situation], Scores]

_BEFORE = re.compile(
    r"^\W*(?:but )?before (?:you |we |i )?(?P<late>[^,]+),\s*(?P<early>.+)$|^(?P<early2>.+?),?\s(?:but )?before "
    r"(?:you |we |i |it |they )(?P<late2>.+)$",
    re.IGNORECASE | re.DOTALL,
)


def read_intent(text: str, situation: Situation) -> Reading:
    """Decide which agents a message is for. Deterministic and free of side effects; any text is answered."""
    plain = tidy(text)
    return settled(plain, situation) or weighed(plain, situation, score, dict(zip(GROUNDS, thresholds(), strict=True)))


def weighed(plain: str, situation: Situation, scorer: Scorer, sure: Mapping[str, float]) -> Reading:
    """The model's reading of a tidied message."""
    scores = scorer(plain, situation)
    best = max(AGENTS, key=scores.of)
    chosen = _several(plain, scores, scorer)
    follower = heir(plain, situation)
    if not chosen and follower and scores.of(best) < _OVERRULES:
        chosen = [follower]
    chosen = chosen or [best]
    confidence = _confidence(scores, chosen)
    ground = _ground(plain, situation, chosen)
    return Reading(tuple(chosen), confidence, confidence >= sure.get(ground, 2.0), scores.kind, ground)


def _ground(plain: str, situation: Situation, chosen: list[str]) -> str:
    """What besides the model speaks for a reading; each ground has its own threshold."""
    if len(chosen) > 1:
        return GROUNDS[0]
    found = weights(plain)
    agent = chosen[0]
    rival = max((weight for name, weight in found.items() if name != agent), default=0.0)
    if found.get(agent, 0.0) >= 2.5 and rival <= 1.0:
        return GROUNDS[1]
    if found.get(agent, 0.0) > rival:
        return GROUNDS[2]
    if agent == situation.last_agent and not rival:
        return GROUNDS[3]
    return GROUNDS[4]


def _several(plain: str, scores: Scores, scorer: Scorer) -> list[str]:
    """The agents of a message with several tasks in the order of work, or [] where it has one.

    Work goes as mentioned, except that what comes 'before' something is done first. Each asking clause is read for
    itself; the surer that reading, the less the reading of the whole need agree.
    """
    turned = _BEFORE.match(plain)
    if turned:
        early, late = turned["early"] or turned["early2"], turned["late"] or turned["late2"]
        plain = f"{early}. {late}"
    parts = wishes(plain)
    if len(parts) < 2:
        return []
    found: dict[str, float] = {}
    for part in parts[:6]:
        alone = scorer(part, Situation())
        agent = max(AGENTS, key=alone.of)
        named = weights(part).get(agent, 0.0)
        sure = alone.of(agent) * (1.0 if named >= 2.0 else 0.8 if named else _UNNAMED)
        found[agent] = max(found.get(agent, 0.0), sure)
    kept = [
        agent for agent, sure in found.items() if sure * _CLAUSE_SHARE + scores.of(agent) * (1 - _CLAUSE_SHARE) >= _TASK
    ]
    return kept if len(kept) > 1 else []


def _confidence(scores: Scores, chosen: list[str]) -> float:
    product = 1.0
    for agent in AGENTS:
        product *= scores.of(agent) if agent in chosen else 1 - scores.of(agent)
    return round(product, 4)
