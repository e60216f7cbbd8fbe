"""Slack's limits on how often a method may be called: by tier, a minute, for each workspace; messages by channel."""

from collections import defaultdict, deque
from typing import Final

WINDOW: Final = 60.0
TIERS: Final = {1: 1, 2: 20, 3: 50, 4: 100}
MESSAGES_A_MINUTE: Final = 60
METHODS: Final = {
    "apps.connections.open": 1,
    "assistant.threads.setStatus": 4,
    "assistant.threads.setSuggestedPrompts": 4,
    "assistant.threads.setTitle": 4,
    "chat.appendStream": 4,
    "chat.postEphemeral": 4,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.getUploadURLExternal": 4,
    "files.info": 4,
    "users.info": 4,
    "views.open": 4,
}


class Limits:
    """Counts calls over the last minute."""

    def __init__(self) -> None:
        self.on = True
        self._calls: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def wait(self, method: str, team_id: str, channel: str, now: float) -> int:
        """Count a call; return the seconds to wait where there were too many, else 0."""
        if method == "chat.postMessage":
            key, most = (method, channel), MESSAGES_A_MINUTE
        else:
            key, most = (method, team_id), TIERS[METHODS.get(method, 4)]
        calls = self._calls[key]
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        if self.on and len(calls) >= most and most > 1:
            return max(1, int(calls[0] + WINDOW - now) + 1)
        calls.append(now)
        return 0
