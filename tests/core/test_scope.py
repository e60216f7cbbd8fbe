"""What each role may do."""

import dataclasses

import pytest

from core.errors import Forbidden
from core.scope import Role, Scope


def scope(role: Role) -> Scope:
    return Scope(user_id="usr_owner", actor_id="usr_member", role=role)


@pytest.mark.parametrize(("role", "writes"), [("admin", True), ("user", True), ("viewer", False)])
def test_only_viewers_may_not_write(role: Role, writes: bool) -> None:
    assert scope(role).may_write is writes
    if writes:
        scope(role).require_write()
    else:
        with pytest.raises(Forbidden, match="may read but not change"):
            scope(role).require_write()


@pytest.mark.parametrize("role", ["user", "viewer"])
def test_administration_is_for_administrators(role: Role) -> None:
    scope("admin").require_admin()
    with pytest.raises(Forbidden):
        scope(role).require_admin()


def test_a_scope_can_not_be_changed_on_its_way_down() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        scope("viewer").role = "admin"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
