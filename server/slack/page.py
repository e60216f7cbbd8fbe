"""The few pages of the Slack edge. They have no script."""

from html import escape

from db.slack_codes import SlackCode
from server.oauth.page import door, framed


def sign_in(address: str, what_for: str) -> str:
    """Ask to sign in first."""
    return door(address, f"{what_for}, sign in. You come back here by yourself.")


def notice(title: str, message: str) -> str:
    """Say something that is in the way."""
    return framed(title, f'<p class="done closed" role="alert">{escape(message)}</p>')


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
        f'<form class="actions" method="post" action="/slack/link/{escape(token)}">\n'
        '<button class="primary">Yes, this is me</button>\n</form>'
    )
    return framed("Is this you in Slack?", body)


def linked(code: SlackCode) -> str:
    """Say that it is done."""
    team = escape(code.team_name or code.team_id)
    said = f"You are linked in <strong>{team}</strong>. Go back to Slack and write again."
    return framed("Linked", f'<p class="done approved" role="status">{said}</p>')


def installed(team: str) -> str:
    """Say that the app is in."""
    body = (
        f'<p class="done approved" role="status">The app is in <strong>{escape(team)}</strong>, and you are linked to '
        "it.</p><p>Write it a direct message, or mention it in a channel. Everybody else of your account links "
        "themselves when they first write to it.</p>"
    )
    return framed("Installed in Slack", body)
