"""The reads a turn makes go through an index on the embedded database too, however much is stored."""

import ast
from pathlib import Path
from typing import Any

import pytest

from core.ids import new_id
from core.scope import Scope
from db.agent_events import AGENT_EVENTS
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.collection import NEVER, Collection
from db.conversations import CONVERSATIONS
from db.deliveries import DELIVERIES
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.managed_urls import MANAGED_URLS
from db.messages import MESSAGES, Message
from db.rate_limits import RATE_LIMITS
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS

ROOT = Path(__file__).parents[2]
EVER = {"$gte": NEVER, "$lt": NEVER}
OWN = {"user_id": "usr_1", "conversation_id": "cnv_1"}
READS: list[tuple[Collection[Any], dict[str, Any]]] = [
    (CONVERSATIONS, {"run.until": {"$lt": NEVER}}),
    (CONVERSATIONS, {"deleted_at": None, "user_id": "usr_1", "created_at": EVER}),
    (CAMPAIGNS, {"deleted_at": None, "user_id": "usr_1", "created_at": EVER}),
    (MESSAGES, {"client_message_id": "c1", **OWN}),
    (MESSAGES, {"run_id": "run_1", **OWN}),
    (MESSAGES, {"status": "pending", **OWN}),
    (MESSAGES, {"status": "pending"}),
    (MESSAGES, {"created_at": EVER, **OWN}),
    (DELIVERIES, {"next_attempt_at": {"$lte": NEVER}}),
    (DELIVERIES, {"lease.owner": "ins_1"}),
    (DELIVERIES, {"post_id": "pst_1"}),
    (SOCIAL_POSTS, {"delivery": "wanted"}),
    (EMAIL_CAMPAIGNS, {"delivery": "wanted"}),
    (AGENT_EVENTS, {"seq": {"$gt": 4, "$lte": 9}, **OWN}),
]
# Reads of one document: the embedded database looks the first field up alone, and its plan does not say so.
POINTS: list[tuple[Collection[Any], dict[str, Any]]] = [
    (CONVERSATIONS, {"conversation_id": "cnv_1"}),
    (CONVERSATIONS, {"external_id": "thread"}),
    (MESSAGES, {"message_id": "msg_1"}),
    (APPROVAL_REQUESTS, {"request_id": "apr_1"}),
    (MANAGED_URLS, {"code": "abc"}),
    (DELIVERIES, {"delivery_id": "dlv_1"}),
    (RATE_LIMITS, {"limit_id": "lim_1"}),
]


@pytest.mark.parametrize(
    ("collection", "where"), READS + POINTS, ids=lambda value: getattr(value, "name", None) or str(value)
)
async def test_the_read_walks_an_index(database: Database, collection: Collection[Any], where: dict[str, Any]) -> None:
    plan = (await database.raw(collection).find(where).explain())["queryPlanner"]["winningPlan"]
    assert "COLLSCAN" not in str(plan)


def test_messages_are_asked_for_by_their_clients_id_with_exactly_what_its_index_holds() -> None:
    """With a field more or less the embedded database finds none: see ADR 4."""
    found: list[tuple[str, set[str]]] = []
    for package in ("agents", "db", "memory", "server", "tools", "workflows"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Dict):
                    keys = {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
                    if {"conversation_id", "client_message_id"} <= keys and "message_id" not in keys:
                        found.append((file.name, keys))
    assert {name for name, _ in found} >= {"turn_store.py", "threads.py", "conversations.py", "routes.py"}
    for name, keys in found:
        assert keys - {"user_id"} == {"conversation_id", "client_message_id"}, name


async def test_a_page_of_a_long_conversation_reads_only_what_is_near(database: Database, scope: Scope) -> None:
    messages = Repository(database, MESSAGES, scope)
    for number in range(5):
        await messages.insert(
            Message(
                message_id=new_id("msg"),
                conversation_id="cnv_1",
                role="user",
                content=str(number),
                timestamp=database.clock.now(),
            )
        )
    before = database.round_trips.count()
    page = await messages.page({"conversation_id": "cnv_1"}, limit=3)
    assert len(page.items) == 3
    assert database.round_trips.count() - before == 1
