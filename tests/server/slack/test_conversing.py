"""Talking with the team in Slack: mentions, direct messages, assistant threads and commands become turns."""

from tests.server.conftest import Person
from tests.server.slack.conftest import Workspace


async def test_a_mention_is_answered_in_its_thread(workspace: Workspace, person: Person) -> None:
    told = await workspace.mention("Hi, our second bakery opens in Leeds on 3 December, we want 200 visitors")
    assert told.statuses == [200]

    answer = await workspace.until(workspace.ours)
    asked = workspace.twin.spaces.messages(workspace.general["id"])[0]
    assert answer[0]["thread_ts"] == asked["ts"]
    assert "*Place:* Leeds" in answer[0]["text"]

    listed = (await person.client.get("/api/v1/conversations")).json()["items"]
    assert [(one["channel"], one["message_count"]) for one in listed] == [("slack", 2)]
