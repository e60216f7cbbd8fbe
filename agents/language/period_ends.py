"""The end of the running year, quarter or month by its short name: year end, month-end, EOY."""

import re
from datetime import date

from agents.language.calendar_words import month_end
from agents.language.date_readers import Frame, Span


def unit_end(match: re.Match[str], frame: Frame) -> Span | None:
    """By year end: its last day."""
    unit, today = (match["unit"] or match["short"]).lower(), frame.today
    if unit.startswith("y"):
        return date(today.year, 12, 31), None
    month = (today.month + 2) // 3 * 3 if unit.startswith("q") else today.month
    return month_end(today.year, month), None
