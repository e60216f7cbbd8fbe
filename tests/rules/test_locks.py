"""The lock files are complete, in step with pyproject.toml, and say nothing about where packages come from."""

import json
import re
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUN = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
DEV = [Requirement(text) for text in PROJECT["dependency-groups"]["dev"]]
LINE = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.+!]*( ; [a-z_A-Z0-9 .'=<>!()]+)?")


def read_lock(name: str) -> list[Requirement]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def applies(requirement: Requirement, extras: Iterable[str] = ("",)) -> bool:
    if requirement.marker is None:
        return True
    base = {key: str(value) for key, value in default_environment().items()}
    return any(requirement.marker.evaluate({**base, "extra": extra}) for extra in extras)


def pins(lock: Iterable[Requirement]) -> dict[str, str]:
    """Return the version of each pinned package that this interpreter installs."""
    return {canonicalize_name(entry.name): next(iter(entry.specifier)).version for entry in lock if applies(entry)}


def unmet(wanted: Iterable[Requirement], pinned: dict[str, str]) -> list[str]:
    """Return the requirements that no pin satisfies."""
    return [
        str(requirement)
        for requirement in wanted
        if (version := pinned.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(version, prereleases=True)
    ]


def drawn_in(roots: Iterable[Requirement]) -> list[Requirement]:
    """Return what the installed packages behind these requirements need, all the way down."""
    needed: list[Requirement] = []
    waiting = list(roots)
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        for text in metadata.requires(requirement.name) or []:
            below = Requirement(text)
            if applies(below, ("", *requirement.extras)):
                needed.append(below)
                waiting.append(below)
    return needed


def test_a_missing_and_an_outdated_pin_are_found() -> None:
    wanted = [Requirement("fastapi>=0.165"), Requirement("Nh3>=0.3"), Requirement("numpy>=2")]
    assert unmet(wanted, {"fastapi": "0.100", "nh3": "0.3.7"}) == ["fastapi>=0.165", "numpy>=2"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_is_pins_and_nothing_else(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []


def test_every_dependency_is_pinned_all_the_way_down() -> None:
    pinned = pins(read_lock("requirements.lock"))
    assert unmet(RUN, pinned) == []
    assert unmet(drawn_in(RUN), pinned) == []


def test_every_development_dependency_is_pinned_all_the_way_down() -> None:
    pinned = pins(read_lock("requirements-dev.lock"))
    assert unmet([*RUN, *DEV], pinned) == []
    assert unmet(drawn_in([*RUN, *DEV]), pinned) == []


def test_both_lock_files_agree() -> None:
    run, dev = (
        set((ROOT / name).read_text("utf-8").splitlines()) for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert run - dev == set()


def test_nothing_is_locked_that_nothing_needs() -> None:
    needed = {canonicalize_name(requirement.name) for requirement in [*RUN, *drawn_in(RUN)]}
    assert set(pins(read_lock("requirements.lock"))) - needed == set()


def test_every_dependency_has_a_lower_bound_or_a_pin() -> None:
    loose = [str(entry) for entry in RUN if not {spec.operator for spec in entry.specifier} & {">=", "=="}]
    assert loose == []


def test_npm_lock_files_pin_versions_without_addresses() -> None:
    for path in sorted((ROOT / "tests" / "clients").glob("*/package-lock.json")):
        packages = json.loads(path.read_text("utf-8"))["packages"]
        assert [name for name, entry in packages.items() if "resolved" in entry] == []
        assert [name for name, entry in packages.items() if name and not entry.get("version")] == []
