"""Which conversation is held in which Slack thread; made at the first message there."""

from typing import Literal

from agents.turns.accepted import Accepted
from core.errors import Conflict, NotFound
from core.ids import derived_id
from core.scope import Scope
from db.conversations import CONVERSATIONS, Conversation
from db.slack_installations import SlackInstallation
from db.slack_threads import SLACK_THREADS, SlackThread
from server.slack.ground import SlackGround

Kind = Literal["mention", "direct", "assistant", "command", "continued"]


def thread_id_of(team_id: str, channel_id: str, thread_ts: str) -> str:
    """Return the id of a thread."""
    return derived_id(SLACK_THREADS.id_prefix, team_id, channel_id, thread_ts)


def client_id_of(thread: SlackThread, ts: str) -> str:
    """Return our id for a message of a thread: the same one however often Slack tells of it."""
    return f"{thread.thread_id}-{ts}"


def came_from(thread: SlackThread, client_message_id: str) -> bool:
    """Whether a message was written in this thread, so that it stands there already."""
    return client_message_id.startswith(f"{thread.thread_id}-")


class Threads:
    """Threads of all workspaces, each within its account."""

    def __init__(self, ground: SlackGround) -> None:
        self._ground = ground

    async def find(self, installation: SlackInstallation, channel_id: str, thread_ts: str) -> SlackThread | None:
        """Return a thread somebody has talked in before."""
        threads = self._ground.repository(SLACK_THREADS, self._ground.of_tenant(installation.user_id))
        return await threads.find_one({"thread_id": thread_id_of(installation.team_id, channel_id, thread_ts)})

    async def opened(
        self,
        installation: SlackInstallation,
        channel_id: str,
        thread_ts: str,
        kind: Kind,
        slack_user_id: str,
        *,
        newest_ts: str,
        conversation: Conversation | None = None,
    ) -> SlackThread:
        """Return a thread, made if nobody has talked in it. With ``conversation`` that one goes on in it from here."""
        thread_id = thread_id_of(installation.team_id, channel_id, thread_ts)
        own = derived_id(CONVERSATIONS.id_prefix, thread_id)
        thread = SlackThread(
            thread_id=thread_id,
            team_id=installation.team_id,
            channel_id=channel_id,
            thread_ts=thread_ts,
            kind=kind,
            slack_user_id=slack_user_id,
            conversation_id=conversation.conversation_id if conversation else own,
            last_seq=conversation.last_seq if conversation else 0,
            newest_ts=newest_ts,
        )
        threads = self._ground.repository(SLACK_THREADS, self._ground.of_tenant(installation.user_id))
        return await threads.insert_once(thread)

    async def say(self, scope: Scope, thread: SlackThread, text: str, ts: str) -> tuple[Accepted, SlackThread]:
        """Take a message as a turn of the thread's conversation, once. A conversation that was deleted begins anew."""
        turns, client_id = self._ground.turns, client_id_of(thread, ts)
        for _ in range(3):
            conversation_id = thread.conversation_id
            conversations = self._ground.repository(CONVERSATIONS, scope)
            known = await conversations.find_one({"conversation_id": conversation_id})
            try:
                if known is None:
                    new = Conversation(conversation_id=conversation_id, channel="slack")
                    return await turns.accept(scope, conversation_id, text, client_id, new), thread
                return await turns.accept(scope, conversation_id, text, client_id), thread
            except (Conflict, NotFound):
                stands = await conversations.find_one({"conversation_id": conversation_id}) is not None
                if stands and known is not None:
                    raise
                if not stands:
                    thread = await self._anew(thread)
        raise NotFound("The conversation of this thread is gone. Write in a new thread.")

    async def stop(self, scope: Scope, thread: SlackThread) -> bool:
        """Stop the turn that runs in a thread; False if none does, or there is no conversation yet."""
        try:
            return await self._ground.turns.cancel(scope, thread.conversation_id)
        except NotFound:
            return False

    async def titled(self, thread: SlackThread) -> None:
        """Note that a thread has its title."""
        threads = self._ground.repository(SLACK_THREADS, self._ground.of_tenant(thread.user_id))
        await threads.change(thread.thread_id, {"titled": True})

    async def _anew(self, thread: SlackThread) -> SlackThread:
        """Give a thread whose conversation was deleted another one, unless that was done already."""
        threads = self._ground.repository(SLACK_THREADS, self._ground.of_tenant(thread.user_id))
        following = derived_id(CONVERSATIONS.id_prefix, thread.thread_id, thread.conversation_id)
        changes = {"conversation_id": following, "last_seq": 0}
        try:
            return await threads.update(thread.thread_id, changes, where={"conversation_id": thread.conversation_id})
        except Conflict:
            return await threads.get(thread.thread_id)
