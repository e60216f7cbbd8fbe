"""Secrets as people say or paste them in passing: in words, split by spaces, in JSON, in a command. Pure patterns."""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from memory.words import SILENT

Form: TypeAlias = tuple[str, str, Callable[[str], bool] | None]

_NAMES: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPOKEN: Final[dict[str, str]] = {name: str(digit) for digit, name in enumerate(_NAMES)} | {"oh": "0", "null": "0"}
_TIMES: Final[dict[str, int]] = {"double": 2, "triple": 3}
_WORD: Final = rf"(?:{'|'.join((*_SPOKEN, *_TIMES))}|\d+)"
_MEASURE: Final = re.compile(r"\d+[- ]?(?:char|digit|letter|sign|day|week|month|year|time|user)", re.IGNORECASE)
_FIRST_WORDS: Final = frozenset({"wrong", "incorrect", "expired", "forgotten", "lost", "missing", "reset", "changed"})
# A word with a letter and a digit or sign in it, as passwords have them and words do not.
_MIXED: Final = r"(?=[^\s\"'<]*[\d!@#$%^&*])(?=[^\s\"'<]*[A-Za-z])[^\s\"'<,;]{5,}"
_LOGIN_WORD: Final = r"\b(?:pass ?(?:word|code|phrase|wd)|pwd|pw)"
_DOORS: Final = r"(?:door|alarm|gate|safe|entry|lock(?:er)?|key ?(?:safe|box)|shutter|till|building|office|vault)"


def spoken_digits(text: str) -> str:
    """Return the digits that words and digits say: "double four one" is 441."""
    said: list[str] = []
    times = 1
    for match in re.finditer(r"[a-z]+|\d+", text.lower()):
        word = match.group()
        said += [_SPOKEN.get(word, word)] * times if word not in _TIMES else []
        times = _TIMES.get(word, 1)
    return "".join(said)


def is_passphrase(text: str) -> bool:
    """Whether words make a phrase to log in with rather than a sentence: none of them holds a sentence together."""
    said = text.lower().split()
    return said[0] not in _FIRST_WORDS and not any(word in SILENT for word in said)


def is_mixed_word(text: str) -> bool:
    """Whether a word is no measure ("12-character")."""
    return _MEASURE.match(text) is None


def forms(is_card: Callable[[str], bool], is_random: Callable[[str], bool]) -> tuple[Form, ...]:
    """Return the forms as kind, pattern and what the secret part has to be."""

    def is_spoken_card(text: str) -> bool:
        return re.search(r"[a-z]", text, re.IGNORECASE) is not None and is_card(spoken_digits(text))

    return (
        ("card number", rf"(?i:\b{_WORD}(?:[ ,-]+{_WORD}){{3,30}}\b)", is_spoken_card),
        ("card number", r"(?<![\w.])\d{4}(?:[./]\d{4}){3}(?![\w./])", is_card),
        ("API key", r"(?i:\b(?:sk|rk|pk)[ _-]+(?:live|test|proj|ant)[ _-]+)(?P<secret>[A-Za-z0-9]{12,})", is_random),
        ("API key", r"(?i:(?:account|shared|primary|access)key)=(?P<secret>[A-Za-z0-9+/=]{24,})", None),
        (
            "API key",
            r"(?i:[\"'][\w-]*(?:key|token|secret)[\"']\s*:\s*[\"'])(?P<secret>[A-Za-z0-9_\-+/=.~]{8,})",
            is_random,
        ),
        (
            "API key",
            (
                r"(?i:\b(?:api|access|secret|private|auth)[ _-]?(?:key|token)s?\b\s*(?:is now|is|=|:)\s*[\"'`]?)"
                rf"(?P<secret>{_MIXED})"
            ),
            is_mixed_word,
        ),
        ("password", rf"(?i:[\"']?{_LOGIN_WORD}[\"']\s*:\s*[\"'])(?P<secret>[^\"'\n]{{3,}})", None),
        ("password", rf"(?i:<{_LOGIN_WORD}>)(?P<secret>[^<\n]{{3,}})", None),
        ("password", r"\bcurl\b[^\n]*?\s(?:-u|--user)\s+[\"']?[^\s:]+:(?P<secret>[^\s\"']+)", None),
        (
            "password",
            rf"(?i:{_LOGIN_WORD}s?[^\n]{{0,20}}?\s)(?P<secret>(?:[A-Za-z0-9]{{4}} ){{5}}[A-Za-z0-9]{{4}})\b",
            None,
        ),
        (
            "password",
            rf"(?i:{_LOGIN_WORD}(?:'s|\s+is|:|=)\s*:?\s*)(?P<secret>[a-z]+(?: [a-z]{{3,}}){{3,6}})\s*[.!]?$",
            is_passphrase,
        ),
        ("password", rf"(?i:{_LOGIN_WORD}(?:'s| used to be| is:)?\s+[\"']?)(?P<secret>{_MIXED})", is_mixed_word),
        ("password", rf"(?i:\bpass\s*[:=]\s*)(?P<secret>{_MIXED})", None),
        (
            "password",
            (
                rf"(?i:\b(?:set|change[sd]?|reset|update[d]?)\b[^\n]{{0,30}}?{_LOGIN_WORD}\b[^\n]{{0,40}}? to )"
                rf"[\"']?(?P<secret>{_MIXED})"
            ),
            is_mixed_word,
        ),
        (
            "password",
            r"(?i:\buser(?:name)?:? \S+,? (?:and |with )?(?:the )?pass(?:word|code)?:? )(?P<secret>(?!is\b)\S{4,})",
            None,
        ),
        ("password", rf"(?i:\blog ?in\b[^\n]{{0,40}}?\S+@\S+(?: with| and|,| /) )(?P<secret>{_MIXED})", None),
        ("PIN", r"(?i:\bpin(?: ?(?:code|number))?\b\s*(?:is|:|=)\s*)(?P<secret>\d(?:[ -]\d){3,7})\b", None),
        (
            "access code",
            (
                rf"(?i:\b{_DOORS} codes?\b|\bcodes? (?:for|to|of) (?:the |our )?(?:\w+ )?{_DOORS}\b)"
                r"\W{0,3}(?i:is\W{1,3})?(?P<secret>\d{4,8})\b"
            ),
            None,
        ),
        (
            "one-time code",
            (
                r"(?i:\b(?:otp|one[- ]time|verification|2fa|mfa|login) (?:pass)?code\b\W{0,3}(?:is\W{1,3})?)"
                r"(?P<secret>\d{3}[ -]\d{3,4})\b"
            ),
            None,
        ),
        (
            "backup code",
            (
                r"(?i:\b(?:backup|recovery) codes?\b\W{0,3}(?:(?:is|are)\W{1,3})?)"
                r"(?P<secret>(?=[^\n]*\d)[A-Za-z0-9]{4,}(?:-[A-Za-z0-9]{4,})*(?:[ ,]+(?=\S*\d)[A-Za-z0-9-]{4,})*)"
            ),
            None,
        ),
    )
