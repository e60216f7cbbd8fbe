"""What may come in as a message: length, characters, the client's own id; and how it is stored."""

import re
from datetime import datetime
from typing import Any

from agents.turns.acting import acting
from core.errors import InvalidInput
from core.scope import Scope
from db.leases import Lease

LONGEST_MESSAGE = 32_000
LONGEST_CLIENT_ID = 128
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def checked_content(content: str) -> str:
    """Return the message as it will be stored; InvalidInput says what is wrong with it."""
    text = content.strip()
    if not text:
        raise InvalidInput("The message is empty. Write what you need.", field="content")
    if len(text) > LONGEST_MESSAGE:
        raise InvalidInput(
            f"The message has {len(text):,} characters; {LONGEST_MESSAGE:,} fit. Send it in parts.", field="content"
        )
    if found := CONTROL.search(text):
        raise InvalidInput(
            f"The message has a control character at position {found.start() + 1}. Remove it.", field="content"
        )
    return text


def checked_client_id(client_message_id: str) -> str:
    """Return the client's message id; InvalidInput says what is wrong with it."""
    if not client_message_id or len(client_message_id) > LONGEST_CLIENT_ID or CONTROL.search(client_message_id):
        raise InvalidInput(
            f"client_message_id has to be 1 to {LONGEST_CLIENT_ID} printable characters.", field="client_message_id"
        )
    return client_message_id


def new_message(
    scope: Scope, conversation_id: str, lease: Lease, content: str, client_id: str, first_seq: int, now: datetime
) -> dict[str, Any]:
    """Return a person's message as it waits for its turn, which is the lease's run. It is read on their clock."""
    return {
        "message_id": lease.message_id,
        "conversation_id": conversation_id,
        "user_id": scope.user_id,
        "client_message_id": client_id,
        "role": "user",
        "kind": "message",
        "content": content,
        "status": "pending",
        "run_id": lease.run_id,
        "first_seq": first_seq,
        "metadata": acting(scope),
        "timestamp": now,
        "created_at": now,
        "updated_at": now,
    }
