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
    r"(?:i|we)(?:'ve| have)(?: got)? nothing(?=\W*(?:$|[.;!\n,])))\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"^\W*(?:(?:well|honestly|basically|literally|absolutely|sorry|um+|oh)\W+)*(?:nothing|none|zero|nil|nada|"
    r"not a (?:penny|cent|dime)|"
    r"nichts|rien|niente)\b(?! (?:yet|decided|fixed|set|so far|for now))",
    re.IGNORECASE,
)


def no_money(text: str, *, answer: bool = False) -> re.Match[str] | None:
    """Where ``text`` says that there is nothing to spend; ``answer``: it answers the question for the budget."""
    return _NO_BUDGET.search(text) or (_NOTHING.match(text) if answer else None)
