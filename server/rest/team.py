"""Inviting people into an account over REST, joining it, and changing what a member may do."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, EmailStr, Field

from core.scope import Role
from db.access_codes import AccessCode
from server.auth.caller import Caller, CameFrom, InPerson
from server.auth.team import MemberRole
from server.problems import responses
from server.rest.accounts import Password, Registered, UserView
from server.rest.text import Line, PathId
from server.services import Parts, Services

router = APIRouter(prefix="/api/v1", tags=["Members"])


class InvitationView(BaseModel):
    """An invitation that waits to be taken up, without its link."""

    code_id: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, code: AccessCode) -> "InvitationView":
        """Show an invitation."""
        return cls(**code.model_dump(include=set(cls.model_fields)))


class Invitations(BaseModel):
    """The invitations that wait to be taken up, newest first."""

    items: list[InvitationView]


class MadeInvitation(InvitationView):
    """An invitation with its code and link, which are shown here and never again."""

    invite: str
    url: str = Field(description="Send it to the person. It works once.")


class NewInvitation(BaseModel):
    """Who is invited, as you call them, and what they may do."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Bea", "role": "user"}]})

    name: Annotated[Line, Field(max_length=200)] = ""
    role: MemberRole = "user"


class Joining(BaseModel):
    """What a person needs to join."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"invite": "…", "email": "bea@example.com", "password": "a long one"}]}
    )

    invite: Annotated[Line, Field(min_length=1, max_length=200)]
    email: EmailStr
    password: Password
    name: Annotated[Line, Field(max_length=200)] = ""


class RoleChange(BaseModel):
    """What the member may do from now on."""

    model_config = ConfigDict(extra="forbid")

    role: MemberRole


@router.patch(
    "/members/{user_id}", operation_id="change_member", responses=responses(404), summary="Change what a person may do"
)
async def change(user_id: PathId, body: RoleChange, scope: InPerson, parts: Parts, origin: CameFrom) -> UserView:
    """Change a member's role; it counts at their next request. Only the owner may."""
    changed = await parts.team.change_role(scope, user_id, body.role, origin)
    parts.callers.forget(user_id)
    return UserView.of(changed)


@router.post(
    "/members/invitations",
    status_code=201,
    operation_id="add_invitation",
    responses=responses(),
    summary="Invite a person to work here",
)
async def invite(
    body: NewInvitation, request: Request, scope: InPerson, parts: Parts, origin: CameFrom
) -> MadeInvitation:
    """Make a link with which one person joins this account within seven days, with a password of their own."""
    text, code = await parts.team.invite(scope, body.name, body.role, origin)
    return MadeInvitation(invite=text, url=link_of(request, parts, text), **InvitationView.of(code).model_dump())


@router.get("/members/invitations", operation_id="list_invitations", responses=responses(), summary="Who is invited")
async def invitations(scope: Caller, parts: Parts) -> Invitations:
    """Return the invitations nobody has taken up yet."""
    return Invitations(items=[InvitationView.of(code) for code in await parts.team.invitations(scope)])


@router.delete(
    "/members/invitations/{code_id}",
    status_code=204,
    operation_id="withdraw_invitation",
    responses=responses(404),
    summary="Withdraw an invitation",
)
async def withdraw(code_id: PathId, scope: InPerson, parts: Parts, origin: CameFrom) -> Response:
    """Let an invitation work no longer."""
    await parts.team.withdraw(scope, code_id, origin)
    return Response(status_code=204)


@router.post(
    "/auth/join", status_code=201, operation_id="join", responses=responses(409), summary="Take an invitation up"
)
async def join(body: Joining, parts: Parts, origin: CameFrom) -> Registered:
    """Make a person who works in the account that invited them, and log them in."""
    user = await parts.team.join(body.invite, body.email, body.password, body.name, origin)
    lifetime = int(parts.tokens.lifetime.total_seconds())
    return Registered(user=UserView.of(user), access_token=parts.tokens.issue(user.user_id), expires_in=lifetime)


def link_of(request: Request, parts: Services, text: str) -> str:
    """Return the address where a person takes an invitation up."""
    base = parts.settings.public_url or str(request.base_url).rstrip("/")
    return f"{base}/console/join?invite={text}"
