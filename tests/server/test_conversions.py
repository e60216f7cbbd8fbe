"""Conversions over REST: with an API key, once for each id, and for nobody else's campaign."""

from core.ids import new_id
from core.scope import Scope
from db.campaigns import CAMPAIGNS, Campaign
from server.services import Services
from tests.server.conftest import Person


async def test_sale_is_reported_once_and_listed(person: Person, stranger: Person, services: Services) -> None:
    scope = Scope(person.user_id, person.user_id, "user")
    made = Campaign(campaign_id=new_id("cmp"), name="Opening")
    campaign = await services.repository(CAMPAIGNS, scope).insert(made)
    body = {"id": "order-1", "campaign_id": campaign.campaign_id, "revenue_minor": 4200, "currency": "GBP"}
    answers = [await person.client.post("/api/v1/conversions", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert (await person.client.post("/api/v1/conversions", json=body | {"revenue_minor": 1})).status_code == 409
    assert (await stranger.client.post("/api/v1/conversions", json=body)).status_code == 404
    assert (await person.client.post("/api/v1/conversions", json=body | {"currency": "pounds"})).status_code == 422
    listed = (await person.client.get("/api/v1/conversions")).json()["items"]
    assert [(one["external_id"], one["conversions"], one["platform"]) for one in listed] == [("order-1", 1, "ads")]
