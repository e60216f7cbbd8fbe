"""The table of content journeys: what may lead where, and what each kind may be there for."""

import itertools
from typing import get_args

import pytest

from core.content_journey import (
    GOALS,
    KINDS,
    NEXT,
    SPOKEN,
    ContentKind,
    ConversionGoal,
    placed,
    require_goal,
    require_next,
    usual_goal,
)
from core.errors import InvalidInput

EVERY_KIND: tuple[ContentKind, ...] = get_args(ContentKind)
EVERY_GOAL: tuple[ConversionGoal, ...] = get_args(ConversionGoal)
ALLOWED = {
    ("social_post", "blog_post"),
    ("social_post", "content_upgrade"),
    ("blog_post", "content_upgrade"),
    ("blog_post", "email_sequence"),
    ("content_upgrade", "email_sequence"),
    ("email_sequence", "blog_post"),
    ("email_sequence", "content_upgrade"),
}


@pytest.mark.parametrize(("kind", "target"), list(itertools.product(EVERY_KIND, repeat=2)))
def test_a_kind_leads_where_the_table_says_and_a_refusal_names_where_that_is(
    kind: ContentKind, target: ContentKind
) -> None:
    if (kind, target) in ALLOWED:
        require_next(kind, target)
        return
    with pytest.raises(InvalidInput) as refused:
        require_next(kind, target)
    told = refused.value.message.partition("It may lead to ")[2]
    assert {one for one in EVERY_KIND if SPOKEN[one] in told} == set(NEXT[kind])


@pytest.mark.parametrize(("kind", "goal"), list(itertools.product(EVERY_KIND, EVERY_GOAL)))
def test_each_kind_has_goals_of_its_own(kind: ContentKind, goal: ConversionGoal) -> None:
    if goal in GOALS[kind]:
        require_goal(kind, goal)
        return
    with pytest.raises(InvalidInput, match=", ".join(GOALS[kind][:2])):
        require_goal(kind, goal)


def test_types_of_content_have_their_place_and_their_usual_goal() -> None:
    assert set(KINDS.values()) == set(EVERY_KIND)
    assert [usual_goal(name) for name in ("social_post", "blog", "content_upgrade", "email", "ad_copy")] == [
        "website_visit", "lead_magnet", "email_signup", "sale", None,
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match=r"^Ad copy has no place"):
        placed("ad_copy")
