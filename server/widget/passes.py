"""The token the widget holds: it says who, and on which site. No access token: only the widget's own API takes it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias, get_args

import jwt

from core.clock import Clock
from core.errors import NotAuthenticated
from core.ids import is_public_id

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "marketing-minds-widget"
LIFETIME: Final = timedelta(hours=1)
# What our own page gives the widget at its door, once somebody is signed in there.
DOOR: Final = "marketing-minds-own-page"
DOOR_LIFETIME: Final = timedelta(minutes=1)
# A visitor who comes back within this time, in the same browser, goes on with their conversations.
REMEMBERED: Final = timedelta(days=30)
Kind: TypeAlias = Literal["anonymous", "identified", "member"]
KINDS: Final[dict[object, Kind]] = {kind: kind for kind in get_args(Kind)}


@dataclass(frozen=True, slots=True)
class Pass:
    """What a verified token says."""

    actor_id: str
    site_id: str
    kind: Kind
    issued_at: datetime
    expires_at: datetime


class Passes:
    """Issues and verifies the widget's tokens."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def issue(self, actor_id: str, site_id: str, kind: Kind) -> str:
        """Return a token for an hour."""
        now = self._clock.now()
        claims = {
            "sub": actor_id,
            "aud": AUDIENCE,
            "site": site_id,
            "kind": kind,
            "iat": now,
            "exp": now + LIFETIME,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def introduce(self, actor_id: str) -> str:
        """Return a token that says, for a minute and at the door alone, who is signed in on our own page."""
        now = self._clock.now()
        claims = {"sub": actor_id, "aud": DOOR, "iat": now, "exp": now + DOOR_LIFETIME}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def introduced(self, token: str) -> str:
        """Return whom such a token names; NotAuthenticated if it is none or its minute is over."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=DOOR,
                options={"require": ["sub", "exp", "iat", "aud"], "verify_exp": False, "verify_iat": False},
            )
            ends = datetime.fromtimestamp(claims["exp"], UTC)
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError) as error:
            raise NotAuthenticated from error
        if ends <= self._clock.now():
            raise NotAuthenticated
        return str(claims["sub"])

    def verify(self, token: str) -> Pass:
        """Return what a token says while it works; NotAuthenticated otherwise."""
        found = self._read(token)
        if found.expires_at <= self._clock.now():
            raise NotAuthenticated
        return found

    def returning(self, token: str, site_id: str) -> str | None:
        """Return the anonymous visitor of this site a former token was made for; None if it is not one of those."""
        try:
            found = self._read(token)
        except NotAuthenticated:
            return None
        here = found.kind == "anonymous" and found.site_id == site_id
        return found.actor_id if here and found.issued_at > self._clock.now() - REMEMBERED else None

    def _read(self, token: str) -> Pass:
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["sub", "exp", "iat", "aud"], "verify_exp": False, "verify_iat": False},
            )
            kind = KINDS[claims["kind"]]
            issued_at = datetime.fromtimestamp(claims["iat"], UTC)
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)
            actor_id, site_id = str(claims["sub"]), str(claims["site"])
        except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, OverflowError, OSError) as error:
            raise NotAuthenticated from error
        if not is_public_id(actor_id) or not is_public_id(site_id):
            raise NotAuthenticated
        return Pass(actor_id, site_id, kind, issued_at, expires_at)
