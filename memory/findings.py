"""What was found in the words of a person: one fact, preference or insight. Rules and models give the same form."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

FindingKind: TypeAlias = Literal["preference", "insight"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth keeping beyond the conversation.

    ``text`` can be read on its own. ``subject`` names a fact that has one current value; a new one closes the old.
    ``asked`` says that the person asked for it to be remembered, ``ends`` names in words what no longer holds.
    ``value`` is the part that has to stand in the person's words, where ``text`` is not theirs; ``call_id`` is the tool
    call it was taken from, if it was.
    """

    kind: FindingKind
    text: str
    subject: str | None = None
    importance: int = 6
    category: str = "business"
    asked: bool = False
    ends: str = ""
    value: str = ""
    call_id: str = ""
