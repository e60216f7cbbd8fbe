"""How an account's Zoho CRM is connected and disconnected. What was read goes with the connection it came over."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from core.errors import AppError, Forbidden
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.zoho_crm_records import ZOHO_CRM_RECORDS, ZohoCrmRecord
from db.zoho_tokens import ZohoToken
from tools.outside.attempts import Attempts
from tools.outside.connections import Departure
from tools.outside.http import Outside
from tools.outside.oauth import Grant
from tools.zoho.access import ZohoAccess, token_id
from tools.zoho.centers import APP, HOME, LABEL, center_at
from tools.zoho.client import Opened, ZohoCrm

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class ZohoArrival:
    """What was connected, and where the person wants to go on."""

    token: ZohoToken
    return_to: str


class ZohoConnection:
    """Connects and disconnects. ``access`` opens what is connected."""

    def __init__(self, database: Database, outside: Outside, access: ZohoAccess) -> None:
        self.access = access
        self.attempts = Attempts(database)
        self._database = database
        self._crm = ZohoCrm(outside)

    async def start(self, scope: Scope, redirect_uri: str, return_to: str = "") -> Departure:
        """Begin to connect: remember who it is for, and return where to send them."""
        client = self.access.client(HOME)
        begun = await self.attempts.begin(scope, APP, redirect_uri, return_to)
        url = client.authorisation_url(state=begun.state, verifier=begun.attempt.verifier, redirect_uri=redirect_uri)
        return Departure(url, begun.attempt.expires_at)

    async def finish(
        self, scope: Scope, state: str, code: str, *, location: str = "", refusal: str = ""
    ) -> ZohoArrival:
        """Take back the person who went to Zoho, and store what they connected, at the data center they came from.

        Conflict if the state was used or is too old, Forbidden if the person said no. Another organisation than before
        takes the place of the one before, and of what was read there.
        """
        attempt = await self.attempts.use_up(scope, APP, state)
        if refusal or not code:
            raise Forbidden(f"{LABEL} was not connected: nobody agreed to it there. Start again.")
        center = center_at(location)
        grant = await self.access.client(center).exchange(
            code=code, verifier=attempt.verifier, redirect_uri=attempt.redirect_uri
        )
        account_id, name = await self._crm.organisation(Opened(center, grant.access_token))
        known = await self.access.stored(scope)
        if known and known.account_id != account_id:
            await self._forget(scope)
        changes: dict[str, Any] = {
            **self.access.granted(grant),
            "scope": " ".join(grant.scopes),
            "data_center": center,
            "account_id": account_id,
            "account_name": name,
            "status": "active",
            "error_message": None,
            "sync_error": None,
            "connected_at": self._database.clock.now(),
            "refresh_owner": None,
            "refresh_until": None,
        }
        await self.access.tokens(scope).insert_once(
            ZohoToken.model_validate({"zoho_token_id": token_id(scope), **changes})
        )
        return ZohoArrival(await self.access.tokens(scope).update(token_id(scope), changes), attempt.return_to)

    async def disconnect(self, scope: Scope) -> bool:
        """Give the tokens back where that is possible, and forget them and all that was read. False if there is none.

        The tokens go last: cut off before, it can be asked for again.
        """
        token = await self.access.stored(scope, reveal=True)
        if token is None:
            return False
        with suppress(AppError):
            await self.access.client(token.data_center).revoke(Grant(token.access_token, token.refresh_token))
        await self._forget(scope)
        return True

    async def _forget(self, scope: Scope) -> None:
        """Forget a connection and all that was read over it.

        Records go before and after the connection: one that was just being stored is met at the second look.
        """
        await self._remove_records(scope)
        await self.access.tokens(scope).delete(token_id(scope))
        await self._remove_records(scope)

    async def _remove_records(self, scope: Scope) -> None:
        records: Repository[ZohoCrmRecord] = Repository(self._database, ZOHO_CRM_RECORDS, scope)
        ids = [str(row["crm_record_id"]) for row in await records.parts({}, ("crm_record_id",))]
        for start in range(0, len(ids), AT_ONCE):
            await records.delete_all(ids[start : start + AT_ONCE])
