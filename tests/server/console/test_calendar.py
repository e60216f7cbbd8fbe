"""The calendar's pages: each state in its place, another time asked anew, hostile words inert."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from server.console.calendar_grid import laid_out, stretch_of
from tests.server.conftest import Person
from tests.server.console.conftest import HERE
from tests.server.console.house import HOSTILE, House
from tools.calendar_entries import CalendarEntry, CampaignSpan

LONDON = ZoneInfo("Europe/London")


def entry(at: datetime, number: int = 0) -> CalendarEntry:
    return CalendarEntry(f"pst_{number}-twitter", f"pst_{number}", "twitter", at, "scheduled", "Bread", "Bread")


@pytest.mark.parametrize(
    ("view", "anchor", "first", "last", "back", "ahead"),
    [
        ("month", "2026-02-15", "2026-01-26", "2026-03-01", "2026-01-01", "2026-03-01"),
        ("month", "2026-12-31", "2026-11-30", "2027-01-03", "2026-11-01", "2027-01-01"),
        ("week", "2026-11-22", "2026-11-16", "2026-11-22", "2026-11-09", "2026-11-23"),
        ("agenda", "2026-11-20", "2026-11-20", "2026-12-19", "2026-10-21", "2026-12-20"),
    ],
)
def test_a_view_shows_whole_weeks_or_what_comes(
    view: str, anchor: str, first: str, last: str, back: str, ahead: str
) -> None:
    found = stretch_of(view, date.fromisoformat(anchor))  # type: ignore[arg-type]  # the cases list the views
    assert [day.isoformat() for day in (found.first, found.last, found.back, found.ahead)] == [first, last, back, ahead]


def test_days_are_those_of_the_person_and_what_is_too_much_is_counted() -> None:
    stretch = stretch_of("month", date(2026, 7, 1))
    late = entry(datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    many = [entry(datetime(2026, 7, 9, 9, tzinfo=UTC), number) for number in range(1000)]
    weeks = laid_out(stretch, [late, *many], [], date(2026, 7, 9), LONDON)
    days = {cell.day: cell for week in weeks for cell in week.cells}
    assert (len(days[date(2026, 7, 1)].entries), len(days[date(2026, 7, 2)].entries)) == (0, 1)
    assert (len(days[date(2026, 7, 9)].shown), days[date(2026, 7, 9)].more) == (3, 997)
    assert [day for day, cell in days.items() if cell.today] == [date(2026, 7, 9)]


def test_a_campaign_runs_through_its_weeks() -> None:
    stretch = stretch_of("month", date(2026, 7, 1))
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    spans = [CampaignSpan(f"cmp_{n}", "Opening", date(2026, 7, 8), date(2026, 7, 14), moment) for n in range(5)]
    weeks = laid_out(stretch, [], spans, date(2026, 7, 1), LONDON)
    assert [(bar.first, bar.last, bar.begins, bar.ends) for bar in weeks[1].bars] == [(3, 7, True, False)] * 3
    assert [(bar.first, bar.last, bar.begins, bar.ends) for bar in weeks[2].bars] == [(1, 2, False, True)] * 3
    assert ([len(week.bars) for week in weeks], weeks[1].hidden) == ([0, 3, 3, 0, 0], 2)


@pytest.mark.parametrize("view", ["month", "week", "agenda"])
async def test_every_state_is_on_its_day_and_can_be_asked_for_alone(
    house: House, person: Person, viewer: Person, stranger: Person, view: str
) -> None:
    await house.asked("2026-11-20T18:00", await house.draft(HOSTILE))
    await house.scheduled("2026-11-21T09:00", await house.draft("Scheduled bread."))
    for status in ("published", "failed", "unknown", "cancelled"):
        await house.past(status, f"{status} {HOSTILE}")
    path = f"/console/calendar?view={view}&day=2026-11-20"
    for one in (person, viewer):
        page = (await one.client.get(path)).text
        assert page.count('class="entry ') == 5
        assert ("<img" in page.replace('<img src="/assets/mark.svg"', ""), "54439" in page) == (False, False)
        assert page.count("draggable") == (2 if one is person else 0)
        assert "cancelled" not in page
    for state in ("waiting", "scheduled", "published", "failed", "unknown"):
        page = (await person.client.get(f"{path}&state={state}")).text
        assert (page.count('class="entry '), f'class="entry {state}"' in page) == (1, True)
    assert "Nothing fits this choice" in (await person.client.get(f"{path}&platform=tiktok")).text
    assert 'class="entry ' not in (await stranger.client.get(path)).text
    for wrong in ("view=year", "day=yesterday", "state=gone", "day=9999-12-31"):
        assert (await person.client.get(f"/console/calendar?{wrong}")).status_code == 422


async def test_a_scheduled_post_is_moved_with_a_new_approval(house: House, person: Person, stranger: Person) -> None:
    first, _ = await house.scheduled("2026-11-25T18:00", await house.draft(HOSTILE), await house.draft("Two."))
    path = f"/console/calendar/{first}"
    shown = (await person.client.get(f"{path}?to=2026-11-26T09:15")).text
    assert "together with 1 other post approved at once" in shown
    assert "Thursday 26 November 2026, 09:15" in shown
    assert "<b>bold" not in shown
    assert (await stranger.client.get(path)).status_code == 404
    form = {"day": "2026-11-26", "at": "09:15", "view": "week"}
    assert (await stranger.client.post(f"{path}/move", data=form, headers=HERE)).status_code == 404
    moved = await person.client.post(f"{path}/move", data=form, headers=HERE)
    assert (moved.status_code, moved.headers["location"]) == (303, "/console/calendar?view=week&day=2026-11-26")
    page = (await person.client.get(moved.headers["location"])).text
    assert "It waits for your approval, with 1 more asked together with it." in page
    assert page.count('class="entry waiting"') == 2
    assert "called off or moved already" in (await person.client.get(path)).text


async def test_what_can_not_be_moved_says_why(house: House, person: Person, viewer: Person) -> None:
    _, (waiting,) = await house.asked("2026-11-25T18:00", await house.draft("Bread."))
    past = {"day": "2026-11-01", "at": "09:15"}
    refused = await person.client.post(f"/console/calendar/{waiting}/move", data=past, headers=HERE)
    assert refused.status_code == 422
    assert "is in the past" in refused.text
    same = {"day": "2026-11-25", "at": "18:00"}
    kept = await person.client.post(f"/console/calendar/{waiting}/move", data=same, headers=HERE)
    assert "nothing was changed" in (await person.client.get(kept.headers["location"])).text
    assert (await viewer.client.post(f"/console/calendar/{waiting}/move", data=same, headers=HERE)).status_code == 403
    assert "read this but not move it" in (await viewer.client.get(f"/console/calendar/{waiting}")).text
    for status, why in (
        ("published", "https://x.example/1"),
        ("failed", "tried again"),
        ("unknown", "Nobody can tell"),
    ):
        gone = await house.past(status, HOSTILE)  # type: ignore[arg-type]  # the cases list the states
        page = (await person.client.get(f"/console/calendar/{gone}")).text
        assert (why in page, "Move and ask again" in page, "<img src=x" in page) == (True, False, False)


async def test_times_are_those_of_the_person(house: House, person: Person) -> None:
    await house.lives_in("Asia/Tokyo")
    (post_id,) = await house.scheduled("2026-11-25T18:00", await house.draft("Bread."))
    page = (await person.client.get(f"/console/calendar/{post_id}")).text
    assert "Thursday 26 November 2026, 03:00 (Asia/Tokyo)" in page
    moved = {"day": "2026-11-27", "at": "08:00"}
    await person.client.post(f"/console/calendar/{post_id}/move", data=moved, headers=HERE)
    (asked,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    assert asked["content"]["posts"][0]["publish_at"] == "2026-11-26T23:00:00Z"
