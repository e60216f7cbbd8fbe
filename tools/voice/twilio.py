"""Twilio Programmable Voice, as its public documentation has it: TwiML, the Calls resource, request signatures."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from tools.outside.failures import refused
from tools.outside.http import Call, Outside
from tools.voice.telephony import LineEvent

API: Final = "https://api.twilio.com"
LABEL: Final = "Twilio"
LANGUAGE: Final = "en-GB"
RING_SECONDS: Final = "30"
LISTEN_SECONDS: Final = 8
OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
HINTS: Final = "approve,reject,zero,one,two,three,four,five,six,seven,eight,nine"


class Twilio:
    """Calls from one number of one account."""

    name = "twilio"
    media_type = "text/xml"

    def __init__(self, outside: Outside, account: str, token: str, number: str) -> None:
        self._outside = outside
        self._account = account
        self._token = token
        self.number = number

    def genuine(self, url: str, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
        """Check ``X-Twilio-Signature``: HMAC-SHA1 over the address and the sorted fields of the form."""
        signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        expected = base64.b64encode(hmac.new(self._token.encode(), signed.encode(), hashlib.sha1).digest())
        return hmac.compare_digest(expected, headers.get("x-twilio-signature", "").encode())

    def event(self, form: Mapping[str, str]) -> LineEvent:
        """Read a request. Keys are told without the closing hash."""
        return LineEvent(
            provider_call_id=form.get("CallSid", ""),
            speech=form.get("SpeechResult", "")[:1_000],
            confidence=_number(form.get("Confidence")),
            keys="".join(key for key in form.get("Digits", "")[:20] if key.isdecimal()),
            machine=form.get("AnsweredBy", "human").startswith(("machine", "fax")),
            over=form.get("CallStatus", "") in OVER,
        )

    async def call(self, phone: str, answer_url: str, status_url: str) -> str:
        """Create a call, with voicemail detection. It is never repeated: nobody is to be rung twice."""
        login = base64.b64encode(f"{self._account}:{self._token}".encode()).decode()
        answer = await self._outside.send(
            Call(
                LABEL,
                "POST",
                f"{self._outside.base(self.name, API)}/2010-04-01/Accounts/{quote(self._account)}/Calls.json",
                headers={"Authorization": f"Basic {login}"},
                form={
                    "To": phone,
                    "From": self.number,
                    "Url": answer_url,
                    "Method": "POST",
                    "StatusCallback": status_url,
                    "StatusCallbackMethod": "POST",
                    "MachineDetection": "Enable",
                    "Timeout": RING_SECONDS,
                },
                effect=True,
                secrets=(self._token, login),
            )
        )
        if not answer.ok:
            raise answer.failure(answer.words("message"))
        sid = answer.object().get("sid")
        if not isinstance(sid, str):
            raise refused(LABEL, "it named no call.")
        return sid

    def ask(self, sentences: Sequence[str], question: str, answer_url: str, *, keys: int) -> str:
        """Return TwiML that says the sentences and listens; silence comes back there as an empty answer."""
        listen = (
            f'<Gather input="dtmf speech" action={quoteattr(answer_url)} method="POST" timeout="{LISTEN_SECONDS}" '
            f'speechTimeout="auto" numDigits="{keys}" finishOnKey="#" actionOnEmptyResult="true" '
            f'language="{LANGUAGE}" hints="{HINTS}">{_say([*sentences, question])}</Gather>'
        )
        return _document(listen)

    def hang_up(self, sentences: Sequence[str]) -> str:
        """Return TwiML that says the sentences and ends the call."""
        return _document(f"{_say(sentences)}<Hangup/>")


def _say(sentences: Sequence[str]) -> str:
    return "".join(f'<Say language="{LANGUAGE}">{escape(sentence)}</Say><Pause length="1"/>' for sentence in sentences)


def _document(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'


def _number(told: str | None) -> float | None:
    try:
        value = float(told or "")
    except ValueError:
        return None
    return value if 0.0 <= value <= 1.0 else None
