"""The people of an account: invited by a link with which they choose their own password, and what each may do."""

import hashlib
import secrets
from datetime import timedelta
from typing import Final, Literal

from core.clock import Clock
from core.errors import Conflict, Forbidden, LimitReached, NotFound
from core.ids import new_id
from core.scope import Scope
from db.access_codes import ACCESS_CODES, AccessCode
from db.accounts import Accounts
from db.client import Database
from db.repository import Repository
from db.standing import may_act
from db.users import User
from server.auth.accounts import AccountDesk, Origin, scope_of
from server.auth.attempts import Attempts
from server.auth.passwords import Passwords

LIFETIME: Final = timedelta(days=7)
WINDOW: Final = timedelta(minutes=5)
TRIES_PER_ADDRESS: Final = 100
MOST_OPEN: Final = 50
NO_LONGER: Final = "This invitation was used already, was withdrawn, or has expired. Ask for a new one."
MemberRole = Literal["user", "viewer"]


class Team:
    """Invites people into an account, and says what they may do there. Only its owner may, once they are in it."""

    def __init__(self, database: Database, desk: AccountDesk, passwords: Passwords, clock: Clock) -> None:
        self._database = database
        self._accounts = Accounts(database)
        self._desk = desk
        self._passwords = passwords
        self._clock = clock
        self._tries = Attempts(clock, most=TRIES_PER_ADDRESS, window=WINDOW)

    async def invite(self, scope: Scope, name: str, role: MemberRole, origin: Origin) -> tuple[str, AccessCode]:
        """Return a code with which one person may join within seven days, and what is stored of it."""
        require_owner(scope)
        if len(await self.invitations(scope)) >= MOST_OPEN:
            raise LimitReached(f"At most {MOST_OPEN} invitations can be open. Withdraw one that is not needed.")
        text = secrets.token_urlsafe(24)
        stored = await self._codes(scope).insert(
            AccessCode(
                code_id=new_id(ACCESS_CODES.id_prefix),
                code_hash=_hashed(text),
                purpose="join",
                role=role,
                name=name,
                expires_at=self._clock.now() + LIFETIME,
            )
        )
        await self._desk.audit(
            scope, "member.invited", origin, resource=("access_code", stored.code_id), details={"role": role}
        )
        return text, stored

    async def invitations(self, scope: Scope) -> list[AccessCode]:
        """Return the invitations that wait to be taken up, newest first."""
        where = {"purpose": "join", "used_at": None, "expires_at": {"$gt": self._clock.now()}}
        return await self._codes(scope).find(where, sort=[("created_at", -1)], limit=MOST_OPEN)

    async def withdraw(self, scope: Scope, code_id: str, origin: Origin) -> None:
        """Let an invitation work no longer. NotFound unless it is one of this account's."""
        require_owner(scope)
        if await self._codes(scope).find_one({"code_id": code_id, "purpose": "join"}) is None:
            raise NotFound(f"There is no invitation {code_id}, or it is not yours. Check the id.")
        await self._codes(scope).delete(code_id)
        await self._desk.audit(scope, "member.invitation_withdrawn", origin, resource=("access_code", code_id))

    async def invitation(self, text: str, origin: Origin) -> tuple[AccessCode, User]:
        """Return an open invitation and the owner who invites. Forbidden if it can't be used."""
        self._tries.check(origin.address)
        code = await self._accounts.open_code(_hashed(text), "join")
        owner = await self._accounts.by_id(code.user_id) if code else None
        if code is None or owner is None or not may_act(owner):
            self._tries.note(origin.address)
            raise Forbidden(NO_LONGER, field="invite")
        return code, owner

    async def join(self, text: str, email: str, password: str, name: str, origin: Origin) -> User:
        """Use an invitation up: make the person, who acts in the account that invited them."""
        await self.invitation(text, origin)
        code = await self._accounts.use_code(_hashed(text), "join", None)
        if code is None:
            raise Forbidden(NO_LONGER, field="invite")
        user = User(
            user_id=new_id("usr"),
            email=email.strip().lower(),
            name=name.strip() or code.name,
            role=code.role,
            tenant_id=code.user_id,
            password_hash=await self._passwords.hash(password),
        )
        try:
            made = await self._accounts.add(user)
        except Conflict as error:
            await self._accounts.give_code_back(code.code_id)
            raise Conflict("There is already an account with this email. Use another.", field="email") from error
        details = {"role": made.role, "invitation": code.code_id}
        await self._desk.audit(
            scope_of(made), "member.joined", origin, resource=("user", made.user_id), details=details
        )
        return made

    async def change_role(self, scope: Scope, user_id: str, role: MemberRole, origin: Origin) -> User:
        """Say what a member may do from now on."""
        require_owner(scope)
        changed = await self._accounts.change_member(scope.user_id, user_id, {"role": role})
        await self._desk.audit(scope, "member.role_changed", origin, resource=("user", user_id), details={"role": role})
        return changed

    def _codes(self, scope: Scope) -> Repository[AccessCode]:
        return Repository(self._database, ACCESS_CODES, scope)


def require_owner(scope: Scope) -> None:
    """Raise Forbidden unless it is the account's owner who acts."""
    if scope.actor_id != scope.user_id or not scope.may_write:
        raise Forbidden("Only the owner of this account may do that.")


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
