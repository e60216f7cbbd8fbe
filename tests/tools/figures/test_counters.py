"""Days add up to the total, whatever a platform tells in whatever order of late, repeated and corrected figures."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from db.analytics_data import AnalyticsData
from db.social_posts import Counters, ResultAnalytics
from tools.figures.counters import COUNTERS, TOLD, Place, counts_of, fold, published_row, row_of, unwritten, whole
from tools.outside.contract import Figures

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
LEEDS = ZoneInfo("Europe/London")
PLACE = Place("pst_1", "instagram", "acc", "cmp_1", LEEDS)
told = st.builds(Figures, **{name: st.none() | st.integers(0, 10**6) for name in TOLD})
readings = st.lists(st.tuples(st.integers(0, 30), told), min_size=1, max_size=25)


def _replayed(said: list[tuple[int, Figures]]) -> tuple[ResultAnalytics, dict[str, AnalyticsData]]:
    rows: dict[str, AnalyticsData] = {}
    figures: ResultAnalytics | None = None
    for hours, answer in said:
        moment = NOW + timedelta(hours=hours * 7)
        figures = fold(figures, answer, moment.astimezone(LEEDS).date(), moment)
        row = row_of(PLACE, figures, None)
        rows[row.analytics_id] = row
    assert figures is not None
    return figures, rows


def _days(rows: dict[str, AnalyticsData], name: str) -> int:
    parts = [row.metrics.social.by_platform["instagram"] for row in rows.values() if row.metrics.social]
    return sum(part.get(name, 0) for part in parts)


@given(said=readings)
def test_days_add_up_to_the_total(said: list[tuple[int, Figures]]) -> None:
    figures, rows = _replayed(said)
    assert {name: _days(rows, name) for name in COUNTERS} == {name: getattr(figures, name) or 0 for name in COUNTERS}
    engaged = (figures.likes or 0) + (figures.comments or 0) + (figures.shares or 0)
    assert _days(rows, "engagement") == engaged


@given(said=readings)
def test_told_twice_changes_nothing(said: list[tuple[int, Figures]]) -> None:
    figures, rows = _replayed(said)
    again = fold(figures, Figures(), date(2027, 1, 1), NOW + timedelta(days=61))
    assert counts_of(again) == counts_of(figures)
    assert row_of(PLACE, again, None).model_dump(exclude={"synced_at"}) == rows[
        row_of(PLACE, figures, None).analytics_id
    ].model_dump(exclude={"synced_at"})


@given(said=readings)
def test_what_only_grows_at_the_platform_never_falls_here(said: list[tuple[int, Figures]]) -> None:
    figures: ResultAnalytics | None = None
    for _, answer in said:
        before = figures.views if figures and figures.views is not None else 0
        figures = fold(figures, answer, NOW.date(), NOW)
        assert (figures.views or 0) >= before


def test_a_correction_is_followed_on_its_day() -> None:
    first = fold(None, Figures(likes=10, views=100), date(2026, 11, 1), NOW)
    second = fold(first, Figures(likes=7, views=100), date(2026, 11, 3), NOW + timedelta(days=2))
    row = row_of(PLACE, second, None)
    assert (row.day, row.metrics.social and row.metrics.social.total_engagement) == ("2026-11-03", -3)
    assert (second.likes, second.opening.likes) == (7, 10)


def test_a_day_begins_at_midnight_of_the_account() -> None:
    summer = row_of(PLACE, fold(None, Figures(likes=1), date(2026, 7, 1), NOW), None)
    assert summer.date == datetime(2026, 6, 30, 23, 0, tzinfo=UTC)
    assert published_row(PLACE, date(2026, 11, 1), NOW).metrics.social is not None


def test_a_cut_write_is_known_by_the_last_reading() -> None:
    first = fold(None, Figures(likes=1), NOW.date(), NOW)
    assert unwritten(first)
    assert not unwritten(fold(first, Figures(likes=1), NOW.date(), NOW + timedelta(hours=1)))


def test_a_post_is_the_sum_of_its_platforms_with_rates_of_those_that_tell() -> None:
    seen = fold(None, Figures(likes=4, comments=1, views=100), NOW.date(), NOW)
    bare = fold(None, Figures(comments=3), NOW.date(), NOW + timedelta(hours=1))
    post = whole([seen, bare])
    assert (post.comments, post.likes, post.views, post.clicks) == (4, 4, 100, None)
    assert (post.engagement, post.engagement_rate) == (8, 5.0)
    assert post.last_synced == NOW
    assert post.metrics_updated_at == NOW + timedelta(hours=1)
    assert whole([fold(None, Figures(), NOW.date(), NOW)]).engagement_rate is None
    assert Counters() == seen.opening
