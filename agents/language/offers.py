"""What the assistant's last words offered or asked, so that a bare 'yes' goes to the agent who would act on it."""

import re

_OFFER = re.compile(
    r"(?:\b(?:shall|should) (?:i|we|they|it|the \w+)\b|\b(?:do you )?want (?:me|us|the \w+|it|them) to\b|\bwould "
    r"you like (?:me|us|the \w+|them|it|to)\b|"
    r"\bwould you like\b|\bwant (?:the|a|it|them|to|some)\b|\bready (?:for me |for us )?to\b|\b(?:can|may) i\b|"
    r"\bok(?:ay)? (?:if i|to)\b|\bdo you want\b|\bhappy for me to\b|\bcare for\b|\bnext(?: step)?[,:]? (?:i|"
    r"we)\b|"
    r"\bsay the word\b|\blet me know (?:if|when)\b|\bi can (?:now )?\b|\bif you (?:like|want)\b|\bneed me to\b|"
    r"\binterested in\b|\bsoll(?:en)? (?:ich|wir)\b)",
    re.IGNORECASE,
)
_WORK = (
    (
        "publisher",
        (
            r"\b(?:schedul\w+|publish\w*|post (?:it|them|this|these)|go(?:es)? (?:out|live)|send (?:it|them)|"
            r"hand (?:it|"
            r"them|these) to the publisher|publisher|approv\w+|queue\w*|put (?:it|them) live|calendar|"
            r"veröffentlich\w*)\b"
        ),
    ),
    (
        "analyst",
        (
            r"\b(?:analyst|figures|numbers|report|results|metrics|performance|stats|break (?:it|this|them) "
            r"down|compare|"
            r"look at (?:the|how)|dig into)\b"
        ),
    ),
    (
        "writer",
        (
            r"\b(?:writ(?:e|er|ten|ing)|draft\w*|captions?|copy|rewrite|reword|shorten|texts?|subject lines?|"
            r"wording|"
            r"another version|translat\w+|version|schreiben?)\b"
        ),
    ),
    ("strategist", r"\b(?:plan\w*|strateg\w+|campaign|brief|budget|goal|idea\w*|brainstorm|tasks?|kpis?)\b"),
)
_COMPILED = tuple((agent, re.compile(pattern, re.IGNORECASE)) for agent, pattern in _WORK)


def last_question(answer: str) -> str:
    """The last sentence of ``answer`` that asks or offers something, or ""."""
    parts = re.findall(r"[^.!?\n]+[.!?]*", answer[-600:])
    asking = [part for part in parts if part.rstrip().endswith("?") or _OFFER.search(part)]
    return asking[-1].strip() if asking else ""


def offered_agent(answer: str) -> str:
    """The agent whose work the assistant offered to start, or "" where it offered none."""
    question = last_question(answer)
    if not question or not _OFFER.search(question):
        return ""
    places = [(match.start(), agent) for agent, pattern in _COMPILED if (match := pattern.search(question))]
    verbs = re.search(
        r"\b(?:writ(?:e|ten|ing)|draft(?:ing)?|schedul\w+|publish\w*|plan|analy[sz]e|compare)\b",
        question,
        re.IGNORECASE,
    )
    if verbs:
        places = [(0 if abs(start - verbs.start()) < 2 else 1 + start, agent) for start, agent in places]
    return min(places)[1] if places else ""
