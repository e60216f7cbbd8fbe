"""What tests of the console's pages share: sending a form as a browser does, and reading what was said about it."""

from urllib.parse import unquote

import httpx
import pytest

from server.services import Services
from tests.server.conftest import Person
from tests.server.console.house import House

HERE = {"Origin": "http://server.test"}


async def posted(person: Person, path: str, **fields: str | list[str]) -> httpx.Response:
    """Send a form of a page."""
    return await person.client.post(path, data=fields, headers=HERE)


def said(answer: httpx.Response) -> str:
    """Return what the next page will say about a form that was sent."""
    assert answer.status_code == 303, answer.text
    return unquote(answer.headers["set-cookie"].partition(";")[0]).replace('"', "")


@pytest.fixture
def house(services: Services, person: Person) -> House:
    return House(services, person)
