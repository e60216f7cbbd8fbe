"""Orders to go by another clock, and what only sounds like one."""

import pytest

from agents.language.zone_requests import zone_request


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("use Berlin time", "Europe/Berlin"),
        ("my timezone is Europe/Berlin", "Europe/Berlin"),
        ("My time zone is Berlin.", "Europe/Berlin"),
        ("ok, set the timezone to America/New_York please", "America/New_York"),
        ("Please use New York time from now on", "America/New_York"),
        ("we're on Pacific time", "America/Los_Angeles"),
        ("I'm in the Tokyo time zone", "Asia/Tokyo"),
        ("show times in Leeds time", "Europe/London"),
        ("our time zone is CET", "Europe/Berlin"),
        ("my timezone is utc", "UTC"),
        ("use Xanadu time", "Xanadu"),
    ],
)
def test_an_order_names_its_timezone(text: str, zone: str) -> None:
    assert zone_request(text) == zone


@pytest.mark.parametrize(
    "text",
    [
        "our bakery in Berlin opens on 3 December",
        "schedule it for 9 Berlin time",
        "my timezone is Berlin, and make it funnier",
        "use the same time",
        "use Christmas time",
        "we are in no time",
        "we're on time",
        "post at lunch time",
        "what is my timezone?",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert zone_request(text) is None
