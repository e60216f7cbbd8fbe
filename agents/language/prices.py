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
    r"\b(?!(?:fund|saving|finance|mean)s\b)\w+s are|\b(?:aov|cac|cpl|cpa|cpc|acv|arpu|arr|mrr|rent|salary|pay|"
    r"wages?|deposit|fees?|price|prices|list price|"
    r"rate|admission|"
    r"entry|entrance|minimum|average (?:order|gift|job|spend|sale|ticket|order value)|avg\.? (?:order|job|gift|sale)|"
    r"early bird|cost per \w+(?: must| should)?(?: stay| be| was| is)?(?: under)?|tickets?|rrp|full set|"
    r"free (?:delivery|"
    r"shipping) over)|"
    r"(?<!budget )(?<!spend )(?<!set )(?<!put )(?<!capped )(?<!stands )(?<!is )\bat|"
    r"(?<!up )(?<!down )(?<!it )(?<!budget )(?<!go )\bfrom|"
    r"raise[sd]?|raising|earn|makes?|over|spend of|orders? over|per (?:head|person|ticket)[ :]*)\s*(?:is |"
    r"are |"
    r"a |an |of |at |up to |about |around |just )?$",
    re.IGNORECASE,
)
_PRICE_AFTER = re.compile(
    r"^\s?(?:off\b|each\b(?! (?:month|week|day|quarter|year))|per (?!(?:month|week|day|quarter|year|annum|fortnight|"
    r"campaign|channel|platform|post|ad|event|term|season|store|branch|site|project)\b)[a-z]{2,}|"
    r"(?:a|the) (?:ticket|head|person|pop|piece|bottle|box|seat|place|class|session|cup|bag|night|go|wash|pair|jar|tin|"
    r"kilo|litre|liter|hour|visit|portion|plate|slice|pint|glass|load|child|kid|student|lesson|dozen|pack|kit|set|tray|"
    r"room|table|tree|cut|unit|copy|licen[cs]e|user|lead|click)\b|"
    r"p\.?p\.?\b|on the door\b|call[- ]out\b|for (?:two|three|four|five|six|ten|a (?:pair|dozen|set|box))\b|"
    r"plus p ?& ?p\b|rrp\b|paperback\b|drop[- ]in\b|(?:cpl|cpa|cpc|cac|aov|acv)\b|"
    r"/ ?(?:person|head|ticket|unit|class|session|h|hr|hour|night|pp|seat|user|kg|pair|box|lesson)\b|tickets?\b|"
    r"discount|"
    r"voucher|gift|coupon|prize|entry|menu|meal|"
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
    r"(?:raise|raising|crowdfund(?:ing)?|fundrais(?:e|ing))\s*(?:(?:at least |up to |about |over )?|[\w' -]{0,24}: ?)$",
    re.IGNORECASE,
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


_TO_SPEND = re.compile(
    r"^[ -]*(?:budget|campaign|max|total|to (?:spend|play with|put|throw|promote|advertise|market)|ad spend|"
    r"spend|left\b|"
    r"(?:a|per) (?:day|week|month) (?:on|for|behind|to)\b|"
    r"(?:for|on|towards|behind) (?:the |some |paid )?(?:ads?|adverts?|advertising|marketing|promo\w*|this|it)\b)",
    re.IGNORECASE,
)


_PENCE = re.compile(r"(?<![\d.,])\d{1,2}[.,](?!00)\d\d(?![\d.,]*\d)")


def is_price(text: str, start: int, end: int, *, answer: bool = False) -> bool:
    """Whether the sum between two places is what something costs, saves or should earn, and so not the budget.

    In an ``answer`` to the question for the budget, small change is none of a price.
    """
    lead = text[max(0, start - 40) : start]
    tail = text[end : end + 40]
    if _PRICE_AFTER.match(tail):
        return True
    if _TO_SPEND.match(tail):
        return False
    if _targeted(lead, tail) or (not answer and _PENCE.search(text[start:end]) and not _SPENT.search(lead + tail)):
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
