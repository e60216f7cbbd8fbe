"""The calendar in the form calendar programs read (RFC 5545): what waits is tentative, what is out is confirmed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from icalendar import Calendar, Event

from tools.calendar_entries import CalendarEntry, CampaignSpan, EntryState

LENGTH: Final = timedelta(minutes=15)
STATUS: Final[dict[EntryState, str]] = {
    "waiting": "TENTATIVE",
    "scheduled": "CONFIRMED",
    "published": "CONFIRMED",
    "failed": "CANCELLED",
    "unknown": "TENTATIVE",
}
WORDS: Final[dict[EntryState, str]] = {
    "waiting": "waits for approval",
    "scheduled": "scheduled",
    "published": "published",
    "failed": "did not go out",
    "unknown": "nobody can tell whether it went out",
}
PRODUCT: Final = "-//Marketing Minds//Calendar//EN"
HOST: Final = "marketing-minds"


def calendar_file(
    name: str, entries: Sequence[CalendarEntry], spans: Sequence[CampaignSpan], now: datetime, base: str
) -> bytes:
    """Return the file. An entry keeps its UID from the request to the published post."""
    calendar = _filled(
        Calendar(),
        {
            "PRODID": PRODUCT,
            "VERSION": "2.0",
            "METHOD": "PUBLISH",
            "X-WR-CALNAME": name,
            "X-PUBLISHED-TTL": "PT15M",
        },
    )
    for entry in entries:
        calendar.add_component(_entry(entry, now, base))
    for span in spans:
        calendar.add_component(_span(span, now, base))
    content: bytes = calendar.to_ical()
    return content


def _entry(entry: CalendarEntry, now: datetime, base: str) -> Any:
    properties: dict[str, object] = {
        "UID": f"{entry.entry_id}@{HOST}",
        "DTSTAMP": now,
        "DTSTART": entry.at,
        "DTEND": entry.at + LENGTH,
        "SUMMARY": f"{entry.label}: {entry.title}",
        "DESCRIPTION": f"{WORDS[entry.state].capitalize()}\n\n{entry.text}",
        "STATUS": STATUS[entry.state],
        "TRANSP": "TRANSPARENT",
        "CATEGORIES": [entry.label],
        "URL": entry.url or f"{base}/console",
    }
    if entry.changed_at:
        properties["LAST-MODIFIED"] = entry.changed_at
        properties["SEQUENCE"] = int(entry.changed_at.timestamp()) % 2**31
    return _filled(Event(), properties)


def _span(span: CampaignSpan, now: datetime, base: str) -> Any:
    properties = {
        "UID": f"{span.campaign_id}@{HOST}",
        "DTSTAMP": now,
        "DTSTART": span.first,
        "DTEND": span.last + timedelta(days=1),
        "SUMMARY": f"Campaign: {span.name}",
        "TRANSP": "TRANSPARENT",
        "URL": f"{base}/console",
        "LAST-MODIFIED": span.changed_at,
    }
    return _filled(Event(), properties)


def _filled(component: Any, properties: Mapping[str, object]) -> Any:
    """Return the component with its properties; the library escapes and folds them."""
    for name, value in properties.items():
        component.add(name, value)
    return component
