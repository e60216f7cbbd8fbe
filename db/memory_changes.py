"""One short log an account: how often its memories changed and which changed last. Other processes follow it."""

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument


class MemoryChanges(OwnedDocument):
    """``count`` grows by one with every memory written, changed or removed; ``recent`` are the ids of the last ones.

    ``epoch`` is new for a new log: a log that was erased and begun again is not taken for the old one. ``switched``
    grows whenever somebody switched memory on or off, which the account's settings hold.
    """

    changes_id: str
    epoch: str = ""
    count: int = 0
    switched: int = 0
    recent: list[str] = Field(default_factory=list[str])


MEMORY_CHANGES = Collection(
    name="memory_changes",
    model=MemoryChanges,
    id_field="changes_id",
    id_prefix="mch",
    indexes=(Index(("user_id",), unique=True),),
)
