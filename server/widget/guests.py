"""Who talks through the widget: lets strangers and people in at a site's door, and looks again at every request."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import Conflict, Forbidden, NotAuthenticated, NotFound
from core.ids import new_id
from core.scope import VISITOR_PREFIX, Scope
from db.accounts import Accounts
from db.client import Database
from db.repository import Repository
from db.site_directory import SiteDirectory
from db.sites import Site
from db.users import User
from db.visitors import VISITORS, Visitor
from server.auth.attempts import Attempts
from server.auth.callers import Callers
from server.auth.tokens import Login
from server.widget.identity import Vouched, vouched
from server.widget.own_page import OWN_ID, OWN_KEY, PageAsking, own_page
from server.widget.passes import Kind, Pass, Passes

FRESH_FOR: Final = timedelta(seconds=5)
MOST_KEPT: Final = 10_000
SESSIONS: Final = 300
NEW_VISITORS: Final = 60
WINDOW: Final = timedelta(minutes=10)
WRONG_PAGE: Final = (
    "This chat may not be used from here: the site's owner has not named {origin} as one of its origins."
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who talks through the widget: a visitor in a tenant of their own, or a person of the account."""

    scope: Scope
    site: Site
    kind: Kind
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the widget came with: the public key, a former token, and who the site's server says this is."""

    site_key: str
    former: str | None
    user_token: str | None


class Guests:
    """Opens sessions and checks them. A site that is changed, or a person who leaves, counts within five seconds."""

    def __init__(self, database: Database, passes: Passes, callers: Callers, clock: Clock) -> None:
        self.passes = passes
        self._database = database
        self._sites = SiteDirectory(database)
        self._accounts = Accounts(database)
        self._callers = callers
        self._clock = clock
        self._known: OrderedDict[str, tuple[Site, datetime]] = OrderedDict()
        self._visitors: OrderedDict[str, datetime] = OrderedDict()
        self._by_address = Attempts(clock, most=SESSIONS, window=WINDOW)
        self._new_by_address = Attempts(clock, most=NEW_VISITORS, window=WINDOW)

    async def open(self, asked: Asked, page: PageAsking, address: str) -> Guest:
        """Let somebody in. NotFound for an unknown key, Forbidden from a page it is not for.

        Also NotAuthenticated for a token that vouches for nobody, and LimitReached.
        """
        if asked.site_key == OWN_KEY:
            return await self._on_our_own_page(asked.user_token, page)
        self._by_address.check(address)
        self._by_address.note(address)
        site = await self._sites.by_key(asked.site_key)
        if site is None:
            raise NotFound("There is no site with this key. Check `data-site-key`.")
        _require_origin(site, page.origin)
        now = self._clock.now()
        if asked.user_token:
            person = vouched(site, asked.user_token, now)
            guest = await (self._member(site, person) if person.team else self._identified(site, person))
        else:
            guest = await self._anonymous(site, asked.former, address)
        await self._sites.note_use(site.site_id, now)
        return guest

    async def timezone_of(self, guest: Guest) -> str | None:
        """Return where a person of the account reads the clock; None for visitors, of whom nobody knows."""
        if guest.kind != "member":
            return None
        person = await self._accounts.by_id(guest.scope.actor_id)
        return person.preferences.timezone if person else None

    def token(self, guest: Guest) -> str:
        """Return a token for somebody who was let in."""
        return self.passes.issue(guest.scope.actor_id, guest.site.site_id, guest.kind)

    async def admit(self, token: str, page: PageAsking) -> Guest:
        """Return who a token stands for now; NotAuthenticated, or Forbidden from another page than the site's."""
        return await self.readmit(self.passes.verify(token), page)

    async def readmit(self, known: Pass, page: PageAsking) -> Guest:
        """Look again at somebody whose token was verified before."""
        if known.expires_at <= self._clock.now():
            raise NotAuthenticated
        if known.site_id == OWN_ID:
            return await self._signed_in(known, page)
        site = await self._site(known.site_id)
        _require_origin(site, page.origin)
        if known.kind == "member":
            return await self._standing_member(site, known)
        if known.kind == "anonymous" and not site.anonymous:
            raise NotAuthenticated("This chat is for people who are signed in here.")
        await self._require_visitor(site, known.actor_id)
        return Guest(_visitor_scope(known.actor_id), site, known.kind)

    def forget(self, site_id: str) -> None:
        """Look a site and its visitors up again."""
        self._known.pop(site_id, None)
        self._visitors.clear()

    async def _on_our_own_page(self, token: str | None, page: PageAsking) -> Guest:
        if not token:
            raise NotAuthenticated
        now = self._clock.now()
        known = Pass(self.passes.introduced(token), OWN_ID, "member", now, now)
        guest = await self._signed_in(known, page)
        person = await self._accounts.by_id(known.actor_id)
        return replace(guest, name=person.name or None) if person else guest

    async def _signed_in(self, known: Pass, page: PageAsking) -> Guest:
        if not page.own:
            raise Forbidden(WRONG_PAGE.format(origin=(page.origin or "a page without an origin")[:100]))
        scope = await self._callers.scope_of_login(Login(known.actor_id, "web", known.issued_at, known.expires_at))
        return Guest(scope, own_page(scope.user_id), "member")

    async def _anonymous(self, site: Site, former: str | None, address: str) -> Guest:
        if not site.anonymous:
            raise Forbidden("This chat is for people who are signed in here. Sign in on this page first.")
        returning = self.passes.returning(former, site.site_id) if former else None
        if returning and await self._seen_again(site, {"visitor_id": returning}):
            return Guest(_visitor_scope(returning), site, "anonymous")
        self._new_by_address.check(address)
        self._new_by_address.note(address)
        made = await self._add(site, None)
        return Guest(_visitor_scope(made.visitor_id), site, "anonymous")

    async def _identified(self, site: Site, person: Vouched) -> Guest:
        where = {"subject": person.subject}
        found = await self._seen_again(site, where, person)
        if found is None:
            try:
                found = await self._add(site, person)
            except Conflict:
                found = await self._seen_again(site, where, person)
        if found is None:
            raise NotAuthenticated
        return Guest(_visitor_scope(found.visitor_id), site, "identified", person.name)

    async def _member(self, site: Site, person: Vouched) -> Guest:
        if not site.team:
            raise Forbidden("This site's server may not name people of the account. Its owner allows it with `team`.")
        user = (
            await self._accounts.by_email(person.email) if person.email else await self._accounts.by_id(person.subject)
        )
        if user is None or not _belongs(user, site):
            raise Forbidden("Nobody in the account has this email. Add them as a member, or leave `team` out.")
        now = self._clock.now()
        known = await self._standing_member(site, Pass(user.user_id, site.site_id, "member", now, now))
        return replace(known, name=user.name)

    async def _standing_member(self, site: Site, known: Pass) -> Guest:
        if not site.team:
            raise NotAuthenticated
        login = Login(known.actor_id, "web", known.issued_at, known.expires_at)
        scope = await self._callers.scope_of_login(login)
        if scope.user_id != site.user_id:
            raise NotAuthenticated
        return Guest(scope, site, "member")

    async def _site(self, site_id: str) -> Site:
        now = self._clock.now()
        kept = self._known.get(site_id)
        if kept and kept[1] > now:
            return kept[0]
        site = await self._sites.by_id(site_id)
        if site is None:
            raise NotAuthenticated("This site is gone.")
        self._known[site_id] = (site, now + FRESH_FOR)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return site

    async def _require_visitor(self, site: Site, visitor_id: str) -> None:
        now = self._clock.now()
        if self._visitors.get(visitor_id, now) > now:
            return
        if await self._of(site).find_one({"visitor_id": visitor_id, "site_id": site.site_id}) is None:
            raise NotAuthenticated
        self._visitors[visitor_id] = now + FRESH_FOR
        while len(self._visitors) > MOST_KEPT:
            self._visitors.popitem(last=False)

    async def _seen_again(self, site: Site, where: dict[str, str], person: Vouched | None = None) -> Visitor | None:
        visitors = self._of(site)
        found = await visitors.find_one({**where, "site_id": site.site_id})
        if found is None:
            return None
        told = {"name": person.name, "email": person.email} if person else {}
        known = {name: value for name, value in told.items() if value}
        return await visitors.update(found.visitor_id, {"last_seen_at": self._clock.now(), **known})

    async def _add(self, site: Site, person: Vouched | None) -> Visitor:
        visitor = Visitor(
            visitor_id=new_id(VISITOR_PREFIX),
            site_id=site.site_id,
            kind="identified" if person else "anonymous",
            subject=person.subject if person else None,
            name=person.name if person else None,
            email=person.email if person else None,
            last_seen_at=self._clock.now(),
        )
        return await self._of(site).insert(visitor)

    def _of(self, site: Site) -> Repository[Visitor]:
        """Return the view of the site's account on its visitors."""
        return Repository(self._database, VISITORS, Scope(site.user_id, site.user_id, "user", "web"))


def _visitor_scope(visitor_id: str) -> Scope:
    return Scope(visitor_id, visitor_id, "visitor", "web", may_decide=False)


def _belongs(user: User, site: Site) -> bool:
    return site.user_id in {user.user_id, user.tenant_id}


def _require_origin(site: Site, origin: str | None) -> None:
    if origin is None or origin not in site.origins:
        raise Forbidden(WRONG_PAGE.format(origin=(origin or "a page without an origin")[:100]))
