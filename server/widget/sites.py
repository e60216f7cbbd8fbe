"""Sites in their owner's hands: made, changed, given a new secret, deleted. Each act is written to the audit log."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from core.clock import Clock
from core.errors import Forbidden, InvalidInput, LimitReached
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Page, Repository
from db.sites import SITES, Site
from server.auth.accounts import AccountDesk, Origin

KEY_PREFIX: Final = "mms_"
IDENTITY_PREFIX: Final = "msi_"
MOST_SITES: Final = 50
PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class NewSite:
    """What a site is to be."""

    name: str
    origins: Sequence[str]
    anonymous: bool
    team: bool
    greeting: str
    daily_conversations: int
    daily_messages: int


class SiteDesk:
    """The sites of an account. Everybody in it sees them; its owner alone changes them."""

    def __init__(self, database: Database, desk: AccountDesk, clock: Clock) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock

    async def add(self, scope: Scope, new: NewSite, origin: Origin) -> tuple[str, Site]:
        """Make a site; return its identity secret, which can't be shown again, and what is stored."""
        _require_owner(scope)
        sites = self._sites(scope)
        if await sites.count({}) >= MOST_SITES:
            raise LimitReached(f"An account has at most {MOST_SITES} sites. Delete one you don't need.")
        secret = _new_secret()
        made = await sites.insert(
            Site(
                site_id=new_id(SITES.id_prefix),
                site_key=KEY_PREFIX + secrets.token_urlsafe(18),
                name=new.name,
                origins=checked_origins(new.origins),
                anonymous=new.anonymous,
                team=new.team,
                greeting=new.greeting,
                daily_conversations=new.daily_conversations,
                daily_messages=new.daily_messages,
                identity_secret=secret,
            )
        )
        await self._audit(scope, "site.created", made, origin)
        return secret, made

    async def page(self, scope: Scope, limit: int, cursor: str | None) -> Page[Site]:
        """Return the sites of the account, newest first."""
        return await self._sites(scope).page({}, limit=limit, cursor=cursor)

    async def get(self, scope: Scope, site_id: str) -> Site:
        """Return one site."""
        return await self._sites(scope).get(site_id)

    async def change(self, scope: Scope, site_id: str, changes: Mapping[str, Any], origin: Origin) -> Site:
        """Change what is given."""
        found = await self._owned(scope, site_id)
        if not changes:
            return found
        fields = dict(changes)
        if "origins" in fields:
            fields["origins"] = checked_origins(fields["origins"])
        changed = await self._sites(scope).update(site_id, fields)
        await self._audit(scope, "site.changed", changed, origin)
        return changed

    async def rotate(self, scope: Scope, site_id: str, grace: timedelta, origin: Origin) -> tuple[str, Site]:
        """Give a site a new identity secret; the old one vouches for people for ``grace`` more."""
        await self._owned(scope, site_id)
        sites = self._sites(scope)
        before = await sites.get(site_id, reveal=True)
        secret = _new_secret()
        changes = {
            "identity_secret": secret,
            "previous_secret": before.identity_secret,
            "previous_until": self._clock.now() + grace,
        }
        rotated = await sites.update(site_id, changes)
        await self._audit(scope, "site.secret_rotated", rotated, origin)
        return secret, rotated

    async def delete(self, scope: Scope, site_id: str, origin: Origin) -> Site:
        """Remove a site; its key stops working. What its visitors left is for the caller to erase."""
        found = await self._owned(scope, site_id)
        await self._sites(scope).delete(site_id)
        await self._audit(scope, "site.deleted", found, origin)
        return found

    async def _owned(self, scope: Scope, site_id: str) -> Site:
        found = await self._sites(scope).get(site_id)
        _require_owner(scope)
        return found

    def _sites(self, scope: Scope) -> Repository[Site]:
        return Repository(self._database, SITES, scope)

    async def _audit(self, scope: Scope, action: str, site: Site, origin: Origin) -> None:
        details = {"name": site.name, "origins": site.origins, "anonymous": site.anonymous, "team": site.team}
        await self._desk.audit(scope, action, origin, resource=("site", site.site_id), details=details)


def checked_origins(given: Sequence[str]) -> list[str]:
    """Return origins as browsers write them; InvalidInput names the one that is none."""
    return list(dict.fromkeys(_origin(one) for one in given))


def _origin(given: str) -> str:
    try:
        parts = urlsplit(given.strip().lower())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:
        raise _no_origin(given) from error
    extra = parts.path not in {"", "/"} or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in PORTS or not host or "*" in host or extra:
        raise _no_origin(given)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != PORTS[parts.scheme] else "")


def _no_origin(given: str) -> InvalidInput:
    words = f"{given[:100]!r} is no origin. Write scheme and host, as in https://www.shop.example, without a path."
    return InvalidInput(words, field="origins")


def _new_secret() -> str:
    return IDENTITY_PREFIX + secrets.token_urlsafe(32)


def _require_owner(scope: Scope) -> None:
    if scope.actor_id != scope.user_id or not scope.may_write:
        raise Forbidden("Only the owner of this account may do that.")
