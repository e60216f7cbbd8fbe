"""Words of the house in a conversation that nobody asked for just now: progress, requests and reports of a campaign.

A notice is stored first, and told as soon as the conversation's lease is free: now, when the turn that runs ends, or by
recovery. It takes the lease for a moment, like a turn, so that its events get their numbers in order.
"""

from agents.turns.notice import Notice
from agents.turns.service import Turns
from core.errors import NotFound
from core.scope import Scope


class Notices:
    """Tells conversations."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def tell(self, scope: Scope, conversation_id: str, notice: Notice) -> bool:
        """Put a notice into the conversation, behind the turn that runs. False if the conversation is gone.

        It is stored when this returns, and told then too if no turn runs. Raises Unavailable where it can't be stored.
        """
        await self._turns.house.notices.put(scope, notice.stored(conversation_id))
        try:
            await self._turns.take_up_what_waits(scope.user_id, conversation_id)
        except NotFound:
            return False
        return True
