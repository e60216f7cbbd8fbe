"""Recorded speech to text: by an OpenAI-compatible server to decide on, by the local recogniser for a preview only."""

import asyncio
import io
import math
import wave
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from core.errors import InvalidInput, NotConfigured
from core.json_text import inner_list, inner_object
from tools.outside.http import Call, Outside, Upload

LABEL: Final = "The transcription server"
OPENAI: Final = "https://api.openai.com/v1"
RATE: Final = 16_000
LONGEST_SECONDS: Final = 60
ENDINGS: Final = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mpeg": "mp3",
    "audio/mp4": "mp4",
    "audio/webm": "webm",
    "audio/ogg": "ogg",
}


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said, and how sure the recogniser is, from 0 to 1; None: it does not tell."""

    text: str
    confidence: float | None


class Transcriber:
    """Asks a server at ``/audio/transcriptions``."""

    def __init__(self, outside: Outside, base: str, key: str, model: str) -> None:
        self._outside = outside
        self._base = base or OPENAI
        self._key = key
        self._model = model

    async def transcribe(self, audio: bytes, content_type: str) -> Transcript:
        """Return what was said. NotConfigured without a key; PlatformError where the server fails."""
        if not self._key:
            raise NotConfigured(
                "Deciding by a recording needs a transcription server: set OPENAI_API_KEY. Or decide on the phone."
            )
        ending = ending_of(content_type)
        answer = await self._outside.send(
            Call(
                LABEL,
                "POST",
                f"{self._base.rstrip('/')}/audio/transcriptions",
                headers={"Authorization": f"Bearer {self._key}"},
                form={"model": self._model, "response_format": "verbose_json", "language": "en"},
                upload=Upload("file", audio, f"answer.{ending}", content_type),
                secrets=(self._key,),
                of_operator=True,
            )
        )
        if not answer.ok:
            raise answer.failure(answer.words("error", "message"))
        told = answer.object()
        return Transcript(str(told.get("text", "")).strip()[:1_000], _confidence(told))


def ending_of(content_type: str) -> str:
    """Return the file ending of a kind of recording; InvalidInput for one that is not taken."""
    ending = ENDINGS.get(content_type.partition(";")[0].strip().lower())
    if ending is None:
        raise InvalidInput(f"Send a recording as one of {', '.join(ENDINGS)}, named in Content-Type.")
    return ending


async def preview(audio: bytes, content_type: str) -> str:
    """Return what the local recogniser makes of a 16 kHz mono WAV. Far too unsure to decide anything on.

    NotConfigured where the recogniser is not installed.
    """
    if ending_of(content_type) != "wav":
        raise InvalidInput("Without a transcription server only WAV can be looked at: 16 kHz, mono, 16 bit.")
    return await asyncio.to_thread(_recognised, _samples(audio))


def _recognised(samples: bytes) -> str:
    try:
        library: Any = import_module("pocketsphinx")
    except ImportError as error:
        raise NotConfigured(
            "Deciding by a recording needs a transcription server: set OPENAI_API_KEY. For a preview without one, "
            "install marketing-minds[speech]."
        ) from error
    decoder = library.Decoder(library.Config(samprate=float(RATE), loglevel="FATAL"))
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return str(found.hypstr) if found else ""


def _samples(audio: bytes) -> bytes:
    try:
        with wave.open(io.BytesIO(audio)) as recording:
            fits = (recording.getframerate(), recording.getnchannels(), recording.getsampwidth()) == (RATE, 1, 2)
            if not fits or recording.getnframes() > RATE * LONGEST_SECONDS:
                raise InvalidInput("Send at most a minute of WAV with 16 kHz, mono and 16 bit.")
            samples: bytes = recording.readframes(recording.getnframes())
            return samples
    except (wave.Error, EOFError) as error:
        raise InvalidInput("This is not a WAV recording. Record it again.") from error


def _confidence(told: dict[str, Any]) -> float | None:
    """Return the least sure segment's mean word probability, less where it may be no speech; None if not told."""
    sure: list[float] = []
    for segment in map(inner_object, inner_list(told.get("segments"))):
        probability, silence = segment.get("avg_logprob"), segment.get("no_speech_prob", 0.0)
        if not isinstance(probability, int | float) or not isinstance(silence, int | float):
            return None
        sure.append(math.exp(min(float(probability), 0.0)) * (1.0 - min(max(float(silence), 0.0), 1.0)))
    return min(sure) if sure else None
