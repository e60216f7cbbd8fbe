"""Puts the console into an application: every page of the catalogue, the door, the live counts, and what is left."""

from typing import Final

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from core.errors import NotFound
from server.console import door
from server.console.pages import PAGES
from server.console.routing import console_router
from server.console.shell import Shell
from server.console.visit import Visiting

router: Final = console_router()
elsewhere: Final = console_router()


@router.get("/waiting.json")
async def waiting(visit: Visiting) -> Response:
    """Return how much waits for a person, by page; the navigation asks for it while it is in sight."""
    return JSONResponse(await visit.waiting())


@elsewhere.get("/{path:path}")
async def nothing(path: str, visit: Visiting) -> Response:
    """Say that there is no such page, to people who are signed in. With a slash too many it is the first page."""
    if not path:
        return visit.go("/console")
    raise NotFound("There is no such page in the console. Choose one from the navigation.")


def add_console(app: FastAPI) -> None:
    """Add the console's pages to an application."""
    app.state.shell = Shell(PAGES)
    for part in (door.router, router, *(page.router for page in PAGES), elsewhere):
        app.include_router(part)
