"""Which conversation a chat completion belongs to: clients of that interface send the history and no id.

Nothing that was said is kept here, only hashes of it.
"""

from datetime import timedelta

from db.collection import Collection, Index, OwnedDocument, Retention


class ChatTurn(OwnedDocument):
    """One turn asked for as a chat completion.

    ``asked_key`` stands for everything the client sent up to and including its last message. ``continued_by`` is the
    turn that came next in the same conversation; ``approval_id`` is what the message decided about, if it decided.
    """

    turn_id: str
    asked_key: str
    conversation_id: str
    continued_by: str | None = None
    approval_id: str | None = None


CHAT_TURNS = Collection(
    name="chat_turns",
    model=ChatTurn,
    id_field="turn_id",
    id_prefix="ctn",
    indexes=(Index(("asked_key", "-created_at", "-turn_id")), Index(("user_id",))),
    retention=Retention("created_at", timedelta(days=180)),
)
