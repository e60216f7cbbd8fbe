"""Places a text names, and which of them is where the campaign is."""

from datetime import date

import pytest

from agents.language.brief import read_brief
from agents.language.places import country_of, find_location

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "our founder, who lives in Ghent, wants a plan",
        "my uncle in Cardiff told me about this",
        "the printer from Dover let us down",
        "Tom is in Berlin till Friday",
        "she's in Porto for the week",
        "I studied pottery at a college in Falmouth",
        "we're back from Lisbon and ready to start",
        "we took a stall at the Harrogate show last spring",
        "a course on moving to Spain",
        "she's visiting Prague",
    ],
)
def test_a_place_named_in_passing_is_not_where_the_campaign_is(text: str) -> None:
    assert "location" not in read_brief(text, today=TODAY).values


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("my husband and I run a B&B in Whitby", "Whitby"),
        ("my mum's bakery in Hull", "Hull"),
        ("our food truck is moving to Fremantle", "Fremantle"),
        ("we took a stall at the Harrogate show and want 200 visitors", "Harrogate"),
        ("I live in Hove and teach piano", "Hove"),
        ("our pop-up is in Leeds till Friday", "Leeds"),
        ("coach trips to Bruges for pensioners, departing from Dover on 3 May", "Dover"),
        ("We're a Galway based software firm, 40 leads", "Galway"),
        ("a Cork-based caterer, £200", "Cork"),
        ("Berlin-based label, first record on 3 March", "Berlin"),
        ("remote workers, US only, $900", "US"),
        ("bakery in Birmingham, Alabama", "Birmingham, Alabama"),
        ("a shop in Leeds, UK", "Leeds"),
    ],
)
def test_the_place_of_the_campaign_is_found(text: str, place: str) -> None:
    assert read_brief(text, today=TODAY).values["location"] == place


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("we're in Perth, Scotland", "GB"),
        ("we're in Perth", "AU"),
        ("a cafe in Paris, Texas", "US"),
        ("a shop in London, Ontario", "CA"),
        ("in Leeds, Paris and Rome", "GB"),
    ],
)
def test_the_region_after_a_town_says_in_which_country_it_lies(text: str, country: str) -> None:
    assert country_of(text) == country


def test_a_brand_made_of_plants_is_based_nowhere() -> None:
    assert find_location("Plant-based food, web based orders") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("we haven't got premises yet", None),
        ("there's no shop, it's all by phone", None),
        ("nowhere, we only post", None),
        ("still looking for a unit", None),
        ("down by the harbour", "down by the harbour"),
        ("village hall", "village hall"),
    ],
)
def test_an_answer_that_names_no_place_gives_none(text: str, place: str | None) -> None:
    assert read_brief(text, today=TODAY, asked="location").values.get("location") == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("retirees from Kent", None),
        ("nurses who drive into Cardiff", None),
        ("commuters to Zurich", None),
        ("families in Leeds", "Leeds"),
    ],
)
def test_where_people_come_from_or_go_is_not_where_the_campaign_is(text: str, place: str | None) -> None:
    assert read_brief(text, today=TODAY, asked="target_audience").values.get("location") == place
