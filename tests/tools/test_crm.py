"""Records of the CRM are found and counted as they were last read, with the rows behind each count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import ToolInputError
from core.ids import new_id
from core.scope import Scope
from db.repository import Repository
from db.zoho_crm_records import ZOHO_CRM_RECORDS, ZohoCrmRecord
from db.zoho_tokens import ZOHO_TOKENS, ZohoToken
from tests.tools.conftest import Desk
from tools.crm import MOST_SOURCES, search_crm
from tools.zoho.access import token_id

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


async def connected(desk: Desk, **fields: Any) -> None:
    token = {
        "zoho_token_id": token_id(desk.scope),
        "expires_in": 3600,
        "expires_at": NOW,
        "last_synced": NOW - timedelta(minutes=20),
    }
    await Repository(desk.database, ZOHO_TOKENS, desk.scope).insert(ZohoToken.model_validate(token | fields))


async def lead(desk: Desk, name: str, added: datetime, scope: Scope | None = None, **data: Any) -> str:
    record = ZohoCrmRecord(
        crm_record_id=new_id("crm"), module="Leads", record_id=new_id("zoh"), name=name, data=data,
        added_at=added, synced_at=NOW,
    )  # fmt: skip
    return (await Repository(desk.database, ZOHO_CRM_RECORDS, scope or desk.scope).insert(record)).crm_record_id


async def test_without_a_crm_nothing_is_known_and_it_says_so(ready: Desk) -> None:
    told = await ready.call(search_crm, module="leads")
    assert (told["connected"], told["count"], told["records"], told["sources"]) == (False, None, [], [])
    assert "Connections page" in told["note"]


async def test_what_came_in_is_counted_by_the_accounts_days_with_its_rows(ready: Desk) -> None:
    await connected(ready)
    await lead(ready, "October", datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    first = await lead(ready, "First", datetime(2026, 11, 1, 0, 0, tzinfo=UTC), Company="Mill", Email="a@mill.example")
    last = await lead(ready, "Last", datetime(2026, 11, 19, 12, 0, tzinfo=UTC), Owner={"name": "Jo", "id": "1"})
    stranger = Scope(new_id("usr"), new_id("usr"), "user")
    await lead(ready, "Not ours", datetime(2026, 11, 5, tzinfo=UTC), stranger)
    told = await ready.call(search_crm, module="prospects", period="this month")
    assert (told["count"], told["sources"]) == (2, [last, first])
    assert [(one["name"], one.get("company"), one.get("owner")) for one in told["records"]] == [
        ("Last", None, "Jo"),
        ("First", "Mill", None),
    ]
    assert (told["stale"], told["as_of"]) == (False, (NOW - timedelta(minutes=20)).isoformat())
    found = await ready.call(search_crm, module="Leads", words="mill a@mill")
    assert (found["count"], found["sources"]) == (1, [first])
    with pytest.raises(ToolInputError, match="not a period"):
        await ready.call(search_crm, module="Leads", period="when the moon is full")


async def test_pages_show_all_of_them_and_values_are_cleaned_and_cut(ready: Desk) -> None:
    await connected(ready, status="expired", last_synced=NOW - timedelta(days=3))
    for number in range(MOST_SOURCES + 5):
        await lead(ready, f"Lead {number:02}", NOW - timedelta(hours=number), Company="x\u202e" * 400)
    pages = [await ready.call(search_crm, module="Leads", limit=50, page=page) for page in (1, 2)]
    names = [one["name"] for page in pages for one in page["records"]]
    assert names == [f"Lead {number:02}" for number in range(MOST_SOURCES + 5)]
    assert [page["more"] for page in pages] == [True, False]
    assert [len(pages[0]["sources"]), pages[0]["count"]] == [MOST_SOURCES, MOST_SOURCES + 5]
    assert pages[0]["records"][0]["company"] == "x" * 160
    assert pages[0]["stale"] is True
    assert "connected again" in pages[0]["note"]
