"""What clients may send over a socket, and how frames look on their way out."""

from typing import Annotated, Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from agents.turns.intake import LONGEST_CLIENT_ID
from core.errors import AppError
from core.frame_refused import FrameRefused
from core.json_text import inner_object
from server.problems import field_problems
from server.rest.text import ClientId, MessageText, Text

LONGEST_FRAME: Final = 200_000


class _Frame(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class AuthFrame(_Frame):
    """The first frame of a client that could not send a header."""

    type: Literal["auth"]
    token: str = Field(max_length=4096)


class MessageFrame(_Frame):
    """Something the person says."""

    type: Literal["message"]
    content: MessageText
    client_message_id: ClientId | None = None


class DecisionFrame(_Frame):
    """What the person decided about an approval request."""

    type: Literal["decision"]
    approval_id: str = Field(max_length=64)
    decision: Literal["approve", "reject"]
    notes: Annotated[Text, Field(max_length=2000)] = ""
    edits: dict[str, Any] | None = None
    payload_hash: str | None = Field(None, max_length=128)


class CancelFrame(_Frame):
    """Stop the running turn."""

    type: Literal["cancel"]


class PingFrame(_Frame):
    """Is anyone there."""

    type: Literal["ping"]


ClientFrame = Annotated[AuthFrame | MessageFrame | DecisionFrame | CancelFrame | PingFrame, Field(discriminator="type")]
CLIENT_FRAME: Final[TypeAdapter[ClientFrame]] = TypeAdapter(ClientFrame)
PONG: Final = b'{"event":{"type":"CUSTOM","name":"pong","value":{}}}'


def read_frame(text: str | bytes | None) -> ClientFrame | FrameRefused:
    """Parse what a client sent; what can't be used comes back as the event that says why, and of which message."""
    if not isinstance(text, str):
        return FrameRefused("Send text frames with JSON in them.", "invalid_input")
    if len(text) > LONGEST_FRAME:
        return FrameRefused("This frame is too long. Send less at once.", "invalid_input")
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return FrameRefused("This frame is not valid JSON. Send it again.", "invalid_input")
    try:
        return CLIENT_FRAME.validate_python(told)
    except ValidationError as error:
        fields = field_problems(error.errors(include_url=False, include_input=False, include_context=False))
        message = "This frame can't be used. Correct the fields named."
        sent = _about(inner_object(told).get("client_message_id"))
        return FrameRefused(message, "invalid_input", {"errors": fields} | sent)


def refused(error: AppError, frame: ClientFrame) -> FrameRefused:
    """Tell a client why what it asked for was not done."""
    return FrameRefused(error.message, error.code, {**error.details, **about(frame)})


def about(frame: ClientFrame) -> dict[str, Any]:
    """Return which message a refusal is about, so that its sender keeps it no longer."""
    return _about(frame.client_message_id) if isinstance(frame, MessageFrame) else {}


def _about(client_message_id: object) -> dict[str, Any]:
    known = isinstance(client_message_id, str) and 0 < len(client_message_id) <= LONGEST_CLIENT_ID
    return {"client_message_id": client_message_id} if known else {}


def encode(wire: dict[str, Any], seq: int | None = None) -> bytes:
    """Encode one event as ``{"seq", "event"}``; ``seq`` is there for durable events only."""
    return orjson.dumps({"event": wire} if seq is None else {"seq": seq, "event": wire}, default=str)
