"""The settings: what the team knows of the business, oneself, mails, what goes out, the stop switch, erasing."""

import pytest

from server.services import Services
from tests.server.conftest import PASSWORD, Person
from tests.server.console.conftest import posted, said
from tests.server.console.samples import ask, plan, post

HERE = "/console/settings"
RULES = "/console/settings/approvals"


async def page(person: Person, path: str = HERE) -> str:
    answer = await person.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def facts(person: Person) -> list[str]:
    answer = await person.client.get("/api/v1/memory")
    return sorted(item["content"] for item in answer.json()["items"])


async def test_the_business_is_known_to_the_team_and_forgotten_with_its_field(person: Person, viewer: Person) -> None:
    whole = {"company_name": "Ada's <b>Bakery</b>", "tone_of_voice": "warm and plain", "language": "German"}
    assert "Saved" in said(await posted(person, HERE, **whole, primary_color="#AA3300"))
    assert await facts(person) == [
        "Our brand colour is #aa3300.",
        "Our business name is Ada's <b>Bakery</b>.",
        "Our tone of voice is warm and plain.",
        "We write in German.",
    ]
    shown = await page(person)
    assert "Ada&#39;s &lt;b&gt;Bakery&lt;/b&gt;" in shown
    assert "<b>Bakery" not in shown
    assert "built-in offline model" in shown
    await posted(person, HERE, company_name="Adas Bäckerei", tone_of_voice="", language="German")
    assert await facts(person) == ["Our business name is Adas Bäckerei.", "We write in German."]
    assert (await posted(viewer, HERE, company_name="Mine")).status_code == 403
    assert "disabled" in await page(viewer)
    logged = (await person.client.get("/api/v1/audit", params={"action": "settings_changed"})).json()["items"]
    assert logged[0]["changes"]["before"]["company_name"] == "Ada's <b>Bakery</b>"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("primary_color", "red", "no colour"),
        ("logo_url", "javascript:alert(1)", "no address"),
        ("language", "Klingon", "is none of"),
        ("company_name", "a\nb", "single line"),
    ],
)
async def test_what_can_not_be_used_is_said(person: Person, field: str, value: str, words: str) -> None:
    answer = await posted(person, HERE, **{field: value})
    assert words in (said(answer) if answer.status_code == 303 else answer.text)
    refused = await person.client.patch("/api/v1/settings", json={"branding": {field: value}})
    assert refused.status_code == 422
    assert await facts(person) == []


async def test_settings_over_rest_change_what_is_given_alone(person: Person, viewer: Person) -> None:
    await person.client.patch("/api/v1/settings", json={"branding": {"company_name": "Ada's"}})
    changed = await person.client.patch("/api/v1/settings", json={"branding": {"tone_of_voice": "warm"}})
    assert changed.json()["branding"]["company_name"] == "Ada's"
    read = (await viewer.client.get("/api/v1/settings")).json()
    assert read["branding"]["tone_of_voice"] == "warm"
    assert read["model"]["offline"] is True
    assert (await viewer.client.patch("/api/v1/settings", json={"branding": {}})).status_code == 403


async def test_name_timezone_and_mails_are_ones_own(person: Person) -> None:
    assert "Saved" in said(await posted(person, f"{HERE}/you", name="Ada B.", timezone="Asia/Tokyo"))
    me = (await person.client.get("/api/v1/me")).json()
    assert (me["name"], me["preferences"]["timezone"]) == ("Ada B.", "Asia/Tokyo")
    assert "(Asia/Tokyo)" in await page(person, "/console/team")
    assert "timezone" in said(await posted(person, f"{HERE}/you", name="Ada", timezone="Mars/Crater")).lower()
    assert (await person.client.patch("/api/v1/me", json={"timezone": "Europe/Berlin"})).status_code == 200
    assert "This server sends no mail" in await page(person, f"{HERE}/you")
    await posted(person, f"{HERE}/mails", topics=["posts"])
    choices = (await person.client.get("/api/v1/me/notifications")).json()["items"]
    assert {item["topic"]: item["wanted"] for item in choices} == {
        "approvals": False,
        "posts": True,
        "campaigns": False,
    }


async def test_mode_rows_steps_and_guardrails_do_not_lose_one_another(person: Person) -> None:
    rails: dict[str, str | list[str]] = {
        "words": "cheap\n<b>gratis</b>",
        "quiet_from": "20",
        "quiet_to": "8",
        "quiet_days": ["6"],
    }
    assert "Guardrails saved" in said(
        await posted(
            person, f"{RULES}/guardrails", **rails, most="£1,250.50", most_a_day="200", timezone="Europe/Berlin"
        )
    )
    assert "Saved" in said(await posted(person, RULES, mode="hybrid", steps="Legal: lea@example.com, max@example.com"))
    assert "added" in said(await posted(person, f"{RULES}/rows", effect="send", ruling="allow", why="Newsletters"))
    rules = (await person.client.get("/api/v1/approval-rules")).json()
    assert rules["guardrails"][0]["words"] == ["cheap", "<b>gratis</b>"]
    assert (rules["guardrails"][0]["quiet_from"], rules["guardrails"][0]["most_minor"]) == (20, 125_050)
    assert rules["guardrails"][0]["most_a_day_minor"] == 20_000
    assert rules["steps"] == [{"name": "Legal", "approvers": ["lea@example.com", "max@example.com"]}]
    assert (rules["mode"], rules["timezone"], len(rules["table"])) == ("hybrid", "Europe/Berlin", 7)
    shown = await page(person, RULES)
    assert "Emails: goes out without asking" in shown
    assert "&lt;b&gt;gratis" in shown
    assert "have changed in the meantime" in said(await posted(person, f"{RULES}/rows/0/remove", count="3"))
    assert "removed" in said(await posted(person, f"{RULES}/rows/0/remove", count="7"))
    await posted(person, f"{RULES}/rows/reset")
    rules = (await person.client.get("/api/v1/approval-rules")).json()
    assert (rules["written_by_hand"], rules["mode"], len(rules["steps"])) == (False, "hybrid", 1)
    assert "needs a name" in said(await posted(person, RULES, mode="hybrid", steps=": lea@example.com"))
    shown = await page(person, RULES)
    assert 'name="most" type="text" value="1250.50"' in shown
    assert 'name="most_a_day" type="text" value="200.00"' in shown
    for wrong in ("a lot", "1,5", "-3", "12.3456"):
        for field in ("most", "most_a_day"):
            assert "is not an amount" in said(await posted(person, f"{RULES}/guardrails", **{field: wrong}))
    assert "timezone" in said(await posted(person, f"{RULES}/guardrails", timezone="Mars/Crater"))


async def test_a_mode_is_tried_on_the_past_and_changes_nothing(services: Services, person: Person) -> None:
    campaign = await plan(services, person)
    of_plan = {"request_type": "campaign_plan", "tool": "launch_campaign", "status": "approved"}
    await ask(services, person, campaign_id=campaign.campaign_id, **of_plan)
    await ask(services, person, post("Bread today."), status="rejected", campaign_id=campaign.campaign_id)
    await ask(services, person, post("Of no campaign."), status="rejected")
    tried = await page(person, f"{RULES}?try=full_auto&days=30")
    assert "1 of them" in tried
    assert "Rejected" in tried
    assert (await person.client.get("/api/v1/approval-rules")).json()["mode"] == "semi_auto"


async def test_everything_is_stopped_and_goes_on(person: Person, viewer: Person) -> None:
    assert "Everything is stopped" in said(await posted(person, f"{HERE}/stop", why="<i>Price error</i>"))
    for one in (person, viewer):
        shown = await page(one, RULES)
        assert "&lt;i&gt;Price error" in shown
        assert ("Turn it on again" in shown) == (one is person)
    assert (await posted(viewer, f"{HERE}/go-on")).status_code == 403
    assert "Going on" in said(await posted(person, f"{HERE}/go-on"))
    assert (await person.client.get("/api/v1/halt")).json()["since"] is None


async def test_the_account_is_erased_with_the_right_password_alone(person: Person, viewer: Person) -> None:
    assert "1 person loses access" in await page(person, f"{HERE}/data")
    assert (await posted(viewer, f"{HERE}/erase", password=PASSWORD)).status_code == 403
    assert "password is wrong" in said(await posted(person, f"{HERE}/erase", password="wrong"))
    assert "needs your password" in said(await posted(person, f"{HERE}/erase"))
    erased = await posted(person, f"{HERE}/erase", password=PASSWORD)
    assert erased.headers["location"] == "/console/sign-in"
    assert (await person.client.get("/console")).status_code == 303
    assert (await viewer.client.get("/console")).status_code == 303
