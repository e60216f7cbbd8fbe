"""Hours are read on the clock of whoever they were meant for: the campaign's, the account's, or its owner's."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.ids import new_id
from core.scope import Scope
from db.approval_rules import ApprovalRules, Guardrails
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.repository import Repository
from db.settings import SETTINGS, AccountSettings
from db.users import USERS, Preferences, User
from tests.tools.approval.test_authority import approved
from tools.approval.act import Act
from tools.approval.authority import Authority
from tools.approval.guardrails import breaches
from tools.approval.rules import rules_in_force
from tools.outside.contract import Post

SYDNEY, LONDON = "Australia/Sydney", "Europe/London"
NINE_IN_SYDNEY = datetime(2026, 11, 20, 22, tzinfo=UTC)
THREE_IN_SYDNEY = datetime(2026, 11, 20, 16, tzinfo=UTC)


async def account(database: Database, scope: Scope, *, owner: str = "UTC", **approval: Any) -> None:
    preferences = Preferences(timezone=owner, timezone_known=True)
    await Repository(database, USERS, scope).insert(
        User(user_id=scope.user_id, email=f"{scope.user_id}@example.com", preferences=preferences)
    )
    settings = AccountSettings(settings_id=new_id("set"), approval=ApprovalRules(**approval))
    await Repository(database, SETTINGS, scope).insert(settings)


async def campaign(database: Database, scope: Scope, launched_in: str | None = None, **approval: Any) -> Campaign:
    made: dict[str, Any] = {"campaign_id": new_id("cmp"), "name": "Opening", "mode": "hybrid", "approval": approval}
    if launched_in:
        made["execution"] = {"launch": 1, "timezone": launched_in}
    stored = await Repository(database, CAMPAIGNS, scope).insert(Campaign.model_validate(made))
    plan = {"campaign_id": stored.campaign_id, "mode": "hybrid"}
    await approved(database, scope, plan, request_type="campaign_plan", campaign_id=stored.campaign_id)
    return stored


@pytest.mark.parametrize(
    ("owner", "of_account", "launched_in", "of_campaign", "holds"),
    [
        (SYDNEY, None, None, None, SYDNEY),
        (SYDNEY, LONDON, None, None, LONDON),
        (SYDNEY, LONDON, "Asia/Tokyo", None, "Asia/Tokyo"),
        (SYDNEY, LONDON, "Asia/Tokyo", "UTC", "UTC"),
        (SYDNEY, "UTC", None, None, "UTC"),
        (SYDNEY, LONDON, None, "UTC", "UTC"),
    ],
)
async def test_hours_are_read_on_the_nearest_clock_that_is_named(
    database: Database,
    scope: Scope,
    owner: str,
    of_account: str | None,
    launched_in: str | None,
    of_campaign: str | None,
    holds: str,
) -> None:
    await account(database, scope, owner=owner, timezone=of_account)
    made = await campaign(database, scope, launched_in, timezone=of_campaign)
    assert (await rules_in_force(database, scope, made)).timezone == holds
    assert (await rules_in_force(database, scope)).timezone == (of_account or owner)


async def test_daytime_and_quiet_hours_are_the_customers(database: Database, scope: Scope) -> None:
    await account(database, scope, owner=SYDNEY, guardrails=Guardrails(quiet_from=22, quiet_to=7))
    made = await campaign(database, scope)

    def at(moment: datetime) -> Act:
        post = Post(key="dlv_1", text="Bread today, in Leeds.")
        return Act("publish", made.campaign_id, None, "cnt_1", "linkedin", "acc_1", moment, post)

    asked = await Authority(database).asks(scope, at(NINE_IN_SYDNEY))
    assert asked.ruling == "allow", asked.why
    rules = await rules_in_force(database, scope, made)
    (quiet,) = breaches(rules.every, at(THREE_IN_SYDNEY), rules.timezone)
    assert (quiet.rule, quiet.message) == ("hours", "Saturday at 03:00 lies in your quiet hours.")
    assert (await Authority(database).asks(scope, at(THREE_IN_SYDNEY))).ruling == "ask"
