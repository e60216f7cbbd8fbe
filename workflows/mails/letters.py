"""How a mail of the house reads: one heading, a few plain sentences, one button, and the way to hear no more of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Final

from core.errors import InvalidInput

FRAME: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    '<title>{title}</title></head><body style="margin:0;padding:24px;background:#f7f8fa;color:#171a20;'
    'font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,Arial,sans-serif">'
    '<div style="max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #e1e4ea;'
    'border-radius:8px"><p style="margin:0 0 16px;font-size:14px;color:#636b7a">Marketing Minds</p>'
    '<h1 style="margin:0 0 16px;font-size:20px;line-height:1.4">{heading}</h1>{body}</div>'
    '<p style="max-width:560px;margin:16px auto 0;font-size:12px;color:#636b7a">{foot}</p></body></html>'
)
BUTTON: Final = (
    '<p style="margin:24px 0 0"><a href="{url}" style="display:inline-block;padding:8px 16px;background:#1f5fbf;'
    'color:#ffffff;border-radius:8px;text-decoration:none;font-weight:600">{words}</a></p>'
)
CARD: Final = (
    '<div style="margin:16px 0 0;padding:12px 16px;border:1px solid #e1e4ea;border-radius:8px">'
    '<p style="margin:0 0 4px;font-size:14px;color:#636b7a">{label}</p>'
    '<p style="margin:0;white-space:pre-line">{text}</p></div>'
)


@dataclass(frozen=True, slots=True)
class Card:
    """One thing as it will appear: where and when, and its words."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says. Everything in it is text: nothing is taken for markup."""

    subject: str
    heading: str
    sentences: Sequence[str]
    cards: Sequence[Card] = ()
    button: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom, and the address that stops it."""

    sender: str
    recipient: str
    name: str
    message_id: str
    date: datetime
    unsubscribe: str
    why: str


def message_of(letter: Letter, envelope: Envelope) -> bytes:
    """Return the mail as it goes over the wire, with the one-click unsubscribing of RFC 8058.

    ValueError if something in it can't stand in a mail.
    """
    name, address = sender_of(envelope.sender)
    message = EmailMessage()
    message["From"] = Address(name or "Marketing Minds", addr_spec=address)
    message["To"] = Address(envelope.name, addr_spec=envelope.recipient)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(envelope.date)
    message["Message-ID"] = f"<{envelope.message_id}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{envelope.unsubscribe}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_text(letter, envelope))
    message.add_alternative(_html(letter, envelope), subtype="html")
    plain = envelope.recipient.isascii() and address.isascii()
    return message.as_bytes(policy=SMTP if plain else SMTPUTF8)


def sender_of(sender: str) -> tuple[str, str]:
    """Return name and address of ``Name <name@example.com>``."""
    name, address = parseaddr(sender)
    if "@" not in address:
        raise InvalidInput("MM_MAIL_FROM is no sender. Write it as Name <name@example.com>.")
    return name, address


def _text(letter: Letter, envelope: Envelope) -> str:
    parts = [letter.heading, *letter.sentences]
    parts += [f"{card.label}\n{card.text}" for card in letter.cards]
    if letter.button:
        parts.append(f"{letter.button[0]}: {letter.button[1]}")
    parts.append(f"-- \n{envelope.why} No more of these: {envelope.unsubscribe}")
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter, envelope: Envelope) -> str:
    body = "".join(f'<p style="margin:0 0 12px">{escape(sentence)}</p>' for sentence in letter.sentences)
    body += "".join(CARD.format(label=escape(card.label), text=escape(card.text)) for card in letter.cards)
    if letter.button:
        body += BUTTON.format(words=escape(letter.button[0]), url=escape(letter.button[1]))
    foot = f'{escape(envelope.why)} <a href="{escape(envelope.unsubscribe)}" style="color:#636b7a">Unsubscribe</a>'
    return FRAME.format(title=escape(letter.subject), heading=escape(letter.heading), body=body, foot=foot)
