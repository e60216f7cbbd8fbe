"""The audit log: filters, pages, whose addresses one sees, and files no spreadsheet can be tricked with."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from server.audit_file import cell
from server.services import Services
from tests.server.conftest import PASSWORD, Person

HERE = "/console/audit"


async def written(services: Services, person: Person, count: int, **fields: object) -> None:
    entries = services.repository(AUDIT_LOG, Scope(person.user_id, person.user_id, "user"))
    for _ in range(count):
        given = {"audit_id": new_id("aud"), "actor_id": person.user_id, "action": "post_published", **fields}
        await entries.insert(AuditEntry.model_validate(given))


async def page(person: Person, query: str = "") -> str:
    answer = await person.client.get(f"{HERE}{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_entries_are_found_by_action_person_resource_and_day(
    person: Person, services: Services, clock: ManualClock
) -> None:
    await written(services, person, 1, resource_type="post", resource_id="pst_1", details={"text": "<b>fat</b>"})
    clock.advance(timedelta(days=2))
    await written(services, person, 1, action="draft_saved", actor_id=None, ai_generated=True, model="offline")
    form = {"username": person.email, "password": PASSWORD}
    token = await person.client.post("/api/v1/auth/token", data=form)
    person.client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    whole = await page(person)
    assert "&lt;b&gt;fat" in whole
    assert "<b>fat" not in whole
    assert 'Marketing Minds</span> <span class="badge accent">By the team' in whole
    for query, shown, hidden in [
        ("?action=draft_saved", "By the team", "<b>Post published"),
        (f"?actor={person.user_id}&kind=post", "<b>Post published", "By the team"),
        ("?resource=pst_1", "<b>Post published", "<b>Draft saved"),
        ("?since=2026-11-21", "<b>Draft saved", "<b>Post published"),
        ("?until=2026-11-20", "<b>Post published", "<b>Draft saved"),
        ("?since=nonsense", "<b>Draft saved", "Nothing of this kind"),
    ]:
        found = await page(person, query)
        assert shown in found, query
        assert hidden not in found, query
    assert "Nothing of this kind" in await page(person, "?action=nothing_ever")
    assert (await person.client.get("/api/v1/audit", params={"resource_id": "pst_1"})).json()["items"][0]["action"] == (
        "post_published"
    )


async def test_another_account_sees_nothing_and_addresses_are_the_owners(
    person: Person, stranger: Person, viewer: Person, services: Services
) -> None:
    await written(services, person, 1, ip_address="203.0.113.9", user_agent="Spy 1.0")
    assert "203.0.113.9" in await page(person)
    assert "203.0.113.9" not in await page(viewer)
    assert "Spy 1.0" not in (await viewer.client.get("/api/v1/audit/export?format=csv")).text
    assert "Post published" not in await page(stranger)
    assert "203.0.113.9" not in (await stranger.client.get("/api/v1/audit/export")).text


async def test_many_entries_come_page_by_page_and_whole_in_a_file(person: Person, services: Services) -> None:
    await written(services, person, 230, details={"note": "=1+1"})
    first = await page(person, "?action=post_published")
    assert first.count('class="log-when"') == 50
    older = re.search(r'href="(/console/audit\?[^"]+cursor=[^"]+)"', first)
    assert older
    assert "action=post_published" in older[1]
    assert (await person.client.get(older[1].replace("&amp;", "&"))).text.count('class="log-when"') == 50
    whole = await person.client.get("/api/v1/audit/export", params={"action": "post_published"})
    assert whole.headers["content-type"] == "application/jsonl"
    assert len({json.loads(line)["audit_id"] for line in whole.text.splitlines()}) == 230
    table = await person.client.get("/api/v1/audit/export", params={"action": "post_published", "format": "csv"})
    assert table.headers["content-disposition"] == 'attachment; filename="audit-log.csv"'
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert len(rows) == 230
    assert rows[0]["details"] == '{"note":"=1+1"}'


async def test_no_cell_of_the_table_is_a_formula(person: Person, services: Services) -> None:
    await written(
        services, person, 1, resource_type="=cmd|' /C calc'!A0", resource_id="@SUM(1)", model="\t=1", user_agent="-2"
    )
    table = await person.client.get("/api/v1/audit/export", params={"action": "post_published", "format": "csv"})
    (row,) = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert (row["resource_type"], row["resource_id"]) == ("'=cmd|' /C calc'!A0", "'@SUM(1)")
    assert (row["model"], row["user_agent"]) == ("'\t=1", "'-2")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1", "\n+1", "＝1", "＠a"])
def test_what_a_spreadsheet_could_run_begins_with_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "text"), [(None, ""), (True, "yes"), ({}, ""), ([1], "[1]"), ("a=b", "a=b")])
def test_other_values_are_written_as_they_are(value: object, text: str) -> None:
    assert cell(value) == text
