"""Charts show stored figures and nothing else: axes named, bars from zero, rows behind, hostile names only as text."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agents.models.offline.values import items, mapping
from core.errors import ToolInputError
from core.ids import new_id
from db.analytics_data import ANALYTICS_DATA
from db.charts import CHARTS, Chart
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS, SocialPost
from tests.tools.conftest import Desk
from tools.charts import draw_chart
from tools.figures.counters import Place, fold, row_of
from tools.figures.drawing import shown, specification
from tools.outside.contract import Figures

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LEEDS = ZoneInfo("Europe/London")
HOSTILE = '</text><script>alert(1)</script>{"signal":"1"} datum.x\x00\u202e https://evil.example/x.png'


async def read(desk: Desk, platform: str, said: dict[int, dict[str, int]], text: str = "Bread") -> str:
    """Store a post as a reading leaves it: its figures, and a row for each day on which they changed."""
    post_id, figures = new_id("pst"), None
    for day, told in said.items():
        moment = datetime(2026, 11, day, 8, 0, tzinfo=UTC)
        figures = fold(figures, Figures(**told), moment.date(), moment)
        row = row_of(Place(post_id, platform, "acc", None, LEEDS), figures, None)
        await Repository(desk.database, ANALYTICS_DATA, desk.scope).put_each([row])
    published = {"platform": platform, "status": "published", "published_at": datetime(2026, 11, 1, tzinfo=UTC)}
    document: dict[str, Any] = {"post_id": post_id, "content": {"message": text}}
    document["platforms"] = [published | ({"analytics": figures.model_dump()} if figures else {})]
    await Repository(desk.database, SOCIAL_POSTS, desk.scope).insert(SocialPost.model_validate(document))
    return post_id


async def stored(desk: Desk, chart_id: str) -> Chart:
    return await Repository(desk.database, CHARTS, desk.scope).get(chart_id)


async def test_a_line_over_days_has_every_day_and_the_rows_behind_it(ready: Desk) -> None:
    await read(ready, "facebook", {18: {"clicks": 4}, 20: {"clicks": 10}})
    told = await ready.call(draw_chart, metric="clicks", period="last 4 days")
    assert [(row["key"], row.get("value")) for row in told["rows"]] == [
        ("2026-11-17", None),
        ("2026-11-18", 4),
        ("2026-11-19", 0),
        ("2026-11-20", 6),
    ]
    assert told["rows"][3]["sources"][0].startswith("ana_")
    assert told["rows"][3]["aggregation"] == "sum of clicks over 1 daily row of 1 post"
    chart = await stored(ready, told["chart_id"])
    spec = json.loads(chart.spec)
    assert (chart.kind, spec["mark"]["type"]) == ("line", "line")
    assert (spec["encoding"]["x"]["axis"]["title"], spec["encoding"]["y"]["axis"]["title"]) == ("Day", "Clicks")
    assert chart.svg.startswith("<svg")
    assert base64.b64decode(chart.png).startswith(b"\x89PNG")
    assert told["markdown"] == f"![Clicks by day](/api/v1/charts/{chart.chart_id}.svg)"


async def test_bars_start_at_zero_and_the_title_says_who_leads(ready: Desk) -> None:
    await read(ready, "facebook", {18: {"views": 100, "clicks": 4}})
    await read(ready, "linkedin", {18: {"views": 900, "clicks": 9}})
    told = await ready.call(draw_chart, metric="views", group_by="platform")
    assert told["title"] == "LinkedIn has the most views"
    assert [(row["label"], row["value"]) for row in told["rows"]] == [("LinkedIn", 900), ("Facebook", 100)]
    spec = json.loads((await stored(ready, told["chart_id"])).spec)
    assert spec["encoding"]["x"]["scale"]["zero"] is True


async def test_days_that_were_not_read_yet_are_not_called_quiet(ready: Desk) -> None:
    await read(ready, "facebook", {15: {"likes": 4}})
    told = await ready.call(draw_chart, metric="likes", period="last 7 days")
    assert [row.get("value") for row in told["rows"]] == [None, 4, None, None, None, None, None]
    assert told["stale"] is True
    assert "older than a day" in told["note"]


async def test_lines_by_channel(ready: Desk) -> None:
    await read(ready, "facebook", {19: {"likes": 1}, 20: {"likes": 3}})
    await read(ready, "twitter", {20: {"likes": 5}})
    told = await ready.call(draw_chart, metric="likes", split_by="platform", period="last 2 days")
    assert [(row["series"], row["key"], row.get("value")) for row in told["rows"]] == [
        ("Facebook", "2026-11-19", 1),
        ("Facebook", "2026-11-20", 2),
        ("X", "2026-11-19", None),
        ("X", "2026-11-20", 5),
    ]


async def test_hostile_names_are_only_ever_drawn(ready: Desk) -> None:
    await read(ready, "facebook", {18: {"likes": 4}}, text=HOSTILE)
    await read(ready, "facebook", {18: {"likes": 9}}, text="Bread")
    told = await ready.call(draw_chart, metric="likes", group_by="post")
    chart = await stored(ready, told["chart_id"])
    assert "<script" not in chart.svg
    spec = json.loads(chart.spec)
    encodings = list(spec["encoding"].values())
    assert [encoding["field"] for encoding in encodings if "field" in encoding] == ["y", "x"]
    assert set(spec) <= {"config", "data", "mark", "background", "encoding", "height", "width", "title", "$schema"}
    assert not {"url", "href", "transform", "params", "expr", "signal"} & keys_of(spec)
    assert set(told["markdown"][2:].partition("](")[0]).isdisjoint("[]()<>")


def keys_of(value: object) -> set[str]:
    inner = [*mapping(value).values(), *items(value)]
    return set(mapping(value)).union(*(keys_of(one) for one in inner))


def test_texts_become_data_that_can_be_drawn() -> None:
    assert shown("a\x00b\ud800\u202ec\n d") == "abc d"
    plan = {"title": {"signal": "1"}, "subtitle": "", "kind": "bar", "x_title": "x", "y_title": "y"}
    point = {"x": ["a"], "y": 1, "series": None}
    spec = specification({**plan, "points": [point]})
    assert isinstance(spec["title"]["text"], str)
    assert spec["data"]["values"] == [{"x": "['a']", "y": 1, "series": ""}]


async def test_nothing_is_drawn_where_nothing_is_stored(ready: Desk) -> None:
    told = await ready.call(draw_chart, metric="likes")
    assert (told["chart_id"], told["rows"]) == (None, [])
    assert "Nothing is stored for likes" in told["note"]
    assert await Repository(ready.database, CHARTS, ready.scope).count({}) == 0


async def test_a_repeated_call_draws_once(ready: Desk) -> None:
    await read(ready, "facebook", {18: {"likes": 4}})
    first = await ready.call(draw_chart, call_id="call_1", metric="likes")
    assert await ready.call(draw_chart, call_id="call_1", metric="likes") == first


async def test_more_lines_than_can_be_told_apart_are_refused(ready: Desk) -> None:
    platforms = ("facebook", "twitter", "linkedin", "instagram", "wordpress", "tiktok", "youtube")
    for platform in platforms:
        await read(ready, platform, {18: {"likes": 4}})
    ready.clock.advance(timedelta(hours=1))
    with pytest.raises(ToolInputError, match="7 lines"):
        await ready.call(draw_chart, metric="likes", split_by="platform")
