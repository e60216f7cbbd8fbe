"""Who answers a message: rules for the clearest cases, a small linear model for the rest.

A reading is ``certain`` where no model needs to be asked; the threshold comes from cross-validation.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

from agents.language.classifier import leanings, score, thresholds
from agents.language.evidence import heard, weights
from agents.language.features import visible
from agents.language.memory_requests import memory_request
from agents.language.offers import offered_agent
from agents.language.rules import heir, settled
from agents.language.sentences import tidy
from agents.language.situation import AGENTS, Reading, Situation
from agents.language.tasks import Scorer, candidates, likely
from agents.language.zone_requests import zone_request

GROUNDS: tuple[str, ...] = (
    "several tasks in one message",
    "the words name this work",
    "the words lean to this work",
    "a follow-up to what was said last",
    "the words and where the conversation stands",
)
_AND_MORE = re.compile(  # yes to what was offered, and something beside it
    r"\W*(?:yes|yep|yeah|yup|sure|ok(?:ay)?|go ahead|please do)(?:,? (?:please|thanks|do|sure|go ahead))*[\s,.!-]+"
    r"(?:and|then)\s(?!(?:what|how|when|why|which|who|thanks|thank)\b)",
    re.IGNORECASE,
)
_MINIMUM = 0.05  # how likely the one who spoke last must be to keep it
_OVERRULES = 0.8  # how likely another agent must be to take a short follow-up from the one who spoke last


def read_intent(text: str, situation: Situation) -> Reading:
    """Decide which agents a message is for. Deterministic and free of side effects; any text is answered."""
    if memory_request(text):
        return Reading(("strategist",), 0.97, True, "request", "about what is remembered")
    if zone_request(text):
        return Reading(("strategist",), 0.97, True, "request", "about the person's timezone")
    plain = tidy(text)
    sure = dict(zip(GROUNDS, thresholds(), strict=True))
    reading = settled(plain, situation) or weighed(plain, situation, score, sure, leanings())
    offered = offered_agent(situation.last_answer) if _AND_MORE.match(plain) else ""
    if offered and offered not in reading.agents and not (offered == "strategist" and situation.has_plan):
        return replace(reading, agents=(offered, *reading.agents))
    return reading


def weighed(
    plain: str,
    situation: Situation,
    scorer: Scorer,
    sure: Mapping[str, float],
    leaning: Sequence[float],
) -> Reading:
    """The model's reading of a tidied message."""
    plain = heard(visible(plain))
    scores = scorer(plain, situation)
    best = max(AGENTS, key=scores.of)
    found = {agent: likely(signs, leaning) for agent, signs in candidates(plain, scores, scorer).items()}
    chosen = [agent for agent, share in found.items() if share >= 0.5]
    if len(chosen) > 1:
        confidence = prod(share if agent in chosen else 1 - share for agent, share in found.items())
    else:
        follower = heir(plain, situation)
        chosen = [follower if follower and scores.of(best) < _OVERRULES and scores.of(follower) > _MINIMUM else best]
        alone = prod(1 - share for agent, share in found.items() if agent not in chosen)
        confidence = alone * prod(scores.of(name) if name in chosen else 1 - scores.of(name) for name in AGENTS)
    ground = _ground(plain, situation, chosen)
    return Reading(
        tuple(chosen),
        round(confidence, 4),
        confidence >= sure.get(ground, 2.0),
        scores.kind,
        ground,
    )


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
