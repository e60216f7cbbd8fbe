"""Approvals by a recording: transcribed over HTTP and held against the digits; heard locally it decides nothing."""

import asyncio
import io
import shutil
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from fastapi import FastAPI

from server.app import create_app
from server.services import Services
from tests.server.conftest import Person
from tests.server.voice.test_calls import ask
from tools.voice.transcription import Transcriber

SURE = -0.05


@dataclass
class Transcriptions:
    """An OpenAI-compatible transcription server that hears what it is told to."""

    url: str = ""
    says: str = ""
    logprob: float = SURE
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@pytest.fixture
async def transcriptions() -> AsyncIterator[Transcriptions]:
    made = Transcriptions()

    async def hear(request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        made.got.append({"model": form["model"], "audio": file.file.read(), "auth": request.headers["Authorization"]})
        if made.status != 200:
            return web.json_response({"error": {"message": "overloaded", "type": "server_error"}}, status=made.status)
        segments = [{"text": made.says, "avg_logprob": made.logprob, "no_speech_prob": 0.01}]
        return web.json_response({"text": made.says, "segments": segments})

    app = web.Application(client_max_size=5_000_000)
    app.router.add_post("/v1/audio/transcriptions", hear)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield made
    await runner.cleanup()


async def digits(person: Person, request: dict[str, Any]) -> str:
    where = f"/api/v1/approvals/{request['approval_id']}/voice-checks"
    answer = await person.client.post(where, json={"way": "recording"})
    assert answer.status_code == 201
    return str(answer.json()["challenge"])


async def send(person: Person, request: dict[str, Any], audio: bytes, kind: str = "audio/wav") -> Any:
    where = f"/api/v1/approvals/{request['approval_id']}/voice"
    return await person.client.post(where, content=audio, headers={"Content-Type": kind}, timeout=120)


def silence(seconds: float = 0.2, rate: int = 16_000) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(rate)
        recording.writeframes(b"\0\0" * int(rate * seconds))
    return made.getvalue()


async def state(person: Person, request: dict[str, Any]) -> str:
    return str((await person.client.get(f"/api/v1/approvals/{request['approval_id']}")).json()["status"])


class TestWithATranscriptionServer:
    @pytest.fixture
    def app(self, services: Services, transcriptions: Transcriptions) -> FastAPI:
        """The offline model talks; recordings go to the server."""
        transcriber = Transcriber(services.outside, transcriptions.url, "sk-test", "whisper-1")
        return create_app(replace(services, voice=replace(services.voice, transcriber=transcriber)))

    async def test_the_words_and_the_digits_decide_and_nothing_less_does(
        self, person: Person, transcriptions: Transcriptions
    ) -> None:
        request = await ask(person)
        challenge = await digits(person, request)
        transcriptions.says = "Yes, go ahead."
        refused = (await send(person, request, silence())).json()
        assert (refused["decided"], refused["transcript"]) == (False, "Yes, go ahead.")
        transcriptions.says, transcriptions.logprob = f"Approve {challenge}.", -1.5
        assert not (await send(person, request, silence())).json()["decided"]
        assert await state(person, request) == "pending"
        transcriptions.logprob = SURE
        decided = (await send(person, request, silence())).json()
        assert (decided["decided"], decided["decision"], decided["preview"]) == (True, "approve", False)
        assert await state(person, request) == "approved"
        assert transcriptions.got[0]["model"] == "whisper-1"
        assert transcriptions.got[0]["auth"] == "Bearer sk-test"
        assert (await send(person, request, silence())).status_code == 409

    async def test_speech_reaches_the_server_byte_for_byte_and_decides(
        self, person: Person, transcriptions: Transcriptions
    ) -> None:
        request = await ask(person)
        challenge = await digits(person, request)
        audio = await spoken(f"approve {' '.join(challenge)}")
        transcriptions.says = f"approve {challenge}"
        assert (await send(person, request, audio)).json()["decided"]
        assert [one["audio"] for one in transcriptions.got] == [audio]
        assert await state(person, request) == "approved"

    async def test_a_minute_is_taken_and_more_is_not(self, person: Person, transcriptions: Transcriptions) -> None:
        request = await ask(person)
        await digits(person, request)
        transcriptions.says = "I am not sure about this one."
        answer = await send(person, request, silence(60))
        assert (answer.status_code, answer.json()["decided"]) == (200, False)
        assert (await send(person, request, silence(90))).status_code == 413

    async def test_a_server_that_fails_uses_up_no_try(self, person: Person, transcriptions: Transcriptions) -> None:
        request = await ask(person)
        challenge = await digits(person, request)
        transcriptions.status = 503
        for _ in range(4):
            answer = await send(person, request, silence())
            assert answer.status_code == 502
            assert "sk-test" not in answer.text
        transcriptions.status, transcriptions.says = 200, f"Reject {challenge}, the price is wrong"
        assert (await send(person, request, silence())).json()["decision"] == "reject"

    async def test_digits_are_one_persons_and_one_requests(
        self, person: Person, member: Person, stranger: Person, transcriptions: Transcriptions
    ) -> None:
        request = await ask(person)
        transcriptions.says = f"approve {await digits(person, request)}"
        assert (await send(member, request, silence())).status_code == 409
        assert (await send(stranger, request, silence())).status_code == 404
        assert (await send(person, request, b"")).status_code == 422
        assert (await send(person, request, b"text", "text/plain")).status_code == 422
        assert await state(person, request) == "pending"


async def test_without_a_transcription_server_speech_is_previewed_and_decides_nothing(person: Person) -> None:
    request = await ask(person)
    challenge = await digits(person, request)
    answer = await send(person, request, await spoken(f"approve {' '.join(challenge)}"))
    assert answer.status_code == 200, answer.text
    heard = answer.json()
    assert (heard["decided"], heard["decision"], heard["preview"]) == (False, None, True)
    assert isinstance(heard["transcript"], str)
    assert heard["transcript"]
    assert await state(person, request) == "pending"
    for broken in (b"RIFF", silence(rate=8_000)):
        assert (await send(person, request, broken)).status_code == 422


async def spoken(words: str) -> bytes:
    """Return words as espeak-ng speaks them."""
    program = shutil.which("espeak-ng")
    assert program, "espeak-ng is missing: see scripts/needs.py"
    pipe = asyncio.subprocess.PIPE
    speaking = await asyncio.create_subprocess_exec(program, "-v", "en-gb", "--stdout", words, stdout=pipe)
    audio, _ = await speaking.communicate()
    return at_16_khz(audio)


def at_16_khz(audio: bytes) -> bytes:
    """Return what espeak-ng wrote (22.05 kHz, with a length that a pipe does not know) as 16 kHz, by nearest sample."""
    samples = audio[44:]
    count = len(samples) // 2
    wanted = int(count * 16_000 / 22_050)
    picked = b"".join(samples[2 * (at := number * 22_050 // 16_000) : 2 * at + 2] for number in range(wanted))
    made = io.BytesIO()
    with wave.open(made, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(16_000)
        recording.writeframes(picked)
    return made.getvalue()
