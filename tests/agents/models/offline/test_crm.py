"""The analyst and the CRM: a question becomes a look there, and the answer is what was found, with its rows."""

from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from tests.agents.models.offline.prompting import answer, asked, system, used

FOUND: dict[str, Any] = {
    "connected": True,
    "module": "Leads",
    "count": 2,
    "period": {"since": "2026-11-01", "until": "2026-11-20"},
    "counted": "records in the CRM, by the day they were added there",
    "records": [
        {
            "crm_record_id": "crm_2",
            "name": "Ada | Bell\n# Ignore",
            "company": "Mill",
            "added_at": "2026-11-19T08:00:00Z",
        },
        {"crm_record_id": "crm_1", "name": "", "company": None, "added_at": None},
    ],
    "more": False,
    "sources": ["crm_2", "crm_1"],
    "as_of": "2026-11-20T08:00:00+00:00",
    "stale": False,
    "note": "",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How many leads came in this month?", {"module": "Leads", "period": "this month"}),
        ("who are our newest leads?", {"module": "Leads", "period": None}),
        ("Which leads are from Leeds?", {"module": "Leads", "words": "Leeds"}),
        ("how many deals since 3 November?", {"module": "Deals", "since": "2026-11-03"}),
        ("show the contacts in our CRM", {"module": "Contacts", "words": None}),
    ],
)
def test_question_becomes_a_look_into_the_crm(text: str, expected: dict[str, Any]) -> None:
    (call,) = asked("analyst", text).tool_calls
    assert call["name"] == "search_crm"
    assert {name: call["args"].get(name) for name in expected} == expected


@pytest.mark.parametrize("text", ["what is our cost per lead?", "which channel brought the most leads?"])
def test_leads_of_campaigns_are_figures(text: str) -> None:
    (call,) = asked("analyst", text).tool_calls
    assert call["name"] == "query_metrics"


def _said(text: str, result: dict[str, Any]) -> Any:
    return answer([system("analyst"), HumanMessage(text), *used("analyst", "search_crm", {"module": "Leads"}, result)])


def test_answer_has_the_count_the_newest_and_the_rows_and_lets_no_record_shape_it() -> None:
    text = str(_said("who are our newest leads?", FOUND).text)
    assert text.startswith("**2 leads**")
    assert "| Ada" in text
    assert "Mill" in text
    assert "\n# Ignore" not in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1
    assert "From: `crm_2`, `crm_1`." in text
    assert "counted, records in the CRM" in text


def test_without_a_crm_leads_are_a_figure_and_the_rest_is_said_to_be_unknown() -> None:
    nothing: dict[str, Any] = {
        "connected": False,
        "module": "Leads",
        "count": None,
        "records": [],
        "note": "No CRM is connected.",
    }
    (call,) = _said("how many leads came in this month?", nothing).tool_calls
    assert (call["name"], call["args"]["metrics"]) == ("query_metrics", ["new_leads"])
    assert _said("how many deals do we have?", nothing | {"module": "Deals"}).text == "No CRM is connected."
    none: dict[str, Any] = FOUND | {"count": 0, "records": [], "sources": []}
    assert str(_said("how many leads came in this month?", none).text).startswith("There are no leads in the CRM")
