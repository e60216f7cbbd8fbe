"""What the edges work with: the parts wiring.py has put together."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from agents.live.relay import Relay
from agents.turns.decisions import Decisions
from agents.turns.service import Turns
from core.clock import Clock
from core.scope import Scope
from core.settings import Settings
from db.client import Database
from db.collection import Collection
from db.private_calendars import PrivateCalendars
from db.repository import D, Repository
from db.short_links import ShortLinks
from server.auth.accounts import AccountDesk
from server.auth.api_keys import ApiKeyDesk
from server.auth.callers import Callers
from server.auth.grants import Grants
from server.auth.team import Team
from server.auth.tokens import Tokens
from server.completions.desk import CompletionDesk
from server.crm import CrmParts
from server.live.limits import SocketLimits
from server.memory import MemoryParts
from server.metrics import Metrics
from server.oauth.clients import Clients
from server.slack.parts import SlackParts
from server.visitors import Visitors
from server.voice.parts import VoiceParts
from server.widget.parts import WidgetParts
from server.work import WorkParts
from tools.approval.authority import Authority
from tools.approval.signed_links import SignedLinks
from tools.outside.connections import Connections
from tools.outside.http import Outside
from tools.outside.links import ManagedLinks
from tools.outside.logins import Logins
from tools.outside.open_accounts import OpenAccounts
from workflows.approval_care import ApprovalCare
from workflows.delivery.parts import DeliveryParts
from workflows.figures.order import FigureOrder
from workflows.telling import TellingParts


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a request may need, made once. ``stopping`` is set when the server is about to end."""

    settings: Settings
    care: ApprovalCare
    clock: Clock
    database: Database
    turns: Turns
    relay: Relay | None
    decisions: Decisions
    memory: MemoryParts
    work: WorkParts
    desk: AccountDesk
    callers: Callers
    api_keys: ApiKeyDesk
    team: Team
    tokens: Tokens
    completions: CompletionDesk
    oauth_clients: Clients
    grants: Grants
    outside: Outside
    logins: Logins
    connections: Connections
    accounts: OpenAccounts
    crm: CrmParts
    figures: FigureOrder
    delivery: DeliveryParts
    links: ManagedLinks
    signed_links: SignedLinks
    widget: WidgetParts
    authority: Authority
    short_links: ShortLinks
    slack: SlackParts
    visitors: Visitors
    telling: TellingParts
    voice: VoiceParts
    private_calendars: PrivateCalendars
    model_label: str
    offline: bool
    metrics: Metrics = field(default_factory=Metrics)
    sockets: SocketLimits = field(default_factory=SocketLimits)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def repository(self, collection: Collection[D], scope: Scope) -> Repository[D]:
        """Return a caller's own view of a collection."""
        return Repository(self.database, collection, scope)


def services_of(connection: HTTPConnection) -> Services:
    """Return the services of the application that answers this request."""
    return cast("Services", connection.app.state.services)


Parts = Annotated[Services, Depends(services_of)]
