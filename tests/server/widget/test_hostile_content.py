"""Text that would like to be a program: in messages, names, file names, links, Markdown, charts, tools, approvals."""

import json
from datetime import timedelta
from typing import Any

from playwright.async_api import BrowserContext, expect

from core.ids import new_id
from core.scope import Scope
from db.agent_events import AGENT_EVENTS, AgentEvent
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.charts import CHARTS, Chart
from db.conversations import CONVERSATIONS, Conversation
from db.messages import MESSAGES, Message
from server.services import Services
from tests.server.conftest import Person
from tests.server.widget.conftest import Shop

EVIL = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"
EVIL_CODE = "document.title='hacked'"
SVG = f"""<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" onload="{EVIL_CODE}">
<script>{EVIL_CODE}</script><a href="javascript:{EVIL_CODE}"><text x="9" y="20">link</text></a>
<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="{EVIL_CODE}"/></body></foreignObject>
<image href="http://127.0.0.1:9/x.png"/><style>* {{ fill: url(http://127.0.0.1:9/y) }}</style>
<rect width="50" height="50" fill="url(http://127.0.0.1:9/z)" onclick="{EVIL_CODE}"/>
<text x="1" y="9">bars</text></svg>"""
POLICY = "script-src http://{server} 'unsafe-inline' 'unsafe-eval'; connect-src http://{server} ws://{server}"


async def test_hostile_text_stays_text_wherever_it_comes_from(
    shop: Shop, context: BrowserContext, person: Person, services: Services
) -> None:
    scope = Scope(person.user_id, person.user_id, "user", "web")
    now = services.clock.now()
    chart = Chart(
        chart_id=new_id("cht"), title=EVIL, kind="bar", metric="clicks", group_by="day", spec="{}", svg=SVG, png=""
    )
    await services.repository(CHARTS, scope).insert(chart)
    talk = Conversation(conversation_id=new_id("cnv"), title=EVIL, message_count=2)
    await services.repository(CONVERSATIONS, scope).insert(talk)
    markdown = (
        f"{EVIL}\n\n[click](javascript:document.title='hacked') [data](data:text/html,<script>1</script>) "
        f"![{EVIL}](/api/v1/charts/{chart.chart_id}.svg) ![out](http://127.0.0.1:9/p.png)\n\n"
        "| <svg onload=alert(1)> | b |\n|---|---|\n| x | [y](vbscript:x) |\n\n<iframe src='//127.0.0.1:9'></iframe>"
    )
    messages = services.repository(MESSAGES, scope)
    about: dict[str, Any] = {"conversation_id": talk.conversation_id, "timestamp": now}
    await messages.insert(Message(message_id=new_id("msg"), role="user", content=EVIL, **about))
    # Even HTML that nobody has sanitised is copied element by element.
    html = f"<p onclick=\"document.title='hacked'\">raw</p>{EVIL}<a href=\"javascript:document.title='hacked'\">go</a>"
    await messages.insert(
        Message(message_id=new_id("msg"), role="assistant", agent=EVIL, content="raw", html=html, **about)
    )
    last = Message(
        message_id=new_id("msg"),
        role="assistant",
        agent="writer",
        content=markdown,
        run_id="run_1",
        first_seq=1,
        **about,
    )
    await messages.insert(last)
    result = json.dumps({EVIL: f"{EVIL}{'long ' * 1_000}"})
    ran: list[dict[str, Any]] = [
        {"type": "TOOL_CALL_START", "toolCallId": EVIL, "toolCallName": EVIL},
        {"type": "TOOL_CALL_ARGS", "toolCallId": EVIL, "delta": json.dumps({"text": EVIL})},
        {"type": "TOOL_CALL_RESULT", "toolCallId": EVIL, "content": result, "metadata": {"ok": False}},
        {"type": "TEXT_MESSAGE_END", "messageId": last.message_id},
    ]
    event = AgentEvent(
        event_id=new_id("evt"), seq=1, run_id="run_1", event_type="message", data={"events": ran}, **about
    )  # fmt: skip
    await services.repository(AGENT_EVENTS, scope).insert(event)
    post = {
        "content_id": EVIL,
        "version": 1,
        "platform": "email",
        "account_id": None,
        "text": markdown,
        "subject": EVIL,
        "media": [{"url": f"https://shop.example/{EVIL}", "content_type": EVIL, "sha256": "0"}],
        "link": "javascript:document.title='hacked'",
        "hashtags": [EVIL],
        "publish_at": EVIL,
        "recipients": [EVIL],
        EVIL: {EVIL: [EVIL]},
    }
    request = ApprovalRequest(
        request_id=new_id("apr"),
        conversation_id=talk.conversation_id,
        request_type="publish",
        tool="schedule_posts",
        content={"posts": [post], "audience": EVIL, "budget": {"amount_minor": 1, "currency": "GBP"}, EVIL: EVIL},
        payload_hash="0",
        summary=EVIL,
        requested_by=EVIL,
        expires_at=now + timedelta(days=1),
    )
    await services.repository(APPROVAL_REQUESTS, scope).insert(request)
    site = {"name": EVIL, "greeting": EVIL}
    assert (await person.client.patch(f"/api/v1/sites/{shop.site_id}", json=site)).status_code == 200

    shop.policy = POLICY
    shop.more = f'data-open data-user-token="{shop.user_token(email=person.email, team=True)}"'
    page = await shop.visit(context)
    await expect(page.locator(".welcome p")).to_have_text(EVIL)
    await page.get_by_role("button", name="Conversations").click()
    await page.locator(".history li button").click()
    card = page.get_by_role("region", name="Your decision is needed")
    await expect(card.get_by_role("heading", name="<img")).to_be_visible()
    await expect(page.locator(".chart svg text").first).to_have_text("bars")
    tools = page.locator(".column > .tools")
    await tools.locator("summary").first.click()
    await tools.locator("li summary").click()
    given, came = tools.locator("pre").nth(0), tools.locator("pre").nth(1)
    assert json.loads(await given.inner_text()) == {"text": EVIL}
    assert EVIL[:9] in await came.inner_text()
    assert len(await came.inner_text()) == 2_001
    await card.get_by_role("button", name="Edit").click()
    await card.get_by_label("Text").fill(f"{markdown} {EVIL}")
    await card.get_by_role("button", name="Show what changes").click()
    await expect(card.locator("ins").first).to_be_visible()
    found = await page.evaluate(
        """() => {
          const root = document.querySelector("marketing-minds-chat").shadowRoot;
          const all = [...root.querySelectorAll("*")];
          return {
            tags: all.filter((node) => /^(script|iframe|img|image|style|foreignobject)$/i.test(node.tagName)).length,
            handlers: all.flatMap((node) => node.getAttributeNames()).filter((name) => name.startsWith("on")),
            addresses: all.flatMap((node) => ["href", "src", "fill"].map((name) => node.getAttribute(name) || ""))
              .filter((value) => /javascript:|data:|vbscript:|url\\(/i.test(value)),
          };
        }"""
    )
    assert found == {"tags": 0, "handlers": [], "addresses": []}
    assert await page.title() == "Bakery"
    assert shop.trouble == []
