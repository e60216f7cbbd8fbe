"""Where the telephone provider comes in. Every request is checked for its signature; what it says is data."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from core.errors import Forbidden, NotFound
from db.voice_checks import VoiceCheck
from server.services import Parts, Services
from server.voice.desk import CHALLENGE_DIGITS, CODE_DIGITS, MOST_TRIES, Reply, code_hash
from tools.voice.hearing import REJECT_KEY, spoken
from tools.voice.telephony import Telephony

router = APIRouter(prefix="/voice", include_in_schema=False)
QUESTION: Final = (
    "To approve exactly this, say approve and the four digits you were shown, or key them in and press hash. "
    f"To reject, say reject and the digits, or press {spoken(REJECT_KEY)} first."
)
ASK_CODE: Final = "Welcome to Marketing Minds. Key in the eight digits of your call code, then press hash."
WRONG_CODE: Final = "No call is expected under these digits."
GOODBYE: Final = "Goodbye."
CheckId = Annotated[str, Path(pattern=r"^vck_[0-9a-f]{32}$")]
Attempt = Annotated[int, Path(ge=1, le=99)]


@router.post("/calls/{check_id}")
async def answered(check_id: CheckId, request: Request, parts: Parts) -> Response:
    """The person has taken our call."""
    line, form = await _from_line(request, parts)
    check = await _check(parts, check_id)
    return _said(line, parts, await parts.voice.desk.answer(check, line.event(form)))


@router.post("/calls/{check_id}/{attempt}")
async def heard(check_id: CheckId, attempt: Attempt, request: Request, parts: Parts) -> Response:
    """The person has said or keyed something in, or nothing."""
    line, form = await _from_line(request, parts)
    check = await _check(parts, check_id)
    return _said(line, parts, await parts.voice.desk.hear(check, attempt, line.event(form)))


@router.post("/over/{check_id}")
async def over(check_id: CheckId, request: Request, parts: Parts) -> Response:
    """Our call has ended, or nobody took it."""
    line, form = await _from_line(request, parts)
    check = await _check(parts, check_id)
    if line.event(form).over:
        await parts.voice.desk.hung_up(check)
    return Response(status_code=204)


@router.post("/dialled")
async def dialled(request: Request, parts: Parts) -> Response:
    """Somebody calls us: who they are is asked for, the number they call from proves nothing."""
    line, _ = await _from_line(request, parts)
    return _document(line, line.ask((), ASK_CODE, _url(parts, "/voice/dialled/1"), keys=CODE_DIGITS))


@router.post("/dialled/{attempt}")
async def code(attempt: Attempt, request: Request, parts: Parts) -> Response:
    """They have keyed in a code."""
    line, form = await _from_line(request, parts)
    event = line.event(form)
    check = await parts.voice.lines.by_code(code_hash(event.keys), parts.clock.now()) if event.keys else None
    if check is not None:
        return _said(line, parts, await parts.voice.desk.answer(check, event))
    if attempt >= MOST_TRIES:
        return _document(line, line.hang_up((WRONG_CODE, GOODBYE)))
    where = _url(parts, f"/voice/dialled/{attempt + 1}")
    return _document(line, line.ask((WRONG_CODE,), ASK_CODE, where, keys=CODE_DIGITS))


async def _from_line(request: Request, parts: Services) -> tuple[Telephony, Mapping[str, str]]:
    """Return the provider and the form of a request that really is its own."""
    line = parts.voice.desk.line
    if line is None:
        raise NotFound("No telephone is set up on this server.")
    form = {name: str(value) for name, value in (await request.form()).items()}
    if not line.genuine(_url(parts, request.url.path), request.headers, form):
        raise Forbidden("This request does not carry the telephone provider's signature.")
    return line, form


async def _check(parts: Services, check_id: str) -> VoiceCheck:
    check = await parts.voice.lines.by_id(check_id)
    if check is None:
        raise NotFound
    return check


def _said(line: Telephony, parts: Services, reply: Reply) -> Response:
    if reply.listen and reply.check is not None:
        where = _url(parts, f"/voice/calls/{reply.check.check_id}/{reply.check.attempt}")
        return _document(line, line.ask(reply.sentences, QUESTION, where, keys=CHALLENGE_DIGITS + len(REJECT_KEY)))
    return _document(line, line.hang_up(reply.sentences))


def _document(line: Telephony, text: str) -> Response:
    return Response(text, media_type=line.media_type)


def _url(parts: Services, path: str) -> str:
    return parts.settings.own_address + path
