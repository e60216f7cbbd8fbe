"""The way out: bounded, never redirected, and clear about whether something was sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from core.clock import SystemClock
from core.errors import OutcomeUnknown, PlatformError, ReconnectNeeded, Rejected, Retryable
from tests.contracts.platform_kits import certificates
from tools.outside.contract import Media
from tools.outside.failures import HIDDEN, of_status, scrubbed, wait_of
from tools.outside.http import Call, Outside, limit_of
from tools.outside.media import fetch, fetch_all, type_of, without_data

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0" + b"j" * 60


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with Outside(SystemClock(), timeout=20.0, allow_private=True) as made:
        yield made


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]]:
    runners: list[web.AppRunner] = []

    async def start(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


async def failed(attempt: Awaitable[object]) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        await attempt
    return caught.value


async def test_a_certificate_that_is_not_trusted_is_told_apart_from_a_server_that_is_away(
    outside: Outside, tmp_path: Path
) -> None:
    server_tls, client_tls = certificates(tmp_path)

    async def hello(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="{}")

    runner = web.ServerRunner(web.Server(hello))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_tls).start()
    url = f"https://127.0.0.1:{runner.addresses[0][1]}/"
    assert isinstance(await failed(outside.send(Call("It", "POST", url, effect=True))), Rejected)
    async with Outside(SystemClock(), timeout=20, allow_private=True, tls=client_tls) as trusting:
        assert (await trusting.send(Call("It", "GET", url))).object() == {}
    await runner.cleanup()
    assert isinstance(await failed(outside.send(Call("It", "POST", url, effect=True))), Retryable)


async def test_redirects_are_not_followed_and_cookies_not_kept(outside: Outside, serve: Serve) -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Cookie", ""))
        return web.Response(status=302, headers={"Location": "/elsewhere", "Set-Cookie": "a=b"})

    url = await serve(handler)
    for _ in range(2):
        assert (await outside.send(Call("It", "GET", url))).status == 302
    assert seen == ["", ""]


async def test_a_slow_drip_ends_and_a_large_answer_is_cut(outside: Outside, serve: Serve) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(1000):
                await response.write(b"x" * 100)
                await asyncio.sleep(0.1)
        return response

    url = await serve(drip)
    async with Outside(SystemClock(), timeout=0.5, allow_private=True) as hasty:
        assert isinstance(await failed(hasty.send(Call("It", "GET", url))), Retryable)
        assert isinstance(await failed(hasty.send(Call("It", "POST", url, effect=True))), OutcomeUnknown)

    async def flood(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"y" * 100_000)

    answer = await outside.send(Call("It", "GET", await serve(flood), largest=1_000))
    assert len(answer.body) < 100_001
    assert isinstance(answer.nonsense(), Retryable)


@pytest.mark.parametrize(
    ("status", "wait", "effect", "expected"),
    [
        (429, 7.0, True, Retryable),
        (503, 7.0, True, Retryable),
        (503, None, True, OutcomeUnknown),
        (503, None, False, Retryable),
        (500, None, True, OutcomeUnknown),
        (500, None, False, Retryable),
        (504, 7.0, True, OutcomeUnknown),
        (408, None, True, OutcomeUnknown),
        (401, None, True, ReconnectNeeded),
        (400, None, True, Rejected),
        (403, None, True, Rejected),
        (410, None, False, Rejected),
        (301, None, True, Rejected),
    ],
)
def test_a_status_becomes_one_of_four_errors(
    status: int, wait: float | None, effect: bool, expected: type[PlatformError]
) -> None:
    error = of_status("It", status, "words", wait=wait, effect=effect)
    assert type(error) is expected
    if expected is Retryable and wait:
        assert error.retry_after == wait


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Fri, 20 Nov 2026 09:31:00 GMT", 60.0),
        ("Fri, 20 Nov 2026 09:00:00 GMT", 0.0),
        ("999999999999", 86_400.0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_when_to_come_back_is_read_in_both_forms(told: str, seconds: float | None) -> None:
    assert wait_of({"Retry-After": told}, NOW) == seconds


def test_limits_are_read_only_where_they_are_told() -> None:
    names = ("x-limit", "x-remaining", "x-reset")
    headers = CIMultiDictProxy(CIMultiDict({"X-Limit": "100", "X-Remaining": "3", "X-Reset": "1795166400"}))
    limit = limit_of(headers, names)
    assert limit is not None
    assert (limit.limit, limit.remaining, limit.resets_at) == (100, 3, datetime.fromtimestamp(1795166400, UTC))
    assert limit_of({"x-remaining": "none"}, names) is None


@given(st.text(min_size=4, max_size=30), st.text(max_size=50), st.text(max_size=50))
def test_no_secret_survives_and_it_stays_one_line(secret: str, before: str, after: str) -> None:
    told = scrubbed(f"{before}{secret}{after}", [secret])
    assert "\n" not in told
    assert secret.strip() not in told.replace(HIDDEN, "") or not secret.strip() or secret.strip() in before + after


def test_markup_is_taken_out_and_length_is_bounded() -> None:
    assert scrubbed("<h1>Bad\n gateway</h1>", ()) == "Bad gateway"
    assert len(scrubbed("x" * 5000, ())) == 301


async def test_an_attachment_is_fetched_as_it_was_approved(outside: Outside, serve: Serve) -> None:
    files = {"/bread.jpg": JPEG, "/page.jpg": b"<html>", "/two.png": b"\x89PNG\r\n\x1a\n" + b"p" * 9}

    async def handler(request: web.Request) -> web.StreamResponse:
        data = files.get(request.path)
        return web.Response(body=data, content_type="text/plain") if data else web.Response(status=404)

    url = await serve(handler)
    media = await fetch(outside, f"{url}/bread.jpg", alt="A loaf")
    assert (media.content_type, media.data, media.kind) == ("image/jpeg", JPEG, "image")
    digests = [media.digest, (await fetch(outside, f"{url}/two.png")).digest]
    both = await fetch_all(outside, [f"{url}/bread.jpg", f"{url}/two.png"], digests)
    assert [item.content_type for item in both] == ["image/jpeg", "image/png"]
    assert [item.data for item in without_data(both)] == [b"", b""]
    for path, digest in (("bread.jpg", "0" * 64), ("page.jpg", None), ("none.jpg", None)):
        with pytest.raises(Rejected):
            await fetch(outside, f"{url}/{path}", digest=digest)
    with pytest.raises(Rejected):
        await fetch_all(outside, [f"{url}/bread.jpg"], digests)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (JPEG, "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\x00\x01\x02\x03WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"", None),
    ],
)
def test_files_are_known_by_what_they_begin_with(data: bytes, kind: str | None) -> None:
    assert type_of(data) == kind


def test_a_gif_is_neither_picture_nor_video() -> None:
    assert [Media("", kind).kind for kind in ("image/gif", "image/png", "video/mp4")] == ["gif", "image", "video"]
