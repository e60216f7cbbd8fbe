"""The rules in force for an account and one of its campaigns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.scope import Scope
from db.approval_requests import ApprovalStep
from db.approval_rules import ApprovalMode, ApprovalRules, PolicyRow
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.repository import Repository
from db.settings import SETTINGS, AccountSettings, Halt
from tools.approval.policy import Table, compiled, stricter
from tools.approval.spoken_rules import SpokenRules, read_rules
from tools.approval.timezones import zone_in_force

DEFAULT_MODE: Final[ApprovalMode] = "semi_auto"
NO_SETTINGS: Final = AccountSettings(settings_id="set_none")


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """What holds: the account's rules, the campaign's own, and what follows from both. Hours are in ``timezone``.

    ``said`` are the guardrails that were read from the campaign's brief; they hold beside the others.
    """

    account: ApprovalRules
    campaign: ApprovalRules | None
    mode: ApprovalMode
    halt: Halt
    timezone: str
    said: ApprovalRules | None = None

    @property
    def table(self) -> Table:
        """The policy: the campaign's rows, or the account's, or what the mode compiles to."""
        return compiled(self.mode, self.rows)

    @property
    def rows(self) -> list[PolicyRow]:
        """The rows somebody wrote in place of a mode: the campaign's, or the account's."""
        return (self.campaign.rows if self.campaign else []) or self.account.rows

    @property
    def has_rows(self) -> bool:
        """Whether somebody wrote the policy's rows in place of a mode."""
        return bool(self.rows)

    @property
    def steps(self) -> tuple[ApprovalStep, ...]:
        """Who approves, in turn."""
        return tuple((self.campaign.steps if self.campaign else []) or self.account.steps)

    @property
    def every(self) -> tuple[ApprovalRules, ...]:
        """All the rules whose guardrails hold."""
        return tuple(each for each in (self.account, self.campaign, self.said) if each)

    def trying(self, mode: ApprovalMode, rows: Sequence[PolicyRow] = ()) -> "RulesInForce":
        """Return the same rules with another policy in place of theirs; guardrails, timezone and steps stay."""
        account = self.account.model_copy(update={"mode": mode, "rows": list(rows)})
        campaign = self.campaign and self.campaign.model_copy(update={"mode": mode, "rows": []})
        return replace(self, account=account, campaign=campaign, mode=mode)


async def rules_in_force(database: Database, scope: Scope, campaign: Campaign | str | None = None) -> RulesInForce:
    """Read the rules of an account and, where one is named, of its campaign.

    Its mode is that of its own rules; without one the campaign's, but never a laxer one than the account's.
    """
    settings = await Repository(database, SETTINGS, scope).find_one({}) or NO_SETTINGS
    if isinstance(campaign, str):
        campaign = await Repository(database, CAMPAIGNS, scope).find_one({"campaign_id": campaign})
    return rules_of(settings, campaign, await zone_in_force(database, scope, settings.approval, campaign))


def rules_of(settings: AccountSettings, campaign: Campaign | None, zone: str) -> RulesInForce:
    """Return the rules that follow from what is stored of an account and one of its campaigns."""
    account = settings.approval
    if campaign is None:
        return RulesInForce(account, None, account.mode or DEFAULT_MODE, settings.halt, zone)
    own, said = campaign.approval, ApprovalRules(guardrails=rules_of_brief(campaign).rails)
    chosen = stricter(campaign.mode, account.mode) if account.mode else campaign.mode
    return RulesInForce(account, own, own.mode or chosen, settings.halt, zone, said)


def rules_of_brief(campaign: Campaign) -> SpokenRules:
    """Return the rules that a campaign's brief gives in its sentences, whoever wrote them down there."""
    brief = campaign.brief
    texts = (brief.additional_context, brief.target_audience, brief.objective, brief.product)
    return read_rules(*texts, currency=campaign.budget.currency)
