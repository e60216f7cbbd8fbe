"""What a conversation is told of its posts: that they are out, are not and why, or that somebody has to look."""

from typing import Final

from agents.turns.notice import Notice
from agents.turns.notices import Notices
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.conversations import CONVERSATIONS
from db.deliveries import Delivery
from db.repository import Repository
from tools.platforms.catalogue import BY_NAME

AGENT: Final = "publisher"


class DeliveryNews:
    """Tells each thing once."""

    def __init__(self, database: Database, notices: Notices) -> None:
        self._database = database
        self._notices = notices

    async def tell(self, scope: Scope, delivery: Delivery) -> bool:
        """Tell the conversation what became of a delivery; False if that has to be tried again."""
        words = words_of(delivery)
        if not words or not delivery.conversation_id:
            return True
        about = (delivery.delivery_id, str(delivery.settled), delivery.state, delivery.waits_for or "")
        notice = Notice(derived_id("ntc", *about), AGENT, text=words)
        if await self._notices.tell(scope, delivery.conversation_id, notice):
            return True
        there = Repository(self._database, CONVERSATIONS, scope)
        return await there.find_one({"conversation_id": delivery.conversation_id}) is None


def words_of(delivery: Delivery) -> str:
    """Return what people are told of a delivery; nothing where they did it themselves."""
    label = BY_NAME[delivery.platform].label
    what = "email" if BY_NAME[delivery.platform].direct else f"{label} post"
    why = delivery.reason or ""
    match delivery.state:
        case "published":
            place = f": {delivery.result.url}" if delivery.result and delivery.result.url else "."
            return f"The {what} is out{place}{f' {why}' if why else ''}"
        case "failed":
            return f"The {what} did not go out. {why}".strip()
        case "unknown":
            return (
                f"Nobody can tell whether the {what} went out: {why} Look there, then say in the app whether it is "
                "there. It is not sent again by itself."
            )
        case "scheduled" | "sending":
            way = f"Connect the {label} account again in the app; then it goes out by itself."
            return f"The {what} waits. {why} {way}" if delivery.waits_for == "account" else ""
        case "cancelled":
            return ""
