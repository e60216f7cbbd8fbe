"""Names people give what they market and who they are."""

from datetime import date

import pytest

from agents.language.brief import read_brief
from agents.language.titles import with_title

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ('promoting our webinar on 14 January at 4pm, "Tax for freelancers"', "webinar “Tax for freelancers”"),
        ('our new album "Low Tide" is out on 3 March', "album “Low Tide”"),
        ('We launch a podcast called "Second Helping" in May', "podcast “Second Helping”"),
        ('promote our workshop, the tone should be "fun"', "workshop"),
        ('promote our workshop. "Fun" is the word', "workshop"),
    ],
)
def test_a_title_in_quotes_belongs_to_the_thing_before_it(text: str, product: str) -> None:
    assert read_brief(text, today=TODAY).values["product"] == product


def test_a_name_told_later_belongs_to_the_thing_known_before() -> None:
    told = "it's called Sunday Slow Flow, 15 mats, starts 10 January"
    found = read_brief(told, today=TODAY, asked="objective", known={"product": "sunday class"}).values
    assert found["product"] == "sunday class “Sunday Slow Flow”"
    renamed = read_brief("it's called Early Birds", today=TODAY, asked="objective", known={"product": found["product"]})
    assert renamed.values["product"] == "sunday class “Early Birds”"


def test_a_thing_that_is_not_in_the_text_gets_no_title() -> None:
    assert with_title('we like "Low Tide"', "album") == "album"
    assert with_title("", "") == ""


@pytest.mark.parametrize(
    ("text", "business"),
    [
        ("we run a small climbing gym in Bristol called Chalk & Grip and want more people", "Chalk & Grip"),
        ("my client is a dental practice called Bright Smile in Dublin", "Bright Smile"),
        ("we have a bakery named “Crumbs and Co” in Leeds", "Crumbs and Co"),
    ],
)
def test_a_business_goes_by_its_name(text: str, business: str) -> None:
    found = read_brief(text, today=TODAY).values
    assert found["business"] == business
    assert found["location"] in {"Bristol", "Dublin", "Leeds"}


@pytest.mark.parametrize("text", ["€2k, facebook + email", "2k euros, facebook and email"])
def test_a_sum_at_the_head_of_a_list_is_the_budget_whatever_was_asked(text: str) -> None:
    known = {"product": "dental practice", "objective": "40 new patients"}
    found = read_brief(text, today=TODAY, asked="target_audience", known=known).values
    assert str(found["budget"]) == "€2,000"
    assert found["channels"] == ["facebook", "email"]


def test_a_bare_figure_is_nobody() -> None:
    known = {"target_audience": "freelancers", "goal_value": 150, "goal_metric": "sign ups"}
    assert read_brief("change the target to 200", today=TODAY, known=known).values == {"goal_value": 200}
