"""Who stands beside whom: the messages of each conversation in the order they were said, cut at long pauses."""

from bisect import bisect_left, bisect_right
from typing import Final

from memory.columns import NOWHERE, Columns, Whole

LONGEST_PAUSE: Final = 6 * 3600.0


class Talk:
    """Keeps ``before``, ``after`` and ``session`` of an account's columns as messages come and go."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._order: dict[int, list[int]] = {}
        self._sessions = 0

    def add(self, slot: int) -> None:
        """Put a message into its conversation, at its time; after those of the same time."""
        columns = self._columns
        order = self._order.setdefault(int(columns.conversation[slot]), [])
        place = len(order)
        if order and columns.said[slot] < columns.said[order[-1]]:
            place = bisect_right(order, columns.said[slot], key=self._said)
        order.insert(place, slot)
        self._link(order[place - 1] if place else NOWHERE, slot)
        self._link(slot, order[place + 1] if place + 1 < len(order) else NOWHERE)
        for neighbour in (columns.before[slot], columns.after[slot]):
            if neighbour != NOWHERE:
                columns.session[slot] = columns.session[neighbour]
                return
        columns.session[slot] = self._sessions
        self._sessions += 1

    def remove(self, slot: int) -> None:
        """Take a message out; its neighbours become each other's."""
        columns = self._columns
        order = self._order.get(int(columns.conversation[slot]), [])
        place = bisect_left(order, columns.said[slot], key=self._said)
        while place < len(order) and order[place] != slot:
            place += 1
        if place == len(order):
            return
        del order[place]
        earlier = order[place - 1] if place else NOWHERE
        later = order[place] if place < len(order) else NOWHERE
        self._link(earlier, later)
        columns.before[slot] = columns.after[slot] = NOWHERE

    def rename(self, new_slots: Whole) -> None:
        """Follow slots that moved."""
        for order in self._order.values():
            order[:] = new_slots[order].tolist()

    def _said(self, slot: int) -> float:
        return float(self._columns.said[slot])

    def _link(self, earlier: int, later: int) -> None:
        said = self._columns.said
        near = earlier != NOWHERE and later != NOWHERE and said[later] - said[earlier] <= LONGEST_PAUSE
        if earlier != NOWHERE:
            self._columns.after[earlier] = later if near else NOWHERE
        if later != NOWHERE:
            self._columns.before[later] = earlier if near else NOWHERE
