"""Public identifiers: a type prefix and a time-sortable UUIDv7, plus ids derived from a cause.

A derived id is the same whenever the same cause is seen again. Effects that may be repeated after a crash use it, so
that the second attempt meets the document the first one wrote.
"""

import hashlib
import re
from typing import NewType
from uuid import UUID

from uuid_utils import uuid7

UserId = NewType("UserId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
RunId = NewType("RunId", str)

PUBLIC_ID = re.compile(r"^[a-z]{2,4}_[0-9a-f]{32}$")


def new_id(prefix: str) -> str:
    """Return a fresh id such as ``cmp_0198…``; ids made later sort after ids made earlier."""
    return f"{prefix}_{uuid7().hex}"


def derived_id(prefix: str, *cause: str) -> str:
    """Return the one id that belongs to ``cause``; equal causes give equal ids, in every process."""
    digest = hashlib.sha256("\x1f".join(cause).encode()).digest()
    return f"{prefix}_{UUID(bytes=digest[:16]).hex}"


def is_public_id(value: str) -> bool:
    """Whether ``value`` has the form of an id made here."""
    return PUBLIC_ID.fullmatch(value) is not None
