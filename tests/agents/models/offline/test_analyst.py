"""The analyst: figures as the tool gave them, with the rows they came from; never one of its own."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from tests.agents.models.offline.desk import Desk
from tests.agents.models.offline.prompting import answer, asked, system, used

ROW: dict[str, Any] = {
    "key": "total",
    "values": {"views": 1200, "engagement_rate": 4.25},
    "sources": ["pst_1", "pst_2"],
    "aggregation": {"views": "sum of views over 2 posts", "engagement_rate": "sum of likes / sum of views × 100"},
}
RESULT: dict[str, Any] = {
    "period": {"since": "2026-11-01", "until": "2026-11-20"},
    "rows": [ROW],
    "as_of": "2026-11-20T08:00:00+00:00",
    "stale": False,
    "note": "",
}


def _said(text: str, arguments: dict[str, Any], result: dict[str, Any]) -> str:
    start = [system("analyst"), HumanMessage(text)]
    return str(answer([*start, *used("analyst", "query_metrics", arguments, result)]).text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what was our engagement rate last week?", {"metrics": ["engagement_rate"], "period": "last week"}),
        ("views per platform", {"metrics": ["views"], "group_by": "platform"}),
        ("instagram vs facebook clicks", {"metrics": ["clicks"], "group_by": "platform"}),
        ("which post did best by likes?", {"metrics": ["likes"], "group_by": "post"}),
        ("which posts flopped this month?", {"group_by": "post", "order": "worst", "period": "this month"}),
        ("show me daily reach in November", {"metrics": ["reach"], "group_by": "day", "period": "November"}),
        ("what did we pay per click? cpc", {"metrics": ["cpc"]}),
        ("email open rate", {"metrics": ["open_rate"]}),
        ("how did Instagram do last week?", {"platforms": ["instagram"], "group_by": "total", "period": "last week"}),
        ("likes in October vs November", {"metrics": ["likes"], "period": "November", "compare_with": "October"}),
        ("this week compared with last week", {"period": "this week", "compare_with": "last week"}),
        ("how was last month against the month before?", {"period": "last month", "compare_with": "previous"}),
        ("how are we doing since the launch?", {"period": "since the launch"}),
        ("clicks since 3 November", {"metrics": ["clicks"], "since": "2026-11-03", "until": "2026-11-20"}),
        ("compare the two campaigns", {"group_by": "campaign"}),
        ("is engagement going up or down?", {"metrics": ["engagement_rate"], "group_by": "day"}),
        (
            "which channel brought the most clicks per pound?",
            {"metrics": ["clicks_per_spend", "clicks", "spend"], "group_by": "platform"},
        ),
    ],
)
def test_question_becomes_a_query(text: str, expected: dict[str, Any]) -> None:
    calls = asked("analyst", text).tool_calls
    assert [call["name"] for call in calls] == ["query_metrics"]
    assert {name: calls[0]["args"].get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("draw me a chart of clicks by day", {"metric": "clicks", "group_by": "day"}),
        ("plot the reach per channel in October", {"metric": "reach", "group_by": "platform", "period": "October"}),
        ("a graph of Instagram and LinkedIn views over time", {"metric": "views", "split_by": "platform"}),
    ],
)
def test_wish_for_a_picture_becomes_a_chart(text: str, expected: dict[str, Any]) -> None:
    (call,) = asked("analyst", text).tool_calls
    assert call["name"] == "draw_chart"
    assert {name: call["args"].get(name) for name in expected} == expected


def test_follow_up_keeps_what_it_does_not_name() -> None:
    start = [system("analyst"), HumanMessage("how many likes did Instagram get last week?"), AIMessage("3.", name="a")]
    (what,) = answer([*start, HumanMessage("and LinkedIn?")]).tool_calls
    kept = {"metrics": ["likes"], "platforms": ["linkedin"], "period": "last week"}
    assert {name: what["args"].get(name) for name in kept} == kept
    (draw,) = answer([*start, HumanMessage("draw it as a chart")]).tool_calls
    assert (draw["args"]["metric"], draw["args"]["period"]) == ("likes", "last week")


def test_answer_names_figure_rows_and_how() -> None:
    text = _said("views and engagement", {"metrics": ["views", "engagement_rate"]}, RESULT)
    assert "Views 1,200 and engagement rate 4.25 %" in text
    assert "`pst_1`, `pst_2`" in text
    assert "sum of views over 2 posts" in text
    assert "from 1 November 2026 to 20 November 2026" in text
    assert "As of Friday 20 November 2026, 08:00" in text


def test_several_rows_become_a_table_with_the_best_first_said() -> None:
    rows: list[dict[str, Any]] = [
        {"key": "instagram", "values": {"clicks": 30}, "sources": ["pst_1"], "aggregation": None},
        {"key": "facebook", "values": {"clicks": None}, "sources": ["pst_2"], "aggregation": None},
    ]
    text = _said("clicks per platform", {"metrics": ["clicks"]}, RESULT | {"rows": rows})
    assert "Highest clicks: Instagram with 30" in text
    assert "| Facebook | not available |" in text


def test_money_and_shares_read_as_people_write_them() -> None:
    row = {"key": "total", "values": {"cpc": 0.42, "ctr": 0.031}, "sources": ["ana_1"], "currency": "GBP"}
    text = _said("cpc and ctr", {"metrics": ["cpc", "ctr"]}, RESULT | {"rows": [row]})
    assert "£0.42" in text
    assert "3.1 %" in text


def test_no_data_is_said_and_no_figure_given() -> None:
    text = _said("how many views?", {"metrics": ["views"]}, RESULT | {"rows": []})
    assert "views" in text
    assert not any(character.isdigit() for character in text)
    assert "guess" in text


def test_refused_query_is_tried_once_more() -> None:
    start = [system("analyst"), HumanMessage("how did it go?")]
    refused = used("analyst", "query_metrics", {"metrics": ["x"]}, {"error": "no such figure: x"})
    assert answer([*start, *refused]).tool_calls
    twice = [*refused, *used("analyst", "query_metrics", {}, {"error": "no such figure: y"}, number=2)]
    assert "no such figure: y" in str(answer([*start, *twice]).text)


async def test_real_tool_takes_every_query(desk: Desk) -> None:
    for text in ("how did it go?", "cpc, cpa, roas, spend and revenue this month", "opens and unsubscribes per email"):
        reply = (await desk.say(text, "analyst"))[0]
        assert all("error" not in result for result in reply.results)
        assert "guess" in reply.text
