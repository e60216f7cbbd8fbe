"""Learns from a person's decision on what an agent proposed: what held, what was changed, what was rejected and why."""

from collections.abc import Mapping
from typing import Any, Final

from agents.memory_extraction import Extractor
from core.errors import NotFound
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.repository import Repository
from db.user_memory import MemorySource
from memory.desk import MemoryDesk
from memory.gate import Exchange
from memory.learnings import Learnings
from memory.outcomes import Lesson, Text, from_decision, from_edit, from_rejection, texts_of

WRITER: Final = "writer"
LEARNT: Final = "learnt"


class Learner:
    """Turns decisions into learnings of the account's agents."""

    def __init__(self, database: Database, desk: MemoryDesk, learnings: Learnings, extractor: Extractor) -> None:
        self._database = database
        self._desk = desk
        self._learnings = learnings
        self._extractor = extractor

    async def learn(self, scope: Scope, message: Mapping[str, Any]) -> None:
        """Learn from the decision a message carries. Each decision counts once."""
        requests = Repository(self._database, APPROVAL_REQUESTS, scope)
        try:
            request = await requests.get(message["metadata"]["decision"]["approval_id"])
        except NotFound:
            return
        if request.status not in {"approved", "rejected"} or request.metadata.get(LEARNT):
            return
        source = MemorySource(kind="tool", id=request.request_id)
        lessons = await self._lessons(scope, request)
        await self._learnings.count(scope, WRITER, lessons, source, outcome=request.request_id)
        if words := request.rejection_reason or request.approval_notes:
            await self._keep_words(scope, message, words)
        # Last: cut off before this, all of it is done again, and nothing of it counts twice.
        await requests.change(request.request_id, {f"metadata.{LEARNT}": True})

    async def _lessons(self, scope: Scope, request: ApprovalRequest) -> list[Lesson]:
        texts = texts_of(request.content)
        if request.status == "rejected":
            reason = request.rejection_reason or ""
            return [*from_decision("rejected", texts), *from_rejection(reason, [text.platform for text in texts])]
        lessons = from_decision("edited" if request.edits else "approved", texts)
        if request.edits:
            for before, after in zip(await self._drafts(scope, request), texts, strict=False):
                lessons += from_edit(before, after)
        return lessons

    async def _drafts(self, scope: Scope, request: ApprovalRequest) -> list[Text]:
        """The texts as the agent had written them, in the order of the payload."""
        contents = Repository(self._database, CONTENT_LIBRARY, scope)
        drafts: list[Text] = []
        for post in request.content.get("posts", []):
            content = await contents.find_one({"content_id": post["content_id"]})
            words = content.content.text if content else str(post.get("text", ""))
            tags = len(content.hashtags) if content else len(post.get("hashtags", []))
            drafts.append(Text(str(post["platform"]), words, tags))
        return drafts

    async def _keep_words(self, scope: Scope, message: Mapping[str, Any], words: str) -> None:
        """A reason often holds a wish for good ("never say cheap"): it goes through the same gate as any words."""
        known = await self._desk.known(scope)
        exchange = Exchange(
            message["conversation_id"], message["message_id"], words, message["timestamp"], scope.actor_id
        )
        await self._desk.keeper.exchange(scope, exchange, await self._extractor.findings(words, known))
