"""How often a workspace may be written to, per kind of call, over everything this process says there."""

import asyncio
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["append", "update", "start"]

# Slack's tiers 4, 3 and 2 (100, 50 and 20 calls a minute), with room for what has to be said besides.
BETWEEN: Final[dict[Kind, float]] = {"append": 0.75, "update": 1.5, "start": 3.5}


class Pacing:
    """Says whether a call that may be left out should be made now."""

    def __init__(self, between: dict[Kind, float] | None = None) -> None:
        self._between = between or BETWEEN
        self._next: dict[tuple[str, Kind], float] = {}

    def take(self, team_id: str, kind: Kind) -> bool:
        """Take the next call of a kind if its time has come."""
        now = asyncio.get_running_loop().time()
        if self._next.get((team_id, kind), 0.0) > now:
            return False
        self._next[team_id, kind] = now + self._between[kind]
        return True

    def hold(self, team_id: str, kind: Kind, seconds: float) -> None:
        """Make no call of a kind for so long: Slack has asked for it."""
        self._next[team_id, kind] = asyncio.get_running_loop().time() + seconds
