"""Which web pages may talk to this server with a person's cookie."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from core.settings import Settings


def origin_allowed(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether a browser's ``Origin`` is this server or one the operator named. Without an origin: not a browser."""
    origin = connection.headers.get("origin")
    return origin is None or _known(origin, connection, settings)


def from_here(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether a request comes from one of our own pages, as far as a browser vouches for it."""
    origin = connection.headers.get("origin")
    if origin is not None:
        return _known(origin, connection, settings)
    return connection.headers.get("sec-fetch-site") == "same-origin"


def _known(origin: str, connection: HTTPConnection, settings: Settings) -> bool:
    if origin in settings.allowed_origins or (settings.public_url and origin == settings.public_url):
        return True
    try:
        place = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    return bool(place) and place == connection.headers.get("host", "").lower()
