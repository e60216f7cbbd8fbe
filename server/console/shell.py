"""Renders the console's templates: everything is escaped, a name that is missing fails, and nothing is cached."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import HTTPConnection

from agents.roster import ROSTER
from server.console.icons import PATHS
from server.console.page import GROUPS, ConsolePage
from server.console.words import amount, counted, day, exact, named, relative
from tools.figures.browser_bundle import BrowserBundle
from tools.platforms.catalogue import BY_NAME

TEMPLATES: Final = Path(__file__).parent / "templates"
# Without a referrer at all a browser would not say either that a form comes from here.
HEADERS: Final = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


class Shell:
    """The templates and the catalogue of pages, made once for an application."""

    def __init__(self, pages: Sequence[ConsolePage]) -> None:
        self.pages = tuple(pages)
        self.bundle = BrowserBundle()
        templates: Any = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        templates.filters.update(
            relative=_relative, exact=_exact, day=day, amount=amount, counted=counted, named=named, platform=_platform
        )
        agents = {agent.name: agent for agent in ROSTER}
        templates.globals.update(icons=PATHS, agents=agents, groups=GROUPS, pages=self.pages)
        self._templates: Environment = templates

    def render(self, template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """Return a page."""
        return HTMLResponse(self._templates.get_template(template).render(values), status, HEADERS)

    def page_at(self, path: str) -> ConsolePage | None:
        """Return the page an address belongs to: its own, or one below it."""
        fitting = [
            page for page in self.pages if page.address == path or (page.path and path.startswith(f"{page.address}/"))
        ]
        return max(fitting, key=lambda page: len(page.path), default=None)


def shell_of(connection: HTTPConnection) -> Shell:
    """Return the shell of the application that answers."""
    shell = connection.app.state.shell
    assert isinstance(shell, Shell)
    return shell


@pass_context
def _relative(context: Context, moment: datetime) -> str:
    return relative(moment, context["now"], _zone(context))


@pass_context
def _exact(context: Context, moment: datetime) -> str:
    return exact(moment, _zone(context))


def _zone(context: Context) -> ZoneInfo:
    zone = context["zone"]
    assert isinstance(zone, ZoneInfo)
    return zone


def _platform(name: str) -> str:
    """Return how a channel calls itself."""
    return BY_NAME[name].label if name in BY_NAME else named(name)
