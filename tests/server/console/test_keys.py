"""The page of API keys: made and shown once, rotated with a grace, revoked; whose keys one sees."""

import re
from datetime import timedelta

import httpx
import pytest

from core.clock import ManualClock
from tests.server.conftest import Person
from tests.server.console.conftest import posted, said

HERE = "/console/keys"


def shown_key(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    found = re.search(r'id="once-key"[^>]*>(mmk_[\w-]+)<', answer.text)
    assert found
    assert 'data-settle="/console/keys"' in answer.text
    return found[1]


async def works(client: httpx.AsyncClient, key: str) -> bool:
    return (await client.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})).status_code == 200


async def test_a_key_is_shown_once_rotated_with_a_grace_and_revoked(
    person: Person, client: httpx.AsyncClient, clock: ManualClock
) -> None:
    answer = await posted(person, HERE, name="<i>Shop</i>", scopes=["api", "mcp"], rate_limit="60", ends="2026-12-01")
    first = shown_key(answer)
    assert "&lt;i&gt;Shop" in answer.text
    assert "<i>Shop" not in answer.text
    (stored,) = (await person.client.get("/api/v1/api-keys")).json()["items"]
    assert (stored["scopes"], stored["rate_limit"], stored["expires_at"]) == (
        ["api", "mcp"],
        60,
        "2026-12-01T23:59:59.999000Z",
    )
    listed = (await person.client.get(HERE)).text
    assert first not in listed
    assert stored["prefix"] in listed
    assert await works(client, first)
    second = shown_key(await posted(person, f"{HERE}/{stored['key_id']}/rotate", grace="3600"))
    assert "old text works until" in (await person.client.get(HERE)).text
    assert await works(client, first)
    assert await works(client, second)
    clock.advance(timedelta(hours=2))
    assert not await works(client, first)
    assert "is revoked" in said(await posted(person, f"{HERE}/{stored['key_id']}/revoke"))
    assert not await works(client, second)
    assert "Revoked" in (await person.client.get(HERE)).text
    assert (await posted(person, f"{HERE}/{stored['key_id']}/rotate")).status_code == 409


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "", "scopes": ["api"]}, "needs a name"),
        ({"name": "Shop"}, "at least one place"),
        ({"name": "Shop", "scopes": ["api"], "role": "admin"}, "yours is user"),
        ({"name": "Shop", "scopes": ["api"], "ends": "soon"}, "no date"),
        ({"name": "Shop", "scopes": ["api"], "ends": "2020-01-01"}, "expired already"),
    ],
)
async def test_what_can_not_be_made_is_said(person: Person, fields: dict[str, str | list[str]], words: str) -> None:
    assert words in said(await posted(person, HERE, **fields))
    assert "No keys yet" in (await person.client.get(HERE)).text


async def test_keys_are_their_owners(person: Person, stranger: Person, viewer: Person) -> None:
    shown_key(await posted(person, HERE, name="Shop", scopes=["api"]))
    (stored,) = (await person.client.get("/api/v1/api-keys")).json()["items"]
    for path in (f"{HERE}/{stored['key_id']}/rotate", f"{HERE}/{stored['key_id']}/revoke"):
        assert (await posted(stranger, path)).status_code == 404
        assert (await posted(viewer, path)).status_code == 403
    assert "No keys yet" in (await stranger.client.get(HERE)).text
    assert "Shop" not in (await viewer.client.get(HERE)).text
