"""What a message to the writer says buyers get: a discount, a price, something free, a code."""

import re

_SCOPE = (
    r"(?: (?:off|discount(?: on)?)(?: (?:on )?(?:everything|all [a-z]+(?: [a-z]+)?|(?:the|our) [a-z]+(?: [a-z]+)?))?)"
)
_OFFER = re.compile(
    rf"(?P<off>\b\d{{1,2}} ?%{_SCOPE}|[£$€]\s?\d+(?:\.\d\d)? off\b|\bhalf price\b(?: [a-z]+)?|"
    r"\b(?:buy|get) (?:one|two|three|\d),? get (?:one|two|\d)(?: more)?(?: free| half price)?|"
    r"\b2 ?for ?1\b|\btwo for one\b|"
    r"\bfree (?:delivery|shipping|coffee|drink|dessert|parking|entry|trial|sample|gift|consultation)s?\b"
    r"(?: (?:with|on|for) (?:every|all|any|the first|your first|orders?)(?: [a-z]+| [£$€]?\d+){0,3})?|"
    r"\b(?:only|from|just) [£$€]\s?\d+(?:\.\d\d)?\b)|"
    r"\b(?i:code|voucher|coupon)(?: is|:)? (?P<code>[A-Z][A-Z0-9]{2,14})\b",
)
_MOST = 3


def offers_in(text: str) -> tuple[str, ...]:
    """The offers a message names, in its own words and order; at most three."""
    found: list[str] = []
    for match in _OFFER.finditer(text):
        words = f"use the code {match['code']}" if match["code"] else " ".join(match["off"].split())
        if words.lower() not in (item.lower() for item in found):
            found.append(words)
    return tuple(found[:_MOST])
