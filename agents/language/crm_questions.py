"""Questions about what is in the customer's CRM: who came in, how many, which deals. By rule."""

import re
from typing import Final

_KINDS: Final = (
    ("Leads", r"(?:(?<!who )leads?|prospects?)"),
    ("Contacts", r"(?:contacts?|people)"),
    ("Deals", r"(?:deals?|opportunit(?:y|ies))"),
    ("Accounts", r"(?:compan(?:y|ies)|accounts?)"),
)
_COUNTED: Final = r"\b(?:how many|number of|count(?: of)?|total)(?: [\w'-]+){0,2}? "
_LISTED: Final = (
    r"\b(?:who(?:'s| is| are| were)?|which|what|list|show|find|newest|latest|most recent|recent|look up)"
    r"(?: [\w'-]+){0,4}? "
)
_IN_CRM: Final = re.compile(r"\b(?:the|our|my|your) crm\b|\bin crm\b|\bzoho\b", re.IGNORECASE)
_ASKS: Final = re.compile(
    r"\?|\b(?:who|how many|which|what|list|show|find|newest|latest|count|number of|look up)\b", re.IGNORECASE
)
# Leads as a figure of campaigns and channels, and other accounts and contacts, are not asked of the CRM.
_OTHER: Final = re.compile(
    r"\b(?:cost|cpa|spend|spent|per|rate|campaigns?|channels?|platforms?|instagram|facebook|linkedin|twitter|tiktok|"
    r"email|chart|graph|plot|compare[ds]?|versus|vs|conver\w*|target|goal|posts?|connected|generate\w*|get more|"
    r"clicks?|views|reach|offer\w*|can|could|should|promot\w*|discounts?|brief|plan)\b",
    re.IGNORECASE,
)
_AMBIGUOUS: Final = frozenset({"Contacts", "Accounts"})


def crm_question(text: str) -> str | None:
    """Return the kind of records a message asks about, or None if it asks about something else."""
    in_crm = _IN_CRM.search(text) is not None
    if len(text) > 200 or not _ASKS.search(text) or (_OTHER.search(text) and not in_crm):
        return None
    for kind, words in _KINDS:
        if kind in _AMBIGUOUS and not in_crm:
            continue
        if re.search(rf"(?:{_COUNTED}|{_LISTED}){words}\b", text, re.IGNORECASE):
            return kind
        if in_crm and re.search(rf"\b{words}\b", text, re.IGNORECASE):
            return kind
    return "Leads" if in_crm else None
