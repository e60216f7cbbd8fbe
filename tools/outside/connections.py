"""Connected accounts: how they come to be and how they end. What keeps them usable is in ``open_accounts``."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from core.errors import AppError, Conflict, Forbidden, InvalidInput
from core.ids import derived_id, new_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, Credentials, SocialAccount
from tools.outside.attempts import Attempts
from tools.outside.contract import Access, Identity
from tools.outside.logins import Logins
from tools.outside.oauth import Grant, Login
from tools.platforms.catalogue import BY_NAME

SECRET_FIELDS = frozenset(Credentials.model_fields)


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the person, and until when they may come back."""

    authorise_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the person connected, and where they want to go on."""

    accounts: list[SocialAccount]
    return_to: str


class Connections:
    """How accounts of all platforms are connected and disconnected."""

    def __init__(self, database: Database, logins: Logins) -> None:
        self._database = database
        self._logins = logins
        self._attempts = Attempts(database)
        self._clock = database.clock

    async def start(self, scope: Scope, name: str, redirect_uri: str, return_to: str = "") -> Departure:
        """Begin to connect: remember who it is for, and return where to send them."""
        platform = BY_NAME[name]
        client = self._logins.client(platform)
        begun = await self._attempts.begin(scope, name, redirect_uri, return_to)
        attempt = begun.attempt
        url = client.authorisation_url(state=begun.state, verifier=attempt.verifier, redirect_uri=redirect_uri)
        return Departure(url, attempt.expires_at)

    async def finish(self, scope: Scope, name: str, state: str, code: str, refusal: str = "") -> Arrival:
        """Take back the person who went to the platform, and store what they connected.

        Conflict if the state was used or is too old, Forbidden if the person at the platform said no.
        """
        attempt = await self._attempts.use_up(scope, name, state)
        if refusal or not code:
            raise Forbidden(f"{BY_NAME[name].label} was not connected: nobody agreed to it there. Start again.")
        grant = await self._logins.client(BY_NAME[name]).exchange(
            code=code, verifier=attempt.verifier, redirect_uri=attempt.redirect_uri
        )
        access = Access("", Credentials(access_token=grant.access_token))
        found = await self._logins.adapter(name).identify(access)
        stored = [await self._store(scope, name, one, _granted(grant, one), attempt.attempt_id) for one in found]
        return Arrival(stored, attempt.return_to)

    async def came_from(self, scope: Scope, state: str) -> str:
        """Return where the person wanted to go on, also after an attempt that failed; empty if nobody knows."""
        return await self._attempts.came_from(scope, state)

    async def connect(self, scope: Scope, name: str, fields: Mapping[str, Any]) -> SocialAccount:
        """Connect with credentials a person has typed in; they are tried out first."""
        model = BY_NAME[name].credentials
        if model is None:
            raise InvalidInput(f"{BY_NAME[name].label} is connected by logging in there. Start at /start.")
        given = _checked(model, fields).model_dump()
        credentials = Credentials(**{key: value for key, value in given.items() if key in SECRET_FIELDS and value})
        config = {key: value for key, value in given.items() if key not in SECRET_FIELDS and value != ""}
        (identity,) = await self._logins.adapter(name).identify(Access("", credentials, config))
        changes: dict[str, Any] = {"credentials": credentials.model_dump(exclude_none=True), "config": config}
        changes |= {"auth_type": "credentials", "token_expires_at": None, "permissions": []}
        return await self._store(scope, name, identity, changes, new_id("own"))

    async def choose(self, scope: Scope, account_id: str) -> SocialAccount:
        """Have posts of its platform go out on this account from now on; what was asked before stays where it was."""
        account = await self._accounts(scope).get(account_id)
        if account.status != "active":
            raise Conflict("The login of this account has ended. Connect it again first.")
        return await self._accounts(scope).update(account_id, {"chosen_at": self._clock.now()})

    async def disconnect(self, scope: Scope, account_id: str) -> None:
        """Give the tokens back where that is possible, forget them, and hide the account."""
        repository = self._accounts(scope)
        account = await repository.get(account_id, reveal=True)
        login = BY_NAME[account.platform].login if account.platform in BY_NAME else None
        if login and account.credentials.access_token and not await self._needed_by_others(scope, account, login):
            grant = Grant(account.credentials.access_token, account.credentials.refresh_token)
            with suppress(AppError):
                await self._logins.client(BY_NAME[account.platform]).revoke(grant)
        await repository.update(account_id, {"status": "disconnected", "credentials": {}})
        await repository.delete(account_id)

    async def _needed_by_others(self, scope: Scope, account: SocialAccount, login: Login) -> bool:
        """Whether other accounts would end with this one: those of one login share what was agreed to, or the token."""
        same_app = [name for name, other in BY_NAME.items() if other.login and other.login.app == login.app]
        own = account.credentials
        for other in await self._accounts(scope).find({"platform": {"$in": same_app}, "status": "active"}):
            if other.social_account_id == account.social_account_id:
                continue
            if login.withdraw:
                return True
            theirs = (await self._accounts(scope).get(other.social_account_id, reveal=True)).credentials
            if theirs.access_token == own.access_token or (
                own.refresh_token and theirs.refresh_token == own.refresh_token
            ):
                return True
        return False

    async def _store(
        self, scope: Scope, name: str, identity: Identity, changes: Mapping[str, Any], cause: str
    ) -> SocialAccount:
        """Store an account, or renew the one that is connected already."""
        repository = self._accounts(scope)
        now = self._clock.now()
        about = {
            "account_name": identity.name,
            "account_username": identity.username,
            "profile_picture": identity.picture,
            "status": "active",
            "error_message": None,
            "connected_at": now,
            "refresh_owner": None,
            "refresh_until": None,
        }
        config = {**changes.get("config", {}), **identity.config}
        fields = {**about, **changes, "config": config}
        known = await repository.find_one({"account_id": identity.account_id, "platform": name})
        if known is not None:
            return await repository.update(known.social_account_id, fields)
        made = {
            **fields,
            "social_account_id": derived_id(SOCIAL_ACCOUNTS.id_prefix, cause, identity.account_id),
            "platform": name,
            "account_id": identity.account_id,
            "page_id": identity.config.get("page_id"),
        }
        await repository.insert_once(SocialAccount.model_validate(made))
        return await repository.get(str(made["social_account_id"]))

    def _accounts(self, scope: Scope) -> Repository[SocialAccount]:
        return Repository(self._database, SOCIAL_ACCOUNTS, scope)


def _granted(grant: Grant, identity: Identity) -> dict[str, Any]:
    """Return what is stored of a grant.

    A page has a token of its own, which lasts as long as the page is ours; the person's is kept to be given back.
    """
    own = identity.access_token
    credentials = {"access_token": own or grant.access_token}
    if kept := (grant.access_token if own else grant.refresh_token):
        credentials["refresh_token"] = kept
    return {
        "credentials": credentials,
        "auth_type": "oauth",
        "token_expires_at": None if own else grant.expires_at,
        "permissions": list(grant.scopes),
    }


def _checked(model: type[BaseModel], fields: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{field}: {first['msg']}.", field=field) from None
