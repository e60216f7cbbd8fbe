"""Hands mails to the house's own mail server."""

import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from core.errors import NotConfigured, OutcomeUnknown, PlatformError, Rejected
from core.scope import Scope
from db.notification_mails import NotificationMail
from db.outgoing import Attempt
from tools.outside.http import Outside
from tools.outside.mail import MailServer, Security, connected
from workflows.mails.letters import Envelope, message_of, sender_of
from workflows.mails.refusing import MailChoice, Refusals, UnsubscribeLinks
from workflows.mails.topics import TOPICS, Topic
from workflows.mails.writing import Writing
from workflows.outbox import Outcome

SCHEMES: Final[dict[str, tuple[Security, int]]] = {
    "smtp": ("starttls", 587),
    "smtps": ("tls", 465),
    "smtp+plain": ("none", 25),
}
WHY: Final = "You get this because you work in an account at Marketing Minds, or were asked to approve for one."


@dataclass(frozen=True, slots=True)
class House:
    """The mail server of the house, who its mails are from, and the address people reach the server by."""

    server: MailServer = field(repr=False)
    sender: str
    base: str


def mail_server(url: str) -> MailServer:
    """Read ``smtp://user:password@host:587`` (STARTTLS), ``smtps://…`` (TLS) or ``smtp+plain://…`` (neither)."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise NotConfigured("MM_SMTP_URL is not readable. Write it as smtp://user:password@mail.example.com:587.")
    security, port = SCHEMES[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    name = "The house's mail server"
    return MailServer(parts.hostname, parts.port or port, security, user, password, name, of_operator=True)


class MailSender:
    """Sends one mail at a time, if it is still wanted and there is still something to say."""

    def __init__(
        self, house: House, outside: Outside, writing: Writing, refusals: Refusals, links: UnsubscribeLinks
    ) -> None:
        sender_of(house.sender)
        self._house = house
        self._outside = outside
        self._writing = writing
        self._refusals = refusals
        self._links = links

    async def send(self, scope: Scope, mail: NotificationMail) -> Outcome:
        """Send. One whose last word was lost is not repeated: a mail too few harms less than one too many."""
        now = self._outside.clock.now()
        topic: Topic = next(topic for topic in TOPICS if topic == mail.topic)
        if (mail.address.lower(), topic) in await self._refusals.of(mail.user_id):
            return Outcome("given_up", Attempt(at=now, error="Not wanted any more."))
        letter = await self._writing.letter(scope, mail)
        if letter is None:
            return Outcome("given_up", Attempt(at=now, error="It was settled before it was sent."))
        stop = f"{self._house.base}/unsubscribe/{self._links.make(MailChoice(mail.user_id, mail.address, topic))}"
        envelope = Envelope(self._house.sender, mail.address, mail.name, mail.mail_id, now, stop, WHY)
        began = time.perf_counter()
        try:
            message = message_of(letter, envelope)
            async with connected(self._outside, self._house.server) as connection:
                await connection.hand_over(sender_of(self._house.sender)[1], mail.address, message)
        except ValueError:
            return Outcome("given_up", Attempt(at=now, error="The address can't stand in a mail."))
        except PlatformError as error:
            took = round((time.perf_counter() - began) * 1_000)
            over = isinstance(error, (Rejected, OutcomeUnknown))
            return Outcome("given_up" if over else "again", Attempt(at=now, milliseconds=took, error=error.message))
        return Outcome("sent", Attempt(at=now, milliseconds=round((time.perf_counter() - began) * 1_000)))
