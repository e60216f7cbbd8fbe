"""Questions about what a campaign is going to cost. By rule."""

import re
from typing import Final

_ASKS: Final = re.compile(
    r"\b(?:what|how much|how expensive)(?:'s|'ll|'d)?\b[^.?!\n]{0,40}"
    r"\b(?:cost|come to|set (?:us|me|them|him|her) back)\b|"
    r"\bhow (?:expensive|pricey|much) (?:is|will|would|'ll|'d) (?:it|that|this|all (?:of )?(?:it|this|that)|everything|"
    r"the (?:whole (?:thing|lot|campaign)|campaign|plan))(?: be| in total| altogether| all in)*\W*$|"
    r"\b(?:estimate|work out|calculate|tell (?:me|us)|give (?:me|us)) (?:the |what (?:it|this|that) |its |our |a )?"
    r"(?:rough |total |whole )*costs?\b",
    re.IGNORECASE,
)
# What one result cost or may cost, what was spent, and what somebody else charges are other questions.
_OTHER: Final = re.compile(
    r"\b(?:per|each|apiece|did|was|were|has|have|had|spent|so far|last|you|ads?|clicks?|visitors?|bookings?|"
    r"conversions?|leads?|sign-?ups?|customers?|people|competitors?|tickets?|every one)\b",
    re.IGNORECASE,
)
_LONGEST: Final = 160


def cost_question(text: str) -> bool:
    """Whether a message asks what the campaign is going to cost as a whole."""
    return len(text) <= _LONGEST and _ASKS.search(text) is not None and _OTHER.search(text) is None
