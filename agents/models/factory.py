"""Builds the models of the roles from the settings: fast for routing, careful for work."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel

from agents.models.offline.model import OfflineChatModel
from agents.models.reply import ChatModel
from core.settings import Settings
from tools.tool import Tool


@dataclass(frozen=True, slots=True)
class Models:
    """The chat models in use. ``label`` is what people are told."""

    fast: BaseChatModel
    careful: BaseChatModel
    fast_name: str
    careful_name: str
    label: str
    offline: bool
    retries: int = 2
    bindings: dict[tuple[int, tuple[str, ...]], ChatModel] = field(default_factory=dict, compare=False)

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
        if tool_choice is None:
            return model.bind_tools(schemas)
        return model.bind_tools(schemas, tool_choice=tool_choice)

    async def close(self) -> None:
        """Close the connections."""
        if self.offline:
            return
        from agents.models.openai_compatible import StreamingChatOpenAI

        for model in (self.fast, self.careful):
            if isinstance(model, StreamingChatOpenAI):
                await model.aclose()


def build_models(settings: Settings) -> Models:
    """Return the offline model without a key, an OpenAI-compatible server's models with one. Connects to nothing."""
    if settings.offline:
        model = OfflineChatModel()
        name = model.model_name
        return Models(model, model, name, name, "built-in offline model", offline=True, retries=0)
    where = settings.openai_base_url or "OpenAI"
    return Models(
        fast=_openai(settings, settings.model_fast),
        careful=_openai(settings, settings.model_careful),
        fast_name=settings.model_fast,
        careful_name=settings.model_careful,
        label=f"{settings.model_careful} at {where}",
        offline=False,
        retries=settings.model_retries,
    )


def _openai(settings: Settings, model: str) -> BaseChatModel:
    """Build a model of the server; its library takes a second to import, which the offline model should not cost."""
    from agents.models.openai_compatible import DEFAULT_BASE_URL, StreamingChatOpenAI

    return StreamingChatOpenAI(
        model=model,
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url or DEFAULT_BASE_URL,
        max_retries=0,
        silence_seconds=settings.model_timeout_seconds,
        use_responses_api=False,
    )
