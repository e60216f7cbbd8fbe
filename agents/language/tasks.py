"""Messages with several tasks: the clauses that ask, whose work each of them is, and how likely that is a task."""

import math
import re
from collections.abc import Callable, Mapping, Sequence

from agents.language.classifier import Scores
from agents.language.evidence import asks, weights, wishes
from agents.language.situation import AGENTS, Situation

Scorer = Callable[[str, Situation], Scores]
SIGNS = 12  # numbers that describe a candidate
_MOST_PARTS = 6
_SHORT = 400  # characters within which "turn the results into a post" is taken for two tasks

_BEFORE = re.compile(
    r"^\W*(?:but )?before (?:you |we |i )?(?P<late>[^,]+),\s*(?P<early>.+)$|^(?P<early2>.+?),?\s(?:but )?before "
    r"(?:you |we |i |it |they )(?P<late2>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_INTO = re.compile(
    r"\b(?:use|take|turn|put|make|sum up|get|pull) (?P<what>[^,.;]{0,60}?\b(?:figures|numbers|stats|statistics|"
    r"results|data|insights)\b"
    r"[^,.;]{0,60}?) (?:to|into|in|for) (?P<piece>(?:write|draft|make|create|an?\b|the )[^.;]*)",
    re.IGNORECASE,
)
_DUE = re.compile(
    r"(?:, (?:and )?| and )(?:it |they |this |which |that )?(?:to (?:go|be)|goes|go|gets|should (?:be|go)|(?:has|have|"
    r"needs?) to (?:be|go)|"
    r"must (?:be|go)) (?=(?:up|out|live|online|posted|published|sent|scheduled)\b)",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"\b(?:and|then|also|plus|after that|afterwards|next|und|dann|et|puis|y|luego)\b|[&+]",
    re.IGNORECASE,
)


def candidates(plain: str, scores: Scores, scorer: Scorer) -> dict[str, tuple[float, ...]]:
    """The agents some clause asks, each with its signs, in the order of work; {} for a message with one wish.

    Work goes as mentioned, except that what comes 'before' something is done first.
    """
    turned = _BEFORE.match(plain)
    if turned:
        early, late = (
            turned["early"] or turned["early2"],
            turned["late"] or turned["late2"],
        )
        plain = f"{early}. {late}"
    if len(plain) <= _SHORT:
        plain = _INTO.sub(r"show me \g<what>. write \g<piece>", plain)
        plain = _DUE.sub(". publish it ", plain)
    parts = wishes(plain)[:_MOST_PARTS]
    if len(parts) < 2:
        return {}
    read: dict[str, list[tuple[float, str, int]]] = {}
    for place, part in enumerate(parts):
        alone = scorer(part, Situation())
        agent = max(AGENTS, key=alone.of)
        read.setdefault(agent, []).append((alone.of(agent), part, place))
    if len(read) < 2:
        return {}
    best = max(AGENTS, key=scores.of)
    linked = bool(_THEN.search(plain))
    found: dict[str, tuple[float, ...]] = {}
    for agent, clauses in read.items():
        share, part, place = max(clauses)
        rival = max(max(other)[0] for name, other in read.items() if name != agent)
        found[agent] = (
            1.0,
            _logit(share),
            _logit(scores.of(agent)),
            weights(part).get(agent, 0.0) / 3,
            float(asks(part)),
            min(len(part.split()), 8) / 8,
            float(place == 0),
            float(agent == best),
            _logit(rival),
            len(parts) / _MOST_PARTS,
            float(linked),
            float(agent == "strategist"),
        )
    return found


def _logit(share: float) -> float:
    bounded = min(max(share, 0.002), 0.998)
    return math.log(bounded / (1 - bounded)) / 4


def likely(signs: Sequence[float], leanings: Sequence[float]) -> float:
    """How likely a candidate has a task in the message."""
    return 1 / (1 + math.exp(-sum(sign * leaning for sign, leaning in zip(signs, leanings, strict=True))))


def tasks(found: Mapping[str, Sequence[float]], leanings: Sequence[float]) -> dict[str, float]:
    """How likely each of the candidates has a task; {} where fewer than two do."""
    sure = {agent: likely(signs, leanings) for agent, signs in found.items()}
    return sure if sum(share >= 0.5 for share in sure.values()) > 1 else {}
