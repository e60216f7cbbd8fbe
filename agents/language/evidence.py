"""Whose work the words of a message point to, clause by clause, before anything is weighed."""

import re
from functools import lru_cache

from agents.language.cues import find_cues
from agents.language.lexicon import classes

_OF_CLASS = {
    "WRITE": "writer",
    "EDIT": "writer",
    "TONE": "writer",
    "TEXT": "writer",
    "LANG": "writer",
    "PUBLISH": "publisher",
    "CALENDAR": "publisher",
    "APPROVE": "publisher",
    "SEND": "publisher",
    "STOP": "publisher",
    "ACCOUNT": "publisher",
    "MEASURE": "analyst",
    "METRIC": "analyst",
    "COMPARE": "analyst",
    "HOWMANY": "analyst",
    "PLAN": "strategist",
    "IDEA": "strategist",
    "BRIEF": "strategist",
    "OFFER": "strategist",
    "BUSINESS": "strategist",
    "CHAT": "chat",
    "INJECT": "chat",
}
_WEIGHT = {
    "WRITE": 3.0,
    "EDIT": 2.5,
    "TONE": 1.5,
    "TEXT": 1.0,
    "LANG": 1.0,
    "PUBLISH": 3.0,
    "CALENDAR": 2.0,
    "APPROVE": 3.0,
    "SEND": 2.0,
    "STOP": 1.5,
    "ACCOUNT": 1.0,
    "MEASURE": 2.5,
    "METRIC": 1.0,
    "COMPARE": 1.5,
    "HOWMANY": 1.0,
    "PLAN": 2.5,
    "IDEA": 2.0,
    "BRIEF": 2.0,
    "OFFER": 1.5,
    "BUSINESS": 1.0,
}
_CUES = {
    "w_make": ("writer", 3.0),
    "w_write": ("writer", 3.0),
    "w_edit": ("writer", 2.0),
    "p_out": ("publisher", 3.0),
    "p_decide": ("publisher", 3.0),
    "p_calendar": ("publisher", 1.0),
    "a_measure": ("analyst", 3.0),
    "a_figures": ("analyst", 2.5),
    "a_compare": ("analyst", 1.0),
    "s_plan": ("strategist", 2.5),
    "w_piece": ("writer", 2.5),
    "w_quote": ("writer", 1.5),
    "w_check": ("writer", 2.0),
    "o_chat": ("chat", 3.0),
    "i_inject": ("chat", 3.0),
}
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_MONEY = re.compile(
    r"[£$€₹¥]\s?\d|\d\s?(?:[£$€₹]|k\b|quid\b|euros?\b|pounds?\b|dollars?\b|grand\b)",
    re.IGNORECASE,
)
_POSTING = re.compile(
    r"^\W*(?:(?:then|and|please|pls|just|now|to|you can|can you|could you)\W+)*(?:post|tweet|mail|email|blast|drop|"
    r"share|poste|send)(?:\s(?:it|them|this|that|these|those|the|both|all|one|on|to|my|our|now|ihn|es|sie|tonight|"
    r"tomorrow|first|only|at)\b|\W*$)",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    r"[,;.!?\n:]+\s*(?:and |then |und |et |y )?|\s(?:and then|and also|and|then|plus|also|&|\+|und|dann|et|puis|y|"
    r"luego|n|as well as|but|once|before|when|after|so)\s|\s[-+&]\s",
    re.IGNORECASE,
)


@lru_cache(maxsize=512)
def _weights(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in _WORD.findall(text.lower()):
        for name in classes(word):
            if agent := _OF_CLASS.get(name):
                found[agent] = max(found.get(agent, 0.0), _WEIGHT.get(name, 1.0))
    for name, _ in find_cues(text):
        if name in _CUES:
            agent, weight = _CUES[name]
            found[agent] = max(found.get(agent, 0.0), weight)
    if _POSTING.search(text):
        found["publisher"] = max(found.get("publisher", 0.0), 2.5)
    if _MONEY.search(text):
        found["strategist"] = max(found.get("strategist", 0.0), 1.5)
    return found


_MARKER = re.compile(
    r"\b(?:can|could|would|will) (?:you|u|we|i|someone)\b|\bplease\b|\bpls\b|\bplz\b|\bi(?:'d| would)? (?:want|need|"
    r"like|love)\b|\bwe(?:'d| would)? (?:want|need|like|love)\b|\b(?:tell|show|give|send|let|help|make) (?:me|us)\b|"
    r"\blet's\b|\byou can\b|\byou may\b|\bi wonder\b|\bfind out\b|"
    r"\b(?:what|which|how|when|where|who|why|whether)\b|\b(?:did|does|do|is|are|was|were|has|have) (?:it|we|they|"
    r"any|there|the|our|that|i)\b|\bbitte\b|\bkannst du\b|\bpeux-tu\b|\bpuedes\b|\bgo ahead\b|\bshould\b|\bhappy "
    r"for you to\b|\bsomething\b|\bhelp\b",
    re.IGNORECASE,
)
_IMPERATIVE = frozenset(
    [
        "WRITE",
        "EDIT",
        "PUBLISH",
        "APPROVE",
        "SEND",
        "STOP",
        "MEASURE",
        "COMPARE",
        "PLAN",
        "SHOW",
        "MAKE",
        "CHANGE",
        "ADD",
        "REMOVE",
        "IDEA",
    ]
)
_FILLER = re.compile(
    r"^\W*(?:(?:ok|okay|so|and|then|also|now|just|first|maybe|hey|hi|well|but|oh|finally|afterwards|next|right|"
    r"great|thanks|please|quickly|really|simply|you|can|to)\b\W*)+",
    re.IGNORECASE,
)


def asks(clause: str) -> bool:
    """Whether a clause asks for something, as opposed to telling."""
    words = _WORD.findall(_FILLER.sub("", clause).lower())
    return _MARKER.search(clause) is not None or bool(words and _IMPERATIVE & set(classes(words[0])))


_TELLING = re.compile(
    r"^\W*(?:(?:and|so|but|because|as|since|when|if|hi|hello|hey|well)\W+)*(?:we|i|my|our|it|it's|they|there|people|"
    r"nobody|everyone|somebody|someone|last (?:time|week|month|year)|sorry|he|she|i'm|we're|we've|i've|that|this|"
    r"yesterday)\b|"
    r"^\W*the (?:\w+ ){1,3}(?:is|are|was|were|has|had|went|looks?|seems?)\b",
    re.IGNORECASE,
)


def request(text: str) -> str:
    """The asking parts of a long message; all of a short one, or of one that never asks."""
    if len(text) < 70:
        return text
    return " , ".join(part for part in clauses(text) if asks(part)) or text


def weights(text: str) -> dict[str, float]:
    """How strongly the words of ``text`` point to each agent (or to chat); the strongest word counts."""
    return _weights(text)


def clauses(text: str) -> list[str]:
    """The parts of a message that may each hold a task."""
    return [part for part in CLAUSE.split(text) if part.strip()]


def wishes(text: str) -> list[str]:
    """The clauses that ask for some agent's work, each with what follows it up to the next such clause."""
    parts: list[str] = []
    for clause in clauses(text):
        found = {agent: weight for agent, weight in weights(clause).items() if agent != "chat"}
        wanted = asks(clause) or not _TELLING.match(clause)
        asking = asks(clause) and len(clause.split()) >= 3
        if wanted and (asking or (found and (max(found.values()) >= 1.5 or not parts))):
            parts.append(clause)
        elif parts and not wanted:
            parts[-1] += ", " + clause
    return parts


_WORKS = (
    r"(?:plans?|strateg\w+|campaign|concept|ideas?|advice|results?|figures|numbers|stats|statistics|analysis|report|"
    r"metrics|texts?|copy|wording|captions?|drafts?|posts?|e-?mails?|newsletters?|schedul\w+|calendar|"
    r"publishing|posting)"
)
_DOES = (
    r"(?:write|draft|post|publish|schedule|send|plan|analy[sz]e|compose|release|rewrite|change|touch|edit|share|tweet|"
    r"put (?:it|them|this|that) (?:out|up|live|on)|make (?:a|any|another) (?:plan|post|draft|text)|"
    r"do (?:a|any) (?:plan|text|post)|show me|give me|tell me)"
)
_REST = r"[^,.;!?\n]*?"
_TAKEN_BACK = re.compile(
    rf"(?:\b(?:please |pls )?(?:don't|dont|do not|no need to|you needn't|you don't (?:have|need) to|not to) "
    rf"{_DOES}\b{_REST}"
    rf"|\b(?:i|we) (?:don't|do not|dont) (?:want|need)(?: to (?:write|see|publish|post|schedule|plan))?"
    rf"(?: (?:a|an|any|the|more|new|another))? ?{_WORKS}\b{_REST}"
    rf"|(?:^|(?<=[,.;!?] ))(?:it's )?(?:not|no(?! ideas?\b))(?: (?:a|an|any|the|more|new|another|just))? "
    rf"{_WORKS}\b{_REST}"
    rf"|^{_DOES}\b[^,.;!?\n]*\? (?:no|nope|not yet|nah)\b"
    rf"|^before (?:i|we) {_REST})"
    r"(?:[,.;!?\n]+|$|(?= (?:but|just|only|i want|i'd like|i need|first|can you|could you)\b))",
    re.IGNORECASE,
)
_LINK = re.compile(r"^\W*(?:(?:but|and|so|yet)\b\W*)+", re.IGNORECASE)
_REFERENCE = re.compile(
    r"\s*(?:[(\[](?:(?:ref|id|case|ticket|task|job|no)\b[^)\]]{0,40}|#?[a-z]+-\d+|#?\d+)[)\]]|"
    r"\b(?:ref|reference|ticket)\b[.:# ]{1,3}[a-z]*-?\d+)\W*$",
    re.IGNORECASE,
)


def heard(text: str) -> str:
    """``text`` without a reference number behind it, and without the work it says not to do where it asks for other
    work: "don't post it, just fix the date" asks for one thing."""
    text = _REFERENCE.sub("", text) or text
    rest = " ".join(_TAKEN_BACK.sub(" ", text).split()).strip(" ,;")
    if rest == " ".join(text.split()).strip(" ,;"):
        return text
    rest = _LINK.sub("", rest)
    return rest if len(rest.split()) > 1 and asks(rest) else text
