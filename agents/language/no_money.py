"""Words that say there is no money to spend, which is a budget of nothing."""

import re

_NO_BUDGET = re.compile(
    r"\b(?:(?:zero|0|no|nil|without(?: a| any)?) (?:ad |marketing |paid )?(?:budget|money|spend)(?! (?:yet|limit|"
    r"in mind|"
    r"set|decided|constraints?|for now|defined|fixed|so far|agreed|as such|(?:has|have|is|was|"
    r"had)\b[^.;!?\n]{0,24}\b(?:yet|"
    r"discussed|agreed|set|decided|fixed|approved)))|(?:budget|spend|money)(?: is|'s|:| =)? (?:zero|"
    r"nil|none|"
    r"0(?![\d.,k]))|"
    r"(?:don't|do not) have (?:a |any )?(?:budget|money)(?! (?:yet|in mind|set|for now|so far))|"
    r"nothing to spend|spend(?:ing)? nothing|completely free|for free only|"
    r"(?:no(?:body| one) has|(?:don't|doesn't|ain't) (?:have|got)) any money|(?<!in )no (?:cash|funds|media spend)|"
    r"(?:i|we)(?:'ve| have)(?: got)? nothing(?=\W*(?:$|[.;!\n,]))|"
    r"(?:(?:have|has|had|got) (?:not|n't)|(?:haven|hasn|ain)'?t)(?: got| even)* (?:a (?:penny|cent|dime|bean)|"
    r"any money)|"
    r"(?:can't|cannot|can not|cant|couldn't) (?:spend|pay|afford) (?:anything|a thing|a penny|a cent)(?! (?:more|over|"
    r"above|like|that|until|till|yet)\b))\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"^\W*(?:(?:well|honestly|basically|literally|absolutely|sorry|um+|oh|we're skint|i'm skint|so)\W+)*"
    r"(?:not a (?:penny|cent|dime)\b(?! (?:more|over|above)\b)|"
    r"(?:nothing|none|zero|nil|nada|zilch|nichts|rien|niente|there (?:is|are)(?:n't| not) any)\b(?=\s*(?:$|[.,;!:)-]|"
    r"(?:at all|really|to spend|sorry|left|i'm afraid|im afraid|whatsoever|unfortunately|basically|it|we|this|just|"
    r"only|because|as|since|please|money|budget|for (?:ads|ad|paid|marketing|advertising|this|it))\b)))",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"\b(?:it|this|that|everything)(?:'s| all| both)* (?:has|have|needs?|must|got) (?:all )?(?:to )?"
    r"(?:be (?:free|organic)|cost (?:us |me )?nothing)\b",
    re.IGNORECASE,
)


def no_money(text: str, *, answer: bool = False) -> re.Match[str] | None:
    """Where ``text`` says that there is nothing to spend; ``answer``: it answers the question for the budget."""
    return _NO_BUDGET.search(text) or ((_NOTHING.match(text) or _FREE.search(text)) if answer else None)
