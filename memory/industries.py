"""What line of business an account is in: one of a closed list, so that naming it can tell nothing else."""

import re
from collections.abc import Iterable
from typing import Final

# Told by words that name a trade, a place of work or what it sells.
_WORDS: Final[dict[str, str]] = {
    "food and drink": "baker(?:y|ies)|caf[eé]s?|coffee|restaurants?|pizzeria|bistro|brewery|breweries|deli|catering"
    "|caterers?|food|chocolates?|wine|tea|patisserie|butchers?|ice[- ]cream|pubs?",
    "fashion": "fashion|cloth(?:es|ing)|boutique|jewell?ery|shoes?|apparel|knitwear|tailors?",
    "beauty": "beauty|hairdressers?|salons?|barbers?|cosmetics|skincare|nails?|spa",
    "fitness": "gyms?|fitness|yoga|pilates|personal trainers?|crossfit|climbing",
    "health": "dental|dentists?|clinics?|physio(?:therapy|therapists?)?|pharmacy|doctors?|opticians?|care homes?"
    "|therap(?:y|ists?)|vets?|veterinary",
    "technology": "software|saas|apps?|it services|cloud|cyber ?security|tech|technology|web design",
    "property": "estate agents?|real estate|property|lettings?|architects?|interior design",
    "home and garden": "garden(?:s|ing|ers?)?|florists?|flowers|furniture|plumb(?:ers?|ing)|electricians?|builders?"
    "|joiners?|cleaning|ceramics|pottery|candles?",
    "travel and hospitality": "hotels?|hostels?|guest ?houses?|bed and breakfast|b&b|travel|tours?|holidays?|camping",
    "education": "schools?|courses?|tutors?|tutoring|academy|nursery|nurseries|training|languages?",
    "professional services": "law|lawyers?|solicitors?|accountants?|accounting|consult(?:ing|ants?)|insurance|finance"
    "|agency|recruit(?:ment|ers?)",
    "arts and events": "galler(?:y|ies)|theatres?|cinemas?|museums?|festivals?|weddings?|photographers?|photography"
    "|music|bands?|bookshops?|books",
    "sport and leisure": "bikes?|bicycles?|cycling|football|golf|surf(?:ing)?|toys?|games?|pets?",
    "charity": "charit(?:y|ies)|non-?profits?|foundation|volunteers?",
}
INDUSTRIES: Final = tuple(_WORDS)
_PATTERNS: Final = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _WORDS.items()}


def industry_of(texts: Iterable[str]) -> str | None:
    """Return the industry most of these statements about a business speak of; None where none or two fit as well."""
    told = list(texts)
    counted = {name: sum(bool(pattern.search(text)) for text in told) for name, pattern in _PATTERNS.items()}
    most = max(counted.values())
    fitting = [name for name, count in counted.items() if count == most]
    return fitting[0] if most and len(fitting) == 1 else None
