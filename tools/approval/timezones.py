"""Whose clock counts: for hours in rules, and for times that people are shown with a request."""

from core.scope import Scope
from core.timezones import UNKNOWN, first_zone
from db.approval_requests import ApprovalRequest
from db.approval_rules import ApprovalRules
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.conversations import CONVERSATIONS
from db.repository import Repository
from db.settings import SETTINGS
from tools.figures.timezones import timezone_of


async def zone_in_force(
    database: Database, scope: Scope, account: ApprovalRules | None, campaign: Campaign | None
) -> str:
    """Return the timezone in which hours are read: the one the rules name, else the account's owner's."""
    return named_zone(account, campaign) or (await timezone_of(database, scope)).key


def named_zone(account: ApprovalRules | None, campaign: Campaign | None) -> str | None:
    """Return the timezone the campaign's rules name; else that it was launched in; else that of the account's rules."""
    named = (
        [campaign.approval.timezone, campaign.execution.timezone if campaign.execution.launch else None]
        if campaign
        else []
    )
    named.append(account.timezone if account else None)
    said = next((name for name in named if name), None)
    return first_zone(said) if said else None


async def zone_of_request(database: Database, scope: Scope, request: ApprovalRequest) -> str:
    """Return the timezone in which people read of a request: that of whom it was made for, else the one in force."""
    if request.conversation_id:
        conversations = Repository(database, CONVERSATIONS, scope)
        asked_in = await conversations.find_one({"conversation_id": request.conversation_id})
        if asked_in and asked_in.timezone != UNKNOWN:
            return first_zone(asked_in.timezone)
    campaign = None
    if request.campaign_id:
        campaign = await Repository(database, CAMPAIGNS, scope).find_one({"campaign_id": request.campaign_id})
    settings = await Repository(database, SETTINGS, scope).find_one({})
    return await zone_in_force(database, scope, settings.approval if settings else None, campaign)
