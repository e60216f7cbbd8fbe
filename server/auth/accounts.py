"""Accounts: registering, logging in, inviting, members. Every one of these acts is written to the audit log."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from core.clock import Clock
from core.errors import Conflict, Forbidden, NotAuthenticated
from core.ids import new_id
from core.scope import Role, Scope
from core.timezones import is_zone
from db.access_codes import AccessCode
from db.accounts import Accounts
from db.audit_log import AUDIT_LOG, AuditEntry
from db.client import Database
from db.repository import Repository
from db.standing import may_act
from db.users import User
from server.auth.attempts import Attempts
from server.auth.passwords import Passwords

OWNER_EMAIL: Final = "owner@localhost"
INVITE_LIFETIME: Final = timedelta(days=7)
LINK_LIFETIME: Final = timedelta(hours=12)
WINDOW: Final = timedelta(minutes=5)
TRIES_PER_ACCOUNT: Final = 10
TRIES_PER_ADDRESS: Final = 100
REGISTRATIONS_PER_ADDRESS: Final = 300
RegistrationMode = Literal["open", "invite", "closed"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, for limits and the audit log."""

    address: str
    user_agent: str = ""


def scope_of(user: User, channel: Literal["web", "slack", "voice", "api", "cli"] = "api") -> Scope:
    """Return what an account may act as: its own tenant, or the one it is a member of."""
    tenant = user.tenant_id or user.user_id
    return Scope(tenant, user.user_id, user.role, channel, timezone=user.preferences.known_timezone)


class AccountDesk:
    """Makes accounts and checks passwords and one-time codes."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock, registration: RegistrationMode) -> None:
        self.registration: RegistrationMode = registration
        self._database = database
        self._accounts = Accounts(database)
        self._passwords = passwords
        self._clock = clock
        self._by_account = Attempts(clock, most=TRIES_PER_ACCOUNT, window=WINDOW)
        self._by_address = Attempts(clock, most=TRIES_PER_ADDRESS, window=WINDOW)
        self._registrations = Attempts(clock, most=REGISTRATIONS_PER_ADDRESS, window=WINDOW)

    async def register(
        self,
        email: str,
        password: str,
        name: str,
        invite: str | None,
        origin: Origin,
        *,
        timezone: str | None = None,
    ) -> User:
        """Make an account of its own. Forbidden where registration is closed or the invitation is missing."""
        self._registrations.check(origin.address)
        self._registrations.note(origin.address)
        code = await self._admit(invite, origin)
        try:
            user = await self._add(email, password, name, role=code.role if code else "user", tenant_id=None)
        except Conflict as error:
            if code:
                await self._accounts.give_code_back(code.code_id)
            raise Conflict("There is already an account with this email. Sign in instead.", field="email") from error
        await self.audit(scope_of(user), "account.registered", origin, resource=("user", user.user_id))
        return await self.person(user.user_id) if await self.seen_in(user.user_id, timezone) else user

    async def login(self, email: str, password: str, origin: Origin) -> User:
        """Return the account whose password this is. NotAuthenticated otherwise; LimitReached after too many tries."""
        account_key = email.strip().lower()
        self._by_address.check(origin.address)
        self._by_account.check(account_key)
        self._by_address.note(origin.address)
        self._by_account.note(account_key)
        user = await self._accounts.by_email(account_key)
        matches = await self._passwords.matches(password, user.password_hash if user else None)
        if user is None or not matches:
            if user:
                await self.audit(scope_of(user), "account.login_failed", origin)
            raise NotAuthenticated("The email or the password is wrong. Check both and try again.")
        if not may_act(user):
            raise NotAuthenticated("This account is suspended. Ask the operator.")
        self._by_account.forget(account_key)
        await self._note_login(user, origin, "password")
        return user

    async def login_by_code(self, code: str, origin: Origin) -> User:
        """Use a one-time login code up and return its account."""
        self._by_address.check(origin.address)
        used = await self._accounts.use_code(_hashed(code), "login", None)
        user = await self._accounts.by_id(used.user_id) if used else None
        if user is None or not may_act(user):
            self._by_address.note(origin.address)
            raise NotAuthenticated("This link was used already or has expired. Start the server again for a new one.")
        await self._note_login(user, origin, "link")
        return user

    async def confirm(self, actor_id: str, password: str, origin: Origin) -> bool:
        """Whether ``password`` is the one of an account that is already logged in."""
        self._by_account.check(actor_id)
        self._by_account.note(actor_id)
        user = await self._accounts.by_id(actor_id, reveal=True)
        matches = await self._passwords.matches(password, user.password_hash if user else None)
        if user and matches:
            self._by_account.forget(actor_id)
        elif user:
            await self.audit(scope_of(user), "account.confirmation_failed", origin)
        return matches

    async def person(self, actor_id: str) -> User:
        """Return the account of somebody who is logged in."""
        user = await self._accounts.by_id(actor_id)
        if user is None or not may_act(user):
            raise NotAuthenticated
        return user

    async def change_person(self, scope: Scope, given: Mapping[str, str], origin: Origin) -> User:
        """Change the name or the timezone of the person who acts; return them as they are now."""
        fields: dict[str, Any] = {name: value for name, value in given.items() if name != "timezone"}
        if "timezone" in given:
            fields |= {"preferences.timezone": given["timezone"], "preferences.timezone_known": True}
        if fields:
            await self._accounts.change(scope.actor_id, fields)
            resource = ("user", scope.actor_id)
            await self.audit(scope, "account.changed", origin, resource=resource, details=dict(given))
        return await self.person(scope.actor_id)

    async def seen_in(self, actor_id: str, timezone: str | None) -> bool:
        """Take the timezone of a person's machine as theirs, unless theirs is known; whether it was taken."""
        if timezone is None or not is_zone(timezone):
            return False
        seen = {"preferences.timezone": timezone, "preferences.timezone_known": True}
        return await self._accounts.change(actor_id, seen, where={"preferences.timezone_known": {"$ne": True}})

    async def local_owner(self, timezone: str | None = None) -> User:
        """Return the administrator of this machine; made on first use, without a password."""
        found = await self._accounts.by_email(OWNER_EMAIL)
        if found:
            return await self.person(found.user_id) if await self.seen_in(found.user_id, timezone) else found
        owner_id = new_id("usr")
        with suppress(Conflict):  # another process has just made the owner
            await self._accounts.add(
                User(user_id=owner_id, email=OWNER_EMAIL, name="Owner", role="admin", password_hash="")
            )
        return await self.local_owner(timezone)

    async def new_login_code(self, user: User) -> str:
        """Return a code that logs an account in once, within twelve hours."""
        return await self._new_code(scope_of(user), "login", user.role, LINK_LIFETIME)

    async def new_invite(self, scope: Scope, role: Literal["admin", "user"], origin: Origin) -> tuple[str, AccessCode]:
        """Return a code with which one person may register within seven days, and what is stored of it."""
        scope.require_admin()
        text = secrets.token_urlsafe(24)
        stored = await self._store_code(scope, text, "invite", role, INVITE_LIFETIME)
        await self.audit(scope, "account.invited", origin, resource=("access_code", stored.code_id))
        return text, stored

    async def add_member(
        self, scope: Scope, email: str, password: str, name: str, role: Literal["user", "viewer"], origin: Origin
    ) -> User:
        """Make a person who acts in the caller's account."""
        _require_owner(scope)
        try:
            user = await self._add(email, password, name, role=role, tenant_id=scope.user_id)
        except Conflict as error:
            raise Conflict("There is already an account with this email.", field="email") from error
        await self.audit(scope, "member.added", origin, resource=("user", user.user_id), details={"role": role})
        return user

    async def members(self, scope: Scope) -> list[User]:
        """Return the people who act in the caller's account."""
        return await self._accounts.members(scope.user_id)

    async def signers(self, scope: Scope) -> dict[str, str]:
        """Return the email addresses of those who may decide in the caller's account, by their ids."""
        owner, members = await self._accounts.by_id(scope.user_id), await self.members(scope)
        people = [user for user in (owner, *members) if user is not None]
        return {user.user_id: user.email for user in people if may_act(user) and scope_of(user).may_write}

    async def called(self, scope: Scope, actor_ids: Iterable[str]) -> dict[str, str]:
        """Return what people of the caller's account are called, by their ids; others are left out."""
        found = [await self._accounts.by_id(actor_id) for actor_id in set(actor_ids)]
        mine = [user for user in found if user and scope.user_id in {user.user_id, user.tenant_id}]
        return {user.user_id: user.name or user.email for user in mine}

    async def remove_member(self, scope: Scope, user_id: str, origin: Origin) -> None:
        """Take a person out of the caller's account; their login stops working."""
        _require_owner(scope)
        await self._accounts.remove_member(scope.user_id, user_id)
        await self.audit(scope, "member.removed", origin, resource=("user", user_id))

    async def disable(self, actor_id: str) -> None:
        """Stop an account's logins from working."""
        await self._accounts.change(actor_id, {"status": "disabled"})

    async def audit(
        self,
        scope: Scope,
        action: str,
        origin: Origin,
        *,
        resource: tuple[str, str] | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        """Write one act to the audit log."""
        entry = AuditEntry(
            audit_id=new_id("aud"),
            actor_id=scope.actor_id,
            action=action,
            resource_type=resource[0] if resource else None,
            resource_id=resource[1] if resource else None,
            details=details or {},
            ip_address=origin.address,
            user_agent=origin.user_agent[:300],
        )
        await Repository(self._database, AUDIT_LOG, scope).insert(entry)

    async def _admit(self, invite: str | None, origin: Origin) -> AccessCode | None:
        if self.registration == "open":
            return None
        if self.registration == "closed":
            raise Forbidden("Registration is closed here. Ask the operator for an account.")
        if not invite:
            raise Forbidden("An invite code is needed to register here. Ask the operator for one.", field="invite")
        self._by_address.check(origin.address)
        code = await self._accounts.use_code(_hashed(invite), "invite", None)
        if code is None:
            self._by_address.note(origin.address)
            raise Forbidden("This invite code was used already, or has expired. Ask for a new one.", field="invite")
        return code

    async def _add(self, email: str, password: str, name: str, *, role: Role, tenant_id: str | None) -> User:
        normal = email.strip().lower()
        if await self._accounts.by_email(normal):
            raise Conflict
        user = User(
            user_id=new_id("usr"),
            email=normal,
            name=name,
            role=role,
            tenant_id=tenant_id,
            password_hash=await self._passwords.hash(password),
        )
        return await self._accounts.add(user)

    async def _note_login(self, user: User, origin: Origin, way: str) -> None:
        await self._accounts.change(user.user_id, {"last_login": self._clock.now()})
        await self.audit(scope_of(user), "account.logged_in", origin, details={"way": way})

    async def _new_code(
        self, scope: Scope, purpose: Literal["login", "invite"], role: Role, lifetime: timedelta
    ) -> str:
        text = secrets.token_urlsafe(24)
        await self._store_code(scope, text, purpose, role, lifetime)
        return text

    async def _store_code(
        self, scope: Scope, text: str, purpose: Literal["login", "invite"], role: Role, lifetime: timedelta
    ) -> AccessCode:
        return await self._accounts.add_code(
            AccessCode(
                code_id=new_id("cod"),
                user_id=scope.user_id,
                code_hash=_hashed(text),
                purpose=purpose,
                role=role,
                expires_at=self._clock.now() + lifetime,
            )
        )


def _require_owner(scope: Scope) -> None:
    if scope.actor_id != scope.user_id or not scope.may_write:
        raise Forbidden("Only the owner of this account may do that.")


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
