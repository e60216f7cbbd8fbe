"""Charges what work costs to a campaign's budget, and raises it: with a permit, never beyond the cap, each once."""

from typing import Final

from core.campaign_states import CampaignStatus
from core.errors import BudgetExceeded, Conflict, Forbidden
from core.ids import derived_id
from core.money import Money
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.budget_book import BudgetBook
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.repository import Repository
from db.spend_entries import SPEND_ENTRIES, SpendEntry
from tools.approval.permit import Permit

# What a campaign has to be doing for its budget to be raised: before, the plan is revised; after, nothing is spent.
RAISABLE: Final[tuple[CampaignStatus, ...]] = ("executing", "generating", "publishing", "active")


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
        of_day = (permit.limit.day, permit.limit.most_minor) if permit.limit else None
        outcome = await self._book.charge(scope, campaign_id, entry_id, amount.minor, amount.currency, of_day=of_day)
        if outcome == "refused":
            left = "remains of the budget, or of what your rules allow for today" if of_day else "remains of the budget"
            raise BudgetExceeded(f"{amount} for {item.replace('_', ' ')} is more than {left}.")
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

    async def raise_cap(self, scope: Scope, campaign_id: str, amount: Money, permit: Permit) -> Campaign:
        """Add ``amount`` to a campaign's budget, once for each approval. Conflict where it is not under way."""
        act = permit.act
        fits = (act.effect, act.campaign_id, act.amount) == ("spend", campaign_id, amount) and amount.minor > 0
        if not fits or permit.request_id is None or permit.by != "approval":
            raise Forbidden("This permit is for another amount or campaign, so nothing was added.")
        key = derived_id(SPEND_ENTRIES.id_prefix, campaign_id, "raised", permit.request_id)
        outcome = await self._book.add(scope, campaign_id, key, amount.minor, amount.currency, RAISABLE)
        campaign = await Repository(self._database, CAMPAIGNS, scope).get(campaign_id)
        if outcome == "refused":
            raise Conflict(f"{campaign.name!r} is {campaign.status}, so nothing was added to its budget.")
        entry = AuditEntry(
            audit_id=derived_id(AUDIT_LOG.id_prefix, key),
            action="budget_raised",
            resource_type="campaign",
            resource_id=campaign_id,
            actor_id=scope.actor_id,
            details={"added_minor": amount.minor, "currency": amount.currency, "approval_id": permit.request_id},
        )
        await Repository(self._database, AUDIT_LOG, scope).insert_once(entry)
        return campaign


def entry_of(campaign_id: str, key: str) -> str:
    """Return the id of the one charge with this key."""
    return derived_id(SPEND_ENTRIES.id_prefix, campaign_id, key)
