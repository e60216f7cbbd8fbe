"""An amount of money as people type it into a field of a page, and as the field shows it again."""

import re
from typing import Final

from core.errors import InvalidInput
from core.money import SIGNS, Money

AMOUNT: Final = re.compile(r"(?:\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.\d{1,3})?")


def minor_of(told: str, currency: str) -> int | None:
    """Read an amount as people write it, such as ``1,500`` or ``12.50``; None for no limit."""
    text = told.strip().removeprefix(SIGNS.get(currency, currency)).strip()
    if not text:
        return None
    if not AMOUNT.fullmatch(text):
        raise InvalidInput(f"“{told.strip()}” is not an amount. Write one in {currency}, such as 500 or 12.50.")
    return Money.of(text.replace(",", ""), currency).minor


def shown(minor: int | None, currency: str) -> str:
    """Return what stands in the field; nothing for no limit."""
    return "" if minor is None else f"{Money(minor, currency).major}"
