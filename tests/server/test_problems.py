"""Whatever comes in, what comes out is a problem document, never a 500."""

from collections.abc import AsyncGenerator

import httpx
import pytest
import structlog
from fastapi import FastAPI

from core.errors import LimitReached, Unavailable
from server.app import create_app
from server.services import Services
from tests.server.conftest import Person

MESSAGE = "/api/v1/conversations/{}/messages"


def is_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"] == f"urn:marketing-minds:problem:{code}"
    assert problem["title"]
    assert problem["detail"]


async def test_an_unknown_address_and_a_wrong_method_are_problems(client: httpx.AsyncClient) -> None:
    is_problem(await client.get("/nowhere"), 404, "not_found")
    is_problem(await client.put("/api/v1/me"), 405, "method_not_allowed")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"5",
        b'"text"',
        b"\xff\xfe",
        b"{}",
        b'{"content": null}',
        b'{"content": {"$ne": null}}',
        b'{"content": ["a"]}',
        b'{"content": ""}',
        b'{"content": "   "}',
        b'{"content": "a\\u0000b"}',
        b'{"content": "\\ud800"}',
        b'{"content": "\\u001b[2J"}',
        b'{"content": "ok", "client_message_id": {"$gt": ""}}',
        b'{"content": "ok", "client_message_id": ""}',
        b'{"content": "ok", "client_message_id": "' + b"x" * 129 + b'"}',
        b'{"content": "' + b"x" * 40_000 + b'"}',
        b"[" * 100_000,
        b'{"content": NaN}',
    ],
)
async def test_a_message_that_can_not_be_used_is_refused(person: Person, content: bytes) -> None:
    conversation = await person.conversation()
    headers = {"Content-Type": "application/json"}
    answer = await person.client.post(MESSAGE.format(conversation), content=content, headers=headers)
    assert answer.status_code in {400, 422}
    is_problem(answer, answer.status_code, "invalid_input")
    stored = await person.client.get(MESSAGE.format(conversation))
    assert stored.json()["items"] == []


async def test_another_media_type_is_refused(person: Person) -> None:
    conversation = await person.conversation()
    answer = await person.client.post(MESSAGE.format(conversation), data={"content": "Hello"})
    assert answer.status_code == 422


async def test_more_than_a_megabyte_is_refused(person: Person) -> None:
    conversation = await person.conversation()

    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    for content in (b"x" * 1_000_001, pieces()):
        answer = await person.client.post(MESSAGE.format(conversation), content=content)
        is_problem(answer, 413, "too_large")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=101",
        "limit=99999999999999999999999",
        "limit=x",
        "limit[$gt]=1&limit=",
        "cursor=x",
        "cursor=%00",
        "cursor=" + "A" * 400,
        "cursor=WyIyMDI2LTExLTIwVDA5OjMwOjAwKzAwOjAwIiwgeyIkbmUiOiBudWxsfV0",
        "cursor=W251bGwsbnVsbF0",
        "cursor=eyJhIjoxLCJiIjoyfQ",
    ],
)
async def test_absurd_limits_and_cursors_are_refused(person: Person, query: str) -> None:
    conversation = await person.conversation()
    for path in (
        "conversations",
        "campaigns",
        "content",
        "posts",
        "approvals",
        f"conversations/{conversation}/messages",
    ):
        is_problem(await person.client.get(f"/api/v1/{path}?{query}"), 422, "invalid_input")


async def test_the_error_of_a_field_does_not_repeat_what_was_sent(person: Person) -> None:
    body = {"email": "x@example.com", "password": "hunter2", "name": "x"}
    answer = await person.client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


async def test_an_unforeseen_error_is_logged_once_under_the_id_the_person_sees(services: Services) -> None:
    app = create_app(services)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("a secret detail")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.test") as client:
        with structlog.testing.capture_logs() as logged:
            answer = await client.get("/broken")
    is_problem(answer, 500, "internal")
    assert "secret detail" not in answer.text
    errors = [entry for entry in logged if entry["log_level"] == "error"]
    assert [entry["error_id"] for entry in errors] == [answer.json()["error_id"]]
    assert answer.json()["error_id"] in answer.json()["detail"]


async def test_errors_that_pass_say_when_to_come_back(services: Services) -> None:
    app = create_app(services)

    @app.get("/busy")
    async def busy() -> None:
        raise LimitReached("Too many.", retry_after=7.4)

    @app.get("/away")
    async def away() -> None:
        raise Unavailable

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server.test") as client:
        limited = await client.get("/busy")
        is_problem(limited, 429, "limit_reached")
        assert limited.headers["retry-after"] == "7"
        is_problem(await client.get("/away"), 503, "unavailable")


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/", "/nowhere", "/api/v1/me", "/healthz"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"


async def test_health_and_figures(client: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert ready.status_code == 200
    told = ready.json()["dependencies"]
    assert (told["database"], told["worker"]) == ("ok", "ok")
    assert not {"redis", "pgvector", "workflows"} & set(told)
    figures = (await client.get("/metrics")).text
    assert 'mm_http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in figures
