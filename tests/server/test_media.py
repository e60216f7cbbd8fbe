"""Files platforms fetch from here: the bytes that were approved, whatever their host shows by then."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from core.clock import ManualClock
from core.settings import Settings
from sandbox.server import JPEG_START
from server.services import Services
from tools.outside.media import fetch

FIRST, OTHER = JPEG_START + b"a loaf", JPEG_START + b"something nobody has approved"


class Host:
    """Shows one picture first and another one later."""

    def __init__(self) -> None:
        self.body = FIRST

    async def show(self, _: web.Request) -> web.Response:
        return web.Response(body=self.body, content_type="image/jpeg")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = {
        "data_dir": tmp_path,
        "secret_key": "k" * 40,
        "openai_api_key": "",
        "public_url": "https://house.example",
        "allow_private_addresses": True,
    }
    return Settings.model_validate(given)


async def test_a_platform_gets_what_was_approved_or_nothing(
    client: httpx.AsyncClient, services: Services, clock: ManualClock
) -> None:
    host, app = Host(), web.Application()
    app.router.add_get("/bread.jpg", host.show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/bread.jpg"
        address = services.outside.address_of(await fetch(services.outside, url))
        assert address.startswith("https://house.example/media/")
        path = address.removeprefix("https://house.example")
        answer = await client.get(path)
        assert (answer.status_code, answer.content) == (200, FIRST)
        assert answer.headers["content-type"] == "image/jpeg"

        host.body = OTHER
        changed = await client.get(path)
        assert changed.status_code == 404
        assert OTHER not in changed.content
        host.body = FIRST
        assert (await client.get(f"{path[:-4]}AAAA")).status_code == 404
        assert (await client.get("/media/bm90aGluZw.bm90aGluZw")).status_code == 404
        clock.advance(timedelta(hours=7))
        assert (await client.get(path)).status_code == 404
    finally:
        await runner.cleanup()
