"""One account's memories in this process: what ranking reads in arrays, the documents as compact text. No vectors.

It is built from the documents and follows them; it is never the source of anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias, cast

import numpy as np
import orjson
from numpy.typing import NDArray

from db.agent_memory import AgentMemory
from db.collection import NEVER
from db.global_memory import GlobalMemory
from db.memory_shelves import Memory, shelf_of
from db.user_memory import UserMemory
from memory.bm25 import Postings, norms
from memory.columns import NOBODY, NOWHERE, Bits, Columns, Whole
from memory.cues import Cues, read_cues
from memory.dates import Span, named_days
from memory.kinds import KINDS, LASTING, LEARNT, OWN, kind_number, numbers_of, parsed, success_of
from memory.lexicon import Lexicon
from memory.recollection import EVERY_SHELF, Query
from memory.talk import Talk
from memory.words import SILENT, words

Raw: TypeAlias = dict[str, Any]
NamedDays: TypeAlias = tuple[Whole, Whole, Whole]

EPISODES: Final = frozenset({"user_message", "agent_response"})
# Slots of removed memories are given back once they are this share of all.
MOST_DEAD: Final = 0.25
FEWEST_DEAD: Final = 64
BYTES_A_MEMORY: Final = 420
SHORTEST_NAME: Final = 2
_UNWANTED: Final = frozenset({"embedding", "_id", "counted"})


class Account:
    """The memories of one account, each in a slot. Not safe for two threads at once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.columns = Columns()
        self.postings = Postings()
        self.speakers: dict[str, int] = {}
        self._mentions: list[tuple[int, int, int]] = []
        self._named_days: NamedDays | None = None
        self._talk = Talk(self.columns)
        self._slots: dict[str, int] = {}
        self._ids: list[str] = []
        self._texts: list[bytes] = []
        self._numbers: dict[str, dict[str, int]] = {"speaker": {}, "conversation": {}, "agent": {}}
        self._subjects: dict[str, dict[str, None]] = {}
        self._subject_of: dict[str, str] = {}
        self._text_bytes = 0
        self._dead = 0
        self._norms: tuple[int, Any] = (-1, None)
        self._lasting: list[UserMemory] | None = None
        self._learnt: list[AgentMemory | GlobalMemory] | None = None

    def __len__(self) -> int:
        return len(self._slots)

    @property
    def held_bytes(self) -> int:
        """About how much memory the account takes, without its vectors."""
        arrays = self.columns.held_bytes + self.postings.held_bytes
        return arrays + self._text_bytes + BYTES_A_MEMORY * len(self._ids)

    @property
    def memory_ids(self) -> Iterable[str]:
        """The ids of all memories."""
        return self._slots.keys()

    @property
    def norms(self) -> Any:
        """The length norms of all slots."""
        count, found = self._norms
        if count != self.columns.count:
            found = norms(self.columns.length[: self.columns.count])
            self._norms = (self.columns.count, found)
        return found

    @property
    def named_days(self) -> NamedDays:
        """Days that memories name: the slot, the first day and the last, one array each."""
        if self._named_days is None:
            rows = np.array(self._mentions, dtype=np.int32).reshape(-1, 3)
            self._named_days = rows[:, 0], rows[:, 1], rows[:, 2]
        return self._named_days

    def slot(self, memory_id: str) -> int | None:
        """Return where a memory is."""
        return self._slots.get(memory_id)

    def slots(self, memory_ids: Sequence[str]) -> NDArray[np.intp]:
        """Return where memories are; a negative number for one that is not there."""
        known = self._slots
        try:
            return np.fromiter(map(known.__getitem__, memory_ids), dtype=np.intp, count=len(memory_ids))
        except KeyError:
            return np.array([known.get(memory_id, NOWHERE) for memory_id in memory_ids], dtype=np.intp)

    def memory_id(self, slot: int) -> str:
        """Return the id of the memory in a slot."""
        return self._ids[slot]

    def memory(self, slot: int) -> Memory:
        """Return the document in a slot, without its vector."""
        return parsed(self._ids[slot], self._texts[slot])

    def memories(self) -> list[UserMemory]:
        """Return all documents of the account's own, without their vectors."""
        kinds = self.columns.kind
        return [self._own(slot) for slot in self._slots.values() if int(kinds[slot]) in OWN]

    def about(self, subject: str) -> list[UserMemory]:
        """Return the memories that state a fact on this subject, current or not."""
        return [self._own(self._slots[memory_id]) for memory_id in self._subjects.get(subject, {})]

    def lasting(self) -> list[UserMemory]:
        """Return the wishes and facts that hold, without vectors. Kept until something changes: every turn asks."""
        if self._lasting is None:
            columns, count = self.columns, self.columns.count
            kinds = np.isin(columns.kind[:count], LASTING)
            slots = np.flatnonzero(columns.alive[:count] & columns.current[:count] & kinds)
            self._lasting = [self._own(int(slot)) for slot in slots]
        return self._lasting

    def learnt(self) -> list[AgentMemory | GlobalMemory]:
        """Return what outcomes have taught, without vectors. Kept until something changes: every turn asks."""
        if self._learnt is None:
            columns, count = self.columns, self.columns.count
            slots = np.flatnonzero(columns.alive[:count] & np.isin(columns.kind[:count], list(LEARNT)))
            found = [self.memory(int(slot)) for slot in slots]
            self._learnt = [memory for memory in found if not isinstance(memory, UserMemory)]
        return self._learnt

    def put(self, rows: Sequence[Raw]) -> None:
        """Add memories as they are stored, or replace those with the same id."""
        self.take([read_row(row, self.lexicon) for row in rows])

    def take(self, rows: Sequence["ReadRow"]) -> None:
        """Add memories that were read already, or replace those with the same id."""
        self._lasting = self._learnt = None
        rows = list({read.memory_id: read for read in rows}.values())
        self.remove([read.memory_id for read in rows])
        first = self.columns.grow(len(rows))
        for slot, read in enumerate(rows, first):
            self._slots[read.memory_id] = slot
            self._ids.append(read.memory_id)
            self._texts.append(read.text)
            self._text_bytes += len(read.text)
            self._fill(slot, read)
        self.columns.length[first : first + len(rows)] = [len(read.numbers) for read in rows]
        self.postings.add(range(first, first + len(rows)), [read.numbers for read in rows])

    def remove(self, memory_ids: Iterable[str]) -> None:
        """Take memories out."""
        self._lasting = self._learnt = None
        for memory_id in memory_ids:
            slot = self._slots.pop(memory_id, None)
            if slot is not None:
                self.columns.alive[slot] = False
                self._talk.remove(slot)
                self._text_bytes -= len(self._texts[slot])
                self._texts[slot] = b""
                self._dead += 1
                if subject := self._subject_of.pop(memory_id, None):
                    self._subjects[subject].pop(memory_id)
        if self._dead > max(FEWEST_DEAD, MOST_DEAD * self.columns.count):
            self._compact()

    def wanted(self, query: Query) -> Bits:
        """Return for every slot whether its memory may be an answer at all."""
        columns, count = self.columns, self.columns.count
        fits = columns.alive[:count].copy()
        if not query.include_history:
            fits &= columns.current[:count]
        if query.types is not None or query.shelves != EVERY_SHELF:
            allowed = np.zeros(len(KINDS), dtype=np.bool_)
            allowed[numbers_of(query.shelves, query.types)] = True
            fits &= allowed[columns.kind[:count]]
        if query.conversation_id is not None:
            fits &= columns.conversation[:count] == self._numbers["conversation"].get(query.conversation_id, -2)
        if query.agent_name is not None:
            fits &= columns.agent[:count] == self._numbers["agent"].get(query.agent_name, -2)
        if query.seen_message_ids:
            fits &= ~np.isin(columns.message[:count], [hash(message) for message in query.seen_message_ids])
        return fits

    def _fill(self, slot: int, read: "ReadRow") -> None:
        columns, row, cues, said = self.columns, read.row, read.cues, read.said
        about = row.get("metadata", {})
        columns.alive[slot] = True
        columns.current[slot] = row.get("valid_to") is None
        columns.time[slot], columns.number[slot], columns.asks[slot] = cues.time, cues.number, cues.asks
        columns.substance[slot] = cues.substance
        columns.kind[slot] = kind_number(row["memory_id"], row["memory_type"])
        columns.success[slot] = success_of(row["memory_id"], about)
        columns.speaker[slot] = self._speaker(about.get("speaker"))
        columns.agent[slot] = self._number("agent", row.get("agent_name"))
        columns.conversation[slot] = self._number("conversation", about.get("conversation_id"))
        columns.importance[slot] = about.get("importance", 5)
        columns.said[slot], columns.day[slot] = said.timestamp(), said.toordinal()
        columns.message[slot] = hash(about["message_id"]) if about.get("message_id") else 0
        if read.days:
            self._mentions += [(slot, span.first, span.last) for span in read.days]
            self._named_days = None
        if row.get("subject"):
            self._subjects.setdefault(row["subject"], {})[row["memory_id"]] = None
            self._subject_of[row["memory_id"]] = row["subject"]
        if row["memory_type"] in EPISODES and about.get("conversation_id"):
            self._talk.add(slot)

    def _own(self, slot: int) -> UserMemory:
        return cast("UserMemory", self.memory(slot))

    def _speaker(self, name: str | None) -> int:
        number = self._number("speaker", name)
        if name and number == len(self._numbers["speaker"]) - 1:
            for word in words(name):
                if len(word) >= SHORTEST_NAME and word not in SILENT:
                    self.speakers.setdefault(word, number)
        return number

    def _number(self, what: str, name: str | None) -> int:
        if not name:
            return NOBODY
        known = self._numbers[what]
        return known.setdefault(name, len(known))

    def _compact(self) -> None:
        """Give the slots of removed memories back."""
        count = self.columns.count
        kept = np.flatnonzero(self.columns.alive[:count])
        new_slots: Whole = np.full(count, -1, dtype=np.int32)
        new_slots[kept] = np.arange(len(kept), dtype=np.int32)
        self.postings.move(new_slots)
        self._talk.rename(new_slots)
        self.columns.keep(kept, new_slots)
        self._mentions = [
            (int(new_slots[slot]), first, last) for slot, first, last in self._mentions if new_slots[slot] >= 0
        ]
        self._named_days = None
        places: list[int] = kept.tolist()
        self._ids = [self._ids[slot] for slot in places]
        self._texts = [self._texts[slot] for slot in places]
        self._slots = {memory_id: slot for slot, memory_id in enumerate(self._ids)}
        self._dead = 0
        self._norms = (-1, None)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A stored memory with everything that is read out of its text: the costly part of putting it in."""

    row: Raw
    memory_id: str
    text: bytes
    numbers: list[int]
    cues: Cues
    said: datetime
    days: list[Span]


def read_row(row: Raw, lexicon: Lexicon) -> ReadRow:
    """Read a stored memory. Touches no account, so that it may run in a thread."""
    content, about = str(row["content"]), row.get("metadata", {})
    # A learning is as recent as its last outcome, whenever it was first shown.
    since = "valid_from" if shelf_of(row["memory_id"]) == "user" else "updated_at"
    said: datetime = about.get("timestamp") or row.get(since) or row.get("updated_at") or NEVER
    numbers = lexicon.numbers(content)
    cues = read_cues(content, len(numbers))
    days = named_days(content, said.date()) if cues.time else []
    return ReadRow(row, row["memory_id"], _compact_text(row), numbers, cues, said, days)


def _compact_text(row: Raw) -> bytes:
    """Return a document as JSON, in a copy of its own size: what the library returns keeps its working space."""
    return bytes(memoryview(orjson.dumps({name: value for name, value in row.items() if name not in _UNWANTED})))
