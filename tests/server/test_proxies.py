"""Whose word counts about where a request came from: that of proxies the operator trusts, and of nobody else."""

import httpx
import pytest
from pydantic import ValidationError
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from core.settings import Settings
from server.auth.caller import origin_of
from server.cli.serve import uvicorn_config
from server.services import Services
from tests.server.conftest import listening

SAID = "198.51.100.7, 203.0.113.9"


async def tells(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(origin_of(HTTPConnection(scope)).address)(scope, receive, send)


@pytest.mark.parametrize(
    ("trusted", "address"),
    [
        (["127.0.0.1", "::1"], "203.0.113.9"),
        (["127.0.0.0/8", "203.0.113.0/24"], "198.51.100.7"),
        (["192.0.2.1"], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
async def test_a_proxy_is_believed_where_the_operator_trusts_it(
    services: Services, settings: Settings, trusted: list[str], address: str
) -> None:
    told = settings.model_copy(update={"trusted_proxies": trusted})
    async with listening(services, uvicorn_config(tells, told)) as place, httpx.AsyncClient() as client:
        answer = await client.get(f"http://{place}/", headers={"X-Forwarded-For": SAID})
    assert answer.text == address


@pytest.mark.parametrize("wrong", ["proxy.example", "*", "10.0.0.1/8", "10.0.0.0/33", ""])
def test_what_is_no_address_is_refused_with_what_to_do(wrong: str) -> None:
    with pytest.raises(ValidationError, match="MM_TRUSTED_PROXIES"):
        Settings.model_validate({"trusted_proxies": [wrong]})
