"""What a page of the console is: one entry from which its place in the navigation and its routes are derived."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

from fastapi import APIRouter

from core.scope import Scope
from server.console.icons import Icon
from server.services import Services

Group = Literal["Work", "Content", "Insight", "Account"]
GROUPS: Final[tuple[Group, ...]] = ("Work", "Content", "Insight", "Account")
Count = Callable[[Services, Scope], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """A page: ``path`` below ``/console`` (empty for the start), ``router`` made by ``console_router``.

    ``waiting`` counts what waits for a person there; the navigation shows the number and keeps it true.
    """

    name: str
    title: str
    path: str
    icon: Icon
    group: Group
    router: APIRouter
    waiting: Count | None = None

    @property
    def address(self) -> str:
        """Where it is."""
        return f"/console{self.path}"
