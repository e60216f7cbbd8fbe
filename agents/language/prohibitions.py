"""Messages that only say what is not wanted in what the team makes: no discounts, never say free, avoid clichés."""

import re
from typing import Final

_LONGEST: Final = 200
_FORBIDS: Final = re.compile(
    r"^\W*(?:(?:and|also|please|pls|oh|but|just|ok(?:ay)?|btw|yes)\W+)*(?:"
    r"never (?:say|mention|use|promise|claim|show|call|talk about)|"
    r"(?:don'?t|do not|avoid) (?:ever )?(?:say(?:ing)?|mention(?:ing)?|us(?:e|ing)|promis(?:e|ing)|claim(?:ing)?|"
    r"talk(?:ing)? about|call(?:ing)? (?:it|us|them))|"
    r"avoid (?!it\b|that\b|this\b)[a-z][\w'-]*|"
    r"no (?!thanks|thank|need|idea|problem|worries|one\b|budget|money|more\b|way\b|it\b|that|the\b|not\b|but\b|plan|"
    r"rush|longer|date|deadline|i\b|we\b|just|sorry|leave|wait|make|change|actually|he\b|she\b|they\b|you\b|"
    r"preference|clue|limit|matter|particular|real\b|set\b|fixed|specific|goal|figures?\b|website|drafts?\b|posts?\b|"
    r"instagram|facebook|email|linkedin|twitter|tiktok|x\b|a\b|an\b|for\b|in\b|on\b|to\b|"
    r"keep|use|go\b|don|do\b|cancel|stop|what|which|how|why|when|there|please|let)[a-z][\w'-]+"
    r")\b[^?]*$",
    re.IGNORECASE,
)
_ORDERS: Final = re.compile(
    r"\b(?:write|draft|schedule|publish|shorten|rewrite|make (?:a|the) plan|plan it|send|post (?:it|this|that|them)|"
    r"shorter|longer|funnier|instead)\b",
    re.IGNORECASE,
)


def prohibition(text: str) -> bool:
    """Whether a message only says what is not to be said or used."""
    return len(text) <= _LONGEST and _FORBIDS.match(text) is not None and _ORDERS.search(text) is None
