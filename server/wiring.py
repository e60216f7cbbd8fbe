"""The composition root: puts all parts together from the settings, and takes them apart again. Nothing at import."""

import fcntl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from agents.headless import Headless
from agents.models.factory import Models, build_models
from agents.roster import ROSTER
from agents.turns.decisions import Decisions
from agents.turns.house import build_house
from agents.turns.notices import Notices
from agents.turns.recovery import Recovery
from agents.turns.spoken import SpokenTurns
from core.clock import Clock, SystemClock
from core.ids import new_id
from core.settings import Settings
from db.client import Database
from db.private_calendars import PrivateCalendars
from db.short_links import ShortLinks
from db.slack_store import SlackStore
from db.sync import synchronise
from db.unfinished import UnfinishedWork
from server.auth.accounts import AccountDesk
from server.auth.api_keys import ApiKeyDesk
from server.auth.callers import Callers
from server.auth.grants import Grants
from server.auth.passwords import Passwords
from server.auth.team import Team
from server.auth.tokens import Tokens, secret_key
from server.completions.desk import CompletionDesk
from server.crm import CrmParts
from server.erasing import pending_erasures
from server.live_feed import build_relay
from server.memory import build_memory
from server.oauth.clients import Clients
from server.private_files import write_private
from server.services import Services
from server.slack.ground import SlackGround
from server.slack.parts import SlackParts
from server.storage import open_database
from server.visitors import Visitors
from server.voice.parts import build_voice
from server.widget.allowance import Allowance
from server.widget.guests import Guests
from server.widget.parts import WidgetParts
from server.widget.passes import Passes
from server.widget.sites import SiteDesk
from server.work import Pacing, build_work
from tools.approval.authority import Authority
from tools.approval.requests import ApprovalRequests
from tools.approval.signed_links import SignedLinks
from tools.catalogue import CATALOGUE as TOOLS
from tools.outside.connections import Connections
from tools.outside.http import Outside
from tools.outside.links import ManagedLinks
from tools.outside.logins import Logins
from tools.outside.media_links import MediaLinks
from tools.outside.oauth import Registration
from tools.outside.open_accounts import OpenAccounts
from tools.tool import ToolParts
from tools.zoho.access import ZohoAccess
from tools.zoho.connection import ZohoConnection
from workflows.approval_care import ApprovalCare
from workflows.approval_news import Carrying, Reminders
from workflows.campaigns.attendance import decision_listener
from workflows.crm.order import CrmOrder
from workflows.crm.sync import CrmSync
from workflows.delivery.late import AskedAgain
from workflows.delivery.news import DeliveryNews
from workflows.delivery.parts import build_delivery
from workflows.figures.order import FigureOrder
from workflows.figures.sync import FigureSync
from workflows.mails.sending import House, mail_server
from workflows.runtime.timekeeper import DurableTime
from workflows.telling import build_telling


@asynccontextmanager
async def running_services(
    settings: Settings,
    clock: Clock | None = None,
    database: Database | None = None,
    pacing: Pacing | None = None,
) -> AsyncGenerator[Services]:
    """Start everything the settings ask for; everything is stopped again at the end, in reverse order.

    A ``database`` that is open already is used, and left open.
    """
    now = clock or SystemClock()
    async with AsyncExitStack() as stack:
        if database is None:
            database = await stack.enter_async_context(open_database(settings, now))
        await synchronise(database)
        models = build_models(settings)
        stack.push_async_callback(models.close)
        services, recovery = assemble(settings, now, database, models, instance_owner(settings, stack), pacing=pacing)
        stack.push_async_callback(services.outside.close)
        stack.push_async_callback(services.callers.keys.stop)
        if services.relay:
            stack.push_async_callback(services.relay.stop)
            await services.relay.start()
        stack.push_async_callback(services.turns.stop)
        stack.push_async_callback(services.completions.stop)
        stack.push_async_callback(recovery.stop)
        await recovery.start()
        stack.push_async_callback(services.memory.engine.close)
        services.memory.engine.reindexing.start()
        stack.push_async_callback(services.memory.remembering.stop)
        await services.memory.remembering.start()
        stack.push_async_callback(services.slack.stop)
        await services.slack.start()
        erasures = pending_erasures(services)
        stack.push_async_callback(erasures.stop)
        erasures.start()
        if settings.worker:
            stack.push_async_callback(services.work.stop)
            await services.work.start()
            stack.push_async_callback(services.delivery.due.stop)
            services.delivery.due.start()
            stack.push_async_callback(services.care.stop)
            services.care.start()
            stack.push_async_callback(services.telling.loop.stop)
            services.telling.loop.start()
        stack.callback(services.stopping.set)
        yield services


def assemble(
    settings: Settings,
    clock: Clock,
    database: Database,
    models: Models,
    owner: str,
    passwords: Passwords | None = None,
    pacing: Pacing | None = None,
) -> tuple[Services, Recovery]:
    """Put the parts over a connected database together. Starts nothing."""
    memory = build_memory(settings, database, clock, models)
    outside = outside_of(settings, clock)
    links = ManagedLinks(database, outside, settings.public_url)
    house = build_house(database, models, clock, ROSTER, TOOLS, memory=memory.of_turns, parts=ToolParts(links, outside))
    turns = SpokenTurns(house, owner)
    checks = passwords or Passwords()
    desk = AccountDesk(database, checks, clock, settings.registration_mode)
    listeners = [decision_listener(database, clock)]
    runner = house.runner
    requests = ApprovalRequests(database, runner.payload_model, listeners, runner.finish_edit, desk.signers)
    decisions = Decisions(house, turns, requests)
    turns.decisions = decisions
    recovery = Recovery(turns, decisions, UnfinishedWork(database), clock)
    lifetime = timedelta(minutes=settings.access_token_minutes)
    secret = secret_key(settings.secret_key.get_secret_value(), settings.data_dir)
    if settings.public_url:
        outside.media_links = MediaLinks(secret, clock, settings.public_url)
    tokens = Tokens(secret, clock, lifetime)
    logins = Logins(outside, registrations(settings))
    accounts = OpenAccounts(database, logins)
    pace = pacing or Pacing(DurableTime(clock))
    authority = Authority(database)
    callers = Callers(database, tokens, clock)
    signed_links = SignedLinks(secret, clock)
    ground = SlackGround(
        settings=settings,
        clock=clock,
        database=database,
        store=SlackStore(database),
        turns=turns,
        decisions=decisions,
        callers=callers,
        desk=desk,
        signed_links=signed_links,
        outside=outside,
    )
    told = Reminders(Notices(turns))
    figures = FigureSync(database, accounts, outside)
    zoho = ZohoAccess(database, outside, registrations(settings))
    crm = CrmSync(database, outside, zoho)
    work = build_work(settings, database, clock, turns, requests, memory, figures, crm, pace)
    figure_order = FigureOrder(work.jobs)
    services = Services(
        care=ApprovalCare(database, requests, told.remind, Carrying(database, Headless(house), told)),
        settings=settings,
        clock=clock,
        database=database,
        turns=turns,
        relay=build_relay(settings, database, clock, turns),
        decisions=decisions,
        memory=memory,
        work=work,
        desk=desk,
        callers=callers,
        api_keys=ApiKeyDesk(database, desk, clock),
        team=Team(database, desk, checks, clock),
        completions=CompletionDesk(database, turns),
        oauth_clients=Clients(secret, clock),
        grants=Grants(database, desk, callers.keys, clock),
        tokens=tokens,
        outside=outside,
        logins=logins,
        connections=Connections(database, logins),
        accounts=accounts,
        crm=CrmParts(ZohoConnection(database, outside, zoho), CrmOrder(work.jobs)),
        figures=figure_order,
        delivery=build_delivery(
            database,
            outside,
            accounts,
            authority,
            owner,
            pace.delivery,
            pace.look_seconds,
            told=DeliveryNews(database, Notices(turns)).tell,
            late=AskedAgain(database, Headless(house), Notices(turns)).ask,
            published=figure_order.published,
        ),
        links=links,
        widget=WidgetParts(
            SiteDesk(database, desk, clock),
            Guests(database, Passes(secret, clock), callers, clock),
            Allowance(database, clock),
        ),
        signed_links=signed_links,
        authority=authority,
        short_links=ShortLinks(database),
        slack=SlackParts(ground),
        visitors=Visitors(secret),
        telling=build_telling(database, outside, signed_links, secret, mail_house(settings)),
        private_calendars=PrivateCalendars(database, clock),
        voice=build_voice(settings, database, clock, outside, decisions, desk),
        model_label=models.label,
        offline=models.offline,
    )
    return services, recovery


def outside_of(settings: Settings, clock: Clock) -> Outside:
    """Return the way out to platforms, as the settings allow it. It connects to nothing yet."""
    return Outside(
        clock,
        timeout=settings.platform_timeout_seconds,
        allow_private=settings.allow_private_addresses,
        addresses=settings.platform_addresses,
    )


def mail_house(settings: Settings) -> House | None:
    """Return the mail server notifications go over, if the operator has named one."""
    url = settings.smtp_url.get_secret_value()
    return House(mail_server(url), settings.mail_from, settings.own_address) if url else None


def registrations(settings: Settings) -> dict[str, Registration]:
    """Return where the operator has registered this server, by the name of the application."""
    known = {
        "x": (settings.x_client_id, settings.x_client_secret),
        "linkedin": (settings.linkedin_client_id, settings.linkedin_client_secret),
        "meta": (settings.meta_client_id, settings.meta_client_secret),
        "zoho": (settings.zoho_client_id, settings.zoho_client_secret),
    }
    return {app: Registration(name, secret.get_secret_value()) for app, (name, secret) in known.items() if name}


def instance_owner(settings: Settings, stack: AsyncExitStack) -> str:
    """Return a name for this process that is the same after a restart, so that its turns are picked up at once.

    A second process on the same folder, which only a MongoDB of one's own allows, gets a name of its own.
    """
    path = settings.data_dir / "instance"
    if not path.exists():
        write_private(path, new_id("ins"))
    lock = stack.enter_context((settings.data_dir / "instance.lock").open("wb"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return new_id("ins")
    return path.read_text().strip()
