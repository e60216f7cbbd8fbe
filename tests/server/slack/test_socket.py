"""Socket mode: everything comes over a connection that was opened from here, and no address is open to Slack."""

import pytest

from core.settings import Settings
from sandbox.slack.twin import APP_TOKEN
from tests.server.conftest import Person
from tests.server.slack.conftest import Workspace
from tests.server.slack.test_conversing import BRIEF, conversations


@pytest.fixture
def settings(settings: Settings) -> Settings:
    changes = {"slack_app_token": APP_TOKEN, "slack_signing_secret": ""}
    return Settings.model_validate(settings.model_dump() | changes)


async def test_it_works_without_an_address_of_ours(workspace: Workspace, person: Person) -> None:
    sockets = workspace.twin.delivery.socket
    await workspace.until(lambda: sockets.open)
    told = await workspace.mention(BRIEF)
    assert told.statuses == [200]
    await workspace.until(workspace.ours)
    again = await workspace.twin.delivery.event(told.payload)
    assert again.statuses == [200]

    await sockets.refresh()
    await workspace.until(lambda: sockets.open, "not connected again")
    command = await workspace.twin.people.command(workspace.general["id"], workspace.ada["id"], "help")
    assert command.statuses == [200]
    await workspace.until(lambda: workspace.privately(workspace.ada))
    await workspace.quiet()
    assert [one["message_count"] for one in await conversations(person)] == [2]
    assert len(workspace.ours()) == 1
    assert (await person.client.post("/slack/events", content=b"{}")).status_code == 404
