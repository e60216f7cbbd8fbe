"""The page that asks a person whether a program may come in, and the frame such pages share. They have no script."""

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import quote, urlsplit

from server.approval_page import FOOT, HEAD

# Without a referrer at all a browser would not say either that the answer comes from this page.
ASKING: Final = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


def framed(title: str, body: str) -> str:
    """Return a page of the house that asks or says one thing. ``body`` is HTML, ``title`` is text."""
    return f"{HEAD.format(title=escape(title))}<h1>{escape(title)}</h1>{body}{FOOT}"


def door(address: str, words: str) -> str:
    """Return a page that asks to sign in first, and comes back to ``address`` of ours by itself. ``words`` are text."""
    way = f"/console/sign-in?next={quote(address, safe='')}"
    return framed(
        "Sign in first",
        f'<p>{escape(words)}</p><p class="actions"><a class="button primary" href="{escape(way)}">Sign in</a></p>',
    )


def asking(name: str, redirect_uri: str, fields: Mapping[str, str]) -> str:
    """Ask: who wants in, where the answer goes, and what it would be able to do."""
    place = urlsplit(redirect_uri)
    hidden = "".join(
        f'<input type="hidden" name="{escape(field)}" value="{escape(value)}">\n' for field, value in fields.items()
    )
    body = (
        f"<p><strong>{escape(name)}</strong> would read and change your campaigns, texts and calendar through MCP, and "
        "talk with your team. It can't approve anything: what leaves the house still waits for you.</p>\n"
        f"<p>The answer goes to <strong>{escape(place.netloc or place.scheme)}</strong>. Agree only if you have just "
        "asked for this. You can revoke it at any time among your API keys.</p>\n"
        f'<form class="actions" method="post" action="/oauth/authorize">\n{hidden}'
        '<button class="primary" name="decision" value="agree">Let it in</button>\n'
        '<button name="decision" value="refuse">Refuse</button>\n</form>'
    )
    return framed("Let a program in?", body)


def sign_in(address: str) -> str:
    """Ask to sign in first."""
    return door(address, "A program asks to be let into your account. Sign in, and you are asked whether it may.")


def refused(reason: str) -> str:
    """Say why a request can't be answered, without sending anybody anywhere."""
    return framed("This can't go on", f'<p class="done closed" role="alert">{escape(reason)}</p>')
