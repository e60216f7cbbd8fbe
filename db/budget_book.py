"""Charges and raises a campaign's budget: never beyond what is allocated, each once, in one conditional update."""

from collections.abc import Sequence
from typing import Any, Literal

from core.scope import Scope
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.failures import translated

Charged = Literal["charged", "already", "refused"]
Raised = Literal["raised", "already", "refused"]


class BudgetBook:
    """The only place that changes what is used and what remains of a budget."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._campaigns = database.raw(CAMPAIGNS)

    async def charge(
        self,
        scope: Scope,
        campaign_id: str,
        key: str,
        amount_minor: int,
        currency: str,
        *,
        of_day: tuple[str, int] | None = None,
    ) -> Charged:
        """Take an amount from what remains, if it is there; the same key takes it once, whoever comes first.

        ``of_day`` are the day it is and the most that may be charged on it.
        """
        own = {"campaign_id": campaign_id, "user_id": scope.user_id, "deleted_at": None}
        enough = {
            "budget.currency": currency,
            "budget.remaining_minor": {"$gte": amount_minor},
            "charges": {"$ne": key},
        }
        taken = {"budget.used_minor": amount_minor, "budget.remaining_minor": -amount_minor}
        noted: dict[str, Any] = {"updated_at": self._database.clock.now()}
        ways: list[tuple[dict[str, Any], dict[str, int], dict[str, Any]]] = [({}, taken, noted)]
        if of_day:
            day, most = of_day
            same = {"budget.day": day, "budget.day_minor": {"$lte": most - amount_minor}}
            ways = [(same, taken | {"budget.day_minor": amount_minor}, noted)]
            if amount_minor <= most:
                first = {"budget.day": day, "budget.day_minor": amount_minor}
                ways.append(({"budget.day": {"$ne": day}}, taken, noted | first))
        with translated():
            for where, more, put in ways:
                change = {"$inc": more, "$push": {"charges": key}, "$set": put}
                if (await self._campaigns.update_one(own | enough | where, change)).matched_count:
                    return "charged"
            found = await self._campaigns.find_one(own | {"charges": key}, {"_id": 1})
        return "already" if found else "refused"

    async def add(
        self, scope: Scope, campaign_id: str, key: str, amount_minor: int, currency: str, statuses: Sequence[str]
    ) -> Raised:
        """Add an amount to what is allocated and to what remains, while the campaign is in one of these states.

        The same key adds it once, whoever comes first; charges at the same time lose nothing and gain nothing.
        """
        own = {"campaign_id": campaign_id, "user_id": scope.user_id, "deleted_at": None}
        fits = {"budget.currency": currency, "status": {"$in": list(statuses)}, "charges": {"$ne": key}}
        change = {
            "$inc": {"budget.allocated_minor": amount_minor, "budget.remaining_minor": amount_minor},
            "$push": {"charges": key},
            "$set": {"updated_at": self._database.clock.now()},
        }
        with translated():
            if (await self._campaigns.update_one(own | fits, change)).matched_count:
                return "raised"
            found = await self._campaigns.find_one(own | {"charges": key}, {"_id": 1})
        return "already" if found else "refused"
