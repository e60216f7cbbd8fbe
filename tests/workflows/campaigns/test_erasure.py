"""An account that is erased in the middle of a campaign: its steps end, and nothing of it comes back or is kept."""

import sqlite3
from contextlib import closing
from datetime import timedelta

from core.ids import new_id
from db.agent_tasks import AGENT_TASKS
from db.catalogue import OWNED
from db.deliveries import DELIVERIES
from db.erasures import ERASURES
from db.repository import Repository
from db.users import USERS, User
from server.auth.accounts import Origin
from server.erasing import HOUSE, SWEEP_AFTER, go_on
from server.erasure import erase_account
from tests.workflows.campaigns.conftest import TIMEZONE, CampaignHouse


async def test_erased_account_leaves_nothing_of_its_running_campaign(house: CampaignHouse) -> None:
    await house.repository(USERS).insert(User(user_id=house.scope.user_id, email=f"{new_id('usr')}@example.com"))
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=20)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    await house.settle()
    running = await house.campaign(planned)
    assert running.status == "active"
    workflow_id = str(running.execution.workflow_id)
    assert [task.status for task in await house.all(AGENT_TASKS, agent_name="writer")] == ["completed"]
    assert await house.repository(DELIVERIES).count({}) > 0
    published = len(house.kits["linkedin"].published())
    engine = house.services.work.engine
    assert await engine.unfinished() == 1
    assert _kept(house, workflow_id) > 3

    assert await erase_account(house.services, house.scope, Origin("192.0.2.7", "test"))

    assert await engine.unfinished() == 0
    assert _kept(house, workflow_id) == 0
    for _ in range(2):
        house.clock.advance(timedelta(days=5))
        await house.services.work.attendance.look()
        await house.services.work.runner.run_due()
        await house.services.delivery.due.look()
        await house.services.delivery.due.settle()
    for collection in OWNED:
        assert await house.repository(collection).count({}) == 0, collection.name
    assert len(house.kits["linkedin"].published()) == published
    assert _kept(house, workflow_id) == 0
    orders = Repository(house.services.database, ERASURES, HOUSE)
    assert [order.stage for order in await orders.find({})] == ["sweeping"]
    house.clock.advance(SWEEP_AFTER)
    assert await go_on(house.services) == 1
    assert await orders.find({}) == []


def _kept(house: CampaignHouse, workflow_id: str) -> int:
    """Return in how many rows the workflow's arguments, the results of its steps or its state are kept."""
    with closing(sqlite3.connect(house.services.settings.data_dir / "workflows.sqlite")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for name in names for row in connection.execute(f'SELECT * FROM "{name}"')]
    return sum(workflow_id in row for row in rows)
