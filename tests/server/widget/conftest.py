"""A site that carries the widget, on a page of another origin with a strict policy, in a real browser."""

import shutil
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
import pytest
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright

from server.services import Services
from tests.server.conftest import Person
from tests.server.test_browser import ARGUMENTS

POLICY = (
    "default-src 'none'; script-src http://{server}; connect-src http://{server} ws://{server}; "
    "require-trusted-types-for 'script'; trusted-types marketing-minds; base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bakery</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Bakery</h1>
<p>Bread since 1924.</p></main><script src="http://{server}/widget.js" data-site-key="{key}" {more} async></script>
</body></html>"""


@dataclass
class Shop:
    """A page of another origin that carries the widget."""

    origin: str
    server: str
    key: str
    secret: str
    site_id: str
    services: Services
    context: Callable[..., Any]
    more: str = ""
    policy: str = POLICY
    page: str = PAGE
    trouble: list[str] = field(default_factory=list[str])

    def user_token(self, **claims: Any) -> str:
        now = self.services.clock.now()
        told = {"sub": "customer-1", "aud": self.key, "exp": now + timedelta(minutes=5)} | claims
        return jwt.encode(told, self.secret, algorithm="HS256")

    async def visit(self, context: BrowserContext) -> Page:
        """Open the page; whatever goes wrong in it is put into ``trouble``."""

        def foreign(request: Request) -> None:
            if self.server not in request.url and not request.url.startswith(self.origin):
                self.trouble.append(f"asked {request.url}")

        page = await context.new_page()
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda said: self.trouble.append(said.text) if "Content Security" in said.text else None)
        page.on("request", foreign)
        await page.goto(f"{self.origin}/")
        return page


@pytest.fixture(scope="package")
async def browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        yield started
        await started.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncGenerator[BrowserContext]:
    made = await browser.new_context()
    yield made
    await made.close()


@pytest.fixture
async def shop(live: str, person: Person, services: Services, browser: Browser) -> AsyncGenerator[Shop]:
    """A site of ``person``, whose page answers on a port of its own."""
    holder: list[Shop] = []

    async def page(_: web.Request) -> web.Response:
        here = holder[0]
        text = here.page.format(server=here.server, key=here.key, more=here.more)
        policy = {"Content-Security-Policy": here.policy.format(server=here.server)}
        return web.Response(text=text, content_type="text/html", headers=policy)

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    body = {"name": "Bakery", "origins": [origin], "team": True}
    made = (await person.client.post("/api/v1/sites", json=body)).json()
    holder.append(
        Shop(
            origin,
            live,
            made["site_key"],
            made["identity_secret"],
            made["site_id"],
            services,
            browser.new_context,
        )
    )
    yield holder[0]
    await runner.cleanup()
