"""Puts memory together: the engine, the desk people and tools use, what turns recall, and the worker that remembers."""

from dataclasses import dataclass

from agents.learning import Learner
from agents.memory_extraction import build_extractor
from agents.models.factory import Models
from agents.recalling import Recaller
from agents.remembering import Remembering
from agents.turns.house import HouseMemory
from core.clock import Clock
from core.scope import Scope
from core.settings import Settings
from db.client import Database
from db.unremembered import Unremembered
from memory.desk import MemoryDesk
from memory.engine import Engine, build_engine
from memory.learnings import Learnings
from memory.memories import Memories
from memory.promotion import Promotion
from memory.switches import Switches
from memory.tidying import Tidying
from server.auth.tokens import secret_key
from workflows.nightly_memory import NightlyMemory


@dataclass(frozen=True, slots=True)
class MemoryParts:
    """Memory as the edges use it."""

    engine: Engine
    memories: Memories
    desk: MemoryDesk
    learnings: Learnings
    recaller: Recaller
    remembering: Remembering
    unremembered: Unremembered
    promotion: Promotion
    tidying: Tidying
    nightly: NightlyMemory

    @property
    def of_turns(self) -> HouseMemory:
        """What turns need of it."""
        return HouseMemory(self.desk, self.recaller, self.remembering)

    async def forget_conversation(self, scope: Scope, conversation_id: str) -> None:
        """Forget what was learnt in a conversation that is being deleted, and what still waits to be."""
        await self.unremembered.let_go(scope.user_id, conversation_id)
        await self.desk.forget_conversation(scope, conversation_id)

    async def forget_account(self, user_id: str) -> None:
        """Let go of everything of an account that was erased."""
        await self.promotion.forget_account(user_id)
        await self.desk.forget_account(user_id)


def build_memory(settings: Settings, database: Database, clock: Clock, models: Models) -> MemoryParts:
    """Put the parts together. Connects to nothing and loads nothing: that happens on first use."""
    engine = build_engine(settings, database, clock)
    memories = engine.memories
    alone = not settings.mongodb_uri.get_secret_value()
    desk = MemoryDesk(memories, Switches(database, alone=alone))
    learnings = Learnings(database, memories)
    extractor = build_extractor(models)
    unremembered = Unremembered(database)
    learner = Learner(database, desk, learnings, extractor)
    key = secret_key(settings.secret_key.get_secret_value(), settings.data_dir)
    promotion = Promotion(database, memories, key.encode())
    tidying = Tidying(database, memories, learnings, promotion, clock)
    return MemoryParts(
        engine=engine,
        memories=memories,
        desk=desk,
        learnings=learnings,
        recaller=Recaller(desk, clock),
        remembering=Remembering(unremembered, desk, extractor, learner, clock),
        unremembered=unremembered,
        promotion=promotion,
        tidying=tidying,
        nightly=NightlyMemory(database, tidying),
    )
