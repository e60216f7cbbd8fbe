"""The answer to a client's frame that can't be used; part of the union in ``core.events``."""

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FrameRefused:
    """Answers a client frame that can't be used. Only its sender sees it."""

    durable: ClassVar[bool] = False
    message: str
    code: str
    details: dict[str, Any] = field(default_factory=dict[str, Any])

    def wire(self) -> dict[str, Any]:
        return {"type": "RUN_ERROR", "message": self.message, "code": self.code, "metadata": self.details}
