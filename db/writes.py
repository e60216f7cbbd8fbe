"""A few writes to several collections in one command, without the layers a driver puts around larger batches.

The command is ``bulkWrite`` of MongoDB 8.0. Only what a broken connection cut short is done again here, so
every write has to be harmless when done twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from bson import ObjectId
from pymongo import AsyncMongoClient
from pymongo.errors import AutoReconnect, OperationFailure, WTimeoutError

from db.failures import of_code

Raw: TypeAlias = dict[str, Any]
WRITE_CONCERN = {"w": "majority", "j": True}


class Write(Protocol):
    """One write: the full name of its collection, and its part of the command for the collection's place in it."""

    @property
    def namespace(self) -> str: ...

    def part(self, place: int) -> Raw: ...


@dataclass(frozen=True, slots=True)
class Insert:
    """Store a new document."""

    namespace: str
    document: Mapping[str, Any]

    def part(self, place: int) -> Raw:
        """Return the operation, with an ``_id`` as a driver gives one."""
        return {"insert": place, "document": {"_id": ObjectId(), **self.document}}


@dataclass(frozen=True, slots=True)
class Update:
    """Change the one document that matches, or store it if there is none and ``upsert`` says so; ``many``: all."""

    namespace: str
    where: Mapping[str, Any]
    change: Mapping[str, Any]
    upsert: bool = False
    many: bool = False

    def part(self, place: int) -> Raw:
        """Return the operation."""
        return {
            "update": place,
            "filter": self.where,
            "updateMods": self.change,
            "multi": self.many,
            "upsert": self.upsert,
        }


async def carry_out(client: AsyncMongoClient[Raw], writes: Sequence[Write]) -> int:
    """Do the writes in order, in 1 round trip; return how many documents the updates matched.

    The first failure stops the rest: Conflict or InvalidInput, whose ``details['index']`` says which it was. Together
    the writes are at most 16 MB.
    """
    places = {space: place for place, space in enumerate(dict.fromkeys(write.namespace for write in writes))}
    parts = [write.part(places[write.namespace]) for write in writes]
    command = {
        "bulkWrite": 1,
        "ops": parts,
        "nsInfo": [{"ns": space} for space in places],
        "ordered": True,
        "errorsOnly": True,
        "writeConcern": WRITE_CONCERN,
    }
    try:
        done = await client.admin.command(command)
    except AutoReconnect:
        done = await client.admin.command(command)
    if late := done.get("writeConcernError"):
        raise WTimeoutError(str(late.get("errmsg")), late.get("code"))
    for failure in done["cursor"]["firstBatch"]:
        raise _error_of(failure)
    matched: int = done["nMatched"]
    return matched


def _error_of(failure: Mapping[str, Any]) -> Exception:
    error = of_code(failure.get("code"))
    if error is None:
        return OperationFailure(str(failure.get("errmsg")), failure.get("code"))
    error.details["index"] = failure.get("idx")
    return error
