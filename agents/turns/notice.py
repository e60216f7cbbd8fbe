"""One notice: something the house tells a conversation by itself, and how it is stored until then."""

from dataclasses import asdict, dataclass
from typing import Any

from core.campaign_progress import CampaignProgress
from core.events import Interrupt
from db.notices import StoredNotice


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told. ``notice_id`` is the same when it is repeated; it is then told once.

    ``settled`` are approvals that wait no longer, ``interrupt`` is one that now does.
    """

    notice_id: str
    agent: str
    events: tuple[CampaignProgress, ...] = ()
    text: str = ""
    interrupt: Interrupt | None = None
    settled: tuple[str, ...] = ()

    def stored(self, conversation_id: str) -> StoredNotice:
        """Return it as it waits for its turn in a conversation."""
        return StoredNotice(
            notice_id=self.notice_id,
            conversation_id=conversation_id,
            agent=self.agent,
            events=[asdict(event) for event in self.events],
            text=self.text,
            interrupt=asdict(self.interrupt) if self.interrupt else None,
            settled=list(self.settled),
        )

    @classmethod
    def of(cls, stored: StoredNotice) -> "Notice":
        """Read a stored one."""
        return cls(
            notice_id=stored.notice_id,
            agent=stored.agent,
            events=tuple(CampaignProgress(**event) for event in stored.events),
            text=stored.text,
            interrupt=_interrupt(stored.interrupt) if stored.interrupt else None,
            settled=tuple(stored.settled),
        )


def _interrupt(kept: dict[str, Any]) -> Interrupt:
    fields: dict[str, Any] = kept | {"difference": tuple(kept["difference"])}
    return Interrupt(**fields)
