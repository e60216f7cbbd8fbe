"""Rules a person gives in the conversation: kept with the brief, shown to whoever approves the plan, held in code."""

from db.campaigns import CAMPAIGNS
from server.services import Services
from tests.server.conftest import Person
from tools.approval.rules import rules_in_force

BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, LinkedIn and email."
RULES = (
    "Never claim organic. Avoid the word cheap. Not before 9am. No more than £50 a day. Don't email acme.com. "
    "Don't make any health claims."
)


async def test_rules_of_a_conversation_are_shown_with_the_plan_and_held(services: Services, person: Person) -> None:
    conversation = await person.conversation()
    first = (await person.say(conversation, f"{BRIEF} {RULES}")).json()
    said = first["messages"][0]["content"]
    assert "I can't enforce “Don't make any health claims.”" in said, said
    brief = (await person.client.get(f"/api/v1/conversations/{conversation}")).json()["context"]["campaign_brief"]
    assert brief["budget"] == "£1,500"
    assert "Never claim organic." in brief["additional_context"]

    await person.say(conversation, "Now make the plan")
    launch = (await person.say(conversation, "launch it")).json()
    assert launch["status"] == "interrupt", launch
    request = (await person.client.get(f"/api/v1/approvals/{launch['approvals'][0]['id']}")).json()
    assert request["content"]["guardrails"] == [
        "No text holds the word “cheap”.",
        "No text claims “organic”.",
        "Nothing is sent to acme.com.",
        "Nothing goes out from 0:00 to 9:00, unless you approve that time.",
        "No more than £50 is spent in a day.",
    ]
    assert request["content"]["not_held"] == ["Don't make any health claims."]
    assert "No text claims “organic”." in request["summary"]

    scope = await services.callers.scope(person.token)
    (campaign,) = (await services.repository(CAMPAIGNS, scope).page({}, limit=2)).items
    rails = (await rules_in_force(services.database, scope, campaign)).every[-1].guardrails
    assert (rails.words, rails.claims, rails.audiences) == (["cheap"], ["organic"], ["acme.com"])
    assert (rails.quiet_from, rails.quiet_to, rails.most_a_day_minor) == (0, 9, 5_000)
