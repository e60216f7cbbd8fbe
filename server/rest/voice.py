"""Approvals by voice over REST: asking for a call or digits, sending a recording, seeing what was heard."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.errors import Conflict, InvalidInput, NotConfigured, PlatformError
from db.voice_checks import Heard, VoiceCheck, VoiceState, VoiceWay
from server.auth.caller import Caller, InPerson
from server.problems import responses
from server.rest.text import PathId
from server.services import Parts
from tools.voice.hearing import spoken
from tools.voice.telephony import LineEvent
from tools.voice.transcription import preview

router = APIRouter(prefix="/api/v1/approvals", tags=["Approvals"])
RECORDINGS: Final = ("audio/wav", "audio/webm", "audio/mpeg")
BYTES: Final[Mapping[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
NO_PREVIEW: Final = "Nothing was decided: without a transcription server a recording is only looked at."
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]


class VoiceAsked(BaseModel):
    """Which way: to be called at ``phone`` (as +44…), to dial in, or to send a recording."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"way": "call", "phone": "+441134960000"}]}
    )

    way: VoiceWay
    phone: Phone | None = None


class VoiceCheckView(BaseModel):
    """A way to decide by voice, and what came of it. ``heard`` is everything that was understood on the line."""

    check_id: str
    approval_id: str
    way: VoiceWay
    state: VoiceState
    reason: str | None
    heard: list[Heard]
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, check: VoiceCheck) -> "VoiceCheckView":
        """Show a check, without its digits."""
        fields = set(cls.model_fields) - {"approval_id"}
        return cls(approval_id=check.request_id, **check.model_dump(include=fields))


class StartedVoiceCheck(VoiceCheckView):
    """What the person has to be shown, once: the digits, what to say, and where to dial."""

    challenge: str = Field(description="Four digits that count for one decision.")
    say: str = Field(examples=["approve 4 7 1 9"])
    code: str | None = Field(description="The call code to key in when dialling in.")
    number: str | None = Field(description="The number to dial.")
    read_back: list[str] = Field(description="What is read out, word for word.")


class VoiceHeard(BaseModel):
    """What a recording came to. ``decided`` is false where nothing was, and ``message`` says why."""

    decided: bool
    decision: Literal["approve", "reject"] | None
    preview: bool = Field(description="Recognised locally: never decided on.")
    transcript: str
    message: str


@router.post(
    "/{approval_id}/voice-checks",
    status_code=201,
    operation_id="start_voice_check",
    responses=responses(404, 409),
    summary="Ask to decide by voice",
)
async def start(approval_id: PathId, body: VoiceAsked, scope: InPerson, parts: Parts) -> StartedVoiceCheck:
    """Return digits to say, shown once. To be called, give a number: whoever answers there needs the digits."""
    desk = parts.voice.desk
    started = await desk.start(scope, approval_id, body.way, body.phone)
    check = started.check
    if body.phone is not None and desk.line is not None:
        base = parts.settings.own_address
        try:
            call_id = await desk.line.call(
                body.phone, f"{base}/voice/calls/{check.check_id}", f"{base}/voice/over/{check.check_id}"
            )
        except PlatformError as error:
            await desk.not_called(scope, check, error.message)
            raise
        await desk.called(scope, check, call_id)
    return StartedVoiceCheck(
        challenge=started.challenge,
        say=f"approve {spoken(started.challenge)}",
        code=started.code,
        number=desk.line.number if started.code and desk.line else None,
        read_back=started.sentences,
        **VoiceCheckView.of(check).model_dump(),
    )


@router.get(
    "/{approval_id}/voice-checks/{check_id}",
    operation_id="get_voice_check",
    responses=responses(404),
    summary="What was heard",
)
async def get(approval_id: PathId, check_id: PathId, scope: Caller, parts: Parts) -> VoiceCheckView:
    """Return how far a check has come, with the transcript that is kept as evidence."""
    check = await parts.voice.desk.get(scope, check_id)
    if check.request_id != approval_id:
        raise Conflict("This check is about another approval. Ask for it there.")
    return VoiceCheckView.of(check)


@router.post(
    "/{approval_id}/voice",
    operation_id="decide_by_recording",
    responses=responses(404, 409),
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(RECORDINGS, BYTES)}},
    summary="Decide by a recording",
)
async def decide(
    approval_id: PathId,
    request: Request,
    scope: InPerson,
    parts: Parts,
    content_type: Annotated[str, Header(max_length=100)] = "",
) -> VoiceHeard:
    """Hold what was said against the caller's newest digits for recordings of this approval.

    Three tries; a recording that is not clearly a decision is none.
    """
    desk = parts.voice.desk
    check = await desk.newest_recording(scope, approval_id)
    audio = await request.body()
    if not audio:
        raise InvalidInput("The recording is empty. Send its bytes as the body.")
    try:
        found = await parts.voice.transcriber.transcribe(audio, content_type)
    except NotConfigured:
        try:
            words = await preview(audio, content_type)
        except NotConfigured as error:
            raise Conflict(error.message) from error
        return VoiceHeard(decided=False, decision=None, preview=True, transcript=words, message=NO_PREVIEW)
    event = LineEvent(provider_call_id="", speech=found.text, confidence=found.confidence)
    reply = await desk.hear(check, check.attempt, event)
    after = await desk.get(scope, check.check_id)
    decision: Literal["approve", "reject"] | None = None
    if after.state in ("approved", "rejected"):
        decision = "approve" if after.state == "approved" else "reject"
    return VoiceHeard(
        decided=decision is not None,
        decision=decision,
        preview=False,
        transcript=found.text,
        message=" ".join(reply.sentences),
    )
