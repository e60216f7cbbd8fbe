"""Meta's Graph API, which Facebook pages and Instagram share: calls, errors and usage headers.

Sources: developers.facebook.com/docs/graph-api/guides/error-handling and /overview/rate-limiting.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.errors import NotFound, PlatformError
from core.json_text import inner_object, json_object
from tools.outside.contract import Access, RateLimit
from tools.outside.failures import busy, closed, lost, refused
from tools.outside.http import Answer, Call, Outside, Upload, seconds_until
from tools.outside.json_lists import objects_in
from tools.outside.oauth import Login

API = "https://graph.facebook.com"
VERSION = "v24.0"
LOST_LOGIN = frozenset({102, 190})
NO_PERMISSION = frozenset({3, 10, *range(200, 300)})
TOO_MUCH = frozenset({4, 9, 17, 32, 341, 613, *range(80000, 80015)})
TEMPORARY = frozenset({1, 2})
DUPLICATE = 506
NOT_READY = 9007
UNKNOWN_OBJECT = (100, 33)
ALL = 100


class Graph:
    """Calls the Graph API for one of its platforms."""

    def __init__(self, outside: Outside, platform: str, label: str) -> None:
        self._outside = outside
        self._platform = platform
        self._label = label
        self._base = f"{outside.base(platform, API)}/{VERSION}"

    async def get(self, access: Access, path: str, **params: str) -> dict[str, Any]:
        """Read something."""
        return (await self._call(access, "GET", path, params=params)).object()

    async def post(
        self, access: Access, path: str, form: Mapping[str, str], *, upload: Upload | None = None, effect: bool = False
    ) -> dict[str, Any]:
        """Create something; the answer has to name its ``id``."""
        answer = await self._call(access, "POST", path, form=form, upload=upload, effect=effect)
        made = answer.object()
        if not isinstance(made.get("id"), str):
            raise answer.nonsense()
        return made

    async def delete(self, access: Access, path: str) -> None:
        """Remove something; what is gone already is no error."""
        try:
            await self._call(access, "DELETE", path)
        except NotFound:
            return

    async def several(self, access: Access, ids: Sequence[str], fields: str) -> dict[str, dict[str, Any]]:
        """Read fields of several objects; one that is gone is missing from the answer.

        One unknown id spoils a common request, so that then each is asked for by itself.
        """
        if not ids:
            return {}
        try:
            found = await self.get(access, "", ids=",".join(ids), fields=fields)
            return {one: inner_object(found[one]) for one in ids if one in found}
        except NotFound:
            if len(ids) == 1:
                return {}
        single: dict[str, dict[str, Any]] = {}
        for one in ids:
            single |= await self.several(access, [one], fields)
        return single

    async def _call(self, access: Access, method: str, path: str, **more: Any) -> Answer:
        call = Call(
            self._label,
            method,
            f"{self._base}/{path}",
            headers={"Authorization": f"Bearer {access.token}"},
            secrets=access.secrets,
            **more,
        )
        answer = await self._outside.send(call)
        limit = usage_of(answer.headers, answer.at)
        self._outside.keep_rate_limit(self._platform, access.account_id, limit)
        if not answer.ok or "error" in (json_object(answer.body) or {}):
            raise failure(answer, limit)
        return answer


def failure(answer: Answer, limit: RateLimit | None = None) -> PlatformError | NotFound:
    """Return the error for what the Graph API answered."""
    told = inner_object(answer.object().get("error")) if json_object(answer.body) else {}
    words = answer.words("error", "error_user_msg") or answer.words("error", "message")
    code, label = told.get("code"), answer.call.platform
    if (code, told.get("error_subcode")) == UNKNOWN_OBJECT:
        return NotFound(f"{label} has no such post.")
    if code in LOST_LOGIN or code in NO_PERMISSION:
        return closed(label, words)
    if code in TOO_MUCH:
        return busy(label, words, seconds_until(limit.resets_at if limit else None, answer.at))
    if code == NOT_READY:
        return busy(label, words)
    if code == DUPLICATE:
        return refused(label, words, duplicate=True)
    if code in TEMPORARY or told.get("is_transient") is True:
        return lost(label, words) if answer.call.effect else busy(label, words)
    if not told:
        return answer.failure(words)
    return refused(label, words)


def usage_of(headers: Mapping[str, str], now: datetime) -> RateLimit | None:
    """Read the usage headers: per cents of what is allowed, and minutes until there is something again."""
    rows = [inner_object(json_object(headers.get(name, ""))) for name in ("X-App-Usage", "X-Page-Usage")]
    for lines in inner_object(json_object(headers.get("X-Business-Use-Case-Usage", ""))).values():
        rows += objects_in(lines)
    rows = [row for row in rows if row]
    if not rows:
        return None
    used = max(_number(row.get(name)) for row in rows for name in ("call_count", "total_time", "total_cputime"))
    minutes = max(_number(row.get("estimated_time_to_regain_access")) for row in rows)
    return RateLimit(ALL, max(ALL - used, 0), now + timedelta(minutes=minutes) if minutes else None)


def insights(told: object) -> dict[str, int]:
    """Return the metrics of an ``insights`` edge by name."""
    found: dict[str, int] = {}
    for line in objects_in(inner_object(told).get("data")):
        values = objects_in(line.get("values"))
        if values and isinstance(values[-1].get("value"), int):
            found[str(line.get("name"))] = values[-1]["value"]
    return found


def count_of(told: object) -> int | None:
    """Return the total of an edge that was asked for with its summary."""
    total = inner_object(inner_object(told).get("summary")).get("total_count")
    return total if isinstance(total, int) else None


def moment_of(told: object) -> datetime | None:
    """Read a time such as ``2026-11-20T09:30:00+0000``."""
    try:
        return datetime.fromisoformat(str(told))
    except ValueError:
        return None


def _number(told: object) -> int:
    return int(told) if isinstance(told, int | float) else 0


def login(*scopes: str) -> Login:
    """Return how to log in at Meta for an application that needs these permissions."""
    return Login(
        app="meta",
        web="https://www.facebook.com",
        authorise=f"/{VERSION}/dialog/oauth",
        api=API,
        token=f"/{VERSION}/oauth/access_token",
        withdraw=f"/{VERSION}/me/permissions",
        scopes=scopes,
        pkce=False,
        separator=",",
        lengthens=True,
    )
