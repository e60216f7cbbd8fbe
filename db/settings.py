"""An account's own settings: keys, integrations, notifications and branding. One document per account."""

from pydantic import Field

from db.approval_rules import ApprovalRules
from db.collection import Collection, Index, OptionalSecret, OwnedDocument, Part, UtcTime


class ApiKeys(Part):
    """The account's own keys; every text here is encrypted at rest."""

    openai_key: OptionalSecret = None
    custom_keys: dict[str, str] = Field(default_factory=dict[str, str], repr=False)


class Integrations(Part):
    """What is connected."""

    zoho_connected: bool = False
    social_platforms: list[str] = Field(default_factory=list[str])
    analytics_enabled: bool = False


class Notifications(Part):
    """How the person wants to hear from us."""

    email: bool = True
    in_app: bool = True
    webhook_url: str | None = None


class Branding(Part):
    """How the business looks and sounds, and the language its texts are written in, by its English name."""

    company_name: str | None = None
    logo_url: str | None = None
    primary_color: str | None = None
    tone_of_voice: str | None = None
    language: str | None = None


class Halt(Part):
    """The account's stop switch: while ``since`` is set, nothing of the account leaves the house."""

    since: UtcTime | None = None
    by: str | None = None
    why: str = ""


class AccountSettings(OwnedDocument):
    """The settings of one account."""

    settings_id: str
    api_keys: ApiKeys = Field(default_factory=ApiKeys)
    integrations: Integrations = Field(default_factory=Integrations)
    notifications: Notifications = Field(default_factory=Notifications)
    branding: Branding = Field(default_factory=Branding)
    halt: Halt = Field(default_factory=Halt)
    approval: ApprovalRules = Field(default_factory=ApprovalRules)


SETTINGS = Collection(
    name="settings",
    model=AccountSettings,
    id_field="settings_id",
    id_prefix="set",
    indexes=(Index(("user_id",), unique=True),),
    secrets=("api_keys",),
)
