"""Secrets stay out of what tools keep or send, whichever model calls: a call that carries one is refused."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from core.errors import ToolInputError
from memory.discretion import kinds_in

# Memory's own tools cut secrets out and tell which, so that the rest is kept.
CUT_THEMSELVES: Final = frozenset({"remember", "correct_memory", "forget_memory"})


def refuse_secrets(arguments: Mapping[str, Any]) -> None:
    """Raise ToolInputError where a text among the arguments holds a secret; the message doesn't repeat it."""
    for name, value in arguments.items():
        found = tuple(dict.fromkeys(kind for words in _texts(value) for kind in kinds_in(words)))
        if found:
            raise ToolInputError(
                f"{name} holds what must stay secret ({', '.join(found)}). Leave it out, and tell the person that "
                "secrets don't belong in the chat: logins and keys go on the Connections page."
            )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in cast("Mapping[str, object]", value).values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in cast("list[object]", value):
            yield from _texts(part)
