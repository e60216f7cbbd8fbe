"""Reads conversations with questions in the LoCoMo layout: sessions of turns, and for each question its evidence."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import orjson

from core.errors import InvalidInput
from memory.recollection import NewMemory

# The layout dates sessions only; turns follow one another at this pace.
PACE: Final = timedelta(seconds=30)
ADVERSARIAL: Final = 5
_SESSION: Final = re.compile(r"session_(\d+)")
_TURN_ID: Final = re.compile(r"D\s*:?\s*(\d+)\s*:\s*0*(\d+)")
# Without commas; in months and the half of the day, upper and lower case are the same.
_DATE_FORMS: Final = (
    "%I:%M %p on %d %B %Y",
    "%H:%M on %d %B %Y",
    "%I %p on %d %B %Y",
    "%d %B %Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d",
)
# A session without a time came this long after the one before it; the first one on some day.
BETWEEN: Final = timedelta(days=7)
UNDATED: Final = datetime(2020, 1, 1, 12, tzinfo=UTC)
ORDINARY: Final = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: its id in the conversation, who said what, and when."""

    turn_id: str
    session: int
    speaker: str
    text: str
    said: datetime

    def memory(self, conversation: str) -> NewMemory:
        """Return the turn as what is remembered of it."""
        return NewMemory(
            memory_type="user_message",
            content=self.text,
            conversation_id=f"{conversation}-{self.session}",
            message_id=self.turn_id,
            speaker=self.speaker,
            timestamp=self.said,
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the turns that hold its answer."""

    text: str
    evidence: frozenset[str]
    category: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of two people over many sessions, and what is asked about it."""

    name: str
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]


def read_conversations(path: Path) -> list[Conversation]:
    """Read a file, or every JSON file of a folder; InvalidInput says what does not fit the layout."""
    if not path.exists():
        raise InvalidInput(f"There is nothing at {path}. Name a JSON file or a folder of them.")
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    found = [conversation for file in files for conversation in _conversations(file)]
    if not any(conversation.questions for conversation in found):
        raise InvalidInput(f"{path} holds no conversation with questions in the LoCoMo layout.")
    return found


def merged(conversations: Sequence[Conversation], names: tuple[str, str] = ("Nadia", "Owen")) -> Conversation:
    """Return all conversations as one, of the same two people: everything one account has talked about."""
    turns: list[Turn] = []
    questions: list[Question] = []
    sessions = 0
    for place, conversation in enumerate(conversations):
        speakers = list(dict.fromkeys(turn.speaker for turn in conversation.turns))
        renamed = dict(zip(speakers, names, strict=False))
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, renamed))})\b")

        def rename(text: str, pattern: re.Pattern[str] = pattern, to: Mapping[str, str] = renamed) -> str:
            return pattern.sub(lambda match: to[match[0]], text)

        turns += [
            replace(
                turn,
                turn_id=f"{place}.{turn.turn_id}",
                session=sessions + turn.session,
                speaker=rename(turn.speaker),
                text=rename(turn.text),
            )
            for turn in conversation.turns
        ]
        questions += [
            replace(
                question, text=rename(question.text), evidence=frozenset(f"{place}.{one}" for one in question.evidence)
            )
            for question in conversation.questions
        ]
        sessions += max(turn.session for turn in conversation.turns)
    return Conversation("all", tuple(turns), tuple(questions))


def _conversations(file: Path) -> Iterator[Conversation]:
    try:
        content = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"{file} is not JSON: {error}.") from error
    if isinstance(content, Mapping) and "qa" not in content:
        content = list(cast("Mapping[str, Any]", content).values())
    entries = cast("Sequence[Any]", content if isinstance(content, list) else [content])
    for place, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            raise InvalidInput(f"{file} holds something else than conversations.")
        whole = cast("Mapping[str, Any]", entry)
        sessions = whole.get("conversation", whole)
        if isinstance(sessions, Mapping) and "qa" in whole:
            yield _conversation(f"{file.stem}-{place}", cast("Mapping[str, Any]", sessions), whole["qa"])


def _conversation(name: str, sessions: Mapping[str, Any], asked: Sequence[Mapping[str, Any]]) -> Conversation:
    turns: list[Turn] = []
    numbers = sorted(int(match[1]) for key in sessions if (match := _SESSION.fullmatch(key)))
    before = UNDATED
    for number in numbers:
        began = _moment(str(sessions.get(f"session_{number}_date_time") or "")) or before + BETWEEN
        before = began
        told = cast("Sequence[Mapping[str, Any]]", sessions[f"session_{number}"] or ())
        turns += [_turn(turn, number, place, began) for place, turn in enumerate(told)]
    there = frozenset(turn.turn_id for turn in turns)
    questions = [
        Question(str(entry["question"]), evidence, int(entry.get("category") or ORDINARY))
        for entry in asked
        if (evidence := there.intersection(_turn_ids(entry.get("evidence"))))
    ]
    return Conversation(name, tuple(turns), tuple(questions))


def _turn(turn: Mapping[str, Any], session: int, place: int, began: datetime) -> Turn:
    """Read a turn; one without an id is named by its place, as the layout counts."""
    caption, text = turn.get("blip_caption"), str(turn.get("text") or "")
    ids = _turn_ids(turn.get("dia_id"))
    return Turn(
        turn_id=ids[0] if ids else f"D{session}:{place + 1}",
        session=session,
        speaker=str(turn.get("speaker") or ""),
        text=f"{text} [{caption}]".strip() if caption else text,
        said=began + place * PACE,
    )


def _turn_ids(told: object) -> list[str]:
    """Return the ids in a piece of evidence; some data sets write several into one text."""
    return [f"D{session}:{turn}" for session, turn in _TURN_ID.findall(str(told))]


def _moment(text: str) -> datetime | None:
    """Read a session's time; None where it has none."""
    plain = " ".join(text.replace(",", " ").split())
    if not plain:
        return None
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(plain, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise InvalidInput(f"{text} is not a time of the LoCoMo layout, such as 4:04 pm on 20 January, 2023.")
