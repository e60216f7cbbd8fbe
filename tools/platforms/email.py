"""Email, handed to an SMTP server. RFC 5322, section 2.1.1: a line, so the subject too, should have at most 78
characters and must not pass 998. Gmail clips messages above 102 KB, which caps the body.

Every recipient gets a message of their own. What became of each is noted before the next, so that a repeat sends to
nobody twice.
"""

import hashlib
from collections.abc import Iterable, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from typing import ClassVar, Literal

from markdown_it import MarkdownIt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import OutcomeUnknown, ReconnectNeeded, Rejected, Retryable
from tools.approval.permit import Permit
from tools.counting import utf8_bytes
from tools.outside.contract import Access, Figures, Identity, Media, Notes, Post, Published, Search
from tools.outside.failures import refused
from tools.outside.fence import confirm_effect
from tools.outside.http import Outside
from tools.outside.mail import MailServer, Sender, connected
from tools.platform import LineLimit, MediaRule, Platform

LABEL = "Email"


class EmailCredentials(BaseModel):
    """A mail server and who sends by it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    host: str = Field(min_length=1, max_length=255, description="Name of the SMTP server.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port: 587 for STARTTLS, 465 for TLS.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is secured; none is for servers inside the house."
    )
    username: str = Field(default="", max_length=320, description="User name, if the server wants a login.")
    password: str = Field(default="", max_length=500, repr=False, description="Its password.")
    sender: str = Field(min_length=3, max_length=400, description="Who it is from: Name <name@example.com>.")
    unsubscribe: str = Field(
        default="", max_length=500, description="Address to unsubscribe: https://… or mailto:…, for the mail's header."
    )


class Email:
    """The adapter. SMTP tells nothing of what was sent before, so that nothing can be looked up there."""

    look_ups: ClassVar[bool] = False
    metrics_at_once: ClassVar[int] = 100

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def identify(self, access: Access) -> list[Identity]:
        settings = _settings(access)
        name, address = _parsed(settings.sender)
        async with connected(self._outside, _server(settings)):
            return [Identity(address, name or address, address)]

    async def publish(self, access: Access, permit: Permit, notes: Notes) -> Published:
        """Send to each recipient once, whatever was noted of earlier attempts.

        The fence is passed before each of them: what is stopped in the middle goes on later with those left.
        """
        post = permit.post_on(PLATFORM.name, access)
        settings = _settings(access)
        if not post.recipients:
            raise Rejected("The email has no recipients. Name at least one.")
        _, address = _parsed(settings.sender)
        waiting = left_of(post.recipients, notes)
        later: Retryable | None = None
        if waiting:
            async with connected(self._outside, _server(settings)) as sender:
                for recipient in waiting:
                    await confirm_effect()
                    later = await self._send(sender, settings, post, recipient, notes) or later
        if later:
            raise later
        return _outcome(post, notes, address, self._outside)

    async def look_up(self, access: Access, search: Search) -> Published | None:
        """Tell from the notes alone: None while something is left that can be sent without doing so twice."""
        post, notes = search.post, search.notes
        if not all(notes.get(_note(one)) for one in post.recipients):
            return None
        return _outcome(post, notes, _parsed(_settings(access).sender)[1], self._outside)

    async def delete(self, access: Access, permit: Permit) -> None:  # noqa: ARG002 - the contract's
        raise Rejected("An email that was sent can't be taken back.")

    async def metrics(
        self,
        access: Access,  # noqa: ARG002 - the contract's
        platform_post_ids: Sequence[str],
    ) -> dict[str, Figures]:
        """Return no figures: SMTP tells none. Clicks are counted by managed links."""
        return {one: Figures() for one in platform_post_ids}

    async def _send(
        self, sender: Sender, settings: EmailCredentials, post: Post, recipient: str, notes: Notes
    ) -> Retryable | None:
        """Send to one recipient and note what came of it; return the error if it is to be tried again."""
        try:
            message = _message(settings, post, recipient, format_datetime(self._outside.clock.now()))
        except ValueError:
            await notes.put(_note(recipient), "refused")
            return None
        await notes.put(_note(recipient), "trying")
        try:
            await sender.hand_over(_parsed(settings.sender)[1], recipient, message)
        except Rejected:
            await notes.put(_note(recipient), "refused")
        except Retryable as error:
            await notes.put(_note(recipient), "")
            return error
        except OutcomeUnknown:
            await notes.put(_note(recipient), "unknown")
        else:
            await notes.put(_note(recipient), "sent")
        return None


def left_of(recipients: Iterable[str], notes: Notes) -> list[str]:
    """Return those of the recipients nothing was sent to yet, as it was noted."""
    return [one for one in dict.fromkeys(recipients) if not notes.get(_note(one))]


def _outcome(post: Post, notes: Notes, sender: str, outside: Outside) -> Published:
    """Say what became of all recipients together."""
    states = {one: notes.get(_note(one)) for one in post.recipients}
    unknown = sum(state in {"trying", "unknown"} for state in states.values())
    if unknown:
        raise OutcomeUnknown(
            f"Of {len(states)} emails the last word on {unknown} was lost: they may or may not have been sent. "
            "They are not sent again."
        )
    refusals = tuple(one for one, state in states.items() if state == "refused")
    if len(refusals) == len(states):
        raise refused(LABEL, "none of the recipients was accepted.")
    return Published(_message_id(post, sender), published_at=outside.clock.now(), refused=refusals)


def _message(settings: EmailCredentials, post: Post, recipient: str, date: str) -> bytes:
    """Return the message as it goes over the wire; ValueError if something in it can't stand in a mail."""
    name, address = _parsed(settings.sender)
    message = EmailMessage()
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = post.title or ""
    message["Date"] = date
    message["Message-ID"] = f"<{_digest(recipient)}.{_message_id(post, address)}>"
    if settings.unsubscribe:
        message["List-Unsubscribe"] = f"<{settings.unsubscribe}>"
    text = PLATFORM.composed(post.text, (), None)
    if post.link and post.link not in text:
        text = f"{text}\n\n{post.link}"
    message.set_content(text)
    html = MarkdownIt("commonmark", {"html": False, "breaks": True}).render(_linked(text, post.link))
    message.add_alternative(f"<!doctype html><html><body>{html}</body></html>", subtype="html")
    for item in post.media:
        _attach(message, item)
    plain = recipient.isascii() and address.isascii()
    return message.as_bytes(policy=SMTP if plain else SMTPUTF8)


def _attach(message: EmailMessage, media: Media) -> None:
    kind, _, subtype = media.content_type.partition("/")
    message.add_attachment(media.data, maintype=kind, subtype=subtype, filename=media.file_name)


def _linked(text: str, link: str | None) -> str:
    """Return the text with its link as one that can be clicked."""
    return text.replace(link, f"<{link}>") if link else text


def _settings(access: Access) -> EmailCredentials:
    names = ("host", "port", "security", "sender", "unsubscribe")
    given = {name: access.config[name] for name in names if name in access.config}
    secret = {name: value for name in ("username", "password") if (value := getattr(access.credentials, name))}
    try:
        return EmailCredentials.model_validate(given | secret)
    except ValidationError:
        raise ReconnectNeeded("The mail server's settings are not complete. Connect it again.") from None


def _server(settings: EmailCredentials) -> MailServer:
    name = f"The mail server {settings.host}"
    return MailServer(settings.host, settings.port, settings.security, settings.username, settings.password, name)


def _parsed(sender: str) -> tuple[str, str]:
    """Return name and address of a sender."""
    name, address = parseaddr(sender)
    if "@" not in address:
        raise Rejected(f"{sender[:100]!r} is not a sender. Write it as Name <name@example.com>.")
    return name, address


def _note(recipient: str) -> str:
    return f"to:{_digest(recipient)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().casefold().encode()).hexdigest()[:20]


def _message_id(post: Post, sender: str) -> str:
    return f"{post.key}@{sender.rpartition('@')[2]}"


PLATFORM = Platform(
    name="email",
    label=LABEL,
    aliases=("e mail", "mail", "emails", "newsletter", "mailing", "email newsletter"),
    content_types=("email",),
    limit=100_000,
    count=utf8_bytes,
    unit="bytes",
    subject=LineLimit(hard=998, advised=78),
    title=LineLimit(hard=200),
    needs=("subject",),
    hashtags_in="nowhere",
    max_media=10,
    media=(
        MediaRule("image", 10, ("image/jpeg", "image/png", "image/webp"), 5_000_000),
        MediaRule("gif", 10, ("image/gif",), 5_000_000),
    ),
    direct=True,
    advice=(
        "Keep the subject under 78 characters; phones show about 40.",
        "One call to action; the first line shows as preview.",
    ),
    sources=("https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1",),
    adapter=Email,
    credentials=EmailCredentials,
)
