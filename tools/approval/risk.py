"""What makes a post risky: things a person would want to see before they go out. Read by rules, never by a model."""

import re
from typing import Final

from tools.approval.act import Act
from tools.approval.plain_text import plainly

PRICES: Final = re.compile(
    r"[£€$¥₹]\s?\d|\d\s?(?:%|percent\b|per cent\b|euros?\b|pounds?\b|dollars?\b|gbp\b|eur\b|usd\b)"
)
PROMISES: Final = re.compile(
    r"\b(?:guarantee[ds]?|risk[- ]free|no risk|free|for life|refund|money[- ]back|best|cheapest|lowest|number one|"
    r"no\. ?1|only today|last chance|winner|you have won|prize|discount|offer ends|certified|proven|clinically|"
    r"cures?|heals?|investment|returns of|medical|legal advice)\b"
)
PRIVATE: Final = re.compile(r"\b(?:password|passcode|iban|card number|account number|confidential|internal only)\b")
LARGE_AUDIENCE: Final = 50


def risks_of(act: Act) -> tuple[str, ...]:
    """Return what is risky about an act, as sentences; nothing for an ordinary post."""
    found: list[str] = []
    if act.amount is not None:
        found.append(f"It costs {act.amount}.")
    if act.post is None:
        return tuple(found)
    text = plainly(" ".join(part for part in (act.post.title, act.post.text, *act.post.hashtags) if part))
    if PRICES.search(text):
        found.append("It names a price or a percentage.")
    if PROMISES.search(text):
        found.append("It makes a promise.")
    if PRIVATE.search(text):
        found.append("It may tell something private.")
    if len(act.post.recipients) > LARGE_AUDIENCE:
        found.append(f"It goes to {len(act.post.recipients)} people.")
    return tuple(found)
