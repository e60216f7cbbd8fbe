"""The one place where a request of the widget becomes a Guest. It takes the widget's own tokens and no others."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from core.errors import Forbidden, NotAuthenticated
from server.auth.caller import bearer_token
from server.origins import from_here
from server.services import Parts, services_of
from server.widget.guests import Guest
from server.widget.own_page import PageAsking


def page_asking(connection: HTTPConnection) -> PageAsking:
    """Return the page that asks, as far as its browser vouches for it."""
    origin = connection.headers.get("origin")
    if origin is None and connection.headers.get("sec-fetch-site") == "same-origin":
        scheme = {"ws": "http", "wss": "https"}.get(connection.url.scheme, connection.url.scheme)
        origin = f"{scheme}://{connection.url.netloc}"
    return PageAsking(origin, from_here(connection, services_of(connection).settings))


async def guest(request: Request, parts: Parts) -> Guest:
    """Return who talks."""
    token = bearer_token(request)
    if not token:
        raise NotAuthenticated
    return await parts.widget.guests.admit(token, page_asking(request))


async def talker(known: Annotated[Guest, Depends(guest)]) -> Guest:
    """Return who talks, if they may say something."""
    known.scope.require_talk()
    return known


async def member(known: Annotated[Guest, Depends(guest)]) -> Guest:
    """Return who talks, if they are a person of the account."""
    if known.kind != "member":
        raise Forbidden("Only people of the account see and decide this.")
    return known


TheGuest = Annotated[Guest, Depends(guest)]
Talker = Annotated[Guest, Depends(talker)]
Member = Annotated[Guest, Depends(member)]
