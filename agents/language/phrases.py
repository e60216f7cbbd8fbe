"""Phrases cut out of what people say: a short answer as a noun phrase, a phrase without its loose ends."""

import re

DETERMINER = (
    r"(?:(?:its|a|an|the|my|our|this|these|some|your|his|her|their|eine?n?|une?|un|una|unsere?n?|meine?n?|notre|mon|ma|"
    r"nuestr[oa]|el|la|le)\s)"
)


def plain_phrase(text: str) -> str:
    """A short answer as a noun phrase: without opening words, article and closing politeness."""
    words = re.sub(
        r"^(?:(?:it's|its|it is|that's|that would be|we're|we are|i'm|i am|well|so|um+|uh|erm|hmm+|ok(?:ay)?|yes|"
        r"yeah|yep|sure|just|probably|maybe|basically|mostly|mainly|i think|i guess|i'd say|let's say|let's go with|"
        r"say|actually|"
        r"definitely|for|about|the answer is|promoting|launching|selling|no,|sorry|to|something like|primarily|oh|"
        r"make it|change it to|i meant|i mean|rather|in|at|opening|we sell|we make|we want|i want)\b[\s,:]*)+",
        "",
        text.strip(),
        flags=re.IGNORECASE,
    )
    words = re.sub(
        r"[\s,]*\b(?:please|pls|thanks|thank you|thx|i think|i guess|i suppose|mostly|mainly|really|i'd say|"
        r"probably|cheers|instead|ta|for now|actually|if possible)\W*$",
        "",
        words,
        flags=re.IGNORECASE,
    )
    return short_clean(words)


def short_clean(words: str) -> str:
    """A phrase without article, loose ends and stray marks."""
    words = re.sub(r"\s+", " ", words).strip(" ,.;:!?-\"'()")
    words = re.sub(rf"^{DETERMINER}", "", words, flags=re.IGNORECASE)
    return re.sub(
        r"\s(?:and|for|of|to|in|on|at|the|a|with|soon|now|please|my|our)$", "", words, flags=re.IGNORECASE
    ).strip(" ,.;:!?-\"'")
