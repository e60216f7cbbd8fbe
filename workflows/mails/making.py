"""Makes the mails about what happened: one for each person who is to hear of it and wants to, stored once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from core.ids import derived_id
from core.scope import WRITERS, Scope
from db.all_tenants import AllTenants
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.notification_mails import NOTIFICATION_MAILS, NotificationMail
from db.repository import Repository
from db.settings import SETTINGS
from db.users import USERS, User
from workflows.happenings.happening import Happening
from workflows.mails.refusing import Refusals
from workflows.mails.topics import TOPIC_OF


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a mail. ``approver`` is how the step that waits names them, where it names anybody."""

    address: str
    name: str
    approver: str | None = None


class MailMaking:
    """Turns happenings into mails."""

    def __init__(self, database: Database, refusals: Refusals) -> None:
        self._database = database
        self._refusals = refusals
        self._users = AllTenants(database, USERS)

    async def make(self, happenings: Sequence[Happening]) -> None:
        """Store the mails of what people want to hear of. Harmless when repeated."""
        told = [one for one in happenings if one.event_type in TOPIC_OF]
        for user_id in dict.fromkeys(one.user_id for one in told):
            scope = Scope(user_id, user_id, "user")
            settings = await Repository(self._database, SETTINGS, scope).find_one({})
            if settings and not settings.notifications.email:
                continue
            refused = await self._refusals.of(user_id)
            people = [person async for person in self._people(user_id)]
            for one in told:
                if one.user_id == user_id:
                    for reader in await self._readers(scope, one, people):
                        if (reader.address.lower(), TOPIC_OF[one.event_type]) not in refused:
                            await self._add(scope, one, reader)

    async def _people(self, user_id: str) -> AsyncIterator[User]:
        for where in ({"user_id": user_id}, {"tenant_id": user_id}):
            async for user in self._users.each(where):
                if user.status == "active":
                    yield user

    async def _readers(self, scope: Scope, happening: Happening, people: Sequence[User]) -> list[Reader]:
        """Return who is to hear of it: of an approval those who may give it, of the rest those who may write."""
        writers = [user for user in people if user.role in WRITERS]
        request = await self._request(scope, happening)
        named = request.steps[request.step].approvers if request and request.steps else []
        if not named:
            return [_reader(user) for user in writers if user.preferences.notifications]
        known = {user.user_id: user for user in writers} | {user.email.lower(): user for user in writers}
        readers: list[Reader] = []
        for approver in named:
            user = known.get(approver) or known.get(approver.lower())
            if user is not None:
                readers += [_reader(user, approver)] if user.preferences.notifications else []
            elif "@" in approver:
                readers.append(Reader(approver, "", approver))
        return readers

    async def _request(self, scope: Scope, happening: Happening) -> ApprovalRequest | None:
        if not happening.event_type.startswith("approval."):
            return None
        requests = Repository(self._database, APPROVAL_REQUESTS, scope)
        return await requests.find_one({"request_id": happening.data["approval_id"]})

    async def _add(self, scope: Scope, happening: Happening, reader: Reader) -> None:
        data = dict(happening.data)
        mail = NotificationMail(
            mail_id=derived_id(NOTIFICATION_MAILS.id_prefix, happening.event_id, reader.address.lower()),
            event_id=happening.event_id,
            event_type=happening.event_type,
            topic=TOPIC_OF[happening.event_type],
            address=reader.address,
            name=reader.name,
            approver=reader.approver,
            about=str(data.get("approval_id") or data.get("delivery_id") or data.get("campaign_id")),
            data=data,
            due_at=self._database.clock.now(),
        )
        await Repository(self._database, NOTIFICATION_MAILS, scope).insert_once(mail)


def _reader(user: User, approver: str | None = None) -> Reader:
    return Reader(user.email, user.name, approver)
