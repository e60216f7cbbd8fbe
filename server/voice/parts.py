"""What the edges of voice work with."""

from dataclasses import dataclass

from agents.turns.decisions import Decisions
from core.clock import Clock
from core.settings import Settings
from db.client import Database
from db.voice_lines import VoiceLines
from server.auth.accounts import AccountDesk
from server.voice.desk import VoiceDesk
from tools.outside.http import Outside
from tools.voice.transcription import Transcriber
from tools.voice.twilio import Twilio


@dataclass(frozen=True, slots=True)
class VoiceParts:
    """The desk, the way from a call to its check, and speech to text."""

    desk: VoiceDesk
    lines: VoiceLines
    transcriber: Transcriber


def build_voice(
    settings: Settings, database: Database, clock: Clock, outside: Outside, decisions: Decisions, people: AccountDesk
) -> VoiceParts:
    """Put the parts together. Without the provider's settings nobody is called. Connects to nothing."""
    token = settings.twilio_auth_token.get_secret_value()
    line = (
        Twilio(outside, settings.twilio_account_sid, token, settings.twilio_phone_number)
        if settings.twilio_account_sid and token
        else None
    )
    key = settings.openai_api_key.get_secret_value()
    return VoiceParts(
        desk=VoiceDesk(database, clock, decisions, people, line),
        lines=VoiceLines(database),
        transcriber=Transcriber(outside, settings.openai_base_url, key, settings.transcription_model),
    )
