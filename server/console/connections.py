"""Accounts on other platforms: which are connected, which need a new login, connecting another, and ending it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args

from fastapi import Form, Query, Response
from pydantic import BaseModel

from core.errors import AppError
from db.social_accounts import SOCIAL_ACCOUNTS, TAKEN_LAST, SocialAccount
from db.zoho_crm_records import ZOHO_CRM_RECORDS
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.console.words import counted
from server.rest.connections import PUBLISHING, PlatformName, back_in_use, callback_of
from server.rest.crm import crm_view
from server.rest.text import PathId, clean
from tools.account_names import called
from tools.platform import Platform
from tools.platforms.catalogue import BY_NAME
from tools.zoho.centers import APP
from tools.zoho.centers import LABEL as CRM

HERE: Final = "/console/connections"
MOST: Final = 200
NEWEST: Final = 5
LONGEST: Final = 2_000
PLAIN_LABELS: Final = {"site": "Address of the site", "username": "User name", "host": "Mail server", "sender": "From"}
OPTION_LABELS: Final = {"starttls": "STARTTLS", "tls": "TLS", "none": "None"}
router: Final = console_router()
Word = Annotated[str, Query(max_length=60)]


@dataclass(frozen=True, slots=True)
class Blank:
    """One field of a platform's credentials as a form asks for it. A secret is asked for and never shown."""

    name: str
    label: str
    hint: str
    kind: str
    value: str
    options: tuple[tuple[str, str], ...]
    required: bool
    longest: int


@router.get("/connections")
async def connections(
    visit: Visiting, connected: Word = "", connection_error: Word = "", platform: Word = ""
) -> Response:
    """Show every platform that can be published on, with the accounts that are connected there."""
    back = ""
    accounts = await visit.repository(SOCIAL_ACCOUNTS).find({}, sort=TAKEN_LAST, limit=MOST)
    usable = [account for account in accounts if account.platform == connected and account.status == "active"]
    if connected in BY_NAME:
        many = f" with {counted(len(usable), 'account')}" if len(usable) > 1 else ""
        back = f"{BY_NAME[connected].label} is connected{many}. Posts that waited for it go out now."
    if connected == APP:
        back = f"{CRM} is connected. Its records are being read; that may take some minutes."
    labels = {name: each.label for name, each in BY_NAME.items()} | {APP: CRM}
    failed = labels.get(platform, "") if connection_error else ""
    values = {
        "crm": await crm_view(visit.parts, visit.scope),
        "crm_newest": (await visit.repository(ZOHO_CRM_RECORDS).page({}, limit=NEWEST)).items,
        "platforms": [_shown(visit, each, accounts) for each in PUBLISHING],
        "others": [each for each in BY_NAME.values() if not each.adapter],
        "back": back,
        "several": usable if len(usable) > 1 else [],
        "connected": connected,
        "failed": failed,
        "why": connection_error,
        "any": bool(accounts),
    }
    return await visit.show("connections.html", values)


@router.post(f"/connections/{APP}/start")
async def start_crm(visit: Changing) -> Response:
    """Begin to connect the CRM."""
    address = callback_of(visit.request, visit.parts, APP)
    try:
        departure = await visit.parts.crm.connection.start(visit.scope, address, HERE)
    except AppError as error:
        return visit.go(HERE, error.message, "danger")
    return await visit.show("connect.html", {"label": CRM, "onward": departure.authorise_url})


@router.post(f"/connections/{APP}/disconnect")
async def disconnect_crm(visit: Changing) -> Response:
    """Give the CRM's login back, and forget it and every record that was read."""
    await visit.parts.crm.connection.disconnect(visit.scope)
    return visit.go(HERE, f"{CRM} is disconnected, and what was read of it is forgotten.")


@router.post("/connections/{platform}/start")
async def start(visit: Changing, platform: PlatformName) -> Response:
    """Begin to connect. The way on is a link: browsers let no form lead to another server from here."""
    address = callback_of(visit.request, visit.parts, platform)
    try:
        departure = await visit.parts.connections.start(visit.scope, platform, address, HERE)
    except AppError as error:
        return visit.go(HERE, error.message, "danger")
    return await visit.show("connect.html", {"label": BY_NAME[platform].label, "onward": departure.authorise_url})


@router.post("/connections/{platform}")
async def connect(visit: Changing, platform: PlatformName) -> Response:
    """Try the credentials of a form out, and store them encrypted."""
    model = BY_NAME[platform].credentials
    form = await visit.request.form(max_files=0)
    names = model.model_fields if model else {}
    given = {name: value for name in names if isinstance(value := form.get(name), str) and value.strip()}
    try:
        fields = {name: clean(value[:LONGEST]) for name, value in given.items()}
    except ValueError as error:
        return visit.go(HERE, f"What was typed in {error}. Type it in by hand.", "danger")
    try:
        account = await visit.parts.connections.connect(visit.scope, platform, fields)
        await back_in_use(visit.parts, visit.scope, account)
    except AppError as error:
        return visit.go(HERE, f"{BY_NAME[platform].label} was not connected. {error.message}", "danger")
    return visit.go(HERE, f"{account.account_name} is connected. Posts that waited for it go out now.")


@router.post("/connections/{platform}/choose")
async def choose(
    visit: Changing,
    platform: PlatformName,
    account: Annotated[str, Form(max_length=64)],
    others: Annotated[Literal["keep", "disconnect"], Form()] = "keep",
) -> Response:
    """Say on which of several accounts posts go out, and whether the others stay connected."""
    active = {"platform": platform, "status": "active"}
    found = await visit.repository(SOCIAL_ACCOUNTS).find(active, limit=MOST)
    if account not in {one.social_account_id for one in found}:
        return visit.go(HERE, "That account is not connected any more. Choose another.", "warning")
    chosen = await visit.parts.connections.choose(visit.scope, account)
    if others == "disconnect":
        for one in found:
            if one.social_account_id != account:
                await visit.parts.connections.disconnect(visit.scope, one.social_account_id)
    return visit.go(HERE, f"Posts for {BY_NAME[platform].label} go out on {called(chosen)} from now on.")


@router.post("/connections/{connection_id}/disconnect")
async def disconnect(visit: Changing, connection_id: PathId) -> Response:
    """Give the login back where that is possible, and forget it."""
    account = await visit.repository(SOCIAL_ACCOUNTS).get(connection_id)
    await visit.parts.connections.disconnect(visit.scope, connection_id)
    return visit.go(HERE, f"{account.account_name or 'The account'} is disconnected. Its posts wait until it is back.")


def _shown(visit: Visit, platform: Platform, accounts: Iterable[SocialAccount]) -> dict[str, Any]:
    own = [account for account in accounts if account.platform == platform.name]
    limits = platform.described()
    return {
        "platform": platform,
        "accounts": own,
        "used": next((account for account in reversed(own) if account.status == "active"), None),
        "several": sum(account.status == "active" for account in own) > 1,
        "expired": any(account.status == "expired" for account in own),
        "ready": visit.parts.logins.configured(platform),
        "blanks": _blanks(platform.credentials) if platform.credentials else [],
        "needs": limits.get("needs", []),
    }


def _blanks(model: type[BaseModel]) -> list[Blank]:
    """Return the form of a credentials model, from its fields and what they say about themselves."""
    found: list[Blank] = []
    for name, field in model.model_fields.items():
        options = tuple((str(one), OPTION_LABELS.get(str(one), str(one))) for one in get_args(field.annotation))
        longest = next((rule.max_length for rule in field.metadata if hasattr(rule, "max_length")), LONGEST)
        kind = "password" if field.repr is False else "number" if field.annotation is int else "text"
        found.append(
            Blank(
                name=name,
                label=PLAIN_LABELS.get(name, name.replace("_", " ").capitalize()),
                hint=field.description or "",
                kind=kind,
                value="" if field.is_required() or field.repr is False else str(field.default),
                options=options,
                required=field.is_required(),
                longest=longest,
            )
        )
    return found


PAGE: Final = ConsolePage("connections", "Connections", "/connections", "connections", "Account", router)
