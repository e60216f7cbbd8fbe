"""Who calls: a token or an API key becomes a Scope, once per request. What it may do is looked up, not believed."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import NotAuthenticated
from core.scope import Scope, lower_role
from db.accounts import Accounts
from db.client import Database
from db.standing import may_act
from db.users import User
from server.auth.accounts import scope_of
from server.auth.api_keys import is_key, key_hash
from server.auth.key_ring import KeyRing
from server.auth.tokens import KeyGrant, Login, Tokens

FRESH_FOR: Final = timedelta(seconds=5)
MOST_KEPT: Final = 10_000
NO_END: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """An account as it was a moment ago."""

    user: User
    until: datetime


class Callers:
    """Turns tokens into scopes. An account that is erased or suspended stops working within five seconds."""

    def __init__(self, database: Database, tokens: Tokens, clock: Clock) -> None:
        self.keys = KeyRing(database, clock)
        self._accounts = Accounts(database)
        self._tokens = tokens
        self._clock = clock
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def scope(self, token: str) -> Scope:
        """Return who an access token stands for, or raise NotAuthenticated."""
        return await self.scope_of_login(self._tokens.verify(token))

    async def login(self, token: str) -> Login:
        """Return what a token stands for, or raise NotAuthenticated; LimitReached for an API key used too often."""
        return await self._login_of_key(key_hash(token)) if is_key(token) else self._tokens.verify(token)

    async def renewed(self, login: Login) -> Login:
        """Return a login that is used once more, or raise as ``login`` does when its time is over."""
        if login.key:
            return await self._login_of_key(login.key.key_hash)
        if login.expires_at <= self._clock.now():
            raise NotAuthenticated
        return login

    async def require_standing(self, login: Login) -> None:
        """Raise NotAuthenticated if a login no longer works. It does not count as a use."""
        if login.key:
            await self.keys.look_up(login.key.key_hash)
        elif login.expires_at <= self._clock.now():
            raise NotAuthenticated
        await self.scope_of_login(login)

    async def _login_of_key(self, text_hash: str) -> Login:
        key = await self.keys.admit(text_hash)
        grant = KeyGrant(key.key_id, text_hash, key.role, frozenset(key.scopes))
        return Login(key.actor_id, "api", key.created_at, key.text_ends or NO_END, grant)

    async def scope_of_login(self, login: Login) -> Scope:
        """Return who a verified login stands for now, or raise NotAuthenticated."""
        now = self._clock.now()
        known = self._known.get(login.actor_id)
        if known is None or known.until <= now:
            user = await self._accounts.by_id(login.actor_id)
            if user is None or not may_act(user) or not await self._tenant_stands(user):
                self.forget(login.actor_id)
                raise NotAuthenticated
            known = Known(user, now + FRESH_FOR)
            self._known[login.actor_id] = known
            self._known.move_to_end(login.actor_id)
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        scope = scope_of(known.user, login.channel)
        if login.key is None:
            return scope
        return replace(
            scope, role=lower_role(scope.account_role, login.key.role), may_decide="approve" in login.key.scopes
        )

    def forget(self, actor_id: str) -> None:
        """Look an account up again at its next request."""
        self._known.pop(actor_id, None)
        self.keys.forget_person(actor_id)

    async def _tenant_stands(self, user: User) -> bool:
        return user.tenant_id is None or may_act(await self._accounts.by_id(user.tenant_id))
