"""Reads facts and insights out of what a person says, by rules. Pure: the same words always give the same findings."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from memory.campaign_facts import base_of, of_campaign
from memory.extraction_preferences import preference_in
from memory.extraction_sentences import Clause, clauses, sentence
from memory.extraction_subjects import BY_NAME, Subject, can_be_value, known_subject, own_subject
from memory.findings import Finding

ORDINARY: Final = 6
MOST_FINDINGS: Final = 12

Match: TypeAlias = re.Match[str]
Reader: TypeAlias = Callable[[str, Match], Finding | None]

_NOUN = r"(?P<noun>(?:[\w&'’-]+ ){0,4}?[\w&'’-]+?)"
_TEMPORARY = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|this (?:week|weekend|month|morning|afternoon|evening|year|time|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)|next (?:week|weekend|month|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)|right now|at the moment|for now|until|till (?:the )?\d*\w*day|"
    r"over (?:christmas|easter|the holidays)|on (?:christmas|boxing|new year)|for the (?:event|launch|opening|sale))\b",
    re.IGNORECASE,
)
_IS = re.compile(
    rf"^(?:(?P<own>our|my|the)\s+)?{_NOUN}\s*(?:\s+(?:isn't|aren't|is not|are not)\s[^,]+?,?\s+(?:but|it's|it is|"
    rf"they're|they are)\s+|\s(?:is|are|'s)(?:\s+(?:now|currently|always|usually|normally|mainly|mostly"
    rf"|actually|still|called|named))*\s+|\s*[:=]\s*)"
    rf"(?P<value>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_CHANGED = re.compile(
    rf"^(?:(?P<own>our|my|the)\s+)?{_NOUN}\s+(?:(?:has|have|was|were|is being|got|will be|just|recently)\s+)"
    rf"*(?:changed?|moved?|"
    rf"went(?: up| down)?|gone(?: up| down)?|rose|risen|fell|fallen|dropped|increased|raised|cut|reduced|lowered|"
    rf"updated|extended|corrected|set|bumped)(?: up| down)?(?:\s+from\s+.+?)?\s+to\s+(?P<value>\S.*)$",
    re.IGNORECASE,
)
_SET = re.compile(
    rf"^(?:(?:please|let's|we(?:'ve| have)?|i(?:'ve| have)?|we're|can you|you can)\s+)*(?:set|change|changed|"
    rf"raised?|lower(?:ed)?|"
    rf"increased?|reduced?|cut|bump(?:ed)?|update[d]?|correct(?:ed)?|make|made|extend(?:ed)?|put|move[d]?)\s+"
    rf"(?P<own>our|my|the)\s+{_NOUN}(?:\s+(?:up|down))?(?:\s+from\s+.+?)?\s+(?:to|at|as)?\s*(?P<value>\S.*)$",
    re.IGNORECASE,
)
_CAMPAIGN_BUDGET = re.compile(
    r"^(?:(?:our|my|the)\s+)?(?:(?:total|overall|whole|new)\s+)*"
    r"(?:budget (?:for|of) (?:(?:the|our|my|this|that) )?(?P<after>[\w&'’ -]{3,50}?)"
    r"|(?P<before>[\w&'’ -]{3,40}?) budget)"
    r"\s*(?:\s(?:is|are|will be|'s)(?:\s+(?:now|currently|still|actually))*\s+|\s*[:=]\s*)(?P<value>\S.*)$",
    re.IGNORECASE,
)
_INVERSE = re.compile(rf"^(?P<value>[^,]{{2,80}}?)\s+(?:is|are)\s+(?:our|my)\s+{_NOUN}[.!]?$", re.IGNORECASE)
_TRADE = r"(?:business|company|brand|shop|store|firm|studio|agency|café|cafe|bakery|restaurant|salon|gym|start-?up)"
_PLACES = r"(?:in|at|on|near|outside|around|just off|opposite|next to)"
_CHANNELS = (
    r"(?:instagram|insta|facebook|fb|linked ?in|twitter|x|tik ?tok|you ?tube|e-?mail|newsletters?|whatsapp|pinterest|"
    r"threads|blog|sms|medium|google ads|meta ads)"
)
_OFTEN = r"(?:(?:only|mainly|mostly|usually|always|normally|generally|primarily|typically|currently|also|now)\s+)*"


def read_findings(text: str) -> list[Finding]:
    """Return the facts, preferences and insights a person states, in their own words, each once."""
    found: dict[tuple[str | None, str], Finding] = {}
    for clause in clauses(text):
        finding = _read(clause)
        if finding:
            found[(finding.subject, "" if finding.subject else finding.text.lower())] = finding
    return list(found.values())[:MOST_FINDINGS]


def _read(clause: Clause) -> Finding | None:
    words = clause.text.rstrip(".! ")
    finding = preference_in(words, order=clause.order)
    if finding is None and not clause.order:
        finding = next(_facts(words), None)
    if finding is None:
        return Finding("insight", sentence(words), None, 7, "note", asked=True) if clause.asked else None
    if finding.subject and base_of(finding.subject) in {None, finding.subject} and _TEMPORARY.search(words):
        finding = replace(finding, subject=None, category="temporary", importance=5)
    if clause.asked:
        finding = replace(finding, asked=True, importance=min(10, finding.importance + 1))
    return finding


def _facts(words: str) -> Iterator[Finding]:
    for pattern, reader in _READERS:
        match = pattern.match(words)
        if match and (finding := reader(words, match)):
            yield finding


def _stated(words: str, match: Match) -> Finding | None:
    """“Our X is Y”: any X of ours is a fact; “the X is Y” only where X is one of the facts every business has."""
    noun, value, own = match["noun"].strip(), match["value"].strip(), (match["own"] or "").lower()
    subject = known_subject(noun)
    if not can_be_value(value, subject):
        return None
    if subject:
        return _finding(words, subject)
    name = own_subject(noun) if own in {"our", "my"} else None
    return Finding("insight", sentence(words), name, ORDINARY, "business") if name else None


def _changed(_words: str, match: Match) -> Finding | None:
    """“Set the budget to 8,000”: kept as the statement it makes, so that it can be read on its own."""
    subject = known_subject(match["noun"].strip())
    value = match["value"].strip()
    if subject is None or not can_be_value(value, subject):
        return None
    verb = "are" if match["noun"].strip().endswith("s") else "is"
    return _finding(f"{match['own'] or 'our'} {match['noun'].strip()} {verb} {value}", subject)


def _campaign_budget(words: str, match: Match) -> Finding | None:
    """“The budget for the summer sale is 5,000”: one campaign's, which leaves the others' alone."""
    name = match["after"] or match["before"]
    budget = BY_NAME["budget"]
    if (match["before"] and known_subject(f"{match['before']} budget")) or not can_be_value(match["value"], budget):
        return None
    return replace(_finding(words, budget), subject=of_campaign("budget", name))


def _inverse(words: str, match: Match) -> Finding | None:
    subject = known_subject(match["noun"])
    if subject is None or match["value"].lower() in {"it", "this", "that", "these", "those", "they", "which", "what"}:
        return None
    return _finding(words, subject)


def _finding(words: str, subject: Subject) -> Finding:
    return Finding("insight", sentence(words), subject.name, subject.importance, subject.category)


def _about(subject: str) -> Reader:
    return lambda words, match: _finding(words, BY_NAME[subject]) if can_be_value(match["value"], None) else None


def _kept(category: str, importance: int, subject: str | None = None) -> Reader:
    def read(words: str, match: Match) -> Finding | None:
        if re.match(r"(?:not?|never|that|what|your)\b", match["value"], re.IGNORECASE):
            return None
        return Finding("insight", sentence(words), subject, importance, category)

    return read


def _ended(words: str, match: Match) -> Finding | None:
    return Finding("insight", sentence(words), None, ORDINARY, "business", ends=match["value"].strip())


def _rule(pattern: str, reader: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(pattern, re.IGNORECASE), reader


_READERS: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = (
    _rule(
        r"^we(?:'ve| have)?\s+(?:no longer|stopped|given up|quit)\s+(?P<value>\S.*)$|"
        r"^we don't \w+ (?P<gone>.+) any ?more$",
        lambda words, match: _ended(words, match) if match["value"] else None,
    ),
    _rule(r"^we\s+(?:don't|do not|aren't|are not)\s+(?P<value>.+)\s+any ?more$", _ended),
    _rule(
        r"^(?:we(?:'re| are)|the (?:shop|store|office|café|cafe|bakery) is|i(?:'m| am))\s+(?:now |usually |"
        r"always )*open"
        r"(?:ed)?\s+(?P<value>.*(?:\d|day|noon|midnight|24/7|week).*)$",
        _about("opening hours"),
    ),
    _rule(
        r"^we\s+(?:now |usually |always )*open\s+(?:at|from|every|on|daily)\s+(?P<value>.*\d.*)$",
        _about("opening hours"),
    ),
    _rule(
        r"^(?:we(?:'re| are)|the (?:shop|store|office|café|cafe|bakery) is)\s+(?:always |usually )?closed\s+"
        r"(?P<value>.*(?:day|weekend|month|january|july|august|december).*)$",
        _kept("business", 7, "closing days"),
    ),
    _rule(rf"^we(?:'re| are)\s+(?:based|located|situated|at home)\s+(?P<value>{_PLACES} .+)$", _about("location")),
    _rule(rf"^(?:our|my|the) {_TRADE} is (?:based |located |situated )?(?P<value>{_PLACES} .+)$", _about("location")),
    _rule(
        rf"^(?:we(?:'ve| have)?|(?:our|my|the) {_TRADE}(?: has)?)\s+(?:just |recently )?(?:moved|"
        rf"relocated)\s+(?:from .+ )?to\s+(?P<value>.+)$",
        _about("location"),
    ),
    _rule(
        rf"^(?:we(?:'re| are)|(?:our|my|the) (?:\w+ )?{_TRADE}(?:'s| is| name is))\s+(?:called|named|now called)"
        rf"\s+(?P<value>\S.*)$",
        _about("business name"),
    ),
    _rule(r"^the name of (?:our|my|the) \w+ is\s+(?P<value>\S.*)$", _about("business name")),
    _rule(rf"^(?:our|my) {_TRADE} is (?P<value>(?-i:[A-Z])\S.*)$", _about("business name")),
    _rule(
        r"^(?:we(?:'re| are)|i (?:run|own|manage|have)|we (?:run|own)|(?:our|my) (?:business|company|firm) is)\s+an?\s+"
        r"(?!bit\b|little\b|few\b|week\b|day\b|lot\b|couple\b|question\b|problem\b|month\b|meeting\b|mess\b|"
        r"idea\b|bunch\b)"
        r"(?P<value>\S.*)$",
        _kept("business", 9, "business"),
    ),
    _rule(
        rf"^we\s+{_OFTEN}(?:sell (?:\w+ ){{0,3}}to|target|serve|cater (?:to|for)|aim (?:at|for)|address|are for)\s+"
        r"(?P<value>(?!you\b|it\b|them\b|our\b)\S.*)$",
        _about("target audience"),
    ),
    _rule(
        rf"^we\s+{_OFTEN}(?:post|publish|advertise|promote|communicate|market|run ads|are active|are)"
        rf"\b.{{0,40}}\b(?:on|via|by|"
        rf"through)\s+(?P<value>(?:\w+ )?{_CHANNELS}\b.*)$",
        _about("channels"),
    ),
    _rule(rf"^we(?:'re| are)\s+(?:\w+ )?(?:on|active on)\s+(?P<value>{_CHANNELS}\b.*)$", _about("channels")),
    _rule(rf"^we\s+{_OFTEN}use\s+(?P<value>(?:only )?{_CHANNELS}\b.*)$", _about("channels")),
    _rule(
        rf"^we\s+{_OFTEN}(?:post|publish|send(?: out)?)\s+(?P<value>.*\b(?:a|per|every|each)\s+(?:day|week|month|"
        rf"year|fortnight|"
        r"weekday|\w+day)\b.*|.*\b(?:daily|weekly|monthly)\b.*)$",
        _about("posting frequency"),
    ),
    _rule(
        rf"^we\s+{_OFTEN}(?:sell|make|offer|bake|produce|provide|stock|import|brew|rent(?: out)?|design|repair|"
        rf"teach|grow|roast|"
        r"supply|cook|build|craft|specialise in|specialize in)\s+(?P<value>(?!it\b|this\b|that\b|them\b|sure\b|"
        r"use\b|you\b)\S.*)$",
        _kept("product", 7),
    ),
    _rule(
        r"^(?:my name(?:'s| is)|call me|you can call me)\s+(?P<value>\S.*)$",
        _kept("person", 8, "name of the person"),
    ),
    _rule(
        r"^i(?:'m| am)\s+(?P<value>(?-i:[A-Z][\w'-]+)(?:,| and| from| the|$).*)$",
        _kept("person", 8, "name of the person"),
    ),
    _rule(
        r"^i(?:'m| am)\s+(?P<value>(?:the|an?) (?:\w+ ){0,3}(?:owner|founder|manager|director|head|chef|freelancer|"
        r"photographer|baker|designer|consultant|coach|artist|florist|trainer)\b.*)$",
        _kept("person", 7, "role of the person"),
    ),
    _rule(
        r"^we(?:'ve| have)?\s+(?:been (?:in business|around|open)|(?:were |was )?(?:founded|started|opened|"
        r"established))\s+(?P<value>(?:in|since|for)\s.*\d.*)$",
        _kept("business", 6, "founding"),
    ),
    _rule(
        r"^we(?:'ve got| have(?: got)?| employ)\s+(?P<value>(?!to\b|no idea|an? (?:question|problem|idea|meeting|issue|"
        r"campaign|plan)\b|been\b|not\b|never\b|already\b|decided\b|changed\b|moved\b|some\b)\S+ \S.*)$",
        _kept("business", ORDINARY),
    ),
    (_CAMPAIGN_BUDGET, _campaign_budget),
    (_CHANGED, _changed),
    (_SET, _changed),
    (_IS, _stated),
    (_INVERSE, _inverse),
)
