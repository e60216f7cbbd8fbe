"""Ends a run that can't even be built from what is stored: nobody foresaw that, and the person is told.

Its conversation goes on with what waits, and whoever recovers turns goes on with the others.
"""

from collections.abc import Sequence
from typing import Any, Final

from agents.turns.house import House
from agents.turns.run_log import RunLog
from core.errors import AppError
from core.events import RunFailed, RunStarted
from db.leases import Release
from db.turn_store import NumberedEvent, opening_of

Stored = dict[str, Any]
ENDS: Final = frozenset({"RUN_FINISHED", "RUN_ERROR"})


def unforeseen(trouble: str) -> AppError:
    """Return what the person is told of an error nobody foresaw; ``trouble`` is the id that finds it in the log."""
    return AppError(f"Something went wrong here (error {trouble}). Your message is kept; send it again.")


async def give_up(house: House, head: Stored, message: Stored, error: AppError) -> None:
    """End the run of the lease we hold as failed, after the events it has, and give the lease back.

    Raises LeaseLost when another process has taken it over, Unavailable when the database stays away.
    """
    run, user_id, conversation_id = head["run"], head["user_id"], head["conversation_id"]
    told = RunLog(
        house.store,
        house.feed,
        house.clock,
        user_id=user_id,
        conversation_id=conversation_id,
        run_id=run["run_id"],
        next_seq=run["first_seq"],
        since=house.clock.now(),
    )
    stored = await _events(house, head)
    mine = [event for event in stored if event.run_id == run["run_id"]]
    opening = [] if mine else opening_of(head)
    told.go_on(stored, opening)
    updates: dict[str, Stored] = {}
    if not any(event.wire["type"] in ENDS for event in mine):
        if not mine and not opening:
            told.put(RunStarted(conversation_id, run["run_id"]))
        told.put(RunFailed(run["run_id"], error.message, error.code, error.retry_after))
        failed = {"status": "failed", "memory": None, "updated_at": house.clock.now()}
        updates = {message["message_id"]: failed}
    released: list[Release] = []

    def release(_answers: Sequence[Stored], last_seq: int) -> Release:
        known = any(entry["message_id"] == message["message_id"] for entry in head.get("messages", []))
        place = (user_id, conversation_id, run["token"])
        released.append(Release(*place, {"last_seq": last_seq}, 0 if known else 1))
        return released[-1]

    given_back: list[bool] = []
    house.heads.forget(conversation_id)
    try:
        await told.finish(updates, release, lambda: given_back.append(True))
    finally:
        await told.close()
        house.feed.tidy(conversation_id)
    if not given_back:
        await house.store.release(released[-1])


async def _events(house: House, head: Stored) -> list[NumberedEvent]:
    """Return the events from the run's first on that entries hold."""
    events: list[NumberedEvent] = []
    after = head["run"]["first_seq"] - 1
    while page := await house.store.entries_after(head["user_id"], head["conversation_id"], after):
        events += page
        after = page[-1].seq
    return events
