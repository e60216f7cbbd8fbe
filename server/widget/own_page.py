"""Our own page as a place the widget is on: without origins and limits, and for people of accounts alone."""

from dataclasses import dataclass
from typing import Final

from db.sites import Site

OWN_KEY: Final = "own"
OWN_ID: Final = "ste_" + "0" * 32
NAME: Final = "Marketing Minds"


@dataclass(frozen=True, slots=True)
class PageAsking:
    """The page a request comes from, as far as its browser vouches for it; ``own``: one of this server's own."""

    origin: str | None
    own: bool


def own_page(user_id: str) -> Site:
    """Return what stands in place of a site for people of this account."""
    return Site(
        site_id=OWN_ID,
        site_key=OWN_KEY,
        user_id=user_id,
        name=NAME,
        origins=[],
        anonymous=False,
        team=True,
        daily_conversations=0,
        daily_messages=0,
    )
