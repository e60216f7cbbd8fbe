"""The account's settings over REST: how the business is called, looks and sounds; and how a person likes things."""

import re
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.timezones import known_zone
from db.settings import AccountSettings, Branding
from server.auth.caller import Caller, CameFrom, InPerson, Writer
from server.business import LANGUAGES, change_branding, settings_as_they_are
from server.problems import responses
from server.rest.accounts import UserView
from server.rest.text import Line
from server.services import Parts, Services

COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
ADDRESS: Final = re.compile(r"https://[^\s/?#]+\S*")
router = APIRouter(prefix="/api/v1", tags=["Accounts"])


def colour(value: str) -> str:
    """Refuse what is no colour."""
    if value and not COLOUR.fullmatch(value):
        raise ValueError("is no colour; write one such as #1f5fbf")
    return value.lower()


def address(value: str) -> str:
    """Refuse what is no web address."""
    if value and not ADDRESS.fullmatch(value):
        raise ValueError("is no address; write one such as https://www.example.com/logo.svg")
    return value


def known_language(value: str) -> str:
    """Refuse what is none of the languages texts are written in."""
    if value and value not in LANGUAGES:
        raise ValueError(f"is none of {', '.join(LANGUAGES)}")
    return value


class BrandingChange(BaseModel):
    """What to change; an empty text takes it away. The team knows name, tone, language and colour from then on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"company_name": "Ada's Bakery", "tone_of_voice": "warm and plain"}]},
    )

    company_name: Annotated[Line, Field(max_length=200)] | None = None
    tone_of_voice: Annotated[Line, Field(max_length=500)] | None = None
    language: Annotated[str, AfterValidator(known_language)] | None = Field(None, examples=["German"])
    primary_color: Annotated[Line, Field(max_length=7), AfterValidator(colour)] | None = None
    logo_url: Annotated[Line, Field(max_length=1_000), AfterValidator(address)] | None = None


class ModelInUse(BaseModel):
    """Which model answers. An ``offline`` one is built in: nothing leaves the machine."""

    label: str
    offline: bool


class SettingsView(BaseModel):
    """The account's settings. Rules about approvals, the stop switch and memory have addresses of their own."""

    branding: Branding
    model: ModelInUse

    @classmethod
    def of(cls, settings: AccountSettings, parts: Services) -> "SettingsView":
        """Show the settings, without secrets."""
        return cls(branding=settings.branding, model=ModelInUse(label=parts.model_label, offline=parts.offline))


class SettingsChange(BaseModel):
    """What to change."""

    model_config = ConfigDict(extra="forbid")

    branding: BrandingChange


class PersonChange(BaseModel):
    """What to change of oneself."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Ada", "timezone": "Europe/Berlin"}]}
    )

    name: Annotated[Line, Field(max_length=200)] | None = None
    timezone: Annotated[Line, Field(max_length=64), AfterValidator(known_zone)] | None = None


@router.get("/settings", operation_id="get_settings", responses=responses(), summary="The account's settings")
async def read(scope: Caller, parts: Parts) -> SettingsView:
    """Return how the business is called, looks and sounds, and which model answers."""
    return SettingsView.of(await settings_as_they_are(parts, scope), parts)


@router.patch("/settings", operation_id="change_settings", responses=responses(), summary="Change them")
async def change(body: SettingsChange, scope: Writer, parts: Parts) -> SettingsView:
    """Change what is given."""
    given = body.branding.model_dump(exclude_none=True)
    return SettingsView.of(await change_branding(parts, scope, given), parts)


@router.patch("/me", operation_id="change_me", responses=responses(), summary="Change my name or timezone")
async def change_me(body: PersonChange, scope: InPerson, parts: Parts, origin: CameFrom) -> UserView:
    """Change what is given of the person who calls. Times and days of figures follow the timezone."""
    given = body.model_dump(exclude_none=True)
    changed = await parts.desk.change_person(scope, given, origin)
    parts.callers.forget(scope.actor_id)
    return UserView.of(changed)
