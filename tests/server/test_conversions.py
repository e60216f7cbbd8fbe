"""Conversions over REST: with an API key, once for each id, and for nobody else's campaign."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from db.campaigns import CAMPAIGNS, Campaign
from db.content_library import CONTENT_LIBRARY, Content
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign
from db.profiles import PROFILES
from db.social_posts import SOCIAL_POSTS, SocialPost
from server.services import Services
from tests.server.conftest import Person
from tools.outside.links import Source


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


async def test_sale_finds_its_post_by_the_click_and_reaches_campaign_and_business(
    person: Person, stranger: Person, services: Services, clock: ManualClock
) -> None:
    scope = Scope(person.user_id, person.user_id, "user")
    campaign_id, post_id, content_id, mail_id = new_id("cmp"), new_id("pst"), new_id("cnt"), new_id("cnt")
    await services.repository(CAMPAIGNS, scope).insert(Campaign(campaign_id=campaign_id, name="Opening"))
    out = {"platform": "facebook", "status": "published", "platform_post_id": "1", "published_at": clock.now()}
    told = {"post_id": post_id, "campaign_id": campaign_id, "platforms": [out], "analytics": {"clicks": 40}}
    await services.repository(SOCIAL_POSTS, scope).insert(SocialPost.model_validate(told))
    sent = {"campaign_id": new_id("eml"), "marketing_campaign_id": campaign_id, "name": "News", "status": "sent"}
    email = await services.repository(EMAIL_CAMPAIGNS, scope).insert(
        EmailCampaign.model_validate({**sent, "sent_at": clock.now()})
    )
    for one, used, platform in ((content_id, post_id, "facebook"), (mail_id, email.campaign_id, "email")):
        written = {"content_id": one, "type": "text", "content_type": "social_post", "platform": platform}
        await services.repository(CONTENT_LIBRARY, scope).insert(Content.model_validate({**written, "used_in": [used]}))
    visited: list[str] = []
    for source in (
        Source("social_post", content_id, "facebook", campaign_id),
        Source("email", mail_id, "email", campaign_id),
    ):
        link = await services.links.manage(scope, source, "https://shop.example/menu?size=2#top")
        browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
        answer = await person.client.get(f"/l/{link.code}", headers=browser)
        visited.append(parse_qs(urlsplit(answer.headers["location"]).query)["mm_click"][0])

    reports = [{"id": "order-1", "click_id": visited[0]}, {"id": "order-2", "click_id": visited[1], "conversions": 3}]
    assert (await stranger.client.post("/api/v1/conversions", json=reports[0])).status_code == 404
    answers = [await person.client.post("/api/v1/conversions", json=report) for report in reports]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert (answers[0].json()["post_id"], answers[1].json()["email_id"]) == (post_id, email.campaign_id)
    post = await services.repository(SOCIAL_POSTS, scope).get(post_id)
    assert (post.analytics.conversions, post.analytics.conversion_rate) == (1, 0.025)

    clock.advance(timedelta(minutes=1))
    await services.work.runner.run_due()

    results = (await services.repository(CAMPAIGNS, scope).get(campaign_id)).results.analytics
    assert (results["posts"], results["total_conversions"], results["total_link_clicks"]) == (2, 4, 2)
    assert results["by_platform"]["email"]["total_conversions"] == 3
    (profile,) = await services.repository(PROFILES, scope).find({})
    assert (profile.totals.total_published, profile.totals.figures["total_conversions"]) == (2, 4)
