"""The few pages of the Slack edge. They have no script."""

from html import escape

from db.slack_codes import SlackCode
from server.oauth.page import PAGE


def sign_in(address: str, what_for: str) -> str:
    """Ask to log in first."""
    body = (
        f'<p>{escape(what_for)}, <a href="/" target="_blank" rel="noopener">log in</a> first, then '
        f'<a href="{escape(address)}">go on here</a>.</p>'
    )
    return PAGE.format(title="Log in first", body=body)


def notice(title: str, message: str) -> str:
    """Say something."""
    return PAGE.format(title=escape(title), body=f"<p>{escape(message)}</p>")


def asking(code: SlackCode, email: str, token: str) -> str:
    """Ask whether this Slack user is the person who is logged in. Whoever they are in Slack, they will act for them."""
    name = escape(code.slack_name or code.slack_user_id)
    team = escape(code.team_name or code.team_id)
    body = (
        f"<p>The Slack user <strong>{name}</strong> ({escape(code.slack_user_id)}) in the workspace "
        f"<strong>{team}</strong> would act as <strong>{escape(email)}</strong>: read your conversations, give the "
        "team work, and approve what goes out.</p>\n"
        "<p>Go on only if this Slack user is you, and you have just asked for this link yourself in Slack. "
        "Never open a link that somebody else has sent you.</p>\n"
        f'<form method="post" action="/slack/link/{escape(token)}">\n<button>Yes, this is me</button>\n</form>'
    )
    return PAGE.format(title="Is this you in Slack?", body=body)


def linked(code: SlackCode) -> str:
    """Say that it is done."""
    team = escape(code.team_name or code.team_id)
    return PAGE.format(
        title="Linked", body=f"<p>You are linked in <strong>{team}</strong>. Go back to Slack and write again.</p>"
    )


def installed(team: str) -> str:
    """Say that the app is in."""
    body = (
        f"<p>The app is in <strong>{escape(team)}</strong>, and you are linked to it. Write it a direct message, or "
        "mention it in a channel. Everybody else of your account links themselves when they first write to it.</p>"
    )
    return PAGE.format(title="Installed in Slack", body=body)
