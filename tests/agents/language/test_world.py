"""Towns of the world, as people write them."""

import pytest

from agents.language.places import country_of_place
from agents.language.world import is_town, town_country, towns_in


@pytest.mark.parametrize(
    ("text", "towns"),
    [
        ("Fish van, Market Harborough tuesdays, up from Grimsby", ["Market Harborough", "Grimsby"]),
        ("bread pudding, Walton-on-Thames riverside", ["Walton-on-Thames"]),
        ("a gym in ludhiana", []),
        ("we open in Göttingen. Tell people", ["Göttingen"]),
        ("", []),
    ],
)
def test_names_are_found_as_they_are_written(text: str, towns: list[str]) -> None:
    assert [text[start:end] for start, end in towns_in(text)] == towns


def test_everyday_words_and_given_names_are_no_towns() -> None:
    assert not any(map(is_town, ("Sale", "Nice", "Reach", "Emma", "Instagram", "March")))


@pytest.mark.parametrize(
    ("place", "country"),
    [("Yeppoon", "AU"), ("Fredericksburg, Texas", "US"), ("Great Bedwyn", "GB"), ("Leeds", "GB"), ("our shop", "")],
)
def test_a_place_is_in_a_country(place: str, country: str) -> None:
    assert country_of_place(place) == country
    assert town_country("nowhere at all") == ""
