"""Sums that are no budget: what something costs, saves or is to bring in."""

import re

_PRICE_BEFORE = re.compile(
    r"(?:priced? (?:at|is|of)|costs?|costing|charg(?:e|ing|ed)|tickets? (?:are|is|at|cost|from)|selling (?:it |them "
    r"|for "
    r"|at )|sells? (?:for|at)|entry (?:is|fee)|worth|save|saving|rrp|retails? (?:at|for)|"
    r"(?<!so )(?<!now )(?<!have )(?<!got )(?<!'ve )(?<!is )only|for just|fee (?:is|of)|"
    r"prices? (?:from|start(?:ing)? at)|each|starting at|win|vouchers?|prizes? (?:of|is|are)|"
    r"discount of|revenue of|turnover of|"
    r"sales of|"
    r"(?:thrilled|delighted) with|"
    r"raise[sd]?|raising|earn|makes?|over|spend of|orders? over|per (?:head|person|ticket)[ :]*)\s*(?:is |"
    r"are |"
    r"a |an |of |at |up to |about |around |just )?$",
    re.IGNORECASE,
)
_PRICE_AFTER = re.compile(
    r"^\s?(?:off\b|each\b(?! (?:month|week|day|quarter|year))|per (?:person|head|ticket|unit|item|class|session|"
    r"bottle|box|seat|place|click|lead|hour|"
    r"night|"
    r"kilo|bag|order)\b|a (?:ticket|head|person|pop|piece|bottle|box|seat|place|class|session|cup|bag|night)\b|"
    r"p\.?p\.?\b"
    r"|/ ?(?:person|head|ticket|unit|class|session)\b|tickets?\b|discount|voucher|gift|coupon|prize|entry|menu|meal|"
    r"(?:worth |)(?:of |in )?(?:sales|revenue|turnover|orders|donations|bookings|profit|mrr|arr|takings|"
    r"pre-?orders|raised)\b)",
    re.IGNORECASE,
)
_SALES = re.compile(
    r"^\s?(?:worth |)(?:of |in )?(?:new |extra |online |more |total |monthly |additional )?(?P<metric>sales|revenue|"
    r"turnover|"
    r"orders|donations|bookings|profit|mrr|arr|takings|pre-?orders|raised)\b",
    re.IGNORECASE,
)
_RAISE = re.compile(
    r"(?:raise|raising|crowdfund(?:ing)?|fundrais(?:e|ing))\s*(?:at least |up to |about |over )?$", re.IGNORECASE
)
_TARGET = re.compile(
    r"\b(?:(?:like|want|hope|hoping|aim|aiming|need|get|up) to (?:reach|hit|make|get(?: up)? to|earn|turn over)|"
    r"target|goal|aim|ziel|objectif|objetivo)(?: is| of| to raise| to reach|:| =| -)*\s*(?:at least |about |"
    r"around |to )?[£$€₹]?$",
    re.IGNORECASE,
)
_TARGETED = re.compile(
    r"^\s?(?:is (?:the|our) |as (?:the|our|a) )?(?:target|goal)\b(?! (?:audience|group|market))", re.IGNORECASE
)
_SPENT = re.compile(r"budget|spend|invest", re.IGNORECASE)


def is_price(text: str, start: int, end: int) -> bool:
    """Whether the sum between two places is what something costs, saves or should earn, and so not the budget."""
    lead = text[max(0, start - 40) : start]
    tail = text[end : end + 40]
    if _PRICE_AFTER.match(tail):
        return True
    if re.match(r"^[ -]*(?:budget|campaign|max|total|to spend|ad spend|spend)", tail, re.IGNORECASE):
        return False
    if _targeted(lead, tail):
        return True
    clause = re.split(r"[,.;!?\n]", lead)[-1]
    return _PRICE_BEFORE.search(clause) is not None and not _SPENT.search(clause)


def _targeted(lead: str, tail: str) -> bool:
    led = _TARGET.search(lead) or _TARGETED.match(tail)
    return led is not None and not _SPENT.search(lead + re.split(r"[,.;]", tail)[0][:12])


def earned(text: str, start: int, end: int) -> str | None:
    """What a sum that is a target measures, "" where it does not say; None where it is no target."""
    if match := _SALES.match(text[end : end + 40]):
        return match["metric"].lower()
    if _RAISE.search(text[:start][-40:]):
        return "donations"
    return "" if _targeted(text[max(0, start - 40) : start], text[end : end + 40]) else None
