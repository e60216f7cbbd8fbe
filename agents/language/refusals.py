"""What a person's reason for not approving posts is about: their texts, which the writer changes, or something else."""

import re
from typing import Final

HOLD: Final = re.compile(
    r"\b(?:leave it|leave them|not now|not yet|later on|hold (?:it|them|off|on)|on hold|changed (?:my|our) minds?|"
    r"no longer|don'?t need|forget (?:it|them|about)|cancell?(?:ed)?)\b",
    re.IGNORECASE,
)
TIMING: Final = re.compile(
    r"\b(?:time|date|day|later|earlier|too (?:early|late)|morning|evening|week|monday|tuesday|wednesday|thursday|"
    r"friday|saturday|sunday)\b",
    re.IGNORECASE,
)
_TEXT: Final = re.compile(
    r"\b(?:texts?|words?|wording|sentences?|short(?:er|en)?|long(?:er)?|tone|voice|emojis?|hashtags?|subject|titles?|"
    r"headline|says?|mentions?|mention(?:ed|ing)?|writes?|rewrite|add|leave out|remove|without|instead of|"
    r"warm(?:er)?|cold(?:er)?|formal|friendl(?:y|ier)|funn(?:y|ier)|playful|loud(?:er)?|cheek(?:y|ier)|bold(?:er)?|simpler|clearer)\b",
    re.IGNORECASE,
)


def is_about_texts(reason: str) -> bool:
    """Whether the writer has to act on a reason: not where it only puts things off, or is about the time alone."""
    if not reason.strip():
        return False
    if _TEXT.search(reason):
        return True
    return not HOLD.search(reason) and not TIMING.search(reason)
