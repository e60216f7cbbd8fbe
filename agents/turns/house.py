"""What every run of a process shares, put together once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agents.graph import Graph, build_graph
from agents.language.intent import read_intent
from agents.loop import Worker
from agents.models.factory import Models
from agents.recalling import Recaller
from agents.remembering import Remembering
from agents.spec import AgentSpec
from agents.supervisor import Reader, Supervisor
from agents.turns.feed import Feed
from agents.turns.heads import Heads
from core.clock import Clock
from db.client import Database
from db.notice_store import NoticeStore
from db.turn_store import TurnStore
from memory.desk import MemoryDesk
from tools.runner import ToolRunner
from tools.tool import Tool, ToolParts


@dataclass(frozen=True, slots=True)
class HouseMemory:
    """What turns need of memory: what recalls, what remembers, and what tools work with."""

    desk: MemoryDesk
    recaller: Recaller
    remembering: Remembering


@dataclass(frozen=True, slots=True)
class House:
    """The parts turns are made of."""

    database: Database
    store: TurnStore
    notices: NoticeStore
    feed: Feed
    heads: Heads
    graph: Graph
    supervisor: Supervisor
    workers: Mapping[str, Worker]
    models: Models
    runner: ToolRunner
    clock: Clock
    memory: HouseMemory | None = None


def build_house(
    database: Database,
    models: Models,
    clock: Clock,
    roster: tuple[AgentSpec, ...],
    tools: Iterable[Tool],
    reader: Reader = read_intent,
    memory: HouseMemory | None = None,
    parts: ToolParts | None = None,
    feed: Feed | None = None,
) -> House:
    """Put the parts together. Connects to nothing."""
    supervisor = Supervisor(roster, reader)
    workers = {spec.name: Worker.of(spec) for spec in roster}
    return House(
        database=database,
        store=TurnStore(database),
        notices=NoticeStore(database),
        feed=feed or Feed(),
        heads=Heads(),
        graph=build_graph(workers, supervisor),
        supervisor=supervisor,
        workers=workers,
        models=models,
        runner=ToolRunner(tools, parts),
        clock=clock,
        memory=memory,
    )
