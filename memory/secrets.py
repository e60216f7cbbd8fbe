"""Finds what must never be remembered: keys, tokens, passwords, card and account numbers. Pure functions."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log2
from typing import Final, TypeAlias

from memory.spoken_secrets import forms

Check: TypeAlias = Callable[[str], bool]

FEWEST_WORDS_LEFT: Final = 3
LONGEST_READ: Final = 64_000


@dataclass(frozen=True, slots=True)
class Secret:
    """Something secret in a text: what it is, in words for people, and where it stands."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without its secrets. ``text`` is empty where nothing worth keeping is left; ``removed`` names kinds."""

    text: str
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """A form a secret takes. A group named ``secret`` is the secret part of a match; otherwise all of it is."""

    kind: str
    pattern: re.Pattern[str]
    check: Check | None = None


def find_secrets(text: str) -> tuple[Secret, ...]:
    """Return the secrets of a text in order; where two overlap, the one that was found first in the list of shapes."""
    found: list[Secret] = []
    for secret in _all(text[:LONGEST_READ]):
        if all(secret.end <= other.start or secret.start >= other.end for other in found):
            found.append(secret)
    return tuple(sorted(found, key=lambda secret: secret.start))


def without_secrets(text: str) -> Cleaned:
    """Cut the secrets out and say in their place what was cut; refuse the whole where too little is left."""
    secrets = find_secrets(text)
    if not secrets:
        return Cleaned(text)
    kinds = tuple(dict.fromkeys(secret.kind for secret in secrets))
    pieces: list[str] = []
    rest: list[str] = []
    place = 0
    for secret in secrets:
        pieces += [text[place : secret.start], f"[{secret.kind} removed]"]
        rest.append(text[place : secret.start])
        place = secret.end
    pieces.append(text[place:])
    rest.append(text[place:])
    left = [word for word in re.findall(r"[^\W\d_]{3,}", " ".join(rest)) if word.lower() not in _SAYS_NOTHING]
    return Cleaned("".join(pieces) if len(left) >= FEWEST_WORDS_LEFT else "", kinds)


def _all(text: str) -> Iterator[Secret]:
    for shape in _SHAPES:
        for match in shape.pattern.finditer(text):
            part = "secret" if "secret" in shape.pattern.groupindex else 0
            if shape.check is None or shape.check(match[part]):
                yield Secret(shape.kind, match.start(part), match.end(part))


def is_card_number(text: str) -> bool:
    """Whether the digits of ``text`` are a payment card's: length, first digit and check digit (ISO/IEC 7812)."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    if not 13 <= len(digits) <= 19 or digits[0] not in {2, 3, 4, 5, 6} or len(set(digits)) < 2:
        return False
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether ``text`` is an international bank account number: form and check digits (ISO 13616)."""
    plain = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", plain):
        return False
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def looks_random(text: str) -> bool:
    """Whether a long word looks made by a machine: several kinds of signs, and more variety than words have."""
    kinds = sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    if kinds < 2 or not re.search(r"\d", text):
        return False
    counts = [text.count(sign) for sign in set(text)]
    return -sum(count / len(text) * log2(count / len(text)) for count in counts) >= 3.2


def _is_token(text: str) -> bool:
    return len(text) >= 8 and (looks_random(text) or len(text) >= 20) and not re.fullmatch(r"[a-z]+", text)


def _is_lone_token(text: str) -> bool:
    """A long random word without any label. Ids as this product makes them, and UUIDs, name things and open nothing."""
    if re.fullmatch(r"[a-z]{2,4}_[0-9a-f]{32}|[0-9a-fA-F-]{36}", text):
        return False
    mixed = re.search(r"[a-z]", text) and re.search(r"[A-Z]", text)
    return (
        bool(mixed) and looks_random(text) and len(re.findall(r"\d+", text)) >= 3 and sum(map(str.isdigit, text)) >= 4
    )


def _is_said_password(text: str) -> bool:
    return text.lower().strip(".,;!?\"'") not in _NO_PASSWORD


def _shape(kind: str, pattern: str, check: Check | None = None) -> _Shape:
    return _Shape(kind, re.compile(pattern), check)


_SAYS_NOTHING = frozenset(
    re.findall(
        r"\S+",
        "the is are was our your for and with this that here its it's my please password passwort passcode login user "
        "username key token secret api pin card number iban account removed use new old has been you can",
    )
)
_NO_PASSWORD = frozenset(
    re.findall(
        r"\S+",
        "wrong incorrect not expired required missing the a an too weak still now changed lost forgotten gone reset "
        "set to in on with and or but for it that this what which where protected secure safe stored kept always never "
        "only your my our their being been case-sensitive optional invalid correct right fine ok okay same different "
        "empty manager managers policy policies field hint page removed [password so very important just persistence "
        "nicht falsch nötig le la el un una",
    )
)
_LABEL = r"(?i:\b(?:api|app|access|auth|secret|private|client|bearer|refresh|consumer|webhook|signing|encryption)"
_VALUE = r"(?P<secret>[A-Za-z0-9_\-+/=.~]{8,})"
_SHAPES: Final[tuple[_Shape, ...]] = (
    _shape("private key", r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]+-----|\Z)"),
    _shape("private key", r"PuTTY-User-Key-File-\d[\s\S]*"),
    _shape("address with credentials", r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/@:]*:[^\s/@]+@[^\s]+"),
    _shape("bearer token", r"(?i:\b(?:bearer|basic|token)\s+)(?P<secret>[A-Za-z0-9_\-+/=.~]{16,})", looks_random),
    _shape("bearer token", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"),
    _shape("API key", r"\b(?:sk|rk|pk)[-_](?:live|test|proj|ant|or|svcacct|admin)[-_][A-Za-z0-9_-]{8,}"),
    _shape("API key", r"\b(?:sk|key|whsec|re|shpat|shpss|shpca|shppa)[-_][A-Za-z0-9]{16,}"),
    _shape("API key", r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    _shape("API key", r"\bAIza[A-Za-z0-9_-]{30,}|\bya29\.[A-Za-z0-9_-]{20,}|\bGOCSPX-[A-Za-z0-9_-]{20,}"),
    _shape(
        "API key",
        r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|\bxkeysib-[a-f0-9]{32,}-\w+|"
        r"\b[a-f0-9]{32}-us\d{1,2}\b",
    ),
    _shape("API key", r"\b(?:AC|SK)[a-f0-9]{32}\b|\bEAA[A-Za-z0-9]{40,}|\bpat-(?:na|eu)\d-[a-f0-9-]{30,}"),
    _shape(
        "token",
        r"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|"
        r"\bhf_[A-Za-z0-9]{20,}",
    ),
    _shape(
        "token",
        r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{10,}|\bnpm_[A-Za-z0-9]{30,}|"
        r"\bpypi-[\w-]{30,}",
    ),
    _shape("token", r"https?://hooks\.slack\.com/services/\S+|https?://discord(?:app)?\.com/api/webhooks/\S+"),
    _shape("token", r"\b\d{8,10}:AA[A-Za-z0-9_-]{30,}"),
    _shape(
        "token",
        r"(?i:[?&](?:access_token|token|api_?key|key|sig|signature|auth|secret|password|code)=)(?P<secret>[^\s&#]{8,})",
    ),
    _shape("card number", r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w-]|[.,]\d)", is_card_number),
    _shape("IBAN", r"\b[A-Za-z]{2} ?\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?\b", is_iban),
    _shape(
        "card security code",
        r"(?i:\b(?:cvv|cvc|cv2|cvv2|security code)\b\W{0,3}(?:is\W{1,3})?)(?P<secret>\d{3,4})"
        r"\b",
    ),
    _shape(
        "PIN",
        r"(?i:\bpin(?: ?(?:code|number))?\b(?: (?:for|of|to) [\w' ]{1,40}?)?\s*(?:is|:|=)\s*)"
        r"(?P<secret>\d{4,8})\b",
    ),
    _shape(
        "account number",
        r"(?i:\bsort ?code\W{0,3}(?:is\W{1,3})?)(?P<secret>\d\d[- ]?\d\d[- ]?\d\d\b(?:\D{1,30}\d{8}\b)?)",
    ),
    _shape("account number", r"(?i:\baccount (?:number|no\.?)\W{0,3}(?:is\W{1,3})?)(?P<secret>\d{6,12})\b"),
    _shape("social security number", r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])"),
    _shape(
        "password",
        r"(?i:\b(?:pass ?(?:word|code|phrase|wd)|pwd|passwort|kennwort|mot de passe|contraseña)s?\b"
        r"(?: (?:for|to|of|on|in) [\w' .@-]{1,60}?)?\s*(?:is now|is|are|was|=|:|->|→|ist|es|est)\s*)"
        r"[\"'“‘`]?(?P<secret>[^\s\"'”’`,;]{4,})",
        _is_said_password,
    ),
    _shape(
        "password",
        r"(?i:\b(?:log ?in|user(?:name)?|log me in|sign in)\b[^\n]{0,60}?\b(?:pass(?:word)?|pwd|pw)\b\s*[:=]?\s*)"
        r"(?P<secret>\S*[\d!@#$%^&*]\S*)",
    ),
    _shape("password", r"(?i:\b(?:log ?in|credentials)\b\s*(?:is|are|:|=)\s*)\S+\s*[/|]\s*(?P<secret>\S{4,})"),
    _shape("password", r"(?i:\bpw\b\s*(?:is|:|=)\s*)(?P<secret>\S{4,})"),
    _shape(
        "recovery phrase",
        r"(?i:\b(?:seed|recovery|mnemonic) (?:phrase|words?)\b\W{0,3}(?:is\W{1,3})?)(?P<secret>(?:[a-z]{3,8} )"
        r"{11,23}[a-z]{3,8})",
    ),
    _shape(
        "one-time code",
        r"(?i:\b(?:otp|one[- ]time|verification|2fa|mfa|login) (?:pass)?code\b\W{0,3}(?:is\W{1,3})?)"
        r"(?P<secret>\d{4,8})\b",
    ),
    _shape(
        "API key",
        _LABEL + r"[-_ ]?(?:key|token|secret|id)s?\b(?: (?:for|to|of) [\w' .-]{1,40}?)?"
        r"\s*(?:is now|is|=|:|->|→)?\s*[\"'`]?)" + _VALUE,
        _is_token,
    ),
    _shape(
        "API key",
        r"(?i:[a-z0-9]_(?:access_|api_|secret_|private_)*(?:key|token|secret|password)\s*[=:]\s*[\"'`]?)"
        r"" + _VALUE,
    ),
    _shape(
        "token",
        r"(?i:\b(?:token|secret|key|auth(?:orization)?)\b\s*(?:is now|is|=|:|->|→)\s*[\"'`]?)"
        r"" + _VALUE,
        _is_token,
    ),
    _shape("token", r"(?<![\w/+.@=-])[A-Za-z0-9_+=-]{22,}(?![\w/@.=-])", _is_lone_token),
    *(_shape(*form) for form in forms(is_card_number, looks_random)),
)  # fmt: skip
