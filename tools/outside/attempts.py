"""Ways to a platform and back: each begun by one person, good for a quarter of an hour, and used up by coming back."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from core.errors import Conflict, NotFound
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.connection_attempts import CONNECTION_ATTEMPTS, ConnectionAttempt
from db.repository import Repository

ATTEMPT_LIFETIME = timedelta(minutes=15)
STALE = "This way to connect was used already or took too long. Start again."


@dataclass(frozen=True, slots=True)
class Begun:
    """A way that was begun, with the state the platform hands back."""

    attempt: ConnectionAttempt
    state: str


class Attempts:
    """The ways people have begun."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = database.clock

    async def begin(self, scope: Scope, name: str, redirect_uri: str, return_to: str = "") -> Begun:
        """Remember who goes to which platform, and where they want to go on afterwards."""
        state = secrets.token_urlsafe(32)
        attempt = ConnectionAttempt(
            attempt_id=_attempt_id(state),
            actor_id=scope.actor_id,
            platform=name,
            verifier=secrets.token_urlsafe(48),
            redirect_uri=redirect_uri,
            return_to=return_to,
            expires_at=self._clock.now() + ATTEMPT_LIFETIME,
        )
        await self._attempts(scope).insert(attempt)
        return Begun(attempt, state)

    async def use_up(self, scope: Scope, name: str, state: str) -> ConnectionAttempt:
        """Use a state up; of two at once, one gets it. Conflict if it was used, is too old or somebody else's."""
        repository = self._attempts(scope)
        try:
            attempt = await repository.get(_attempt_id(state), reveal=True)
        except NotFound:
            raise Conflict(STALE) from None
        if attempt.platform != name or attempt.actor_id != scope.actor_id or attempt.expires_at <= self._clock.now():
            raise Conflict(STALE)
        try:
            await repository.update(attempt.attempt_id, {"used_at": self._clock.now()}, where={"used_at": None})
        except Conflict:
            raise Conflict(STALE) from None
        return attempt

    async def came_from(self, scope: Scope, state: str) -> str:
        """Return where the person wanted to go on, also after an attempt that failed; empty if nobody knows."""
        attempt = await self._attempts(scope).find_one({"attempt_id": _attempt_id(state)})
        return attempt.return_to if attempt and attempt.actor_id == scope.actor_id else ""

    def _attempts(self, scope: Scope) -> Repository[ConnectionAttempt]:
        return Repository(self._database, CONNECTION_ATTEMPTS, scope)


def _attempt_id(state: str) -> str:
    return derived_id(CONNECTION_ATTEMPTS.id_prefix, state)
