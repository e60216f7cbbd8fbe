"""Approvals by voice: the challenge a person was shown, and everything that was heard, kept as evidence."""

from typing import Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, SecretText, UtcTime

VoiceState = Literal["waiting", "asking", "approved", "rejected", "failed"]
VoiceWay = Literal["call", "dial", "recording"]


class Heard(Part):
    """What was said or keyed in once, how sure the recogniser was (0 to 1), and what was made of it."""

    at: UtcTime
    attempt: int
    speech: str = ""
    keys: str = ""
    confidence: float | None = None
    understood: str


class VoiceCheck(OwnedDocument):
    """One person's way to decide one request by voice, in exactly the form they were shown.

    ``way``: the house calls, the person dials in with ``code``, or they send a recording. ``challenge`` are the digits
    that have to be said; it counts for one decision and until ``expires_at``. ``attempt`` counts from 1 what was heard.
    """

    check_id: str
    request_id: str
    payload_hash: str
    actor_id: str
    way: VoiceWay
    challenge: SecretText = ""
    code_hash: str | None = None
    phone: str | None = None
    provider_call_id: str | None = None
    state: VoiceState = "waiting"
    attempt: int = 1
    reason: str | None = None
    heard: list[Heard] = Field(default_factory=list[Heard])
    expires_at: UtcTime
    ended_at: UtcTime | None = None


VOICE_CHECKS = Collection(
    name="voice_checks",
    model=VoiceCheck,
    id_field="check_id",
    id_prefix="vck",
    indexes=(
        Index(("user_id",)),
        Index(("request_id",)),
        Index(("code_hash",), sparse=True),
    ),
    secrets=("challenge",),
)
