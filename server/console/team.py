"""The people of an account: who works here as what, invitations, changing a role, removing; and joining by a link."""

from typing import Annotated, Final

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import EmailStr, TypeAdapter, ValidationError

from core.errors import AppError, Forbidden, InvalidInput
from server.auth.caller import CameFrom
from server.auth.team import MemberRole
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.shell import HEADERS, shell_of
from server.console.visit import Changing, Visit, Visiting
from server.origins import from_here
from server.pages import remember
from server.problems import STATUS
from server.rest.accounts import Password
from server.rest.team import link_of
from server.rest.text import Line, PathId
from server.services import Parts

HERE: Final = "/console/team"
ROLES: Final = (
    ("user", "Member", "Talks with the team, decides, changes things"),
    ("viewer", "Viewer", "Reads everything, changes nothing"),
)
EMAIL: Final[TypeAdapter[EmailStr]] = TypeAdapter(EmailStr)
PASSWORD: Final[TypeAdapter[Password]] = TypeAdapter(Password)
router: Final = console_router()
Name = Annotated[Line, Form(max_length=200)]
Code = Annotated[str, Query(max_length=200)]


@router.get("/team")
async def people(visit: Visiting) -> Response:
    """Show who works here and who is invited."""
    return await _show(visit)


@router.post("/team/invitations")
async def invite(
    visit: Changing, origin: CameFrom, name: Name = "", role: Annotated[MemberRole, Form()] = "user"
) -> Response:
    """Make a link with which one person joins; it is shown in the answer and never again."""
    text, code = await visit.parts.team.invite(visit.scope, name, role, origin)
    link = link_of(visit.request, visit.parts, text)
    return await _show(visit, {"name": code.name, "link": link, "expires_at": code.expires_at}, 201)


@router.post("/team/invitations/{code_id}/withdraw")
async def withdraw(visit: Changing, code_id: PathId, origin: CameFrom) -> Response:
    """Let an invitation work no longer."""
    await visit.parts.team.withdraw(visit.scope, code_id, origin)
    return visit.go(HERE, "Invitation withdrawn. Its link no longer works.")


@router.post("/team/{user_id}/role")
async def change(visit: Changing, user_id: PathId, origin: CameFrom, role: Annotated[MemberRole, Form()]) -> Response:
    """Change what a member may do."""
    changed = await visit.parts.team.change_role(visit.scope, user_id, role, origin)
    visit.parts.callers.forget(user_id)
    as_what = "a member" if role == "user" else "a viewer"
    return visit.go(HERE, f"{changed.name or changed.email} is {as_what} from now on.")


@router.post("/team/{user_id}/remove")
async def remove(visit: Changing, user_id: PathId, origin: CameFrom) -> Response:
    """Remove a person; their logins and keys stop working. What they made stays."""
    await visit.parts.desk.remove_member(visit.scope, user_id, origin)
    await visit.parts.api_keys.remove_of(user_id)
    visit.parts.callers.forget(user_id)
    return visit.go(HERE, "Removed. Their logins and keys no longer work; what they made stays.")


@router.get("/join")
async def ask(request: Request, parts: Parts, origin: CameFrom, invite: Code = "") -> Response:
    """Show who invites, and ask the invited person for an email and a password."""
    return await _door(request, parts, origin, invite)


@router.post("/join")
async def join(
    request: Request,
    parts: Parts,
    origin: CameFrom,
    invite: Annotated[str, Form(max_length=200)] = "",
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=256)] = "",
    name: Name = "",
) -> Response:
    """Take an invitation up, and go on signed in."""
    if not from_here(request, parts.settings):
        raise Forbidden("This form did not come from our own page. Open the link again and try once more.")
    try:
        user = await parts.team.join(invite, *_given(email, password), name, origin)
    except (InvalidInput, AppError) as error:
        return await _door(request, parts, origin, invite, email=email, name=name, error=error)
    answer = RedirectResponse("/console", status_code=303, headers=HEADERS)
    remember(answer, request, parts, parts.tokens.issue(user.user_id, channel="web"))
    return answer


async def _show(visit: Visit, made: dict[str, object] | None = None, status: int = 200) -> Response:
    members = await visit.parts.desk.members(visit.scope)
    values = {
        "owner": await visit.parts.desk.person(visit.scope.user_id),
        "members": members,
        "invitations": await visit.parts.team.invitations(visit.scope),
        "owns": visit.may_manage,
        "roles": ROLES,
        "made": made,
    }
    return await visit.show("team.html", values, status)


async def _door(
    request: Request,
    parts: Parts,
    origin: CameFrom,
    invite: str,
    *,
    email: str = "",
    name: str = "",
    error: AppError | None = None,
) -> Response:
    values: dict[str, object] = {
        "invite": invite,
        "email": email,
        "name": name,
        "error": error.message if error else "",
    }
    try:
        code, owner = await parts.team.invitation(invite, origin)
    except Forbidden as gone:
        return shell_of(request).render("join.html", {**values, "gone": gone.message}, 403)
    values |= {"gone": "", "by": owner.name or owner.email, "role": code.role, "name": name or code.name}
    return shell_of(request).render("join.html", values, STATUS[error.kind] if error else 200)


def _given(email: str, password: str) -> tuple[str, str]:
    try:
        return EMAIL.validate_python(email.strip()), PASSWORD.validate_python(password)
    except ValidationError as error:
        field = "The password has to have at least 8 characters." if "string" in error.errors()[0]["type"] else ""
        raise InvalidInput(field or "This is no email address. Check it and try again.") from error


PAGE: Final = ConsolePage("team", "Team", "/team", "team", "Account", router)
