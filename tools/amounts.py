"""Amounts of money as people and models write them: ``£1,500``, ``1.5k EUR``, ``CHF 800``, ``none``."""

import re
from decimal import Decimal

from core.errors import ToolInputError
from core.money import NO_CURRENCY, Money

SIGNS = {
    "£": "GBP",
    "€": "EUR",
    "us$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD",
    "s$": "SGD",
    "hk$": "HKD",
    "r$": "BRL",
    "$": "USD",
    "¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₺": "TRY",
    "₦": "NGN",
    "₪": "ILS",
    "₴": "UAH",
    "zł": "PLN",
    "kč": "CZK",
}
WORDS = {
    "pound": "GBP",
    "quid": "GBP",
    "sterling": "GBP",
    "euro": "EUR",
    "dollar": "USD",
    "buck": "USD",
    "rupee": "INR",
    "yen": "JPY",
    "zloty": "PLN",
    "złoty": "PLN",
    "złotych": "PLN",
    "franc": "CHF",
    "rs": "INR",
    "rs.": "INR",
}
CODES = re.compile(
    r"\b(AED|ARS|AUD|BDT|BGN|BHD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|GHS|HKD|HUF|IDR|ILS|INR|ISK|JOD|JPY|KES|KRW|"
    r"KWD|LKR|MAD|MXN|MYR|NGN|NOK|NZD|OMR|PEN|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|TZS|UAH|UGX|USD|"
    r"UYU|VND|XAF|XOF|XPF|ZAR)\b",
    re.IGNORECASE,
)
NO_MONEY = re.compile(r"^(?:no|none|nothing|zero|nil|without|organic)\b", re.IGNORECASE)
FIGURE = re.compile(
    r"(?P<number>\d(?:[\d.,'\u00a0\u202f]|[ ](?=\d{3}\b))*+)\s*"
    r"(?:(?P<factor>k|thousand|grand|m|mio|mn|million)(?![a-z]))?",
    re.IGNORECASE,
)
RATE = re.compile(r"\b(?:a|an|per|each|every)\s+(?:day|week|month|year)\b|\b(?:daily|weekly|monthly)\b", re.IGNORECASE)
RANGE = re.compile(r"(?:[-–—]|\bto|\band|\bor)\s*\W?$", re.IGNORECASE)
FACTORS = {"k": 1_000, "thousand": 1_000, "grand": 1_000, "m": 1_000_000, "mio": 1_000_000, "mn": 1_000_000}
LARGEST = Decimal(10) ** 11


def read_currency(text: str) -> str | None:
    """Return the ISO 4217 code named in ``text``, by code, sign or word."""
    if found := CODES.search(re.sub(r"(\d)([A-Za-z])", r"\1 \2", text)):
        return str(found[1]).upper()
    plain = text.lower()
    for sign, code in SIGNS.items():
        if sign in plain:
            return code
    for word in re.findall(r"[^\W\d_]+\.?", plain):
        for name in (word, word.rstrip("."), word.rstrip("s.")):
            if name in WORDS:
                return WORDS[name]
    return None


def read_amount(text: str, currency: str | None = None) -> Money:
    """Read a budget. Of a range the upper end counts: it is a cap.

    ``currency`` is used where the text names none. ToolInputError says what is missing.
    """
    code = read_currency(text) or currency
    figures = list(FIGURE.finditer(text))
    if not figures:
        if NO_MONEY.match(text.strip()):
            return Money(0, code or NO_CURRENCY)
        raise ToolInputError(
            f"{text[:60]!r} holds no amount. Give the budget as a figure with its currency, or 'none'."
        )
    if RATE.search(text):
        raise ToolInputError(f"{text[:60]!r} is a rate. Give the budget as the total for the whole campaign.")
    figures = [figure for figure in figures if _is_money(text, figure)] or figures
    shared = (figures[-1]["factor"] or "").lower()
    amount = max(_value(figure, shared if len(figures) > 1 else "") for figure in figures)
    if amount > LARGEST:
        raise ToolInputError(f"{text[:60]!r} is more than this house can plan with. Check the figure.")
    if code is None:
        if amount == 0:
            return Money(0, NO_CURRENCY)
        raise ToolInputError(
            f"Which currency is {text[:60]!r}? Pass it with its sign or code, such as £1,500 or 1500 EUR."
        )
    return Money.of(amount, code)


def spoken(money: Money) -> str:
    """Return an amount as people write it; 'none' where no money is to be spent."""
    return "none" if money.currency == NO_CURRENCY else str(money)


def _is_money(text: str, figure: re.Match[str]) -> bool:
    """Whether a currency stands next to the figure, or it is the upper end of a range."""
    before, after = text[: figure.start()], text[figure.end() :]
    return bool(read_currency(before[-4:]) or read_currency(after.strip()[:8].split(" ")[0]) or RANGE.search(before))


def _value(figure: re.Match[str], shared_factor: str) -> Decimal:
    number = _decimal(figure["number"])
    factor = (figure["factor"] or "").lower()
    if not factor and number < 1_000:
        factor = shared_factor
    return number * FACTORS.get(factor, 1_000_000 if factor == "million" else 1)


def _decimal(number: str) -> Decimal:
    """Tell thousands from decimals: a last group of one or two digits after a point or comma is decimals."""
    digits = re.sub(r"['\s]", "", number).rstrip(".,")
    head, mark, tail = digits.rpartition("," if digits.rfind(",") > digits.rfind(".") else ".")
    if mark and len(tail) != 3:
        return Decimal(re.sub(r"[.,]", "", head) + "." + tail)
    return Decimal(re.sub(r"[.,]", "", digits))
