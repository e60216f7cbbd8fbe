"""The lease of a conversation: who may write its next events, and how it is given back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from core.errors import Conflict
from db.conversations import LeaseKind

Raw: TypeAlias = dict[str, Any]


class LeaseLost(Conflict):
    """Another process has taken this turn over."""

    code = "lease_lost"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write a conversation's next events until ``until``. No two leases share a ``token``.

    ``message_id`` is the message that is answered, or the notice that is told. ``boot`` changes whenever the owner
    starts again.
    """

    token: str
    run_id: str
    message_id: str
    owner: str
    boot: str
    until: datetime
    kind: LeaseKind = "turn"


@dataclass(frozen=True, slots=True)
class Release:
    """A lease to give back, with the conversation's new window and numbers, and the notice that is told by then."""

    user_id: str
    conversation_id: str
    token: str
    changes: Mapping[str, Any]
    messages_added: int
    notice_id: str = ""

    @property
    def held(self) -> Raw:
        """The conversation while the lease is ours."""
        return held(self.conversation_id, self.token)


def own(user_id: str, conversation_id: str) -> Raw:
    """Return what finds a tenant's conversation."""
    return {"conversation_id": conversation_id, "user_id": user_id, "deleted_at": None}


def held(conversation_id: str, token: str | None) -> Raw:
    """Return what finds a conversation by its lease, or without one: the first keys of an index, and nothing else."""
    return {"conversation_id": conversation_id, "deleted_at": None, "run.token": token}


def lease_document(lease: Lease, first_seq: int = 1) -> Raw:
    """Return a lease as the conversation holds it."""
    return {
        "token": lease.token,
        "kind": lease.kind,
        "run_id": lease.run_id,
        "message_id": lease.message_id,
        "owner": lease.owner,
        "boot": lease.boot,
        "until": lease.until,
        "first_seq": first_seq,
        "attempt": 1,
        "cancel": False,
    }
