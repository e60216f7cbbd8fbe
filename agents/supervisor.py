"""Decides who answers: by a cheap local reading where the intent is certain, by the model where it is not."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import structlog
from pydantic import BaseModel, Field, ValidationError

from agents.briefing import conversation, system_message
from agents.language.intent import read_intent
from agents.language.situation import Reading, Situation
from agents.models.reply import ask
from agents.spec import AgentSpec
from agents.turn import Turn
from core.errors import ModelError
from core.events import Routed
from prompts.loader import load

log = structlog.get_logger(__name__)

AGENTS_PER_TURN = 3

Reader: TypeAlias = Callable[[str, Situation], Reading]


class Route(BaseModel):
    """The supervisor's decision."""

    agents: list[str] = Field(min_length=1, description="Who works on the newest message, in order.")
    reason: str = Field("", description="Why, in one short sentence.")


class SilentListener:
    """Hears a model whose words are not for people."""

    def text(self, delta: str) -> None:
        """Show nothing."""

    def restart(self) -> None:
        """Nothing was shown."""


class Supervisor:
    """Routes messages to the members of a roster. ``reader`` is the local reading of a message."""

    def __init__(self, roster: tuple[AgentSpec, ...], reader: Reader = read_intent) -> None:
        self._reader = reader
        self._names = tuple(spec.name for spec in roster)
        self._tool = self._route_tool(roster)

    def read(self, text: str, situation: Situation) -> Routed | None:
        """Return the local decision where it is certain."""
        reading = self._reader(text, situation)
        if not reading.certain or not set(reading.agents) <= set(self._names):
            return None
        return Routed(reading.agents[:AGENTS_PER_TURN], reading.reason, "local", reading.confidence)

    async def decide(self, turn: Turn) -> Routed:
        """Return the decision, asking the model where the local reading is not certain.

        A model that fails or names nobody does not stop the turn: the local best guess stands in.
        """
        if route := self.read(turn.text, turn.situation):
            return route
        model = turn.models.bound_schemas(turn.models.fast, (self._tool,), tool_choice="route")
        messages = [system_message(load("supervisor"), turn, "supervisor"), *conversation(turn, ())]
        try:
            reply = await ask(model, messages, SilentListener(), name=turn.models.fast_name, retries=0)
        except ModelError as error:
            log.warning("routing model failed", reason=error.message)
            return self._guess(turn)
        turn.count(reply.usage)
        route = self._checked(reply.calls[0].parsed()) if reply.calls else None
        return route or self._guess(turn)

    def _checked(self, arguments: Mapping[str, Any]) -> Routed | None:
        try:
            decided = Route.model_validate(arguments)
        except ValidationError:
            return None
        agents = tuple(dict.fromkeys(name for name in decided.agents if name in self._names))
        if not agents:
            return None
        return Routed(agents[:AGENTS_PER_TURN], decided.reason[:200], "model", 1.0)

    def _guess(self, turn: Turn) -> Routed:
        reading = self._reader(turn.text, turn.situation)
        agents = tuple(name for name in reading.agents if name in self._names) or self._names[:1]
        return Routed(agents[:AGENTS_PER_TURN], reading.reason, "local", reading.confidence)

    def _route_tool(self, roster: tuple[AgentSpec, ...]) -> dict[str, Any]:
        team = " ".join(f"{spec.name}: {spec.summary}" for spec in roster)
        parameters = Route.model_json_schema()
        parameters["properties"]["agents"]["items"] = {"type": "string", "enum": list(self._names)}
        parameters.pop("title", None)
        return {
            "type": "function",
            "function": {
                "name": "route",
                "description": f"Say who works on the newest message. {team}",
                "parameters": parameters,
            },
        }
