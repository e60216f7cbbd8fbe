"""Zoho CRM's REST API, version 8, as its public documentation describes it: the organisation, records, deleted records.

A page of records holds at most 200; pages after the first are asked for by the token the one before named, which is
good for a day and reaches 100,000 records. What has not changed since a time is answered with 304, nothing with 204.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from core.errors import PlatformError
from core.json_text import inner_list, inner_object
from db.zoho_crm_records import Module
from db.zoho_tokens import DataCenter
from tools.outside.failures import busy, closed, scrubbed
from tools.outside.http import Answer, Call, Outside
from tools.outside.json_lists import json_list, objects_in
from tools.zoho.centers import LABEL, api, place

MODULES: Final[tuple[Module, ...]] = ("Leads", "Contacts", "Accounts", "Deals")
MOST: Final = 200
LARGEST: Final = 32_000_000
NOTHING: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
LIMITS: Final = frozenset({"TOO_MANY_REQUESTS", "LIMIT_EXCEEDED", "API_LIMIT_EXCEEDED"})
_PERSON: Final = (
    "First_Name,Last_Name,Full_Name,Email,Phone,Mobile,Title,Description,Lead_Source,Owner,Email_Opt_Out,Tag,"
    "Created_Time,Modified_Time"
)
FIELDS: Final[Mapping[Module, str]] = {
    "Leads": f"{_PERSON},Company,Website,Industry,Lead_Status,Rating,Annual_Revenue,No_of_Employees,City,State,Country",
    "Contacts": f"{_PERSON},Account_Name,Department,Date_of_Birth,Mailing_City,Mailing_State,Mailing_Country",
    "Accounts": (
        "Account_Name,Account_Type,Industry,Website,Phone,Description,Annual_Revenue,Employees,Rating,Owner,Tag,"
        "Billing_City,Billing_State,Billing_Country,Created_Time,Modified_Time"
    ),
    "Deals": (
        "Deal_Name,Stage,Amount,Expected_Revenue,Probability,Closing_Date,Account_Name,Contact_Name,Lead_Source,Type,"
        "Next_Step,Campaign_Source,Description,Owner,Tag,Created_Time,Modified_Time"
    ),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection opened for use."""

    center: DataCenter
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Some records. ``following`` is the token of the next page; ``cut``: there are more, and no way to them."""

    records: tuple[dict[str, Any], ...] = ()
    following: str | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """The ids of some deleted records, and whether there are more."""

    ids: tuple[str, ...] = ()
    more: bool = False


class ZohoCrm:
    """Reads a CRM. ReconnectNeeded: the login has ended; Retryable: a limit was met; Rejected: it is never answered."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def organisation(self, opened: Opened) -> tuple[str, str]:
        """Return the id and the name of the organisation the login belongs to."""
        answer = await self._get(opened, "org", {})
        found = json_list(answer, "org")
        if not found or not found[0].get("id"):
            raise answer.nonsense()
        return str(found[0]["id"]), str(found[0].get("company_name") or "")

    async def records(
        self, opened: Opened, module: Module, *, since: datetime | None = None, page_token: str | None = None
    ) -> RecordPage:
        """Return the next page of a module's records; ``since`` leaves out what has not changed from then on."""
        params = {"fields": FIELDS[module], "per_page": str(MOST), "sort_by": "id", "sort_order": "asc"}
        if page_token:
            params["page_token"] = page_token
        answer = await self._get(opened, module, params, since)
        if answer.status in NOTHING:
            return RecordPage()
        records = tuple(record for record in json_list(answer, "data") if isinstance(record.get("id"), str))
        info = inner_object(answer.object().get("info"))
        more, following = info.get("more_records") is True, info.get("next_page_token")
        if not more:
            return RecordPage(records)
        return RecordPage(records, following if isinstance(following, str) else None, not isinstance(following, str))

    async def deleted(self, opened: Opened, module: Module, *, since: datetime, page: int) -> Deleted:
        """Return the ids of the records deleted from a time on, also those that are in the recycle bin."""
        params = {"type": "all", "per_page": str(MOST), "page": str(page)}
        answer = await self._get(opened, f"{module}/deleted", params, since)
        if answer.status in NOTHING:
            return Deleted()
        told = answer.object()
        ids = tuple(str(one["id"]) for one in objects_in(told.get("data")) if one.get("id"))
        return Deleted(ids, inner_object(told.get("info")).get("more_records") is True)

    async def _get(self, opened: Opened, path: str, params: Mapping[str, str], since: datetime | None = None) -> Answer:
        base = self._outside.base(place(opened.center), api(opened.center))
        headers = {"Authorization": f"Zoho-oauthtoken {opened.token}"}
        if since is not None:
            headers["If-Modified-Since"] = since.isoformat(timespec="seconds")
        answer = await self._outside.send(
            Call(
                LABEL,
                "GET",
                f"{base}/crm/v8/{path}",
                params=params,
                headers=headers,
                largest=LARGEST,
                secrets=(opened.token,),
            )
        )
        if answer.ok or answer.status == HTTPStatus.NOT_MODIFIED:
            return answer
        raise _failure(answer)


def _failure(answer: Answer) -> PlatformError:
    """Return the error for a refusal; Zoho says why in ``code`` and ``message``."""
    code, message = answer.words("code"), answer.words("message")
    words = scrubbed(f"{message} ({code})" if code else message, answer.call.secrets)
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return closed(LABEL, words)
    failed = answer.failure(words)
    return busy(LABEL, words, failed.retry_after) if code in LIMITS else failed


def stored_value(value: Any, depth: int = 0) -> Any:
    """Return a value of an answer as it can be stored: no names a database reads as its own, no numbers too large."""
    if isinstance(value, dict):
        kept = {name: inner for name, inner in inner_object(value).items() if _plain(name)}
        return {name: stored_value(inner, depth + 1) for name, inner in kept.items()} if depth < 4 else {}
    if isinstance(value, list):
        return [stored_value(inner, depth + 1) for inner in inner_list(value)[:MOST]] if depth < 4 else []
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


def _plain(name: str) -> bool:
    return bool(name) and not name.startswith("$") and "." not in name and "\x00" not in name
