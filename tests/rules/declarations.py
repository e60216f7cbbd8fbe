"""Finds what the modules of a package declare, to compare it with the package's explicit list."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def modules_below(package: ModuleType) -> Iterator[ModuleType]:
    """Import and yield every module of a package, at any depth."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def declared(modules: Iterable[ModuleType], kind: type[T]) -> dict[str, T]:
    """Return the module-level values of a type as ``module.NAME``; an imported one counts where it was found first."""
    found: dict[str, T] = {}
    seen: set[int] = set()
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, kind) and id(value) not in seen:
                seen.add(id(value))
                found[f"{module.__name__}.{name}"] = value
    return found


def forgotten(modules: Iterable[ModuleType], kind: type[T], listed: Iterable[T]) -> list[str]:
    """Return the declared values that the list leaves out."""
    known = {id(value) for value in listed}
    return [name for name, value in declared(modules, kind).items() if id(value) not in known]
