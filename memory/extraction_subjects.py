"""The facts that have one current value: under which name each is kept, and whether words can be its value."""

import re
from dataclasses import dataclass
from typing import Final

from memory.duplicates import content_words

LONGEST_SUBJECT: Final = 60
LONGEST_NOUN: Final = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """A fact with one current value. ``measured`` ones take only values with a number or a time in them."""

    name: str
    pattern: re.Pattern[str]
    importance: int = 7
    measured: bool = False
    category: str = "business"


def _subject(
    name: str, pattern: str, importance: int = 7, category: str = "business", *, measured: bool = False
) -> Subject:
    return Subject(name, re.compile(rf"(?:{pattern})", re.IGNORECASE), importance, measured, category)


SUBJECTS: Final[tuple[Subject, ...]] = (
    _subject(
        "budget", r"(?:(?:total|overall|marketing|campaign|whole|current|new) )*budget", 8, "money",
        measured=True,
    ),
    _subject("monthly budget", r"monthly (?:marketing |ad(?:vertising)? )?budget", 8, "money", measured=True),
    _subject("advertising budget", r"(?:ad|ads|advertising|paid|media) budget", 8, "money", measured=True),
    _subject(
        "opening hours",
        r"(?:(?:shop|store|office|regular|normal|usual|new) )*(?:(?:opening|business|office|working|store|shop) )?hours"
        r"|(?:opening|closing) times?",
        7,
        measured=True,
    ),
    _subject(
        "target audience",
        r"(?:main |primary |core |ideal |typical )?(?:target )?(?:audience|customers?|clients?|clientele|target group"
        r"|target market|target customers?|customer base|buyers?|guests?|readers?)",
        8,
        "audience",
    ),
    _subject(
        "tone of voice",
        r"(?:brand |house |usual |writing )?(?:tone(?: of voice)?|voice|style of writing|writing style)",
        8,
        "voice",
    ),
    _subject(
        "business name",
        r"(?:(?:business|company|brand|shop|store|firm|studio|agency|café|cafe|bakery|restaurant)(?:'s)? name"
        r"|name of (?:our|the|my) (?:business|company|brand|shop|store|firm|studio|agency|café|cafe|bakery|"
        r"restaurant))",
        9,
    ),
    _subject("location", r"(?:location|address|premises|head office|headquarters|home town)", 7),
    _subject(
        "channels",
        r"(?:(?:main|usual|preferred|best|primary|social|marketing|social media) )*(?:channels?|platforms?|networks?)",
        7,
        "channels",
    ),
    _subject("posting frequency", r"(?:posting )?(?:frequency|rhythm|cadence)|posting schedule", 6, "channels"),
    _subject("website", r"(?:web ?site|web address|homepage|web page|url|online shop|web ?shop)", 6),
    _subject("phone number", r"(?:(?:tele)?phone|contact|booking) number|phone|telephone", 6, measured=True),
    _subject("email address", r"e-?mail address|contact e-?mail", 6),
    _subject("competitors", r"(?:main |biggest |closest |direct )?(?:competitors?|competition|rivals?)", 6, "market"),
    _subject("slogan", r"(?:slogan|tag ?line|strapline|motto|claim)", 7, "voice"),
    _subject("hashtag", r"(?:main |brand |own )?hash ?tags?", 6, "voice"),
    _subject("brand colours", r"(?:(?:brand|main|house|corporate) )?colou?rs?", 6, "voice"),
    _subject("spelling", r"spelling", 7, "voice"),
    _subject("language", r"(?:main |preferred )?language", 7, "voice"),
    _subject("best seller", r"best[- ]?sell(?:er|ers|ing product)|most popular product|flagship product", 7, "product"),
    _subject("product name", r"(?:name of (?:the|our) (?:new )?product|product(?:'s)? name|product)", 7, "product"),
    _subject("unique selling point", r"usp|unique selling (?:point|proposition)|what makes us different", 8),
    _subject("busiest time", r"(?:busiest|peak|high) (?:time|season|period|month|day)", 6),
    _subject("time zone", r"time ?zone", 6),
)  # fmt: skip
BY_NAME: Final = {subject.name: subject for subject in SUBJECTS}

_NOTHING_STATED = re.compile(
    r"^(?:not|no longer|never|to|that|what|when|why|how|very|so|too|quite|really|pretty|rather|a bit|a little|"
    r"also|still|"
    r"only|just|already|here|there|where|about to|going|getting|gone|being|done|ready|fine|good|great|ok(?:ay)?|bad|"
    r"nice|right|wrong|correct|clear|unclear|important|missing|open question|tight|small|big|huge|low|high|limited|"
    r"flexible|fixed|set|settled|known|unknown|tbd|tba|undecided|unchanged|the same|as before|broken|down|up|over|next|"
    r"your|it|this|these|those|which|because|dead|late|early|happy|angry|annoyed|waiting|asking|coming|"
    r"complaining|easy|hard|simple|complicated|annoying|terrible|awful)\b"
    r"(?!-)",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\d|\b(?:zero|none|nothing|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty|"
    r"hundred|thousand|grand|noon|midnight|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekdays?|weekends?|24/7)\b",
    re.IGNORECASE,
)
_NO_FACT = frozenset(
    re.findall(
        r"\w+",
        "question questions problem problems idea ideas point issue issues concern concerns guess plan plans hope goal "
        "goals aim objective wish thought thoughts thinking feeling opinion understanding answer answers reason bad "
        "mistake apologies fault turn first next last only message request task job deadline bet pleasure draft drafts "
        "post posts text texts caption campaign campaigns brief email emails newsletter launch event sale opening week "
        "day days weekend month year team boss results figures numbers traffic sales",
    )
)


def known_subject(noun: str) -> Subject | None:
    """Return the subject a noun names ("the overall budget" → budget)."""
    plain = re.sub(r"^(?:our|my|the|a|an|your)\s+", "", noun.strip().lower())
    return next((subject for subject in SUBJECTS if subject.pattern.fullmatch(plain)), None)


def own_subject(noun: str) -> str | None:
    """Return the name under which any other fact of the person's is kept ("our delivery fee" → delivery fee)."""
    words = noun.lower().split()
    if not 1 <= len(words) <= LONGEST_NOUN or words[-1] in _NO_FACT:
        return None
    return " ".join(content_words(noun))[:LONGEST_SUBJECT] or None


def can_be_value(value: str, subject: Subject | None) -> bool:
    """Whether words state a value: not a mere remark ("is tight"), and with a number where one is needed."""
    if not re.search(r"\w", value) or _NOTHING_STATED.match(value):
        return False
    return not (subject and subject.measured) or _MEASURED.search(value) is not None
