"""What a chat completion asks for: the last message of a history, and which conversation that is."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from agents.turns.intake import LONGEST_MESSAGE
from core.scope import Scope
from server.completions.errors import Unusable
from server.rest.text import Line, Text

MODEL: Final = "marketing-minds"
MOST_MESSAGES: Final = 2000
NOTES: Final = frozenset({"system", "developer"})
UNSUPPORTED: Final = ("tools", "functions", "tool_choice", "function_call", "audio", "prediction", "web_search_options")
Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


class TextPart(BaseModel):
    """A piece of text."""

    type: Literal["text"]
    text: Annotated[Text, Field(max_length=200_000)]


class OtherPart(BaseModel):
    """A piece that is no text; none can be read here."""

    model_config = ConfigDict(extra="allow")

    type: str


class ChatMessage(BaseModel):
    """One message of the history."""

    model_config = ConfigDict(extra="ignore")

    role: Role
    content: Annotated[Text, Field(max_length=400_000)] | list[TextPart | OtherPart] | None = None


class StreamOptions(BaseModel):
    """What a stream carries besides the answer."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """A chat completion. Sampling parameters are accepted and have no effect: the team answers, not one model call."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [{"model": MODEL, "messages": [{"role": "user", "content": "What can you do?"}]}],
            "additionalProperties": True,
        },
    )

    model: Annotated[str, Field(max_length=200)]
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = 1
    user: Annotated[Line, Field(max_length=200)] | None = None
    metadata: dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]] | None = None
    response_format: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One message that counts as said: a person's or the team's."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be used: what is to be answered, what came before, and the keys it is found by.

    ``prior_key`` stands for the history up to its last user message, ``reply`` is what the team answered to that, as
    far as the client has it.
    """

    content: str
    history: tuple[Said, ...]
    notes: str
    key: str
    prior_key: str | None
    reply: str
    thread: str | None


def read(body: ChatRequest, scope: Scope, thread: str | None) -> Asked:
    """Return what a request asks for; Unusable says what is wrong with it. ``thread`` is the header's conversation."""
    _refuse_unsupported(body)
    said: list[Said] = []
    notes: list[str] = []
    for number, message in enumerate(body.messages):
        text = _text_of(message, number)
        if message.role in NOTES:
            notes.append(text)
        elif message.role in {"user", "assistant"} and (text or message.role == "user"):
            said.append(Said("user" if message.role == "user" else "assistant", text))
    if not said or said[-1].role != "user":
        raise Unusable("The last message has to be the user's.", "messages")
    if not 0 < len(said[-1].content) <= LONGEST_MESSAGE:
        raise Unusable(f"The last message has to have 1 to {LONGEST_MESSAGE:,} characters.", "messages")
    thread = thread or (body.metadata or {}).get("conversation_id")
    seed = [scope.user_id, scope.actor_id, body.user or ""]
    if thread:
        key = _key([*seed, "thread", thread], said[-1:])
        return Asked(said[-1].content, (), "\n".join(notes), key, None, "", thread)
    *history, last = said
    asked_before = max((place for place, one in enumerate(history) if one.role == "user"), default=None)
    prior_key = None if asked_before is None else _key(seed, history[: asked_before + 1])
    reply = "" if asked_before is None else "\n\n".join(one.content for one in history[asked_before + 1 :])
    return Asked(last.content, tuple(history), "\n".join(notes), _key(seed, said), prior_key, reply, None)


def _key(seed: Sequence[str], said: Sequence[Said]) -> str:
    listed = [list(seed), *([one.role, " ".join(one.content.split())] for one in said)]
    return hashlib.sha256(orjson.dumps(listed)).hexdigest()


def _text_of(message: ChatMessage, number: int) -> str:
    place = f"messages.{number}.content"
    if message.role in {"tool", "function"}:
        raise Unusable("Messages of tools can't be used here: the team works with its own.", place)
    if message.content is None or isinstance(message.content, str):
        return (message.content or "").strip()
    texts = [part.text for part in message.content if isinstance(part, TextPart)]
    if len(texts) < len(message.content):
        raise Unusable("Only text can be read here. Leave images, audio and files out.", place, "unsupported_content")
    return "\n".join(texts).strip()


def _refuse_unsupported(body: ChatRequest) -> None:
    if body.model != MODEL:
        message = f"The model {body.model[:80]!r} does not exist here. Use {MODEL}."
        raise Unusable(message, "model", "model_not_found", 404)
    if body.n not in {None, 1}:
        raise Unusable("There is one answer to each message. Leave n out.", "n", "unsupported_value")
    more = body.model_extra or {}
    for name in UNSUPPORTED:
        if more.get(name) and more[name] != "none":
            raise Unusable(
                f"{name} can't be used here: the team works with its own tools.", name, "unsupported_parameter"
            )
    if (body.response_format or {}).get("type", "text") != "text":
        raise Unusable("Answers are text. Leave response_format out.", "response_format", "unsupported_value")
