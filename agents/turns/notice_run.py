"""Writes one notice into a conversation whose lease we hold for it, and gives the lease back.

Everything has ids that derive from the notice and from the place its lease names, so that whoever takes it over from a
process that is gone writes it again, whole, over what is there of it.
"""

from collections.abc import Sequence
from typing import Any

from agents.turn import Answer
from agents.turns.house import House
from agents.turns.notice import Notice
from agents.turns.run_log import RunLog
from agents.turns.window import moved_on
from core.events import RunFinished, RunStarted, TextEnded
from core.ids import derived_id
from db.leases import Release
from db.notices import StoredNotice

Stored = dict[str, Any]


async def write_notice(house: House, head: Stored, stored: StoredNotice) -> None:
    """Tell a notice; ``head`` is the conversation with our lease in it.

    Raises LeaseLost when another process has taken it over, Unavailable when the database stays away.
    """
    notice, run, conversation_id = Notice.of(stored), head["run"], head["conversation_id"]
    message_id = derived_id("msg", notice.notice_id)
    told = RunLog(
        house.store,
        house.feed,
        house.clock,
        user_id=head["user_id"],
        conversation_id=conversation_id,
        run_id=run["run_id"],
        next_seq=await _place(house, head),
        since=stored.created_at,
    )
    told.put(RunStarted(conversation_id, run["run_id"]), *notice.events)
    if notice.text:
        told.answer(
            Answer(message_id, notice.agent, notice.text, house.models.careful_name, ""),
            TextEnded(message_id, notice.agent, notice.text),
        )
    waits = (notice.interrupt,) if notice.interrupt else ()
    told.put(RunFinished(conversation_id, run["run_id"], "interrupt" if waits else "success", waits))
    released: list[Release] = []

    def release(answers: Sequence[Stored], last_seq: int) -> Release:
        changes = moved_on(head, answers) | {"last_seq": last_seq, "pending_approvals": _pending(head, notice)}
        place = (head["user_id"], conversation_id, run["token"])
        released.append(Release(*place, changes, len(answers), notice.notice_id))
        return released[-1]

    given_back: list[bool] = []
    house.heads.forget(conversation_id)
    try:
        await told.finish({}, release, lambda: given_back.append(True))
    finally:
        await told.close()
        house.feed.tidy(conversation_id)
    if not given_back:
        await house.store.release(released[-1])


async def _place(house: House, head: Stored) -> int:
    """Return the number of the notice's first event: as its lease says, unless somebody else's events are there."""
    run, after = head["run"], head["run"]["first_seq"] - 1
    while run["attempt"] > 1 and (
        page := await house.store.entries_after(head["user_id"], head["conversation_id"], after)
    ):
        for event in page:
            if event.run_id == run["run_id"]:
                return event.seq
        after = page[-1].seq
    return int(after) + 1


def _pending(head: Stored, notice: Notice) -> list[dict[str, str]]:
    """What waits for a decision in the conversation after the notice."""
    waits = notice.interrupt
    gone = {*notice.settled, waits.approval_id if waits else ""}
    pending = [item for item in head.get("pending_approvals", []) if item["approval_id"] not in gone]
    return [*pending, {"approval_id": waits.approval_id, "summary": waits.message}] if waits else pending
