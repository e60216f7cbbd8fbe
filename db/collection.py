"""What a collection is: its document model and one registry entry from which everything else is derived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _stored_precision(moment: datetime) -> datetime:
    """MongoDB keeps milliseconds in UTC; cut to that, so that what was written equals what is read."""
    moment = moment.astimezone(UTC)
    beyond = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - beyond) if beyond else moment


UtcTime = Annotated[AwareDatetime, AfterValidator(_stored_precision)]


class Part(BaseModel):
    """A part of a document. Fields a newer version has stored are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Document(Part):
    """The root of every stored document. ``_id`` is not part of it: it never leaves the database layer."""


class SharedDocument(Document):
    """A document that belongs to no tenant. The times are set by the database layer."""

    created_at: UtcTime = NEVER
    updated_at: UtcTime = NEVER


class OwnedDocument(SharedDocument):
    """A document of one tenant. Tenant and times are set by the database layer, whatever stands here."""

    user_id: str = ""


class LogEntry(Document):
    """An entry of a log of one tenant: written once, never changed, so that one time is enough."""

    user_id: str = ""
    timestamp: UtcTime = NEVER


D = TypeVar("D", bound=Document)

SecretText = Annotated[str, Field(repr=False)]
OptionalSecret = Annotated[str | None, Field(repr=False)]
SET_BY_DATABASE = ("user_id", "created_at", "updated_at", "timestamp")


@dataclass(frozen=True, slots=True)
class Index:
    """An index. A key with a leading ``-`` is descending. ``partial`` limits it to matching documents.

    The embedded database uses an index when a filter names exactly its first keys (the last by a range), and otherwise
    the index of the filter's first field that has one: order the keys, and the fields of filters, for both.
    """

    keys: tuple[str, ...]
    unique: bool = False
    sparse: bool = False
    partial: Mapping[str, Any] | None = None
    ttl: timedelta | None = None
    case_insensitive: bool = False
    label: str = ""

    @property
    def pairs(self) -> list[tuple[str, int]]:
        """The keys as MongoDB takes them."""
        return [(key.removeprefix("-"), -1 if key.startswith("-") else 1) for key in self.keys]

    @property
    def name(self) -> str:
        """The name MongoDB itself would give, plus the label where two indexes share their keys."""
        plain = "_".join(f"{key}_{direction}" for key, direction in self.pairs)
        return f"{plain}_{self.label}" if self.label else plain


@dataclass(frozen=True, slots=True)
class Retention:
    """How long after the time in ``field`` a document matching ``where`` is kept; then the database removes it."""

    field: str
    keep: timedelta
    where: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Collection(Generic[D]):
    """The one registry entry of a collection.

    ``tenant`` names the field that holds the tenant (None: shared by all). ``secrets`` are dotted paths whose strings
    are encrypted at rest; a path may name an object, then every string in it is. ``released`` are fields that a soft
    delete clears, so that a unique value can be used again.
    """

    name: str
    model: type[D]
    id_field: str
    id_prefix: str
    tenant: str | None = "user_id"
    indexes: tuple[Index, ...] = ()
    retention: Retention | None = None
    secrets: tuple[str, ...] = ()
    soft_delete: bool = False
    released: tuple[str, ...] = ()
    all_indexes: tuple[Index, ...] = field(init=False)

    def __post_init__(self) -> None:
        implied = [Index((self.id_field,), unique=True)]
        if self.retention:
            kept = self.retention
            implied.append(Index((kept.field,), partial=kept.where, ttl=kept.keep, label="retention"))
        named = {index.name for index in self.indexes}
        added = tuple(index for index in implied if index.name not in named)
        object.__setattr__(self, "all_indexes", (*added, *self.indexes))

    @property
    def time_field(self) -> str:
        """The field that says when a document was made."""
        return "created_at" if "created_at" in self.model.model_fields else "timestamp"
