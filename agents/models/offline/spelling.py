"""Reads past slips of the keyboard in the words people give orders with. Facts are never touched, only these words."""

import re
from functools import cache

_ORDERS = frozenset(
    re.findall(
        r"\w+",
        """
    plan plans planned planning write writes written writing draft drafts post posts posted caption captions
    schedule scheduled schedules scheduling publish published cancel cancelled approve approved reject rejected
    shorter shorten short longer change changed rewrite calendar campaign campaigns strategy budget
    email emails newsletter article tweet tweets hashtag hashtags emoji emojis
    funny funnier playful friendly formal professional cheeky elegant urgent casual
    tomorrow tonight morning afternoon evening please everything
    monday tuesday wednesday thursday friday saturday sunday
    """,
    )
)
# A letter away from an order, and said for themselves.
_OTHER_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    particle particles budged cancer chancel cation caution cautions causal chance chanced chanted charge charged
    clanged hanged cheeks cheery cheesy crafts drafty drifts grafts formals format normal funkier sunnier runnier
    linger lodger logger longed monger moaning mooning mourning panned planed planked planner planted panning
    planing planking planting pots costed hosted pasted ported posited poster potted pouted processional publisher
    publishers dejected ejected shooter sorter sundae sundry sweets tweeds whites writer writers waiting whiting
    writings pleased scheduler schedulers
    """,
    )
)
_SLANG = {"tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "2moro": "tomorrow", "teh": "the", "em": "them",
          "wot": "what", "pls": "please", "plz": "please"}  # fmt: skip
_WORD = re.compile(r"(?<![@#\w./:'’-])[A-Za-z0-9]{2,12}(?![\w@/'’-])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST_SWAP, SHORTEST_EDIT = 4, 6


def corrected(text: str) -> str:
    """The text with mistyped order words put right: two letters swapped, or one too many, too few or wrong."""
    return _WORD.sub(_read, text)


def _read(match: re.Match[str]) -> str:
    word = match.group()
    return _meant(word.lower()) or word


@cache
def _swapped() -> dict[str, str]:
    found: dict[str, str] = {}
    for order in sorted(_ORDERS):
        for at in range(len(order) - 1):
            found.setdefault(order[:at] + order[at + 1] + order[at] + order[at + 2 :], order)
    return found


def _meant(word: str) -> str:
    if word in _ORDERS or word in _OTHER_WORDS:
        return ""
    if word in _SLANG:
        return _SLANG[word]
    if len(word) >= SHORTEST_SWAP and (swapped := _swapped().get(word)):
        return swapped
    return next((near for near in _edits(word) if near in _ORDERS), "") if len(word) >= SHORTEST_EDIT else ""


def _edits(word: str) -> list[str]:
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    shorter = [a + b[1:] for a, b in cuts if b]
    longer = [a + letter + b for a, b in cuts for letter in _LETTERS]
    other = [a + letter + b[1:] for a, b in cuts if b for letter in _LETTERS]
    return [near for near in (*longer, *shorter, *other) if len(near) >= SHORTEST_EDIT]
