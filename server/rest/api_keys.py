"""API keys over REST: made once, shown once, listed, rotated, revoked."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from core.scope import Role
from db.api_keys import ApiKey, KeyScope
from server.auth.api_keys import NewKey
from server.auth.caller import Caller, CameFrom, InPerson, Writer
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId
from server.services import Parts

ALL_SCOPES: Final[tuple[KeyScope, ...]] = ("api", "chat", "mcp", "approve")
USES_A_MINUTE: Final = 300
LONGEST_GRACE: Final = 7 * 24 * 3600
router = APIRouter(prefix="/api/v1/api-keys", tags=["API keys"])


class ApiKeyView(BaseModel):
    """A key, without its text. Its role is at most that of the person it acts for, whatever is written here."""

    key_id: str
    name: str
    prefix: str = Field(description="How the key begins, to recognise it by.", examples=["mmk_Zk3xQ9aB"])
    actor_id: str = Field(description="The person it acts for.")
    role: Role
    scopes: list[KeyScope]
    rate_limit: int = Field(description="Requests a minute, in each server process.")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="Written within some seconds of the use.")
    use_count: int

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyView":
        """Show a key."""
        return cls(**key.model_dump(include=set(cls.model_fields)))


class CreatedKey(ApiKeyView):
    """A key with its text, which is shown here and never again."""

    key: str = Field(description="Send it as `Authorization: Bearer`. It can't be shown again.")


class KeyRequest(BaseModel):
    """The key to make. Without `role` it is `user`, or the caller's own where that is less."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Open WebUI", "scopes": ["chat"], "rate_limit": 60}]}
    )

    name: Annotated[Line, Field(min_length=1, max_length=100)]
    role: Role | None = None
    scopes: Annotated[list[Literal["api", "chat", "mcp", "approve"]], Field(min_length=1, max_length=4)] = Field(
        default=list(ALL_SCOPES),
        description="Where it may be used: REST, WebSocket and AG-UI (`api`), `/v1` (`chat`), `/mcp` (`mcp`); "
        "`approve` lets it decide about approvals.",
    )
    rate_limit: int = Field(default=USES_A_MINUTE, ge=1, le=100_000, description="Requests a minute.")
    expires_at: AwareDatetime | None = None


class Rotation(BaseModel):
    """How long the old text goes on working."""

    grace_seconds: int = Field(default=0, ge=0, le=LONGEST_GRACE)


@router.post("", status_code=201, operation_id="add_api_key", responses=responses(), summary="Make one")
async def add(body: KeyRequest, scope: InPerson, parts: Parts, origin: CameFrom) -> CreatedKey:
    """Make a key for the person who calls. The answer holds its text; it is stored only as a hash."""
    role: Role = body.role or ("user" if scope.role == "admin" else scope.account_role)
    new = NewKey(body.name, role, body.scopes, body.rate_limit, body.expires_at)
    text, made = await parts.api_keys.add(scope, new, origin)
    return CreatedKey(key=text, **ApiKeyView.of(made).model_dump())


@router.get("", operation_id="list_api_keys", responses=responses(), summary="List them, newest first")
async def list_all(scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None) -> PageView[ApiKeyView]:
    """Return the caller's keys; the account's owner sees those of its members too."""
    return page_view(await parts.api_keys.page(scope, limit, cursor), ApiKeyView.of)


@router.get("/{key_id}", operation_id="get_api_key", responses=responses(404), summary="Read one")
async def get(key_id: PathId, scope: Caller, parts: Parts) -> ApiKeyView:
    """Return one key, without its text."""
    return ApiKeyView.of(await parts.api_keys.get(scope, key_id))


@router.post(
    "/{key_id}/rotate", operation_id="rotate_api_key", responses=responses(404, 409), summary="Change its text"
)
async def rotate(
    key_id: PathId,
    scope: InPerson,
    parts: Parts,
    origin: CameFrom,
    body: Annotated[Rotation | None, Body()] = None,
) -> CreatedKey:
    """Give the key a new text. The old one stops at once, or after `grace_seconds`."""
    grace = timedelta(seconds=(body or Rotation()).grace_seconds)
    text, before, rotated = await parts.api_keys.rotate(scope, key_id, grace, origin)
    parts.callers.keys.forget(before)
    return CreatedKey(key=text, **ApiKeyView.of(rotated).model_dump())


@router.delete("/{key_id}", operation_id="revoke_api_key", responses=responses(404), summary="Revoke one")
async def revoke(key_id: PathId, scope: Writer, parts: Parts, origin: CameFrom) -> ApiKeyView:
    """Stop a key from working: at once in this process, within two seconds in every other."""
    revoked = await parts.api_keys.revoke(scope, key_id, origin)
    parts.callers.keys.forget(revoked)
    return ApiKeyView.of(revoked)
