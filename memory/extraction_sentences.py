"""What a person says themselves, clause by clause: without quotes, pasted text, questions, guesses and orders."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_READ: Final = 6_000
MOST_WORDS: Final = 60
QUOTED_WORDS: Final = 5

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_QUOTED_LINE = re.compile(r"^\s*(?:>|\|).*$", re.MULTILINE)
_QUOTE = re.compile(r"“[^”]{1,4000}”|\"[^\"\n]{1,2000}\"|«[^»]{1,2000}»")
_PASTED = re.compile(
    r"(?:\bhere(?:'s| is| are|’s)\b[^.:\n]{0,80}"
    r"|\b(?:pasted|copied|forwarded?|quot(?:e|ing)|below|following)\b[^.:\n]{0,60}"
    r"|\b(?:they|he|she|it|someone|(?:a|one|my|our) "
    r"(?:customer|client|reviewer?|guest|colleague|boss|friend|competitor)s?)"
    r" (?:wrote|said|says|posted|claims?|replied)\b[^.:\n]{0,40}):\s*\n?.*\Z"
    r"|-{2,} ?(?:forwarded|original) message.*\Z",
    re.IGNORECASE | re.DOTALL,
)
_END = re.compile(
    r"(?<=[.!?…])[\"”’')]*\s+|\n+|;\s+"
    r"|,?\s+(?:and|but|so|also)\s+(?=(?:our|we|we're|we've|my|i|i'm|the budget|please|always|never|don't)\b)"
    r"|,\s+(?=(?:our|we|we're|my|the budget)\s)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:[\W_]*(?:(?:hi|hello|hey|ok(?:ay)?|well|so|and|but|also|oh|ah|yes|yep|no(?=\s*[,.!–—])|sorry|right|"
    r"thanks|thank you|please|"
    r"actually|basically|just|now|then|great|perfect|sure|by the way|btw|fyi|for your information|just so you know|"
    r"for the record|one more thing|correction|update|small update|quick note|i should (?:say|add|mention)(?: that)?|"
    r"i forgot(?: to (?:say|mention|tell you))?(?: that)?|as (?:i said|you know|mentioned)|you should know(?: that)?|"
    r"to be clear|important|fact is|the thing is|team|everyone|there)\b[\s,:.!–—-]*))+",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"^[\W_]*(?:(?:can|could|would|will) you |please |pls |i(?:'d| would) like you to |you (?:should|must|"
    r"need to) |do )*"
    r"(?:remember|note(?: down)?|keep in mind|bear in mind|don'?t forget|make a note|take a note|memori[sz]e|"
    r"write (?:this|that|it) down)\b[\s,:–—-]*(?:of )?(?:(?:this|that|the fact that|for (?:later|next time|the future))"
    r"\b[\s,:–—-]*)*",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^\W*(?:what|how|why|when|where|who|whom|whose|which|can|could|would|should|shall|do|does|did|is|are|was|were|"
    r"will|has|have you|have we|may i|any)\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:if|suppose|supposing|imagine|assum(?:e|ing)|what if|let'?s say|say we|"
    r"hypothetically|pretend|maybe|perhaps|"
    r"might|possibly|not sure|no idea|unsure|don'?t know|(?:thinking|dreaming) (?:of|about)|considering|wondering|"
    r"could be|would be|would have|wish|hoping|hopefully|i (?:guess|doubt)|for example|e\.g\.|as an example|joke|"
    r"joking|"
    r"kidding|one day|someday|unless)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"^\W*(?:they|their|he|his|she|her|someone|somebody|(?:the|a|one|my|our) (?:\w+ ){0,2}"
    r"(?:competitor|rival|customer|client|guest|reviewer|neighbour|friend|agency)s?\b(?!s? (?:are|is)\b))(?:['’]s?)?\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^\W*(?:(?:please|pls|can you|could you|now|then|just|let'?s|go ahead and|"
    r"i (?:want|need|would like) you to|"
    r"i'd like you to|help me(?: to)?)\W+)*"
    r"(?:write|draft|create|make (?:me|a|an|it|this|that|another|"
    r"the (?:post|text|caption|email|plan|headline))|"
    r"rewrite|shorten|translate|turn|post (?:it|this|that|the|about)|schedule|publish|send|plan (?:a|the|it|this)|show|"
    r"give|tell|say|announce|generate|suggest|propose|prepare|approve|reject|cancel|delete|remove|compare|"
    r"analy[sz]e|summari[sz]e|explain|list|find|look|check|forget|ignore|pretend|act as)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing a person says. ``asked`` when they asked for it to be remembered, ``order`` when it tells us to act."""

    text: str
    asked: bool = False
    order: bool = False


def own_words(text: str) -> str:
    """Return what the person says in their own words: no code, no quoted lines, no long quotes, nothing pasted."""
    text = _QUOTED_LINE.sub("", _FENCE.sub("", text[:LONGEST_READ]))
    text = _QUOTE.sub(lambda quote: quote[0] if len(quote[0].split()) <= QUOTED_WORDS else " ", text)
    return _PASTED.sub("", text)


def clauses(text: str) -> Iterator[Clause]:
    """Yield what the person states, and the orders they give; questions, guesses and what others say are left out."""
    told = False
    for part in _END.split(own_words(text).replace("’", "'")):
        clause = _LEAD.sub("", part.strip()).strip()
        asked = _ASKED.match(clause)
        if asked:
            clause = _LEAD.sub("", clause[asked.end() :]).strip()
        told = bool(asked) or (told and not clause)
        if not clause or len(clause.split()) > MOST_WORDS:
            continue
        stated = Clause(clause.rstrip(" ,;:-–—"), bool(asked) or told, _ORDER.match(clause) is not None)
        told = False
        if states(part if not asked else clause, stated):
            yield stated


def states(part: str, clause: Clause) -> bool:
    """Whether a clause is said in earnest and about the person's own business."""
    if _QUESTION.match(clause.text):
        return False
    if clause.asked:
        return True
    return not part.rstrip().endswith("?") and not (_UNSURE.search(clause.text) or _OTHERS.match(clause.text))


def sentence(text: str) -> str:
    """Return a clause as a sentence of its own."""
    plain = " ".join(text.split()).strip(" ,;:-–—")
    if not plain:
        return ""
    plain = plain[0].upper() + plain[1:]
    return plain if plain.endswith((".", "!", "…", "?")) else f"{plain}."
