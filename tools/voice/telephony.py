"""What the house needs of a telephone provider, whichever it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LineEvent:
    """What a provider tells of a call. ``machine``: a voicemail has answered. ``over``: the call has ended."""

    provider_call_id: str
    speech: str = ""
    confidence: float | None = None
    keys: str = ""
    machine: bool = False
    over: bool = False


class Telephony(Protocol):
    """A provider: calls people, tells what was heard, and says what it is told to say."""

    name: str
    number: str
    media_type: str

    def genuine(self, url: str, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
        """Whether a request really comes from the provider."""
        ...

    def event(self, form: Mapping[str, str]) -> LineEvent:
        """Read a request."""
        ...

    async def call(self, phone: str, answer_url: str, status_url: str) -> str:
        """Call somebody; return the provider's id of the call. Raises PlatformError."""
        ...

    def ask(self, sentences: Sequence[str], question: str, answer_url: str, *, keys: int) -> str:
        """Return what makes the provider say something, then listen for words or up to ``keys`` keys."""
        ...

    def hang_up(self, sentences: Sequence[str]) -> str:
        """Return what makes the provider say something and end the call."""
        ...
