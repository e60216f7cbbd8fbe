"""Settings: the business, oneself, and one's data. What goes out without asking has a file of its own."""

from typing import Annotated, Any, Final, Literal, TypeVar
from zoneinfo import available_timezones

from fastapi import Form, Response
from pydantic import BaseModel, ValidationError

from core.errors import AppError, InvalidInput
from server.auth.accounts import OWNER_EMAIL
from server.auth.caller import COOKIE, CameFrom, TheLogin
from server.business import LANGUAGES, change_branding, settings_as_they_are
from server.console import settings_rules
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.problems import field_problems
from server.rest.accounts import Erasure, erase
from server.rest.notifications import WantedTopics, choose
from server.rest.notifications import read as notifications
from server.rest.settings import BrandingChange, PersonChange
from server.rest.text import Line
from tools.campaign_control import CampaignControl

HERE: Final = "/console/settings"
Words = Annotated[Line, Form(max_length=1_000)]
router: Final = console_router()
M = TypeVar("M", bound=BaseModel)
router.routes.extend(settings_rules.router.routes)


@router.get("/settings")
async def business(visit: Visiting) -> Response:
    """Show how the business is called, looks and sounds, and which model answers."""
    settings = await settings_as_they_are(visit.parts, visit.scope)
    values = {"branding": settings.branding, "languages": LANGUAGES}
    return await visit.show("settings.html", values)


@router.post("/settings")
async def change_business(
    visit: Changing,
    company_name: Words = "",
    tone_of_voice: Words = "",
    language: Words = "",
    primary_color: Words = "",
    logo_url: Words = "",
) -> Response:
    """Change how the business is called, looks and sounds; the team knows it from then on."""
    given = {
        "company_name": company_name,
        "tone_of_voice": tone_of_voice,
        "language": language,
        "primary_color": primary_color,
        "logo_url": logo_url,
    }
    try:
        wanted = checked(BrandingChange, given)
        await change_branding(visit.parts, visit.scope, wanted.model_dump(exclude_none=True))
    except InvalidInput as error:
        return visit.go(HERE, error.message, "danger")
    return visit.go(HERE, "Saved. The team knows it from the next message on.")


@router.get("/settings/you")
async def you(visit: Visiting) -> Response:
    """Show the person's name, timezone and which mails they get."""
    values = {"zones": sorted(available_timezones()), "mails": await notifications(visit.scope, visit.parts)}
    return await visit.show("settings_you.html", values)


@router.post("/settings/you")
async def change_you(visit: Visiting, origin: CameFrom, name: Words = "", timezone: Words = "UTC") -> Response:
    """Change the person's name and timezone."""
    try:
        wanted = checked(PersonChange, {"name": name, "timezone": timezone})
    except InvalidInput as error:
        return visit.go(f"{HERE}/you", error.message, "danger")
    await visit.parts.desk.change_person(visit.scope, wanted.model_dump(exclude_none=True), origin)
    visit.parts.callers.forget(visit.scope.actor_id)
    return visit.go(f"{HERE}/you", "Saved. Times are shown in this timezone, and days of figures begin in it.")


@router.post("/settings/mails")
async def mails(visit: Changing, topics: Annotated[list[str] | None, Form()] = None) -> Response:
    """Choose which mails the person gets."""
    await choose(checked(WantedTopics, {"topics": topics or []}), visit.scope, visit.parts)
    return visit.go(f"{HERE}/you", "Saved. You get mails about what is ticked, and no others.")


@router.post("/settings/stop")
async def stop(visit: Changing, why: Annotated[Line, Form(max_length=500)] = "") -> Response:
    """Stop everything at once."""
    await CampaignControl(visit.parts.database, visit.scope).stop_everything(why)
    return visit.go(f"{HERE}/approvals", "Everything is stopped. Nothing leaves the house until you turn it on again.")


@router.post("/settings/go-on")
async def go_on(visit: Changing) -> Response:
    """Turn the stop switch back."""
    await CampaignControl(visit.parts.database, visit.scope).go_on()
    return visit.go(f"{HERE}/approvals", "Going on. Campaigns continue where they stood.")


@router.get("/settings/data")
async def data(visit: Visiting) -> Response:
    """Show what can be taken along, and how the account is erased."""
    return await visit.show("settings_data.html", await _erasure(visit))


@router.post("/settings/erase")
async def erase_all(
    visit: Changing,
    login: TheLogin,
    origin: CameFrom,
    password: Annotated[str, Form(max_length=256)] = "",
    confirm: Annotated[Literal["", "erase"], Form()] = "",
) -> Response:
    """Erase the account for good, once the password is right."""
    proof = Erasure(password=password or None, confirm=confirm or None)
    try:
        await erase(proof, visit.scope, login, visit.parts, origin)
    except AppError as error:
        return visit.go(f"{HERE}/data", error.message, "danger")
    answer = visit.go("/console/sign-in")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer


async def _erasure(visit: Visit) -> dict[str, Any]:
    owns = visit.scope.actor_id == visit.scope.user_id
    return {
        "owns": owns,
        "members": len(await visit.parts.desk.members(visit.scope)) if owns else 0,
        "has_password": visit.person.email != OWNER_EMAIL,
    }


def checked(model: type[M], given: dict[str, Any]) -> M:
    """Return what a form says as the model of the interface; InvalidInput names the field that can't be used."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = field_problems(error.errors())[0]
        name = first["field"].partition(".")[0].replace("_", " ").capitalize()
        raise InvalidInput(f"{name} {first['message'].removeprefix('Value error, ')}.", field=first["field"]) from error


PAGE: Final = ConsolePage("settings", "Settings", "/settings", "settings", "Account", router)
