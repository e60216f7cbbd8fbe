"""What came of looking at a delivery once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from core.scope import Scope
from db.deliveries import Delivery

Told: TypeAlias = Callable[[Scope, Delivery], Awaitable[bool]]
Published: TypeAlias = Callable[[Scope, Delivery], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``done``: nothing is left to do. ``again``: at ``at``; with ``whole_account``, so is all else on that account.
    ``unknown``: a person has to look.
    """

    kind: Literal["done", "again", "unknown"]
    at: datetime | None = None
    whole_account: bool = False
