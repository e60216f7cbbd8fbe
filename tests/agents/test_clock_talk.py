"""A person says which clock they go by, with the offline model: it is theirs in this conversation and in all others."""

from core.scope import Scope
from db.accounts import Accounts
from db.audit_log import AUDIT_LOG
from db.client import Database
from db.conversations import CONVERSATIONS
from tests.agents.talk import Talk
from tools.approval.rules import rules_in_force


async def test_the_timezone_a_person_names_is_theirs_everywhere(database: Database, scope: Scope) -> None:
    talk = await Talk.begin(database, scope)
    told = await talk.say("use Berlin time please")
    assert "Your timezone is Europe/Berlin now" in told.text
    person = await Accounts(database).by_id(scope.actor_id)
    assert person is not None
    assert person.preferences.known_timezone == "Europe/Berlin"
    assert (await rules_in_force(database, scope)).timezone == "Europe/Berlin"
    (conversation,) = await talk.all(CONVERSATIONS)
    assert conversation.timezone == "Europe/Berlin"
    assert conversation.context.collected_info.get("location") is None
    (entry,) = [one for one in await talk.all(AUDIT_LOG) if one.action == "account.changed"]
    assert (entry.actor_id, entry.details["timezone"]) == (scope.actor_id, "Europe/Berlin")

    refused = await talk.say("use Xanadu time")
    assert "There is no timezone 'Xanadu'" in refused.text
    (conversation,) = await talk.all(CONVERSATIONS)
    assert conversation.timezone == "Europe/Berlin"
