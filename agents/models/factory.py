"""Builds the models of the roles from the settings: fast for routing, careful for work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableBinding

from agents.models.reply import AnyChatModel, ChatModel
from core.settings import Settings
from tools.tool import Tool


@runtime_checkable
class Closable(Protocol):
    """A model that holds connections."""

    async def aclose(self) -> None: ...


@runtime_checkable
class Lean(Protocol):
    """A model that can be called without LangChain's layers."""

    def lean(self, kwargs: Mapping[str, Any]) -> ChatModel: ...


@dataclass(frozen=True, slots=True)
class Models:
    """The chat models in use. ``label`` is what people are told.

    ``make`` makes a model by its name, when it is first asked for: nobody waits for the OpenAI library at the start.
    """

    make: Callable[[str], BaseChatModel]
    fast_name: str
    careful_name: str
    label: str
    offline: bool
    retries: int = 2
    made: dict[str, BaseChatModel] = field(default_factory=dict[str, BaseChatModel], compare=False)
    bindings: dict[tuple[int, tuple[str, ...]], ChatModel] = field(
        default_factory=dict[tuple[int, tuple[str, ...]], ChatModel], compare=False
    )

    @property
    def fast(self) -> BaseChatModel:
        """The model for routing and for what is remembered."""
        return self._named(self.fast_name)

    @property
    def careful(self) -> BaseChatModel:
        """The model for work."""
        return self._named(self.careful_name)

    def bound(self, model: BaseChatModel, tools: Sequence[Tool]) -> ChatModel:
        """Return the model with these tools offered. Bound once per set of tools."""
        key = (id(model), tuple(tool.name for tool in tools))
        if key not in self.bindings:
            self.bindings[key] = self.bound_schemas(model, tuple(tool.schema() for tool in tools))
        return self.bindings[key]

    def bound_schemas(
        self, model: BaseChatModel, schemas: Sequence[dict[str, Any]], tool_choice: str | None = None
    ) -> ChatModel:
        """Return the model with functions offered by their schemas."""
        bound = model.bind_tools(schemas) if tool_choice is None else model.bind_tools(schemas, tool_choice=tool_choice)
        if isinstance(model, Lean) and isinstance(bound, RunnableBinding):
            return model.lean(bound.kwargs)
        return AnyChatModel(bound)

    async def close(self) -> None:
        """Close the connections."""
        for model in self.made.values():
            if isinstance(model, Closable):
                await model.aclose()

    def _named(self, name: str) -> BaseChatModel:
        if name not in self.made:
            self.made[name] = self.make(name)
        return self.made[name]


def build_models(settings: Settings) -> Models:
    """Return the offline model without a key, an OpenAI-compatible server's models with one. Connects to nothing.

    Only the kind in use is imported: the OpenAI library alone takes longer to import than the rest of the product.
    """
    if settings.offline:
        from agents.models.offline.model import OfflineChatModel

        model = OfflineChatModel()
        name = model.model_name
        return Models(lambda _: model, name, name, "built-in offline model", offline=True, retries=0)

    def make(name: str) -> BaseChatModel:
        from agents.models.openai_compatible import chat_model

        return chat_model(settings, name)

    where = settings.openai_base_url or "OpenAI"
    return Models(
        make,
        fast_name=settings.model_fast,
        careful_name=settings.model_careful,
        label=f"{settings.model_careful} at {where}",
        offline=False,
        retries=settings.model_retries,
    )
