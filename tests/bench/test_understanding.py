"""The figures on the held-out sets may not fall below the targets, which are the bench's own."""

from datetime import date

import pytest

from bench.understanding import DATA, TARGETS, matches, measure_brief, measure_routing
from core.money import Money


def test_routing_meets_its_targets_on_the_held_out_set() -> None:
    routing = measure_routing(DATA / "routing_heldout.jsonl")
    assert routing.overall >= TARGETS["overall"]
    assert routing.where_certain >= TARGETS["where certain"]
    assert routing.coverage >= TARGETS["coverage of certain"]


def test_briefs_meet_their_target_on_the_held_out_set() -> None:
    assert measure_brief(DATA / "brief_heldout.jsonl").share >= TARGETS["brief fields"]


def test_the_tune_set_of_briefs_is_read_right() -> None:
    assert measure_brief(DATA / "brief_tune.jsonl").share >= TARGETS["brief fields"]


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [
        ({"minor": 150000, "currency": "GBP"}, Money(150000, "GBP"), True),
        ({"minor": 150000, "currency": "GBP"}, Money(150000, "EUR"), False),
        ("2026-12-03", date(2026, 12, 3), True),
        (["email", "instagram"], ["instagram", "email"], True),
        (["email"], ["instagram", "email"], False),
        ("second bakery", "our second bakery", True),
        ("sign-ups", "signups", True),
        ("sign-ups", "sign ups", True),
        ("a new musical.", "new musical", True),
        ("the art of war", "war", False),
        ("families", "students", False),
        (200, 200, True),
        ("families", None, False),
    ],
)
def test_values_match_by_meaning(expected: object, found: object, same: bool) -> None:
    assert matches(expected, found) is same
