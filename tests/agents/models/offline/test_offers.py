"""What buyers get, found in a message to the writer."""

import pytest

from agents.models.offline.offers import offers_in


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("a post for our black friday sale, 30% off everything, facebook", ("30% off everything",)),
        ("half price cakes on monday with code CAKE20", ("half price cakes", "use the code CAKE20")),
        ("tell them it's buy one get one free, only £5", ("buy one get one free", "only £5")),
        ("£5 off for students", ("£5 off",)),
        ("free delivery on orders over £20", ("free delivery on orders over £20",)),
        ("cut it by 50%", ()),
        ("the code of the app is open", ()),
    ],
)
def test_offers_are_found_in_the_words_of_the_person(text: str, offers: tuple[str, ...]) -> None:
    assert offers_in(text) == offers
