"""A plan's tasks drawn by their dependencies: each stands to the right of everything that has to be done before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from db.campaigns import PlanTask

WIDTH: Final = 208
HEIGHT: Final = 84
ACROSS: Final = 48
DOWN: Final = 16
MARGIN: Final = 4


@dataclass(frozen=True, slots=True)
class Node:
    """A task and its place, in pixels."""

    task: PlanTask
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from a task to one that needs it; ``done`` once the first is."""

    path: str
    done: bool


@dataclass(frozen=True, slots=True)
class PlanGraph:
    """The drawing."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def drawn(tasks: Sequence[PlanTask]) -> PlanGraph:
    """Place the tasks of a plan in columns, in the order of the plan within each."""
    columns = _columns(tasks)
    tallest = max((len(column) for column in columns), default=0)
    nodes = {
        task.task_id: Node(task, MARGIN + across * (WIDTH + ACROSS), MARGIN + down * (HEIGHT + DOWN))
        for across, column in enumerate(columns)
        for down, task in enumerate(column)
    }
    edges = [
        _edge(nodes[name], node)
        for node in nodes.values()
        for name in node.task.dependencies
        if name in nodes and nodes[name].x < node.x
    ]
    return PlanGraph(
        width=2 * MARGIN + max(len(columns) * (WIDTH + ACROSS) - ACROSS, 0),
        height=2 * MARGIN + max(tallest * (HEIGHT + DOWN) - DOWN, 0),
        nodes=tuple(nodes.values()),
        edges=tuple(edges),
    )


def _columns(tasks: Sequence[PlanTask]) -> list[list[PlanTask]]:
    """Sort tasks into columns. Tasks that wait for one another, which no plan should have, share the last one."""
    known = {task.task_id for task in tasks}
    placed: set[str] = set()
    columns: list[list[PlanTask]] = []
    left = list(tasks)
    while left:
        column = [task for task in left if not (set(task.dependencies) & known) - placed] or left
        columns.append(column)
        placed |= {task.task_id for task in column}
        left = [task for task in left if task.task_id not in placed]
    return columns


def _edge(first: Node, then: Node) -> Edge:
    x1, y1 = first.x + WIDTH, first.y + HEIGHT // 2
    x2, y2 = then.x, then.y + HEIGHT // 2
    bend = (x2 - x1) // 2
    path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    return Edge(path, done=first.task.status == "completed")
