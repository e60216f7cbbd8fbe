"""Decides by voice: reads back what would happen and asks for a one-time challenge; anything else is no decision."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from agents.turns.decisions import Decisions
from core.clock import Clock
from core.errors import AppError, Conflict, Forbidden, InvalidInput, LimitReached, NotAuthenticated
from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS
from db.standing import may_act
from db.voice_checks import VOICE_CHECKS, Heard, VoiceCheck, VoiceState, VoiceWay
from server.auth.accounts import AccountDesk, scope_of
from tools.account_names import account_names
from tools.approval.requests import already_decided
from tools.approval.timezones import zone_of_request
from tools.voice.hearing import Understanding, understand
from tools.voice.read_back import read_back
from tools.voice.telephony import LineEvent, Telephony

log = structlog.get_logger(__name__)

LIFETIME: Final = timedelta(minutes=10)
MOST_TRIES: Final = 3
MOST_AN_HOUR: Final = 10
CHALLENGE_DIGITS: Final = 4
CODE_DIGITS: Final = 8
OPEN: Final = ("waiting", "asking")
TOO_OFTEN: Final = "That was the last try. Nothing was decided. Goodbye."
OVER: Final = "This is over. Nothing more is decided here. Ask for a new call in the app. Goodbye."


@dataclass(frozen=True, slots=True)
class Started:
    """A check, and what the person has to be shown: the challenge, and for dialling in the code. Shown once."""

    check: VoiceCheck
    challenge: str
    code: str | None
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say. ``listen``: then ask again, under the attempt of ``check``."""

    check: VoiceCheck | None
    sentences: tuple[str, ...]
    listen: bool = False


class VoiceDesk:
    """Everything about voice that is not a provider's."""

    def __init__(
        self, database: Database, clock: Clock, decisions: Decisions, people: AccountDesk, line: Telephony | None
    ) -> None:
        self._database = database
        self._clock = clock
        self._decisions = decisions
        self._people = people
        self.line = line

    async def start(self, scope: Scope, request_id: str, way: VoiceWay, phone: str | None) -> Started:
        """Make a check for the person who asks, who must be one that may decide this request.

        Conflict if it is decided already, or there is no telephone; LimitReached after ten within an hour.
        """
        scope.require_decide()
        if way != "recording" and self.line is None:
            raise Conflict("No telephone is set up on this server: send a recording, or decide in the app.")
        if (way == "call") != (phone is not None):
            raise InvalidInput("Give a phone number if you want to be called, and none otherwise.", field="phone")
        now = self._clock.now()
        request = await self._request(scope, request_id)
        self._require_open(request)
        await self._decisions.requests.require_signer(scope, request)
        checks = self._checks(scope)
        recent = await checks.find({"actor_id": scope.actor_id, "created_at": {"$gt": now - timedelta(hours=1)}})
        if len(recent) >= MOST_AN_HOUR:
            raise LimitReached("You have asked for many calls within an hour. Decide in the app, or wait a while.")
        challenge = _digits(CHALLENGE_DIGITS)
        code = _digits(CODE_DIGITS) if way == "dial" else None
        check = await checks.insert(
            VoiceCheck(
                check_id=new_id(VOICE_CHECKS.id_prefix),
                request_id=request_id,
                payload_hash=request.payload_hash,
                actor_id=scope.actor_id,
                way=way,
                challenge=challenge,
                code_hash=code_hash(code) if code else None,
                phone=phone,
                expires_at=min(now + LIFETIME, request.expires_at),
            )
        )
        return Started(check, challenge, code, await self._sentences(scope, request))

    async def called(self, scope: Scope, check: VoiceCheck, provider_call_id: str) -> None:
        """Note that the call was placed."""
        await self._checks(scope).change(check.check_id, {"provider_call_id": provider_call_id})

    async def not_called(self, scope: Scope, check: VoiceCheck, why: str) -> None:
        """Note that no call came about."""
        await self._end(scope, check, "failed", why)

    async def answer(self, check: VoiceCheck, event: LineEvent) -> Reply:
        """Somebody has taken the call: read back and ask. A machine hears nothing of it."""
        scope = _own(check)
        if event.machine:
            await self._end(scope, check, "failed", "A voicemail has answered.")
            return Reply(None, ())
        if not self._is_open(check):
            return Reply(None, (OVER,))
        request = await self._request(scope, check.request_id)
        if past := self._past(request, check):
            await self._end(scope, check, "failed", past)
            return Reply(None, (past, "Goodbye."))
        changes = {"state": "asking", "provider_call_id": event.provider_call_id}
        asking = await self._checks(scope).update(check.check_id, changes, where={"state": {"$in": list(OPEN)}})
        hello = "Hello, this is Marketing Minds, about something that waits for your decision."
        return Reply(asking, (hello, *await self._sentences(scope, request)), listen=True)

    async def hear(self, check: VoiceCheck, attempt: int, event: LineEvent) -> Reply:
        """Take what was said. Of a request that is told twice, the second finds its attempt used up and asks again."""
        scope = _own(check)
        if not self._is_open(check):
            return Reply(None, (OVER,))
        if event.machine:
            await self._end(scope, check, "failed", "A voicemail has answered.")
            return Reply(None, ())
        if attempt != check.attempt:
            return Reply(check, (), listen=True)
        found = understand(event.speech, event.confidence, event.keys, check.challenge)
        heard = Heard(
            at=self._clock.now(),
            attempt=attempt,
            speech=event.speech,
            keys="" if event.keys == check.challenge else event.keys,
            confidence=event.confidence,
            understood=found.decision or found.words,
        )
        kept = [one.model_dump(exclude_none=True) for one in (*check.heard, heard)]
        last = attempt >= MOST_TRIES and found.decision is None
        changes = {"heard": kept, "attempt": attempt + 1}
        try:
            check = await self._checks(scope).update(
                check.check_id, changes, where={"attempt": attempt, "state": {"$in": list(OPEN)}}
            )
        except Conflict:
            return Reply(None, (OVER,))
        if found.decision is not None:
            return await self._decide(scope, check, found, heard)
        if last:
            await self._end(scope, check, "failed", f"Nothing was decided after {MOST_TRIES} tries: {found.words}")
            return Reply(None, (found.words, TOO_OFTEN))
        return Reply(check, (found.words,), listen=True)

    async def hung_up(self, check: VoiceCheck) -> None:
        """The call is over; what was not decided by then is not decided."""
        if self._is_open(check) or check.state in OPEN:
            await self._end(_own(check), check, "failed", "The call ended without a decision.")

    async def get(self, scope: Scope, check_id: str) -> VoiceCheck:
        """Return a check, without its challenge."""
        return await self._checks(scope).get(check_id)

    async def newest_recording(self, scope: Scope, request_id: str) -> VoiceCheck:
        """Return the caller's newest check for recordings, with its challenge; Conflict if none is open."""
        await self._request(scope, request_id)
        mine = {"request_id": request_id, "actor_id": scope.actor_id, "way": "recording"}
        found = await self._checks(scope).find(mine)
        newest = max(found, key=lambda check: check.created_at, default=None)
        if newest is None or not self._is_open(newest):
            raise Conflict("No digits are open for a recording. Ask for some at /voice-checks, then say them.")
        return await self._checks(scope).get(newest.check_id, reveal=True)

    async def _decide(self, scope: Scope, check: VoiceCheck, found: Understanding, heard: Heard) -> Reply:
        assert found.decision is not None
        said = f"“{heard.speech}”" if heard.speech else "the digits, keyed in"
        try:
            person = await self._person(check)
            await self._decisions.decide(
                person,
                check.request_id,
                found.decision,
                notes=f"By voice: {said} ({check.check_id})",
                payload_hash=check.payload_hash,
                via="voice",
            )
        except AppError as error:
            await self._end(scope, check, "failed", error.message)
            return Reply(None, (error.message, "Nothing was decided by this call. Goodbye."))
        state: VoiceState = "approved" if found.decision == "approve" else "rejected"
        await self._end(scope, check, state, None)
        done = "Approved. It goes ahead exactly as I read it." if state == "approved" else "Rejected. Nothing goes out."
        return Reply(None, (done, "Goodbye."))

    async def _person(self, check: VoiceCheck) -> Scope:
        """Return the person as they are now: who was suspended or removed meanwhile decides nothing."""
        try:
            user = await self._people.person(check.actor_id)
        except NotAuthenticated:
            raise Forbidden("You do not work in this account any more.") from None
        scope = scope_of(user, "voice")
        if not may_act(user) or scope.user_id != check.user_id:
            raise Forbidden("You do not work in this account any more.")
        return scope

    async def _end(self, scope: Scope, check: VoiceCheck, state: VoiceState, why: str | None) -> None:
        changes = {"state": state, "reason": why, "ended_at": self._clock.now()}
        try:
            await self._checks(scope).update(check.check_id, changes, where={"state": {"$in": list(OPEN)}})
        except Conflict:
            log.debug("voice check was over already", check_id=check.check_id)

    async def _sentences(self, scope: Scope, request: ApprovalRequest) -> list[str]:
        accounts = await account_names(Repository(self._database, SOCIAL_ACCOUNTS, scope), [request])
        return read_back(request, await zone_of_request(self._database, scope, request), accounts)

    async def _request(self, scope: Scope, request_id: str) -> ApprovalRequest:
        return await Repository(self._database, APPROVAL_REQUESTS, scope).get(request_id)

    def _require_open(self, request: ApprovalRequest) -> None:
        if request.status != "pending" or request.expires_at <= self._clock.now():
            raise already_decided(request)

    def _past(self, request: ApprovalRequest, check: VoiceCheck) -> str | None:
        """Return why a request is no longer what the person was shown; None while it is."""
        if request.status != "pending":
            return already_decided(request).message
        if request.payload_hash != check.payload_hash:
            return "It has changed since you asked for this call. Look at it again in the app."
        return None

    def _is_open(self, check: VoiceCheck) -> bool:
        return check.state in OPEN and check.expires_at > self._clock.now()

    def _checks(self, scope: Scope) -> Repository[VoiceCheck]:
        return Repository(self._database, VOICE_CHECKS, scope)


def code_hash(code: str) -> str:
    """Return what is kept of a code that is dialled."""
    return hashlib.sha256(code.encode()).hexdigest()


def _digits(length: int) -> str:
    """Return random digits; the first is no zero, which on a keypad begins a rejection."""
    return str(secrets.randbelow(9) + 1) + "".join(str(secrets.randbelow(10)) for _ in range(length - 1))


def _own(check: VoiceCheck) -> Scope:
    return Scope(check.user_id, check.actor_id, "user", "voice")
