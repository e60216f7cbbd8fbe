"""Facts that each campaign has one of: told apart by the campaign that is named, or the conversation's own."""

import re
from dataclasses import replace
from typing import Final

from memory.duplicates import content_words
from memory.findings import Finding

# What every campaign has of its own, and an account may have besides.
BOUND: Final = frozenset({"budget"})
LONGEST_NAME: Final = 4
_JOINT: Final = " for "
_UNNAMED: Final = frozenset({"campaign", "event", "project", "it", "thing", "everything", "month", "year", "marketing"})


def of_campaign(base: str, name: str) -> str:
    """Return the subject of a fact of one campaign; the plain one where its name says nothing."""
    words = [word for word in content_words(name) if word not in _UNNAMED][:LONGEST_NAME]
    return f"{base}{_JOINT}{' '.join(words)}" if words else base


def base_of(subject: str | None) -> str | None:
    """Return what a subject is about whatever the campaign: "budget for summer sale" is a budget."""
    base = (subject or "").partition(_JOINT)[0]
    return base if base in BOUND else None


def scoped(finding: Finding, campaign: str) -> Finding:
    """Return a finding as one of the conversation's campaign, unless it names another or is no such fact."""
    if finding.subject not in BOUND or not campaign or _overall(finding.text):
        return finding
    return replace(finding, subject=of_campaign(finding.subject, campaign))


def _overall(text: str) -> bool:
    """Whether a budget is the business's and no campaign's."""
    return (
        re.search(r"\b(?:overall|yearly|annual|monthly|marketing) (?:\w+ )?budget\b", text, re.IGNORECASE) is not None
    )
