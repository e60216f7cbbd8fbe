"""The server is killed in the middle of an answer and comes back: the widget loses nothing and says nothing twice."""

import asyncio
import signal
import socket
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, expect

from sandbox.model_server import Call, ModelServer, Request, Say, Step
from server.cli.places import OWNER_TOKEN
from tests.server.test_cli import Running, ready
from tests.server.widget.conftest import PAGE, POLICY

pytestmark = pytest.mark.alone

WORDS = 120
ANSWER = " ".join([*(f"word{number}" for number in range(WORDS)), "done."])
LATER = "Anything else is fine."
PATIENCE = 90_000


def decide(request: Request) -> Step:
    """Answer slowly, so that there is a middle to be killed in."""
    if any(tool["function"]["name"] == "route" for tool in request.get("tools", [])):
        return Call((("route", '{"agents": ["strategist"], "reason": "by rule"}'),))
    last = str(next(message["content"] for message in reversed(request["messages"]) if message["role"] == "user"))
    return Say(LATER) if "second" in last else Say(ANSWER, pause=0.03)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def serve(folder: Path, port: int, model: ModelServer) -> Running:
    more = {"MM_PORT": str(port), "OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": model.url}
    return await ready(folder, **more)


async def test_a_killed_server_in_mid_answer_loses_nothing(context: BrowserContext, tmp_path: Path) -> None:
    folder, port = tmp_path / "data", free_port()
    async with ModelServer(decide) as model:
        running = await serve(folder, port, model)
        headers = {"Authorization": f"Bearer {(folder / OWNER_TOKEN).read_text().strip()}"}
        key: list[str] = []

        async def host(_: web.Request) -> web.Response:
            here = f"127.0.0.1:{port}"
            policy = {"Content-Security-Policy": POLICY.format(server=here)}
            text = PAGE.format(server=here, key=key[0], more="data-open")
            return web.Response(text=text, content_type="text/html", headers=policy)

        app = web.Application()
        app.router.add_get("/", host)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with httpx.AsyncClient(base_url=running.address, headers=headers) as client:
                made = await client.post("/api/v1/sites", json={"name": "Bakery", "origins": [origin]})
                key.append(made.json()["site_key"])
            page = await context.new_page()
            await page.goto(f"{origin}/")
            field = page.get_by_label("Your message")
            await expect(page.locator(".welcome")).to_be_visible(timeout=PATIENCE)
            await field.fill("The first question about our bakery")
            await field.press("Enter")
            await expect(page.locator(".bubble.assistant .body")).to_contain_text("word9", timeout=PATIENCE)
            running.process.send_signal(signal.SIGKILL)
            await running.process.wait()
            await expect(page.locator(".notice")).to_contain_text("nothing is lost", timeout=PATIENCE)
            await field.fill("The second question")
            await field.press("Enter")
            await expect(page.locator(".bubble.user").last).to_contain_text("Will be sent", timeout=PATIENCE)
            running = await serve(folder, port, model)
            first, second = (
                page.locator(".bubble.assistant .body").nth(0),
                page.locator(".bubble.assistant .body").nth(1),
            )
            await expect(first).to_have_text(ANSWER, timeout=PATIENCE)
            await expect(second).to_have_text(LATER, timeout=PATIENCE)
            await expect(page.locator(".notice")).to_be_hidden(timeout=PATIENCE)
            for _ in range(2):
                await expect(page.locator(".bubble.user")).to_have_count(2, timeout=PATIENCE)
                await expect(page.locator(".bubble.assistant")).to_have_count(2, timeout=PATIENCE)
                await expect(page.locator(".bubble.user .state:visible")).to_have_count(0)
                await page.reload()
        finally:
            await runner.cleanup()
            if running.process.returncode is None:
                running.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(running.process.communicate(), 60)
