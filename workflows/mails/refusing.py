"""Who does not want which mails: said by a person who is logged in, or by the link in a mail itself."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Collection as Several
from dataclasses import dataclass
from typing import Final

import orjson

from core.errors import NotFound
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.mail_refusals import MAIL_REFUSALS, MailRefusal
from db.repository import Repository
from workflows.mails.topics import TOPICS, Topic

PURPOSE: Final = b"stop mails about one topic"
NO_LINK: Final = "This link is not one of ours, or it is not whole. Use the one in the mail."


@dataclass(frozen=True, slots=True)
class MailChoice:
    """A topic, an address and the account it hears about."""

    user_id: str
    address: str
    topic: Topic


class Refusals:
    """Keeps the refusals of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user_id: str) -> frozenset[tuple[str, str]]:
        """Return what is refused in an account, as pairs of address and topic."""
        found = await self._repository(user_id).find({}, limit=2_000)
        return frozenset((refusal.address, refusal.topic) for refusal in found)

    async def refuse(self, choice: MailChoice) -> None:
        """Send this no more. Harmless when repeated."""
        refusal = MailRefusal(refusal_id=_id(choice), address=choice.address.lower(), topic=choice.topic)
        await self._repository(choice.user_id).insert_once(refusal)

    async def allow(self, choice: MailChoice) -> None:
        """Send it again."""
        await self._repository(choice.user_id).delete(_id(choice))

    async def choose(self, scope: Scope, address: str, wanted: Several[Topic]) -> None:
        """Want these topics and no others."""
        for topic in TOPICS:
            choice = MailChoice(scope.user_id, address, topic)
            await (self.allow(choice) if topic in wanted else self.refuse(choice))

    def _repository(self, user_id: str) -> Repository[MailRefusal]:
        return Repository(self._database, MAIL_REFUSALS, Scope(user_id, user_id, "user"))


class UnsubscribeLinks:
    """Makes and reads the links in mails. They have no end: who once got a mail may always say no more of them."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.new(secret.encode(), PURPOSE, hashlib.sha256).digest()

    def make(self, choice: MailChoice) -> str:
        """Return the token of a link."""
        body = orjson.dumps([choice.user_id, choice.address.lower(), choice.topic])
        signature = hmac.new(self._key, body, hashlib.sha256).digest()[:16]
        return base64.urlsafe_b64encode(signature + body).decode().rstrip("=")

    def read(self, token: str) -> MailChoice:
        """Return what a token stands for; NotFound for one that was not made here."""
        try:
            told = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error) as error:
            raise NotFound(NO_LINK) from error
        signature, body = told[:16], told[16:]
        if not hmac.compare_digest(hmac.new(self._key, body, hashlib.sha256).digest()[:16], signature):
            raise NotFound(NO_LINK)
        user_id, address, topic = orjson.loads(body)
        return MailChoice(user_id, address, topic)


def _id(choice: MailChoice) -> str:
    return derived_id(MAIL_REFUSALS.id_prefix, choice.user_id, choice.address.lower(), choice.topic)
