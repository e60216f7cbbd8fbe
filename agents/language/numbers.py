"""Numbers as people write them: 1,500 / 1.500,50 / 1.5k / fifteen hundred / a couple of thousand."""

import re
from decimal import Decimal

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {
    "hundred": 100, "hundreds": 100, "thousand": 1000, "thousands": 1000, "thousend": 1000, "grand": 1000, "k": 1000,
    "ks": 1000, "lakh": 100_000, "lakhs": 100_000, "lac": 100_000, "crore": 10_000_000, "million": 1_000_000,
    "mil": 1_000_000, "dozen": 12, "dozens": 12,
    "mio": 1_000_000, "m": 1_000_000, "mn": 1_000_000, "tsd": 1000, "mille": 1000, "mila": 1000, "mil.": 1000,
    "tys": 1000,
}  # fmt: skip
_SMALL = "|".join(sorted(UNITS, key=len, reverse=True))
_BIG = "hundred|thousand|grand|million|lakhs?|crore|dozen"
FIGURE = (
    r"(?<![\w.,])\d{1,3}(?:(?:,\d{2})*(?:,\d{3})+|(?:[.' ]\d{3})+)(?:[.,]\d{1,2})?(?![\d])|(?<![\w.,])\d+(?:[.,]\d+)?"
)
SCALE = (
    r"(?:\s?(?:k|K|m|mn|M)(?![\w'])|"
    r"\s(?:hundred|thousands?|thousend|grand|dozen|lakhs?|lac|crore|million|mio|tsd|tys|mille|mila)\b\.?)"
)
WORDS = (
    rf"\b(?:(?:an?|half an?|{_SMALL})(?:[ -](?:and a half|couple of|few))?[ -](?:{_BIG})|(?:{_SMALL})\b)"
    rf"(?:(?:[ -]and)?[ -](?:{_SMALL}|{_BIG})\b){{0,8}}"
)
NUMBER = re.compile(rf"(?P<figure>{FIGURE})(?P<scale>{SCALE})?|(?P<words>{WORDS})", re.IGNORECASE)


def figure_value(figure: str) -> Decimal:
    """The value of digits with either convention for thousands and decimals; a lone separator before exactly three
    digits groups thousands."""
    digits = figure.replace(" ", "").replace("'", "")
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return Decimal(digits)
    separators = {c for c in digits if c in ".,"}
    tail = len(digits) - last - 1
    groups = digits.count(digits[last])
    whole = len(separators) == 1 and tail == 3 and (groups > 1 or digits[:last].lstrip("0") != "")
    if whole or (groups > 1 and len(separators) == 1):
        return Decimal(re.sub(r"[.,]", "", digits))
    return Decimal(re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :])


def words_value(words: str) -> Decimal | None:
    """The value of a number in words, or None where the words name none."""
    total, current = Decimal(0), Decimal(0)
    seen = False
    for word in re.split(r"[ -]+", words.lower()):
        if word in UNITS:
            if seen and 0 < current < 20 and UNITS[word] >= 20 and not total:  # seven fifty
                current *= 100
            current, seen = current + UNITS[word], True
        elif word in {"a", "an"}:
            current = current or Decimal(1)
        elif word == "half":
            current = current + Decimal("0.5") if seen else Decimal("0.5")
            seen = True
        elif word == "couple":
            current, seen = Decimal(2), True
        elif word == "few":
            return None
        elif word in SCALES:
            total, current, seen = *_scaled(total, current, SCALES[word]), True
    return total + current if seen else None


def _scaled(total: Decimal, current: Decimal, scale: int) -> tuple[Decimal, Decimal]:
    current = current or Decimal(1)
    if scale in {12, 100}:
        return total, current * scale
    return total + current * scale, Decimal(0)


def number_value(match: re.Match[str]) -> Decimal | None:
    """The value of a NUMBER match."""
    if match["words"]:
        return words_value(match["words"])
    value = figure_value(match["figure"])
    scale = (match["scale"] or "").strip(" .").lower()
    return value * SCALES[scale] if scale else value


def whole(value: Decimal) -> int | None:
    """``value`` as an integer, or None where it is not one or absurdly large."""
    return int(value) if abs(value) < 10**12 and value == value.to_integral_value() else None
