"""Who calls: a token becomes a Scope, once per request. What an account may do is looked up, not believed."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import NotAuthenticated
from core.scope import Scope
from db.accounts import Accounts
from db.client import Database
from db.users import User
from server.auth.accounts import may_act, scope_of
from server.auth.tokens import Login, Tokens

FRESH_FOR: Final = timedelta(seconds=5)
MOST_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """An account as it was a moment ago."""

    user: User
    until: datetime


class Callers:
    """Turns tokens into scopes. An account that is erased or suspended stops working within five seconds."""

    def __init__(self, database: Database, tokens: Tokens, clock: Clock) -> None:
        self._accounts = Accounts(database)
        self._tokens = tokens
        self._clock = clock
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def scope(self, token: str) -> Scope:
        """Return who a token stands for, or raise NotAuthenticated."""
        return await self.scope_of_login(self._tokens.verify(token))

    def login(self, token: str) -> Login:
        """Return what a token says by itself, or raise NotAuthenticated."""
        return self._tokens.verify(token)

    def renewed(self, login: Login) -> Login:
        """Return a login that is still in use, or raise NotAuthenticated when its time is over."""
        if login.expires_at <= self._clock.now():
            raise NotAuthenticated
        return login

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
        return scope_of(known.user, login.channel)

    def forget(self, actor_id: str) -> None:
        """Look an account up again at its next request."""
        self._known.pop(actor_id, None)

    async def _tenant_stands(self, user: User) -> bool:
        return user.tenant_id is None or may_act(await self._accounts.by_id(user.tenant_id))
