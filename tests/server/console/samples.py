"""What the console's pages are tried with: requests, campaigns and posts as the product stores them, and worse."""

from datetime import timedelta
from typing import Any

from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign
from server.services import Services
from tests.server.conftest import Person
from tools.approval.payload import payload_hash

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
GERMAN = "Donaudampfschifffahrtsgesellschaftskapitänsmützenverkaufseröffnungsveranstaltung"
ARABIC = "افتتاح المخبز الثاني في ليدز"


def scope_of(person: Person) -> Scope:
    return Scope(person.user_id, person.user_id, "user", "web")


def post(text: str, platform: str = "twitter", **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "content_id": new_id("cnt"),
        "version": 1,
        "platform": platform,
        "account_id": "2244994945",
        "text": text,
        "subject": None,
        "media": [],
        "link": None,
        "hashtags": [],
        "publish_at": "2026-12-02T09:00:00Z",
        "recipients": [],
    }
    return usual | more


async def ask(services: Services, person: Person, *posts: dict[str, Any], **more: Any) -> ApprovalRequest:
    content = {"posts": list(posts), "audience": "Local families", "budget": None}
    fields: dict[str, Any] = {
        "request_id": new_id("apr"),
        "request_type": "publish",
        "tool": "schedule_posts",
        "content": content,
        "payload_hash": payload_hash(content),
        "summary": "Schedule one post: X on Wed 2 Dec 2026 at 09:00.",
        "requested_by": "publisher",
        "expires_at": services.clock.now() + timedelta(days=2),
    }
    request = ApprovalRequest.model_validate(fields | more)
    return await services.repository(APPROVAL_REQUESTS, scope_of(person)).insert(request)


async def plan(services: Services, person: Person, **more: Any) -> Campaign:
    tasks = [
        {"task_id": "t1", "agent_assigned": "strategist", "description": "Look around", "status": "completed"},
        {"task_id": "t2", "agent_assigned": "writer", "description": GERMAN, "dependencies": ["t1"]},
        {"task_id": "t3", "agent_assigned": "nobody", "description": HOSTILE, "dependencies": ["t1", "t2"]},
    ]
    fields: dict[str, Any] = {
        "campaign_id": new_id("cmp"),
        "name": "Second bakery",
        "status": "active",
        "brief": {"product": ARABIC, "objective": HOSTILE, "channels": ["instagram", "fax"]},
        "plan": {"strategy": HOSTILE, "tasks": tasks, "kpis": [{"name": GERMAN, "target": 12.5, "unit": "%"}]},
        "platforms": ["instagram"],
        "budget": {"allocated_minor": 150_000, "used_minor": 140_050, "currency": "GBP"},
        "start_date": "2026-11-28",
        "end_date": "2026-12-20",
        "execution": {"launch": 1, "launched_by": person.user_id, "launched_at": services.clock.now()},
        "results": {"performance_summary": f"**Well** done {HOSTILE}", "analytics": {"total_clicks": 4_120}},
    }
    return await services.repository(CAMPAIGNS, scope_of(person)).insert(Campaign.model_validate(fields | more))
