"""The graph of a turn: the supervisor, then one agent after another, each a node."""

from collections.abc import Mapping
from typing import Any, Protocol, cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from agents.loop import Worker
from agents.supervisor import Supervisor
from agents.turn import Turn, TurnState
from core.events import Routed, StepStarted

Graph = CompiledStateGraph[TurnState, Turn, TurnState, TurnState]


class Node(Protocol):
    """A step of the graph: reads the state, works with the turn, says where to go."""

    async def __call__(self, state: TurnState, *, runtime: Runtime[Turn]) -> Command[Any]: ...


def build_graph(workers: Mapping[str, Worker], supervisor: Supervisor) -> Graph:
    """Compile the graph once; turns run side by side on it."""
    names = tuple(workers)
    # LangGraph leaves parts of its own signatures untyped.
    graph: Any = StateGraph(TurnState, context_schema=Turn)
    graph.add_node("supervisor", _supervise(supervisor), destinations=names)
    for name, worker in workers.items():
        graph.add_node(name, _agent(worker), destinations=(*names, END))
    graph.add_conditional_edges(START, _enter, ["supervisor", *names])
    return cast("Graph", graph.compile())


async def _enter(state: TurnState) -> str:
    """Go to the agent whose turn it is where the route is known, to the supervisor where it is not."""
    route = state.get("route")
    return "supervisor" if route is None else route.agents[state.get("position", 0)]


def _supervise(supervisor: Supervisor) -> Node:
    async def decide(state: TurnState, *, runtime: Runtime[Turn]) -> Command[Any]:  # noqa: ARG001 - a node takes both
        turn = runtime.context
        route = await supervisor.decide(turn)
        turn.output.record_soon(route, StepStarted(route.agents[0]))
        return Command(goto=route.agents[0], update={"route": route, "position": 0})

    return decide


def _agent(worker: Worker) -> Node:
    async def work(state: TurnState, *, runtime: Runtime[Turn]) -> Command[Any]:
        turn = runtime.context
        route, position = state.get("route"), state.get("position", 0)
        assert route is not None, "the supervisor comes first"
        messages = await worker.work(turn, position, state.get("messages", []), task_of(route, position))
        following = position + 1
        if turn.interrupts or following == len(route.agents):
            return Command(goto=END)
        turn.output.record_soon(StepStarted(route.agents[following]))
        return Command(goto=route.agents[following], update={"position": following, "messages": messages})

    return work


def task_of(route: Routed, position: int) -> str | None:
    """Return what an agent is told where several answer one message."""
    if len(route.agents) == 1:
        return None
    before = ", ".join(route.agents[:position]) or "nobody yet"
    after = ", ".join(route.agents[position + 1 :]) or "nobody"
    return f"Several of the team answer this message. Done: {before}. You now do your part. Then: {after}."
