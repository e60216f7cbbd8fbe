"""Click ids: what a visitor brings along from a managed link, so that whoever reports a sale can say what led to it.

An id names the link and is different for each click. It says nothing of the visitor, and none is kept here.
"""

import secrets
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from db.managed_urls import ManagedUrl

PARAMETER: Final = "mm_click"
RANDOM_BYTES: Final = 9


def with_click(link: ManagedUrl) -> str:
    """Return where a link leads, with a new click id in place of any that stands there."""
    parts = urlsplit(link.url)
    kept = [part for part in parts.query.split("&") if part and part.partition("=")[0] != PARAMETER]
    query = "&".join([*kept, f"{PARAMETER}={link.code}-{secrets.token_hex(RANDOM_BYTES)}"])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def code_of_click(click_id: str) -> str:
    """Return the code of the link that gave a click id."""
    return click_id.partition("-")[0]
