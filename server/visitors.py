"""Who follows a link, told apart for one day and never by name: a keyed hash whose key changes every day.

The address of a visitor is neither stored nor logged. Crawlers and previews are not visitors.
"""

import hashlib
import hmac
import re
from datetime import date
from typing import Final

from fastapi import Request

CRAWLERS: Final = re.compile(
    r"(?i)bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|embedly|whatsapp/|telegrambot"
    r"|skypeuripreview|pinterest/|curl/|wget/|python-|go-http-client|headless|monitor"
)


class Visitors:
    """Names visitors for a day. ``secret`` is this server's own."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def name(self, request: Request, day: date) -> str:
        """Return what stands for this visitor on this day: the same for the same address and browser."""
        salt = hmac.new(self._secret, f"visitors of {day.isoformat()}".encode(), hashlib.sha256).digest()
        address = request.client.host if request.client else ""
        about = f"{address}\n{request.headers.get('user-agent', '')}"
        return hmac.new(salt, about.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def is_person(request: Request) -> bool:
    """Whether somebody follows the link, rather than a crawler, a preview or a browser that reads ahead."""
    if request.method != "GET" or not request.headers.get("user-agent"):
        return False
    ahead = " ".join(request.headers.get(name, "") for name in ("purpose", "sec-purpose", "x-moz", "x-purpose"))
    return "prefetch" not in ahead and "preview" not in ahead and not CRAWLERS.search(request.headers["user-agent"])
