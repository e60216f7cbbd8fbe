"""How the offline model puts things: dates, money, lists and names as people write them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.money import Money

CHANNELS = {
    "instagram": "Instagram",
    "facebook": "Facebook",
    "twitter": "X",
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "email": "email",
    "blog": "blog",
    "whatsapp": "WhatsApp",
    "wordpress": "WordPress",
    "medium": "Medium",
    "ghost": "Ghost",
    "pinterest": "Pinterest",
    "threads": "Threads",
    "google_ads": "Google Ads",
    "meta_ads": "Meta ads",
    "sms": "SMS",
}
FIELDS = {
    "product": "what it is about",
    "objective": "the goal",
    "target_audience": "who it should reach",
    "timeline": "when it happens",
    "budget": "the budget",
    "channels": "the channels",
    "location": "the place",
    "business": "the business",
    "voice": "the voice",
    "additional_context": "other notes",
}
REQUIRED = ("product", "objective", "target_audience", "budget", "timeline", "channels")


def day(value: date) -> str:
    """``Thursday 3 December 2026``."""
    return f"{value:%A} {value.day} {value:%B %Y}"


def short_day(value: date) -> str:
    """``Thursday 3 December``."""
    return f"{value:%A} {value.day} {value:%B}"


def moment(value: str, timezone: str) -> str:
    """An ISO time as people in ``timezone`` read it: ``Thursday 3 December 2026, 09:00``."""
    try:
        at = datetime.fromisoformat(value)
        local = at.astimezone(ZoneInfo(timezone)) if at.tzinfo else at
    except (ValueError, ZoneInfoNotFoundError):
        return value
    return f"{day(local.date())}, {local:%H:%M}"


def clock(value: str, timezone: str) -> str:
    """The time of day of an ISO time in ``timezone``: ``09:00``; nothing where it is none."""
    return moment(value, timezone).rpartition(", ")[2] if "T" in value else ""


def iso_day(value: object) -> date | None:
    """The date in an ISO text, if it is one."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def money(info: Mapping[str, Any]) -> Money | None:
    """The budget in collected info, if it is known."""
    minor, currency = info.get("budget_minor"), info.get("currency")
    if isinstance(minor, int) and isinstance(currency, str) and currency:
        return Money(minor, currency)
    return None


def listed(items: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def channel(name: str) -> str:
    """The name people use for a channel."""
    return CHANNELS.get(name, name)


def capital(text: str) -> str:
    """The text with its first letter in upper case, the rest untouched."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """The text as one sentence: capital first, a full stop last."""
    clean = capital(re.sub(r"\s+", " ", text).strip().rstrip(",;:"))
    return clean if not clean or clean[-1] in ".?…" else f"{clean.rstrip('!')}."


def plain(text: object, limit: int = 200) -> str:
    """A value from outside as one harmless line: no markup, no line breaks, not longer than ``limit``."""
    if not isinstance(text, str):
        return "" if text is None else plain(str(text), limit)
    line = re.sub(r"[\x00-\x1f\x7f<>`*_#\[\]|]+", " ", text)
    line = re.sub(r"\s+", " ", line).strip()
    return line if len(line) <= limit else line[: limit - 1].rsplit(" ", 1)[0] + "…"


def quoted(text: str) -> str:
    """A text as a Markdown quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
