"""How the console writes times, amounts and names: short, in the person's timezone, the exact time beside it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.money import Money

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def exact(moment: datetime, zone: ZoneInfo) -> str:
    """Return a time in full, as it reads when one hovers over it."""
    local = moment.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({zone.key})"


def relative(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a time as people say it: minutes and hours near by, the day further away."""
    seconds = round((moment - now).total_seconds())
    ahead, apart = seconds > 0, abs(seconds)
    if apart < MINUTE:
        return "just now"
    if apart < HOUR:
        return _said(apart // MINUTE, "min", ahead=ahead)
    local, today = moment.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    if days == 0 or apart < 6 * HOUR:
        return _said(apart // HOUR, "h", ahead=ahead)
    clock = f"{local:%H:%M}"
    if days in {-1, 1}:
        return f"{'tomorrow' if days == 1 else 'yesterday'} {clock}"
    if timedelta(days=days) < timedelta(days=7) and days > 0:
        return f"{local:%a} {clock}"
    return f"{local.day} {local:%b}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def day(date_text: str) -> str:
    """Return an ISO calendar date as people write it; anything else as it is."""
    try:
        found = date.fromisoformat(date_text)
    except ValueError:
        return date_text
    return f"{found.day} {found:%b %Y}"


def amount(minor: int, currency: str) -> str:
    """Return money with its currency."""
    return str(Money(minor, currency))


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 post``, ``2 posts``, ``1,000 posts``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def named(word: str) -> str:
    """Return a name from the code as words: ``campaign_plan`` is ``Campaign plan``."""
    return word.replace("_", " ").replace(".", " ").strip().capitalize()


def _said(number: int, unit: str, *, ahead: bool) -> str:
    return f"in {number} {unit}" if ahead else f"{number} {unit} ago"
