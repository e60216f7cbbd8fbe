"""Access tokens: signed, short-lived, naming the person and nothing else; what they may do is looked up."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, get_args

import jwt

from core.clock import Clock
from core.errors import Forbidden, NotAuthenticated, NotConfigured
from core.ids import is_public_id
from core.scope import Channel, Role
from db.api_keys import KeyScope
from server.private_files import write_private

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "marketing-minds"
SHORTEST_KEY: Final = 32
CHANNELS: Final[dict[object, Channel]] = {channel: channel for channel in get_args(Channel)}


@dataclass(frozen=True, slots=True)
class KeyGrant:
    """The API key somebody came with: what it may do at most, and where."""

    key_id: str
    key_hash: str
    role: Role
    scopes: frozenset[KeyScope]


@dataclass(frozen=True, slots=True)
class Login:
    """What a verified token says: who, by which channel, since when and until when. ``key`` if it was an API key."""

    actor_id: str
    channel: Channel
    issued_at: datetime
    expires_at: datetime
    key: KeyGrant | None = None

    def require(self, scope: KeyScope) -> None:
        """Raise Forbidden if this came with an API key that was not made for ``scope``."""
        if self.key and scope not in self.key.scopes:
            raise Forbidden(f"This API key was not made for this. Use one with the scope `{scope}`.")

    def require_person(self) -> None:
        """Raise Forbidden for an API key: some things only somebody who has logged in may do."""
        if self.key:
            raise Forbidden("An API key may not do this. Log in and do it yourself.")


class Tokens:
    """Issues and verifies access tokens with one secret key."""

    def __init__(self, key: str, clock: Clock, lifetime: timedelta) -> None:
        if len(key) < SHORTEST_KEY:
            raise NotConfigured(f"MM_SECRET_KEY is too short. Use at least {SHORTEST_KEY} characters.")
        self._key = key
        self._clock = clock
        self.lifetime = lifetime

    def issue(self, actor_id: str, *, channel: Channel = "api", lifetime: timedelta | None = None) -> str:
        """Return a token for a person who comes by ``channel``."""
        now = self._clock.now()
        claims = {
            "sub": actor_id,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + (lifetime or self.lifetime),
            "ch": channel,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def verify(self, token: str) -> Login:
        """Return what the token says, or raise NotAuthenticated."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["sub", "exp", "iat", "aud"], "verify_exp": False, "verify_iat": False},
            )
            issued_at = datetime.fromtimestamp(claims["iat"], UTC)
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError) as error:
            raise NotAuthenticated from error
        channel = CHANNELS.get(claims.get("ch"))
        if expires_at <= self._clock.now() or channel is None or not is_public_id(claims["sub"]):
            raise NotAuthenticated
        return Login(claims["sub"], channel, issued_at, expires_at)


def secret_key(configured: str, data_dir: Path) -> str:
    """Return the configured signing key, or the one kept in the data folder, made on first use with mode 0600."""
    if configured:
        return configured
    path = data_dir / "secret_key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text().strip()
