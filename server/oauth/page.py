"""The page that asks a person whether a program may come in."""

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import urlsplit

PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<main>
<h1>{title}</h1>
{body}
</main>
"""


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
        f'<form method="post" action="/oauth/authorize">\n{hidden}'
        '<button name="decision" value="agree">Let it in</button>\n'
        '<button name="decision" value="refuse">Refuse</button>\n</form>'
    )
    return PAGE.format(title="Let a program in?", body=body)


def sign_in(address: str) -> str:
    """Ask to log in first."""
    body = (
        "<p>A program asks to be let into your account. "
        '<a href="/" target="_blank" rel="noopener">Log in</a> first, then '
        f'<a href="{escape(address)}">go on here</a>.</p>'
    )
    return PAGE.format(title="Log in first", body=body)


def refused(reason: str) -> str:
    """Say why a request can't be answered, without sending anybody anywhere."""
    return PAGE.format(title="This can't go on", body=f"<p>{escape(reason)}</p>")
