"""What all parts of the Slack edge work with, put together once."""

from dataclasses import dataclass
from typing import Final

from agents.turns.decisions import Decisions
from agents.turns.service import Turns
from core.clock import Clock
from core.scope import Scope
from core.settings import Settings
from db.client import Database
from db.collection import Collection
from db.repository import D, Repository
from db.slack_installations import SlackInstallation
from db.slack_store import SlackStore
from server.auth.accounts import AccountDesk
from server.auth.callers import Callers
from server.slack.client import WEB, SlackApi
from tools.approval.signed_links import SignedLinks
from tools.outside.http import Outside

PLATFORM: Final = "slack"
SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class SlackGround:
    """The parts, where Slack is reached, and who this process is."""

    settings: Settings
    clock: Clock
    database: Database
    store: SlackStore
    turns: Turns
    decisions: Decisions
    callers: Callers
    desk: AccountDesk
    signed_links: SignedLinks
    outside: Outside

    @property
    def base(self) -> str:
        """Where Slack is reached."""
        return self.outside.base(PLATFORM, WEB)

    @property
    def receives(self) -> bool:
        """Whether Slack can tell us anything: by signed requests, or by socket mode."""
        settings = self.settings
        return bool(settings.slack_signing_secret.get_secret_value() or settings.slack_app_token.get_secret_value())

    def api(self, token: str = "") -> SlackApi:
        """Return the Web API as the holder of a token."""
        return SlackApi(self.base, token, self.settings.platform_timeout_seconds)

    def home(self, installation: SlackInstallation) -> str:
        """Return the address people reach this server by."""
        return self.settings.public_url or installation.home

    def of_tenant(self, user_id: str) -> Scope:
        """Return the scope for what the house itself keeps in an account: cursors and cards, never a decision."""
        return Scope(user_id, SYSTEM, "user", "slack", may_decide=False)

    def repository(self, collection: Collection[D], scope: Scope) -> Repository[D]:
        """Return a tenant's own view of a collection."""
        return Repository(self.database, collection, scope)
