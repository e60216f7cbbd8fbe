"""Registering, logging in, one's own account, its export and its erasure, and the people who work in it."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field

from core.errors import Forbidden, InvalidInput, NotAuthenticated
from core.scope import Role
from core.timezones import known_zone
from db.users import Preferences, Subscription, User
from server.auth.caller import Caller, CameFrom, InPerson, TheLogin
from server.erasure import erase_account
from server.export import archive_pieces
from server.problems import responses
from server.rest.text import Line, PathId
from server.services import Parts, Services

FRESH: Final = timedelta(minutes=5)
LONGEST_PASSWORD: Final = 256
router = APIRouter(prefix="/api/v1")


class UserView(BaseModel):
    """A person."""

    user_id: str
    email: str
    name: str
    role: Role
    member_of: str | None = Field(description="The account this person works in, when it is not their own.")
    company: str | None
    preferences: Preferences
    subscription: Subscription
    created_at: datetime
    last_login: datetime | None

    @classmethod
    def of(cls, user: User) -> "UserView":
        """Show an account without its secrets."""
        return cls(member_of=user.tenant_id, **user.model_dump(include=set(cls.model_fields) - {"member_of"}))


class AccessToken(BaseModel):
    """A login."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds.", examples=[43200])


class Registered(AccessToken):
    """A new account, logged in."""

    user: UserView


Password = Annotated[str, Field(min_length=8, max_length=LONGEST_PASSWORD)]


class Registration(BaseModel):
    """What a new account needs."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "ada@example.com", "password": "a long one", "name": "Ada"}]}
    )

    email: EmailStr
    password: Password
    name: Annotated[Line, Field(max_length=200)] = ""
    invite: Annotated[Line, Field(max_length=200)] | None = None
    timezone: Annotated[Line, Field(max_length=64), AfterValidator(known_zone)] | None = None


class Erasure(BaseModel):
    """Confirms an erasure: with the password, or, for an account without one, ``confirm`` right after a login."""

    password: Annotated[str, Field(max_length=LONGEST_PASSWORD)] | None = None
    confirm: Literal["erase"] | None = None


class NewMember(BaseModel):
    """A person who is to work in the caller's account."""

    email: EmailStr
    password: Password
    name: Annotated[Line, Field(max_length=200)] = ""
    role: Literal["user", "viewer"] = "user"


class Members(BaseModel):
    """The people who work in an account."""

    items: list[UserView]


class NewInvite(BaseModel):
    """What the invited person will be."""

    role: Literal["admin", "user"] = "user"


class Invite(BaseModel):
    """An invitation. ``code`` is shown here once and stored only as a hash."""

    code: str
    role: Role
    expires_at: datetime


@router.post(
    "/auth/register",
    status_code=201,
    tags=["Accounts"],
    operation_id="register",
    responses=responses(409),
    summary="Make an account",
)
async def register(body: Registration, parts: Parts, origin: CameFrom) -> Registered:
    """Make an account and log it in. Where registration is by invitation, ``invite`` is the code."""
    user = await parts.desk.register(body.email, body.password, body.name, body.invite, origin, timezone=body.timezone)
    return Registered(user=UserView.of(user), **_token(parts, user).model_dump())


@router.post(
    "/auth/token", tags=["Accounts"], operation_id="get_token", responses=responses(), summary="Log in with a password"
)
async def token(form: Annotated[OAuth2PasswordRequestForm, Depends()], parts: Parts, origin: CameFrom) -> AccessToken:
    """Return an access token for an email (as ``username``) and a password."""
    if len(form.password) > LONGEST_PASSWORD or len(form.username) > 320:
        raise NotAuthenticated("The email or the password is wrong. Check both and try again.")
    return _token(parts, await parts.desk.login(form.username, form.password, origin))


@router.get("/me", tags=["Accounts"], operation_id="get_me", responses=responses(), summary="Who I am")
async def me(scope: Caller, parts: Parts) -> UserView:
    """Return the account of the person who calls."""
    return UserView.of(await parts.desk.person(scope.actor_id))


@router.get(
    "/me/export",
    tags=["Accounts"],
    operation_id="export_me",
    response_class=Response,
    responses={**responses(), 200: {"description": "A zip of JSON files.", "content": {"application/zip": {}}}},
    summary="Everything stored about me",
)
async def export(scope: Caller, parts: Parts, origin: CameFrom) -> Response:
    """Return all data of the account as one zip archive, one JSON file a collection."""
    await parts.desk.audit(scope, "account.exported", origin)
    pieces = await archive_pieces(parts.database, scope, parts.clock)
    headers = {"Content-Disposition": 'attachment; filename="marketing-minds-export.zip"'}
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


@router.delete(
    "/me",
    status_code=204,
    tags=["Accounts"],
    operation_id="erase_me",
    responses={**responses(), 202: {"description": "Something was in the way; the erasure goes on by itself."}},
    summary="Erase my account and everything in it",
)
async def erase(body: Erasure, scope: InPerson, login: TheLogin, parts: Parts, origin: CameFrom) -> Response:
    """Erase the account for good. Needs the password; an account without one confirms within 5 minutes of a login."""
    if body.password is not None:
        if not await parts.desk.confirm(scope.actor_id, body.password, origin):
            raise Forbidden("The password is wrong. Nothing was erased.", field="password")
    elif body.confirm is None:
        raise InvalidInput("Erasing needs your password. Send it as `password`.", field="password")
    elif parts.clock.now() - login.issued_at > FRESH:
        raise Forbidden("This login is too old to erase an account with. Log in again first, or send the password.")
    return Response(status_code=204 if await erase_account(parts, scope, origin) else 202)


@router.get("/members", tags=["Members"], operation_id="list_members", responses=responses(), summary="Who works here")
async def list_members(scope: Caller, parts: Parts) -> Members:
    """Return the people who work in this account, without its owner."""
    return Members(items=[UserView.of(user) for user in await parts.desk.members(scope)])


@router.post(
    "/members",
    status_code=201,
    tags=["Members"],
    operation_id="add_member",
    responses=responses(409),
    summary="Add a person",
)
async def add_member(body: NewMember, scope: InPerson, parts: Parts, origin: CameFrom) -> UserView:
    """Make a person who acts in this account; only its owner may."""
    return UserView.of(
        await parts.desk.add_member(scope, body.email, body.password, body.name, body.role, origin),
    )


@router.delete(
    "/members/{user_id}",
    status_code=204,
    tags=["Members"],
    operation_id="remove_member",
    responses=responses(404),
    summary="Remove a person",
)
async def remove_member(user_id: PathId, scope: InPerson, parts: Parts, origin: CameFrom) -> Response:
    """Remove a person from this account; their logins stop working. What they made stays."""
    await parts.desk.remove_member(scope, user_id, origin)
    await parts.api_keys.remove_of(user_id)
    parts.callers.forget(user_id)
    return Response(status_code=204)


@router.post(
    "/invites",
    status_code=201,
    tags=["Members"],
    operation_id="add_invite",
    responses=responses(),
    summary="Invite someone to register",
)
async def add_invite(body: NewInvite, scope: InPerson, parts: Parts, origin: CameFrom) -> Invite:
    """Make a code with which one person may register within seven days; only an administrator may."""
    code, stored = await parts.desk.new_invite(scope, body.role, origin)
    return Invite(code=code, role=stored.role, expires_at=stored.expires_at)


def _token(parts: Services, user: User) -> AccessToken:
    lifetime = int(parts.tokens.lifetime.total_seconds())
    return AccessToken(access_token=parts.tokens.issue(user.user_id), expires_in=lifetime)
