"""A person's conversation with the whole product on the offline model: real graph, turns, tools and database."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from agents.models.factory import build_models
from agents.roster import ROSTER
from agents.turns.accepted import Accepted
from agents.turns.decisions import Decisions
from agents.turns.house import HouseMemory, build_house
from agents.turns.spoken import SpokenTurns
from core.errors import Conflict
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.accounts import Accounts
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.collection import Collection, Document
from db.conversations import CONVERSATIONS, Conversation
from db.repository import Repository
from db.users import User
from tools.catalogue import CATALOGUE as TOOLS

D = TypeVar("D", bound=Document)


@dataclass(slots=True)
class Heard:
    """What came of one message: who answered with what, and what waits for a decision."""

    agents: list[str] = field(default_factory=list[str])
    texts: list[str] = field(default_factory=list[str])
    cards: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        """All answers as one text."""
        return "\n\n".join(self.texts)


class Talk:
    """One conversation. ``restart`` goes on with a new process's worth of the product on the same database."""

    def __init__(
        self, database: Database, scope: Scope, conversation_id: str, memory: HouseMemory | None = None
    ) -> None:
        self.memory = memory
        self.database = database
        self.scope = scope
        self.conversation_id = conversation_id
        self._open()

    @classmethod
    async def begin(
        cls,
        database: Database,
        scope: Scope,
        timezone: str = "Europe/London",
        memory: HouseMemory | None = None,
    ) -> "Talk":
        """Start a conversation, in an account that is there."""
        with suppress(Conflict):
            person = User(user_id=scope.user_id, email=f"{scope.user_id}@shop.example")
            await Accounts(database).add(person)
        made = Conversation(conversation_id=new_id("cnv"), timezone=timezone)
        await Repository(database, CONVERSATIONS, scope).insert(made)
        return cls(database, scope, made.conversation_id, memory)

    def _open(self) -> None:
        models = build_models(Settings.model_validate({"openai_api_key": "", "openai_base_url": ""}))
        house = build_house(self.database, models, self.database.clock, ROSTER, TOOLS, memory=self.memory)
        self.turns = SpokenTurns(house, new_id("run"))
        self.decisions = Decisions(house, self.turns)
        self.turns.decisions = self.decisions

    async def restart(self) -> None:
        """End this process's part and begin another."""
        await self.turns.stop()
        self._open()

    async def say(self, text: str) -> Heard:
        """Say something and hear the whole answer."""
        accepted = await self.turns.accept(self.scope, self.conversation_id, text, new_id("msg"))
        return await self._hear(accepted)

    async def decide(self, decision: Literal["approve", "reject"], notes: str = "") -> Heard:
        """Decide on the one request that waits."""
        (request,) = await self.waiting()
        _, accepted = await self.decisions.decide(self.scope, request.request_id, decision, notes=notes, via="web")
        assert accepted is not None
        return await self._hear(accepted)

    async def all(self, collection: Collection[D]) -> list[D]:
        """Every document of a collection, the oldest first."""
        found = await Repository(self.database, collection, self.scope).find({})
        return sorted(found, key=lambda document: str(getattr(document, collection.id_field)))

    async def context(self) -> Conversation:
        """The stored conversation."""
        return await Repository(self.database, CONVERSATIONS, self.scope).get(self.conversation_id)

    async def waiting(self) -> list[ApprovalRequest]:
        """The requests nobody has decided."""
        return [item for item in await self.all(APPROVAL_REQUESTS) if item.status == "pending"]

    async def _hear(self, accepted: Accepted) -> Heard:
        result = await self.turns.result(self.scope, self.conversation_id, accepted)
        while self.turns.runs_here(self.conversation_id):
            await asyncio.sleep(0.002)
        assert result.error is None, result.error
        return Heard(
            agents=[str(message["agent"]) for message in result.messages],
            texts=[str(message["content"]) for message in result.messages],
            cards=[str(item["message"]) for item in result.approvals],
        )
