"""Programs that have registered themselves. What one said of itself is in its signed id, so that nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import jwt

from core.clock import Clock

AUDIENCE: Final = "marketing-minds-client"
ALGORITHM: Final = "HS256"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
NEVER: Final = frozenset({"javascript", "data", "file", "vbscript", "blob", "about", "http", "ws", "wss", "ftp"})
MOST_ADDRESSES: Final = 10
LONGEST_ADDRESS: Final = 500
LONGEST_ID: Final = 8000


@dataclass(frozen=True, slots=True)
class Client:
    """A program, where its browser may be sent back to, and whether it renews its tokens."""

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    renews: bool = False

    def takes(self, redirect_uri: str) -> bool:
        """Whether it registered this address; on loopback with any port, as programs there don't know theirs before."""
        return any(_same(known, redirect_uri) for known in self.redirect_uris)


class Clients:
    """Registers programs and reads their ids."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def register(self, name: str, redirect_uris: Sequence[str], *, renews: bool = False) -> Client | None:
        """Return the client of these addresses; None if one of them is no place to send a person to."""
        if not 0 < len(redirect_uris) <= MOST_ADDRESSES or not all(_usable(uri) for uri in redirect_uris):
            return None
        claims: dict[str, Any] = {"aud": AUDIENCE, "iat": self._clock.now(), "name": name, "uris": list(redirect_uris)}
        claims |= {"renews": True} if renews else {}
        return Client(jwt.encode(claims, self._secret, algorithm=ALGORITHM), name, tuple(redirect_uris), renews)

    def read(self, client_id: str) -> Client | None:
        """Return the client of an id; None if it was not made here."""
        if len(client_id) > LONGEST_ID:
            return None
        try:
            options: Any = {"require": ["aud", "iat"], "verify_iat": False}
            claims = jwt.decode(client_id, self._secret, algorithms=[ALGORITHM], audience=AUDIENCE, options=options)
        except jwt.InvalidTokenError:
            return None
        return Client(client_id, str(claims["name"]), tuple(claims["uris"]), bool(claims.get("renews")))


def _usable(uri: str) -> bool:
    """Whether an address is https, loopback, or a program's own scheme."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return False
    if len(uri) > LONGEST_ADDRESS or not uri.isprintable() or parts.fragment or parts.username:
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme == "http":
        return host in LOOPBACK
    return bool(parts.scheme) and parts.scheme not in NEVER


def _same(known: str, asked: str) -> bool:
    if known == asked:
        return True
    try:
        first, second = urlsplit(known), urlsplit(asked)
        loopback = first.scheme == second.scheme == "http" and first.hostname == second.hostname in LOOPBACK
        _ = second.port
    except ValueError:
        return False
    return loopback and (first.path, first.query) == (second.path, second.query) and not second.username
