"""What opens something is kept out of briefs, texts and campaigns: passwords, keys, tokens, card numbers and codes.

Numbers of bank accounts stay: people publish them to be paid. Memory, which keeps things for good, is stricter.
"""

import re
from functools import lru_cache
from typing import Final

from memory.secrets import Secret, find_secrets, looks_random

LONGEST_LED_UP: Final = 240
_PUBLISHED: Final = frozenset({"IBAN", "account number"})
_QUERY: Final = re.compile(r"[?&]\w+=$")
_NOT_BETWEEN: Final = r"(?!(?:my|our|the|your|an?|with|for|about|and|but|in|on|to|of|at)\b)"
# The words that lead up to a secret: "here is our Stripe key: ", "and the password for the shop is ".
_LED_UP: Final = re.compile(
    r"(?:\b(?:and|with|using|use|also|here(?:'s| is| are)|this is|it's|it is|log ?in(?: with)?)\s+)*"
    rf"(?:\b(?:my|our|the|your|his|her|their|an?)\s+)?(?:{_NOT_BETWEEN}[\w'-]+\s+){{0,3}}?"
    r"\b(?:\w+_)?(?:key|token|secret|pass ?(?:word|code|phrase|wd)|pass|pwd|pw|log ?in|user(?:name)?|card|pin|code|cvv|"
    r"cvc|phrase|words|credentials|number)s?\b[^.;!?\n]{0,60}$",
    re.IGNORECASE,
)
_EXPIRY: Final = re.compile(r"^\W{0,3}(?:exp\w*|valid \w+)\W{1,3}\d\d?/\d{2,4}", re.IGNORECASE)
_LOOSE: Final = re.compile(r"[\s,;:]+([,.;!?])")


@lru_cache(maxsize=512)
def secrets_in(text: str) -> tuple[Secret, ...]:
    """What in a text opens something and must not go into what the team keeps, writes or sends."""
    return tuple(secret for secret in find_secrets(text) if not _may_stand(text, secret))


def kinds_in(text: str) -> tuple[str, ...]:
    """The kinds of secrets a text holds, in words for people, each once."""
    return tuple(dict.fromkeys(secret.kind for secret in secrets_in(text)))


def without_what_opens(text: str) -> str:
    """The text without its secrets and the words that lead up to them; empty where it says nothing else."""
    pieces: list[str] = []
    place = 0
    for secret in secrets_in(text):
        before = _EXPIRY.sub("", text[place : secret.start])
        led = _LED_UP.search(before, max(0, len(before) - LONGEST_LED_UP))
        pieces.append(before[: led.start()] if led else before)
        place = secret.end
    if not pieces:
        return text
    pieces.append(_EXPIRY.sub("", text[place:]))
    left = _LOOSE.sub(r"\1", re.sub(r"[ \t]{2,}", " ", "".join(pieces))).strip(" \t,;:-\"'`")
    return left if re.search(r"\w", left) else ""


def _may_stand(text: str, secret: Secret) -> bool:
    if secret.kind in _PUBLISHED:
        return True
    # A voucher in a link, "?code=WELCOME10", is made to be read.
    return _QUERY.search(text[: secret.start]) is not None and not looks_random(text[secret.start : secret.end])
