"""What a tool is: a typed function with a declared effect, and the context it runs in."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar, get_type_hints

from pydantic import BaseModel

from core.clock import Clock
from core.events import Event, Interrupt
from core.ids import derived_id
from core.scope import Scope
from db.approval_requests import ApprovalRequest
from db.client import Database
from db.collection import Collection, Document
from db.repository import Repository
from memory.desk import MemoryDesk
from tools.approval.requests import RequestType
from tools.figures.press import ChartPress
from tools.outside.http import Outside
from tools.outside.links import ManagedLinks

Payload = TypeVar("Payload", bound=BaseModel)
D = TypeVar("D", bound=Document)

TENANT_NAMES = frozenset({"user_id", "tenant_id", "tenant", "actor_id", "owner_id", "scope"})


class Effect(Enum):
    """What a call changes: nothing, something in this house, or something outside it."""

    READ = "read"
    WRITE = "write"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class ToolParts:
    """What every call of a process may need, made once; None where there is none."""

    links: ManagedLinks | None = None
    outside: Outside | None = None
    press: ChartPress = field(default_factory=ChartPress)


@dataclass(slots=True)
class ToolContext:
    """The caller, the turn and the call a tool works for. Built by the agent loop, never by a model.

    ``call_id`` is the call's position in its turn and stays the same when the turn is repeated after a crash.
    ``context`` is the conversation's ``{campaign_brief, collected_info, ready_to_plan}`` as it stands now; a tool that
    changes it stores it too. ``campaign_id`` is the campaign the conversation is about, if there is one yet.
    ``approval_id`` is the request that is being carried out, while one is. ``memory`` is None where there is none;
    so are ``links``, which puts managed addresses into what goes out, and ``outside``, which fetches attachments.
    ``press`` draws charts.
    ``said`` is what the person said in this conversation, as far as the turn reads it; what is written down in their
    name has to stand in it; ``words`` is the newest message alone, and ``order`` what it orders about a whole campaign,
    if it is just that order: it is read by rule, so that no text they did not write can give it. ``in_turn`` says that
    a turn of the conversation will show what comes of the call.
    ``interrupts`` are requests the call has asked anew because it changed something, ``withdrawn`` those it withdrew.
    """

    scope: Scope
    database: Database
    clock: Clock
    conversation_id: str
    run_id: str
    call_id: str
    agent: str
    timezone: str
    context: dict[str, Any]
    campaign_id: str | None = None
    approval_id: str | None = None
    memory: MemoryDesk | None = None
    links: ManagedLinks | None = None
    outside: Outside | None = None
    press: ChartPress = field(default_factory=ChartPress)
    in_turn: bool = False
    said: str = ""
    order: str | None = None
    words: str = ""
    events: list[Event] = field(default_factory=list[Event])
    interrupts: list[Interrupt] = field(default_factory=list[Interrupt])
    withdrawn: list[str] = field(default_factory=list[str])
    _made: int = 0

    def new_id(self, prefix: str) -> str:
        """Return the next id of this call. A repeated call gets the same ids in the same order."""
        self._made += 1
        return derived_id(prefix, self.call_id, str(self._made))

    def repository(self, collection: Collection[D]) -> Repository[D]:
        """Return the caller's own view of a collection."""
        return Repository(self.database, collection, self.scope)

    def emit(self, event: Event) -> None:
        """Tell the conversation something besides the result; sent after the tool has returned."""
        self.events.append(event)


ToolFunction: TypeAlias = Callable[[ToolContext, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class ApprovalDraft(Generic[Payload]):
    """What a PUBLISH tool wants a person to decide: the exact payload and one plain sentence about it.

    ``about`` are the ids whose change voids it, ``replaces`` the earlier requests it stands in place of, ``follows``
    one that is over already, to which it shows the difference.
    """

    payload: Payload
    summary: str
    about: tuple[str, ...] = ()
    replaces: tuple[ApprovalRequest, ...] = ()
    follows: ApprovalRequest | None = None
    campaign_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as the registry, the model and the runner see it.

    For READ and WRITE, ``function`` does the work. For PUBLISH it only prepares the payload; ``execute`` does the work
    after a person has approved exactly that payload, and ``finish`` makes of a payload that was edited while approving,
    and of the one that was asked, what is approved.
    """

    name: str
    description: str
    effect: Effect
    params: type[BaseModel]
    function: Callable[[ToolContext, Any], Awaitable[Any]]
    request_type: RequestType | None = None
    payload: type[BaseModel] | None = None
    execute: Callable[[ToolContext, Any], Awaitable[Any]] | None = None
    finish: Callable[[ToolContext, Any, Any], Awaitable[BaseModel]] | None = None

    def schema(self) -> dict[str, Any]:
        """Return the function schema in the form chat models take."""
        parameters = self.params.model_json_schema()
        parameters.pop("title", None)
        parameters.pop("description", None)
        return {
            "type": "function",
            "function": {"name": self.name, "description": self.description, "parameters": parameters},
        }


def tool(effect: Effect) -> Callable[[ToolFunction], Tool]:
    """Make a READ or WRITE tool of ``async def name(ctx: ToolContext, params: Model) -> result``.

    Name, description and schema come from the function, its docstring and its params model. A WRITE tool must be
    harmless when repeated with the same context: it takes its ids from ``ctx.new_id`` and inserts with ``insert_once``.
    """
    if effect is Effect.PUBLISH:
        raise TypeError("A tool that leaves the house is declared with publish_tool.")

    def wrap(function: ToolFunction) -> Tool:
        return Tool(
            name=function.__name__,
            description=_described(function),
            effect=effect,
            params=_params_of(function),
            function=function,
        )

    return wrap


def publish_tool(
    request_type: RequestType,
    execute: Callable[[ToolContext, Payload], Awaitable[Any]],
    finish: Callable[[ToolContext, Payload, Payload], Awaitable[Payload]] | None = None,
) -> Callable[[Callable[[ToolContext, Any], Awaitable[ApprovalDraft[Payload]]]], Tool]:
    """Make a PUBLISH tool: the function prepares an ApprovalDraft, ``execute`` carries out the approved payload.

    ``execute`` must be harmless when repeated with the same context and payload. ``finish`` is given what a person has
    edited while approving and what was asked; a ToolError of it is an edit that can't be approved.
    """

    def wrap(function: Callable[[ToolContext, Any], Awaitable[ApprovalDraft[Payload]]]) -> Tool:
        return Tool(
            name=function.__name__,
            description=_described(function),
            effect=Effect.PUBLISH,
            params=_params_of(function),
            function=function,
            request_type=request_type,
            payload=_params_of(execute),
            execute=execute,
            finish=finish,
        )

    return wrap


def _described(function: Callable[..., Any]) -> str:
    if not function.__doc__:
        raise TypeError(f"The tool {function.__name__} needs a docstring: it is what the model reads.")
    return inspect.cleandoc(function.__doc__)


def _params_of(function: Callable[..., Any]) -> type[BaseModel]:
    names = list(inspect.signature(function).parameters)
    if len(names) != 2:
        raise TypeError(f"{function.__name__} takes the context and one model.")
    model = get_type_hints(function)[names[1]]
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise TypeError(f"{function.__name__} takes a pydantic model as its second argument.")
    if named := TENANT_NAMES & set(model.model_fields):
        raise TypeError(
            f"{function.__name__} must not take {', '.join(sorted(named))}: the tenant comes from the scope."
        )
    return model
