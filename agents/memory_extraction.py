"""Finds what is worth remembering in a person's message: by rules, or with a model that fills in a form."""

from collections.abc import Sequence
from typing import Any, Final, Literal, Protocol

import orjson
import structlog
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, Field, ValidationError

from agents.models.factory import Models
from agents.models.reply import ask
from agents.supervisor import SilentListener
from core.errors import ModelError
from db.user_memory import UserMemory
from memory.duplicates import content_words
from memory.extraction import MOST_FINDINGS, read_findings
from memory.extraction_sentences import clauses, own_words
from memory.findings import Finding
from prompts.loader import load

log = structlog.get_logger(__name__)

TOOL: Final = "remember"
KNOWN_SHOWN: Final = 30
FEWEST_WORDS: Final = 3
LONGEST_READ: Final = 6_000
LONGEST_TEXT: Final = 300


class Extractor(Protocol):
    """Reads the words of a person. ``known`` are facts that stand, so that the same fact gets the same name."""

    async def findings(self, text: str, known: Sequence[UserMemory]) -> list[Finding]: ...


class Taken(BaseModel):
    """One thing to remember."""

    kind: Literal["fact", "wish"] = "fact"
    text: str = Field(min_length=3, max_length=LONGEST_TEXT, description="One short sentence in the person's words.")
    subject: str = Field("", max_length=60, description="The fact's name if it has one current value, else empty.")
    importance: int = Field(6, ge=1, le=10, description="10: matters in every text; 5: nice to know.")
    ends: str = Field("", max_length=120, description="What no longer holds, in a few words; empty otherwise.")


class Form(BaseModel):
    """Everything worth remembering in the message; empty if there is nothing."""

    items: list[Taken] = Field(default_factory=list[Taken], max_length=MOST_FINDINGS)


class RuleExtractor:
    """Reads by rules: needs no model and always finds the same."""

    async def findings(self, text: str, known: Sequence[UserMemory]) -> list[Finding]:  # noqa: ARG002 - rules need none
        """Return what the rules find."""
        return read_findings(text)


class ModelExtractor:
    """Asks the fast model; what it says goes through the same gate. Where it fails, the rules stand in."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._tool = form_schema()

    async def findings(self, text: str, known: Sequence[UserMemory]) -> list[Finding]:
        """Return what the model found, and what the rules are sure of besides."""
        by_rule = read_findings(text)
        if not worth_asking(text):
            return by_rule
        model = self._models.bound_schemas(self._models.fast, (self._tool,), tool_choice=TOOL)
        try:
            name = self._models.fast_name
            reply = await ask(model, _messages(text, known), SilentListener(), name=name, retries=1)
        except ModelError as error:
            log.warning("extraction model failed, rules stand in", reason=error.message)
            return by_rule
        found = _read(reply.calls[0].parsed()) if reply.calls else None
        return by_rule if found is None else _together(found, by_rule)


def build_extractor(models: Models) -> Extractor:
    """Return the extractor that fits the models in use."""
    return RuleExtractor() if models.offline else ModelExtractor(models)


def worth_asking(text: str) -> bool:
    """Whether a message states anything at all that a model could take down."""
    return any(len(content_words(clause.text)) >= FEWEST_WORDS for clause in clauses(text) if not clause.order)


def form_schema() -> dict[str, Any]:
    """Return the form as the function schema a chat model takes."""
    parameters = Form.model_json_schema()
    parameters.pop("title", None)
    return {
        "type": "function",
        "function": {
            "name": TOOL,
            "description": "Take down what is worth remembering in the message; an empty list if nothing is.",
            "parameters": parameters,
        },
    }


def _messages(text: str, known: Sequence[UserMemory]) -> list[BaseMessage]:
    shown = [{"subject": memory.subject or "", "says": memory.content} for memory in known[:KNOWN_SHOWN]]
    block = orjson.dumps(shown).decode().replace("<", "\\u003c").replace(">", "\\u003e")
    return [SystemMessage(load("memory").render(known=block)), HumanMessage(own_words(text)[:LONGEST_READ])]


def _read(arguments: dict[str, Any]) -> list[Finding] | None:
    try:
        form = Form.model_validate(arguments)
    except ValidationError:
        return None
    return [
        Finding(
            "preference" if taken.kind == "wish" else "insight",
            taken.text.strip(),
            " ".join(taken.subject.lower().split()) or None,
            taken.importance,
            "style" if taken.kind == "wish" else "business",
            ends=taken.ends.strip(),
        )
        for taken in form.items
    ]


def _together(found: Sequence[Finding], by_rule: Sequence[Finding]) -> list[Finding]:
    """The model's findings, and those of the rules whose subject it has missed or that were asked for by name."""
    subjects = {finding.subject for finding in found if finding.subject}
    missed = [
        finding
        for finding in by_rule
        if (finding.subject and finding.subject not in subjects) or (finding.asked and not found)
    ]
    return [*found, *missed][:MOST_FINDINGS]
