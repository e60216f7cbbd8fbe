"""Every error has a stable code and says to people what happened and what to do."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest

import core.errors
from core.errors import AppError, Kind, LimitReached, NotFound, Retryable


def tree(root: type[AppError]) -> Iterator[type[AppError]]:
    """Yield an error and all below it that are defined in core/errors.py."""
    if root.__module__ == core.errors.__name__:
        yield root
    for child in root.__subclasses__():
        yield from tree(child)


ERRORS = list(tree(AppError))


@pytest.mark.parametrize("error", ERRORS)
def test_the_docstring_is_the_message_people_see(error: type[AppError]) -> None:
    assert "__doc__" in vars(error)
    raised = error()
    assert raised.message == str(raised)
    assert re.match(r"[A-Z].{20,}\.$", raised.message), "One or more whole sentences."
    assert "\n" not in raised.message
    assert "!" not in raised.message


def test_codes_are_unique_and_stable_in_form() -> None:
    codes = [error.code for error in ERRORS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


def test_every_kind_is_used_and_known() -> None:
    assert {error.kind for error in ERRORS} == set(get_args(Kind))


def test_the_tree_in_the_module_docstring_names_every_error() -> None:
    drawn = core.errors.__doc__ or ""
    assert [error.__name__ for error in ERRORS if not re.search(rf"\b{error.__name__}\b", drawn)] == []


def test_a_message_and_details_of_its_own_are_kept() -> None:
    error = NotFound("There is no campaign cmp_1.", campaign_id="cmp_1")
    assert error.message == "There is no campaign cmp_1."
    assert error.details == {"campaign_id": "cmp_1"}
    assert error.retry_after is None


def test_retry_after_is_in_seconds() -> None:
    assert LimitReached(retry_after=3).retry_after == 3.0
    assert Retryable("Busy.", retry_after="1.5").retry_after == 1.5
