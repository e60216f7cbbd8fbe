"""Whether a message decides what waits for approval. Anything that is not plain is no decision: then people are asked.

Approving takes the whole message: a word more than the few below, a condition, a doubt, a quotation or a question, and
it is none. Rejecting is the safe side, so that a reason may follow.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from core.json_text import inner_list, inner_object
from tools.approval.plain_text import INVISIBLE
from tools.platforms.catalogue import find_platform

LONGEST: Final = 400
_POLITE: Final = (
    r"(?:(?:yes|yep|yeah|yup|ok|okay|sure|great|perfect|good|fine|nice|lovely|thanks|thank you|please|"
    r"thank you very much|alright|all right|right|cool|super|wonderful|excellent|love it|"
    r"ja|gerne|oui|sí|si)[\s,.!–—-]*)"
)
_IT: Final = r"(?: (?:it|this|that|them|all of it|exactly this|as it is|as is))?"
_APPROVE: Final = re.compile(
    rf"^{_POLITE}*(?:(?:i |we )?(?:hereby )?(?:approve|approved|confirm|confirmed){_IT}|signed off|green light|"
    rf"genehmigt|freigegeben|approuvé|aprobado)(?: (?P<named>the [\w ]{{2,30}}))?[\s,.!]*{_POLITE}*$",
    re.IGNORECASE,
)
_AGREE: Final = re.compile(
    rf"^{_POLITE}*(?:go ahead|go for it|do it|ship it|send it|post it|publish it|make it so|let it go out|lgtm|"
    rf"(?:that |it |this )?(?:looks|sounds) (?:good|great|fine|perfect)(?: to me)?|yes|yep|yeah|yup|ok|okay|sure|"
    rf"ja|oui|sí|👍|✅|👌)[\s,.!👍✅👌]*{_POLITE}*$",
    re.IGNORECASE,
)
_REJECT: Final = re.compile(
    r"^(?:(?:i |we )?(?:reject|rejected|decline|declined)(?: (?:it|this|that|them))?|not approved|abgelehnt|rejeté|"
    r"rechazado|do(?:n'?t|n’t| not) (?:approve|post|send|publish) (?:it|this|that|them))"
    r"(?:(?:[\s,.:;!–—-]+|\s+because\s+)(?P<reason>.+))?$",
    re.IGNORECASE | re.DOTALL,
)
_REFUSE: Final = re.compile(
    r"^(?:no|nope|nah|👎|❌)(?:\s*[,.:;!–—-]+\s*(?P<reason>.+)|[\s.!]*)$", re.IGNORECASE | re.DOTALL
)
_CHANGE: Final = re.compile(
    r"^(?:(?:yes|yep|yeah|ok|okay|sure|great|good|fine|approved?|go ahead|do it|looks good|sounds good)[\s,]+)+"
    r"(?:but|except|only|just|with|and (?=make|change|move|use|shorten|remove|add|replace|put)|and then)\s*"
    r"(?P<reason>.{3,})$",
    re.IGNORECASE | re.DOTALL,
)
_ANYTHING: Final = frozenset({"", "post", "one", "posts", "plan", "text"})
_TAKEN_BACK: Final = re.compile(
    r"\b(?:go ahead|approved?|do it|it'?s fine|that'?s fine|no problem|no worries|ok(?:ay)?|yes|never ?mind|wait|"
    r"hold on|hang on|one moment|not sure|maybe|perhaps)\b",
    re.IGNORECASE,
)
_OPEN: Final = re.compile(
    r"[?\"“”«»‘`>]|(?:^|\s)'|\b(?:if|unless|when|once|after|until|provided|assuming|suppose|supposing|maybe|perhaps|might|"
    r"probably|possibly|guess|think|hope|should|could|would|not sure|unsure|almost|nearly|said|says|told|asked|wrote|"
    r"whether|wenn|falls|vielleicht|peut-être|quizás)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SpokenDecision:
    """A decision in words. ``plain`` names the deed and needs no question before it; otherwise it answers the card.

    ``named`` is what it says is decided, such as ``the email``. A wish for a change is a rejection with the wish as its
    reason: what comes of it is asked anew.
    """

    decision: Literal["approve", "reject"]
    plain: bool
    reason: str = ""
    named: str = ""


def read_decision(text: str) -> SpokenDecision | None:
    """Return what a message decides, or None where that is not beyond doubt."""
    said = " ".join(INVISIBLE.sub("", text).split())
    if not said or len(said) > LONGEST or "\n" in text.strip():
        return None
    if _OPEN.search(said):
        return None
    if found := _APPROVE.match(said):
        named = (found["named"] or "").strip()
        return SpokenDecision("approve", plain=True, named=named) if not named or _is_a_thing(named) else None
    if _AGREE.match(said):
        return SpokenDecision("approve", plain=False)
    if found := _REJECT.match(said):
        return _refused(found["reason"], plain=True)
    if found := _REFUSE.match(said):
        return _refused(found["reason"], plain=False)
    if _CHANGE.match(said):
        return SpokenDecision("reject", plain=False, reason=said)
    return None


def _refused(reason: str | None, *, plain: bool) -> SpokenDecision | None:
    told = (reason or "").strip()
    if _TAKEN_BACK.search(told):
        return None
    return SpokenDecision("reject", plain=plain, reason=told)


def _core(named: str) -> str:
    return re.sub(r"^the | (?:post|one|text|draft|update)s?$", "", named.casefold()).strip()


def _is_a_thing(named: str) -> bool:
    """Whether what is named can be approved at all; anything else after an approval is a word too many."""
    words = _core(named)
    return words in _ANYTHING or find_platform(words) is not None


def is_about(named: str, content: Mapping[str, Any]) -> bool:
    """Whether what was named is what a payload holds: all of its posts are for that channel."""
    words = _core(named)
    if words in _ANYTHING:
        return True
    platforms = {str(inner_object(post).get("platform")) for post in inner_list(content.get("posts"))}
    return len(platforms) == 1 and _same_channel(words, platforms.pop())


def _same_channel(words: str, platform: str) -> bool:
    found = find_platform(words)
    return found is not None and found.name == platform
