"""What somebody said or keyed in, held against the challenge. Everything that is not clearly a decision is none.

A decision is a word for it together with the digits of the challenge, heard well enough, with nothing against it.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from tools.approval.plain_text import plainly

LEAST_CONFIDENCE: Final = 0.6
APPROVING: Final = frozenset({"approve", "approved", "approves", "approving"})
REJECTING: Final = frozenset({"reject", "rejected", "rejects", "decline", "declined", "refuse", "refused"})
TAKING_BACK: Final = frozenset(
    {
        "not", "dont", "doesnt", "didnt", "cannot", "cant", "couldnt", "wont", "wouldnt", "shouldnt", "isnt", "arent",
        "no", "nope", "never", "nobody", "disapprove", "cancel", "stop", "wait", "hold", "later", "maybe", "but", "if",
        "unless", "until", "without", "except",
    }
)  # fmt: skip
DIGITS: Final = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "to": "2", "too": "2", "three": "3",
    "four": "4", "for": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "ate": "8", "nine": "9", "niner": "9",
}  # fmt: skip
# Sounded like digits, but also words of a sentence: they count as digits only between other digits.
DOUBTFUL: Final = frozenset({"oh", "o", "to", "too", "for", "ate"})
REPEATS: Final = {"double": 2, "triple": 3}
REJECT_KEY: Final = "0"
WORD: Final = re.compile(r"[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Understanding:
    """``decision`` is None where nothing was decided; ``words`` say why, to the person on the line."""

    decision: Literal["approve", "reject"] | None
    words: str = ""


def understand(speech: str, confidence: float | None, keys: str, challenge: str) -> Understanding:
    """Return what was decided. ``keys`` are the challenge to approve, or 0 and the challenge to reject.

    ``confidence`` runs from 0 to 1; speech without one is not trusted.
    """
    if keys:
        return _keyed(keys, challenge)
    words = WORD.findall(plainly(speech).replace("'", "").replace("’", ""))
    if not words:
        return Understanding(None, "I heard nothing.")
    if confidence is None or confidence < LEAST_CONFIDENCE:
        return Understanding(None, "I did not hear that well enough.")
    said = set(words)
    approves, rejects = bool(said & APPROVING), bool(said & REJECTING)
    if approves == rejects:
        return Understanding(None, "A yes or no alone is not enough. Say approve or reject, then your digits.")
    if digits_in(words) != challenge:
        return Understanding(None, "Those are not the digits you were shown.")
    if approves and said & TAKING_BACK:
        return Understanding(None, "That was not a plain approval.")
    return Understanding("approve" if approves else "reject")


def digits_in(words: list[str]) -> str:
    """Return the digits that were spoken, in order, from digit words and numerals."""
    found: list[str] = []
    times = 1
    for place, word in enumerate(words):
        if word in REPEATS:
            times = REPEATS[word]
            continue
        digit = word if word.isdecimal() else DIGITS.get(word, "")
        if word in DOUBTFUL and not (_is_digit(words, place - 1) and _is_digit(words, place + 1)):
            digit = ""
        found.append(digit * times if len(digit) == 1 else digit)
        times = 1
    return "".join(found)


def spoken(challenge: str) -> str:
    """Return digits the way a voice reads them one by one."""
    return " ".join(challenge)


def _keyed(keys: str, challenge: str) -> Understanding:
    if keys == challenge:
        return Understanding("approve")
    if keys == REJECT_KEY + challenge:
        return Understanding("reject")
    return Understanding(None, "Those are not the digits you were shown.")


def _is_digit(words: list[str], place: int) -> bool:
    inside = 0 <= place < len(words)
    return inside and (words[place].isdecimal() or words[place] in DIGITS or words[place] in REPEATS)
