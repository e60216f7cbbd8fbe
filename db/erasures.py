"""Erasures that are under way: what is still to be done is known after every kill, and nothing once all is done."""

from typing import Literal

from pydantic import Field

from db.collection import Collection, Index, SharedDocument, UtcTime


class Erasure(SharedDocument):
    """The erasure of an account, or of one of its members where ``actor_id`` is not ``tenant_id``.

    It is ``erasing`` until the account is gone, then ``sweeping`` for as long as something that was under way elsewhere
    may still write; then it is removed. ``pseudonym`` stands for a member in what the account keeps, ``workflow_ids``
    are the workflows of the account's campaigns, ``documents`` counts what was removed.
    """

    erasure_id: str
    tenant_id: str
    actor_id: str
    pseudonym: str
    way: str
    stage: Literal["erasing", "sweeping"] = "erasing"
    due_at: UtcTime
    attempts: int = 0
    workflow_ids: list[str] = Field(default_factory=list[str])
    documents: int = 0


ERASURES = Collection(
    name="erasures",
    model=Erasure,
    id_field="erasure_id",
    id_prefix="ers",
    tenant=None,
    indexes=(Index(("due_at",)), Index(("actor_id",), unique=True)),
)
