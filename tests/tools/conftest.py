"""A desk to call tools from: a stored conversation and a context for each call."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import pytest
from hypothesis import settings
from pydantic import BaseModel

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from db.catalogue import CATALOGUE
from db.client import Database
from db.conversations import CONVERSATIONS, Conversation
from db.repository import Repository
from tools.tool import ApprovalDraft, Tool, ToolContext

# A busy machine is no failure: properties are about results, never about how long one example took.
settings.register_profile("tools", deadline=None)
settings.load_profile("tools")

READY: dict[str, Any] = {
    "campaign_brief": {
        "product": "second bakery in Leeds",
        "objective": "200 visitors on the opening weekend",
        "target_audience": "local families",
        "budget": "£1,500",
        "timeline": "event on 3 December 2026",
        "channels": ["instagram", "email"],
    },
    "collected_info": {
        "budget_minor": 150_000,
        "currency": "GBP",
        "event_date": "2026-12-03",
        "goal_metric": "visitors",
        "goal_value": 200,
        "asked": None,
    },
    "ready_to_plan": True,
}
PLAN: dict[str, Any] = {
    "name": "Leeds opening",
    "strategy": "Win the families around the new shop with one clear invitation.",
    "tasks": [
        {"key": "posts", "agent": "writer", "description": "Draft two posts."},
        {"key": "send", "agent": "publisher", "description": "Schedule them.", "depends_on": ["posts"]},
    ],
    "phases": [{"name": "Build-up", "start": "2026-11-21", "end": "2026-12-03"}],
    "kpis": [
        {"name": "Visitors", "target": 200, "unit": "visitors", "why": "It is the goal."},
        {"name": "Cost per visitor", "target": 7.5, "unit": "GBP", "why": "£1,500 for 200 visitors."},
    ],
}


@dataclass
class Desk:
    """Calls tools for one tenant in one conversation."""

    database: Database
    scope: Scope
    clock: ManualClock
    conversation_id: str = field(default_factory=lambda: new_id("cnv"))
    context: dict[str, Any] = field(default_factory=dict[str, Any])
    campaign_id: str | None = None
    timezone: str = "Europe/London"

    async def open(self, context: Mapping[str, Any] | None = None) -> "Desk":
        """Store the conversation."""
        self.context = deepcopy(dict(context or {}))
        await Repository(self.database, CONVERSATIONS, self.scope).insert(
            Conversation.model_validate({"conversation_id": self.conversation_id, "context": self.context})
        )
        return self

    def call_context(self, call_id: str = "", **changes: Any) -> ToolContext:
        """Return the context of one call; the same ``call_id`` is a repeat."""
        settings: dict[str, Any] = {
            "scope": self.scope,
            "database": self.database,
            "clock": self.clock,
            "conversation_id": self.conversation_id,
            "run_id": "run_1",
            "call_id": call_id or new_id("call"),
            "agent": "writer",
            "timezone": self.timezone,
            "context": self.context,
            "campaign_id": self.campaign_id,
        }
        return ToolContext(**(settings | changes))

    async def call(self, tool: Tool, call_id: str = "", **arguments: Any) -> dict[str, Any]:
        """Call a tool as the runner does and return its result as the model reads it."""
        ctx = self.call_context(call_id)
        result = await tool.function(ctx, tool.params.model_validate(arguments))
        self.campaign_id = ctx.campaign_id
        return read_back(result)

    async def everything(self) -> dict[str, list[dict[str, Any]]]:
        """Return all the tenant's documents, without the time of their last change."""
        stored: dict[str, list[dict[str, Any]]] = {}
        for collection in CATALOGUE:
            if collection.tenant == "user_id":
                found = await Repository(self.database, collection, self.scope).find({}, limit=200)
                dumped = [document.model_dump(exclude={"updated_at"}) for document in found]
                stored[collection.name] = sorted(dumped, key=repr)
        return stored


def read_back(result: Any) -> dict[str, Any]:
    """Return a result after a way through JSON."""
    if isinstance(result, ApprovalDraft):
        draft = cast("ApprovalDraft[BaseModel]", result)
        return {"payload": draft.payload.model_dump(mode="json"), "summary": draft.summary}
    read: dict[str, Any] = orjson.loads(orjson.dumps(result))
    return read


@pytest.fixture
async def desk(database: Database, scope: Scope, clock: ManualClock) -> Desk:
    """A desk with an empty brief."""
    return await Desk(database, scope, clock).open()


@pytest.fixture
async def ready(database: Database, scope: Scope, clock: ManualClock) -> Desk:
    """A desk whose brief is complete."""
    return await Desk(database, scope, clock).open(READY)


@pytest.fixture
async def stranger(database: Database, other_scope: Scope, clock: ManualClock) -> Desk:
    """A desk of another tenant, with a complete brief."""
    return await Desk(database, other_scope, clock).open(READY)
