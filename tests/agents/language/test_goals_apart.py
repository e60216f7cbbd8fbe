"""Figures that are a goal although they stand apart from what they count, and figures that are none."""

from collections.abc import Mapping
from datetime import date

import pytest

from agents.language.brief import read_brief

TODAY = date(2026, 11, 20)
KNOWN: Mapping[str, object] = {"goal_value": 200, "goal_metric": "tickets", "product": "panto"}


@pytest.mark.parametrize(
    ("text", "value", "metric"),
    [
        ("we want more test drives, 30 by end of May", 30, "test drives"),
        ("we'd like more stockists in Wales, about 12 by March", 12, "stockists"),
        ("looking for new pupils, ideally 15 in all", 15, "pupils"),
        ("we need stallholders, 30 of them", 30, "stallholders"),
        ("more bookings, say 40 a month", 40, "bookings"),
        ("nine weddings booked and I'd like six more", 6, "weddings"),
        ("8 lessons booked, need another 12", 12, "lessons"),
        ("60 stockists so far, 100 is the target", 100, "stockists"),
        ("from 200 followers to 1,000", 1000, "followers"),
        ("40 members now, we'd like to be at 70 by June", 70, None),
        ("410 subscribers today. 600 by summer please", 600, "subscribers"),
    ],
)
def test_a_figure_apart_from_what_it_counts_is_the_goal(text: str, value: int, metric: str | None) -> None:
    values = read_brief(text, today=TODAY).values
    assert values["goal_value"] == value
    assert metric is None or values["goal_metric"] == metric
    assert "budget" not in values


@pytest.mark.parametrize(
    "text",
    [
        "I like the one with the 5 bottles",
        "use the reel where 6 people dance",
        "the second post says 20 guests, that's wrong",
        "more calls, £20 each",
        "free cake for the first 40 visitors",
        "the first 50 customers get a tote bag",
        "more captions, 3 per post",
        "looking for families, 3 rooms free",
    ],
)
def test_what_a_picture_shows_and_an_offer_is_limited_to_is_no_goal(text: str) -> None:
    assert not {"goal_value", "goal_metric"} & read_brief(text, today=TODAY).values.keys()


def test_the_first_customers_wanted_are_a_goal() -> None:
    assert read_brief("we want our first 100 customers", today=TODAY).values["goal_value"] == 100


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("turns out the hall takes 230, so let's go for that", 230),
        ("we've only room for 160, so that's the goal", 160),
        ("they'll only let us have 150", 150),
        ("the goal's 300 now", 300),
        ("it's two hundred and fifty tickets now", 250),
        ("let's go for instagram", None),
        ("we sold 40 already", None),
        ("I'd go for 3 posts a week", None),
    ],
)
def test_a_lone_figure_that_is_agreed_to_corrects_the_goal(text: str, value: int | None) -> None:
    assert read_brief(text, today=TODAY, known=KNOWN).values.get("goal_value") == value


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Product: Brightleaf, a meal planner for coeliacs and diabetics. Launch: 14 November. 800 users", "diabetics"),
        ("our new card for freelancers goes live on 1 December. 5,000 sign-ups", "freelancers"),
        ("a cafe for parents, Leeds, £300", "parents"),
        ("dinner for two, £400, 3 March, email", None),
        ("food for thought, our podcast, 300 listeners, £100", None),
    ],
)
def test_the_people_a_product_is_for_are_the_audience(text: str, people: str | None) -> None:
    found = read_brief(text, today=TODAY).values.get("target_audience")
    assert found is None if people is None else people in str(found)


@pytest.mark.parametrize(
    ("text", "objective"),
    [
        ("Vorremmo più ospiti a maggio, budget 800 euro", "più ospiti"),
        ("Wir möchten mehr Buchungen im Mai, 400 Euro", "mehr Buchungen"),
        ("queremos más reservas en mayo, 300 €", "más reservas"),
        ("Nous voulons plus de clients en juin", "plus de clients"),
        ("Vorrei promuovere il mio corso di cucina, 300 euro", None),
    ],
)
def test_more_of_something_is_the_aim_and_no_product_in_other_languages_too(text: str, objective: str | None) -> None:
    values = read_brief(text, today=TODAY).values
    assert values.get("objective") == objective
    assert objective is None or objective not in str(values.get("product", ""))


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("I teach pottery in Hove. The next term starts 5 January. 12 places, £100", "pottery"),
        ("We do first aid training. Next session is on 3 December, £80", "first aid training"),
        ("Our new course starts on 3 December, £80, 10 people", "new course"),
    ],
)
def test_a_term_or_session_is_the_product_only_where_nothing_more_telling_is_said(text: str, product: str) -> None:
    assert read_brief(text, today=TODAY).values["product"] == product
