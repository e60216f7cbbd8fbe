"""A person on a page of the console: who they are, what they may do, and how an answer to them is made."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from core.scope import Scope
from db.approval_requests import ApprovalRequest
from db.collection import Collection
from db.repository import D, Repository
from db.social_accounts import SOCIAL_ACCOUNTS
from db.users import User
from server.auth.caller import TheLogin
from server.console.approval_card import Known
from server.console.shell import HEADERS, Shell, shell_of
from server.services import Parts, Services
from tools.account_names import account_names

SAID: Final = "mm_said"
LONGEST_SAID: Final = 600
Tone = Literal["success", "warning", "danger"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    parts: Services
    scope: Scope
    person: User
    shell: Shell

    @property
    def now(self) -> datetime:
        """What time it is."""
        return self.parts.clock.now()

    @property
    def zone(self) -> ZoneInfo:
        """The timezone of this person."""
        try:
            return ZoneInfo(self.person.preferences.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")

    @property
    def may_manage(self) -> bool:
        """Whether this is the account's owner, who alone says who works in it."""
        return self.scope.actor_id == self.scope.user_id and self.scope.may_write

    def repository(self, collection: Collection[D]) -> Repository[D]:
        """Return this person's own view of a collection."""
        return self.parts.repository(collection, self.scope)

    async def show(self, template: str, values: Mapping[str, Any] | None = None, status: int = 200) -> Response:
        """Return a page in the shell. Templates see ``values``, the names of ``_base`` and the filters of the shell."""
        page = self.shell.render(template, await self._base() | dict(values or {}), status)
        if SAID in self.request.cookies:
            page.delete_cookie(SAID, path="/console", httponly=True, samesite="lax")
        return page

    def go(self, path: str, said: str = "", tone: Tone = "success") -> Response:
        """Go on to a page of ours after a change, and say there what came of it."""
        answer = RedirectResponse(path, status_code=303, headers=HEADERS)
        if said:
            text = quote(f"{tone}:{said[:LONGEST_SAID]}", safe="")
            answer.set_cookie(SAID, text, max_age=60, path="/console", httponly=True, samesite="lax")
        return answer

    async def waiting(self) -> dict[str, int]:
        """Return how much waits for a person, by the name of the page."""
        counting = {page.name: page.waiting for page in self.shell.pages if page.waiting}
        found = await asyncio.gather(*(count(self.parts, self.scope) for count in counting.values()))
        return dict(zip(counting, found, strict=True))

    async def people(self) -> dict[str, str]:
        """Return how the people of this account are called, by their ids."""
        owner, members = await asyncio.gather(
            self.parts.desk.person(self.scope.user_id), self.parts.desk.members(self.scope)
        )
        return {one.user_id: one.name or one.email for one in (owner, *members)}

    async def known(self, requests: Iterable[ApprovalRequest]) -> Known:
        """Return what is known of those that requests speak of."""
        accounts = self.repository(SOCIAL_ACCOUNTS)
        return Known(
            *await asyncio.gather(self.people(), self.parts.desk.signers(self.scope), account_names(accounts, requests))
        )

    async def _base(self) -> dict[str, Any]:
        return {
            "visit": self,
            "person": self.person,
            "scope": self.scope,
            "may_write": self.scope.may_write,
            "now": self.now,
            "zone": self.zone,
            "page": self.shell.page_at(self.request.url.path),
            "waiting": await self.waiting(),
            "offline": self.parts.offline,
            "model_label": self.parts.model_label,
            "said": _said(self.request.cookies.get(SAID, "")),
        }


async def visiting(request: Request, login: TheLogin, parts: Parts) -> Visit:
    """Return who looks at a page. Only people do: a program has the interface."""
    login.require_person()
    scope = await parts.callers.scope_of_login(login)
    return Visit(request, parts, scope, await parts.desk.person(scope.actor_id), shell_of(request))


async def changing(visit: Annotated[Visit, Depends(visiting)]) -> Visit:
    """Return who sends a form, if they may change things."""
    visit.scope.require_write()
    return visit


def _said(cookie: str) -> dict[str, str] | None:
    tone, _, text = unquote(cookie).partition(":")
    known = tone in {"success", "warning", "danger"} and text
    return {"tone": tone, "text": text[:LONGEST_SAID]} if known else None


Visiting = Annotated[Visit, Depends(visiting)]
Changing = Annotated[Visit, Depends(changing)]
