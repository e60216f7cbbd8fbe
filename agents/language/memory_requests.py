"""Requests about memory: what do you know, remember this, forget that, that is wrong, why did you say so, stop."""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

MemoryKind: TypeAlias = Literal["known", "about", "remember", "forget", "correct", "why", "off", "on"]
LONGEST: Final = 400

_START = (
    r"^\W*(?:(?:hi|hello|hey|ok(?:ay)?|so|and|but|please|pls|now|well|thanks|sorry|can you|could you|would you|btw)"
    r"\b\W*)*"
)
_US = (
    r"(?:us|me|our (?:business|company|shop|brand|team)|my (?:business|company|shop|brand)|"
    r"the (?:business|company|brand))"
)
_FORMS: Final[tuple[tuple[MemoryKind, str], ...]] = (
    (
        "known",
        (
            rf"(?:tell me |show me |list )?(?:what|everything|all)(?: all| else| exactly)?(?: that)? (?:do |have )"
            rf"?(?:you|u)"
            rf"(?: still| already| actually)? (?:know|remember(?:ed)?|learn(?:ed|t)|stored?|saved|kept|have)"
            rf"(?: in (?:your )?memory)?(?: about| of| on)? {_US}\b"
        ),
    ),
    (
        "known",
        (
            r"(?:what(?:'s| is) in (?:your|the) memory|what (?:do|can) (?:you|u) remember\W*$|show (?:me )"
            r"?(?:your|the|our) memor(?:y|ies)"
            r"|list (?:your|the|our|all) memor(?:y|ies)|what have you (?:remembered|memori[sz]ed|learn(?:ed|t))\b)"
        ),
    ),
    (
        "about",
        (
            r"(?:what do (?:you|u) (?:know|remember) about|do (?:you|u) (?:still )?(?:remember|know)(?: about)?|"
            r"what did (?:i|we) (?:tell you|say) about|what (?:was|were|is|are) our(?= .{2,60}\b(?:before|again|"
            r"previously|earlier)\b)|"
            r"remind me (?:of|about|what)) (?P<rest>\S.*)"
        ),
    ),
    (
        "why",
        (
            r"(?:why (?:did|do|are|would) (?:you|u) (?:say(?:ing)?|suggest(?:ing)?|think|recommend(?:ing)?|write|"
            r"writ(?:e|ing)|mention|"
            r"propose|use|pick|choose|ask)\b|where (?:did|do) (?:you|u) (?:get|have|know|take) (?:that|this|"
            r"it|the)\b|"
            r"how (?:do|did|come) (?:you|u) know\b|what(?:'s| is) (?:that|this|it) based on|based on what\b|"
            r"says who\b|"
            r"what(?:'s| is| are) your sources?\b|who told (?:you|u)\b|"
            r"(?:show|list|tell|give)(?: me)? (?:all|more|every|the (?:rest|other)|your)"
            r"(?: of)?(?: the| your)? sources?\b)"
        ),
    ),
    (
        "off",
        (
            r"(?:(?:stop|quit) (?:remembering|memori[sz]ing|storing)|(?:switch|turn) (?:off (?:the |your )?memory|"
            r"(?:the |your )?memory off)|"
            r"disable (?:the |your )?memory|(?:don'?t|do not) (?:remember|store|keep|save) (?:anything|"
            r"any of this|this (?:conversation|chat))"
            r"|forget (?:everything )?in this (?:chat|conversation) from now)(?P<rest>.*)"
        ),
    ),
    (
        "on",
        (
            r"(?:(?:switch|turn) (?:on (?:the |your )?memory|(?:the |your )?memory (?:back )?on)|enable (?:the |"
            r"your )?memory|"
            r"(?:start|resume) remembering|you (?:can|may) remember (?:again|things again))(?P<rest>.*)"
        ),
    ),
    ("forget", r"(?:forget|erase|delete|remove) (?P<rest>(?:that|this)(?: again| please| pls)?\W*)$"),
    (
        "forget",
        (
            r"(?:forget|erase|delete|remove)\b (?:from (?:your )?memory )?(?:that |what (?:i|we) (?:said|told you)"
            r" about |about )"
            r"(?P<rest>(?:our|my|we|i|the)\b.{2,160})$"
        ),
    ),
    (
        "forget",
        (
            r"(?:forget|erase|delete|remove)\b (?:everything |anything |all )?(?:that |of )?(?:what )?"
            r"(?:(?:i|we)(?:'ve| have)? (?:said|told (?:you|u)|mentioned)|(?:you|u) (?:know|remember)) about "
            r"(?P<rest>.{2,100})$"
        ),
    ),
    ("forget", r"(?:forget|erase|delete|remove) (?P<rest>.{2,100}) from (?:your |the )?memory\b"),
    (
        "correct",
        (
            r"(?:(?:that's|that is|this is|you(?:'ve| have)? got that) (?:wrong|not right|incorrect|out of date|"
            r"outdated)|correct (?:that|your memory)|"
            r"your memory is wrong)\W+(?:it's|it is|rather|instead|in fact|actually|the right one is)"
            r"?\W*(?P<rest>(?:our|my|we|i|the)\b.{4,200})$"
        ),
    ),
    (
        "remember",
        (
            r"(?:remember|note|keep in mind|bear in mind|make a note|take a note|don'?t forget|memori[sz]e)"
            r"\b(?: this| that| down| of it)*"
            r"(?: for (?:later|next time|the future))?\s*[:,–—-]?\s*(?:that )?(?P<rest>\S.{3,300})$"
        ),
    ),
)
_PATTERNS: Final[tuple[tuple[MemoryKind, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(_START + form, re.IGNORECASE | re.DOTALL)) for kind, form in _FORMS
)
_QUESTION = re.compile(r"^(?:what|when|how|who|where|which|to\b)", re.IGNORECASE)
_EVERYWHERE = re.compile(
    r"\b(?:everywhere|at all|altogether|all (?:conversations|chats)|in general|for me|ever)\b", re.IGNORECASE
)


_ALL = re.compile(r"\b(?:all|every|the (?:rest|other)|more)\b.{0,12}\bsources?\b|\bin full\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MemoryRequest:
    """What somebody wants of memory. ``rest`` is what it is about; empty for a bare “that”."""

    kind: MemoryKind
    rest: str = ""
    everywhere: bool = False
    everything: bool = False


def memory_request(text: str) -> MemoryRequest | None:
    """Return the request about memory a message makes, if it makes one and little else."""
    plain = text.strip().replace("’", "'")
    if len(plain) > LONGEST:
        return None
    for kind, pattern in _PATTERNS:
        match = pattern.match(plain)
        if match is None:
            continue
        rest = (match.groupdict().get("rest") or "").strip(" ?.!,;:")
        if kind == "remember" and (_QUESTION.match(rest) or plain.endswith("?")):
            continue
        if kind == "forget" and re.fullmatch(r"(?:that|this)(?: again| please| pls)?", rest, re.IGNORECASE):
            rest = ""
        everything = kind == "why" and _ALL.search(plain) is not None
        return MemoryRequest(kind, rest, _EVERYWHERE.search(plain) is not None, everything)
    return None
