"""Charges what work costs to a campaign's budget: with a permit, never beyond the cap, and each piece once."""

from core.errors import BudgetExceeded, Forbidden
from core.ids import derived_id
from core.money import Money
from core.scope import Scope
from db.budget_book import BudgetBook
from db.client import Database
from db.repository import Repository
from db.spend_entries import SPEND_ENTRIES, SpendEntry
from tools.approval.permit import Permit


class Ledger:
    """The way to spend. A repeat with the same ``key`` changes nothing and returns the first charge."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._book = BudgetBook(database)

    async def commit(
        self,
        scope: Scope,
        campaign_id: str,
        amount: Money,
        permit: Permit,
        *,
        key: str,
        item: str,
        subject_id: str | None = None,
    ) -> SpendEntry:
        """Charge ``amount``. BudgetExceeded if less remains; Forbidden if the permit is for something else."""
        act = permit.act
        if (act.effect, act.campaign_id, act.amount) != ("spend", campaign_id, amount) or amount.minor <= 0:
            raise Forbidden("This permit is for another amount or campaign, so nothing was charged.")
        entry_id = entry_of(campaign_id, key)
        outcome = await self._book.charge(scope, campaign_id, entry_id, amount.minor, amount.currency)
        if outcome == "refused":
            raise BudgetExceeded(f"{amount} for {item.replace('_', ' ')} is more than remains of the budget.")
        return await Repository(self._database, SPEND_ENTRIES, scope).insert_once(
            SpendEntry(
                entry_id=entry_id,
                campaign_id=campaign_id,
                amount_minor=amount.minor,
                currency=amount.currency,
                item=item,
                subject_id=subject_id,
                request_id=permit.request_id,
                allowed_by=permit.by,
                why=permit.why,
            )
        )


def entry_of(campaign_id: str, key: str) -> str:
    """Return the id of the one charge with this key."""
    return derived_id(SPEND_ENTRIES.id_prefix, campaign_id, key)
