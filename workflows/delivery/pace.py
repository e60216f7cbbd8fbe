"""How long delivering waits for what."""

import random
from dataclasses import dataclass
from datetime import timedelta

from tools.approval.authority import LATEST


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits of delivering.

    ``lease`` is how long a worker may go without a sign of life. Nothing is sent in its last part, the ``margin``.
    ``settling`` is how long after a lost answer the post
    may still appear at the platform. ``latest`` is how much later than planned a post still goes out; after that a
    person has to approve it again. ``looks`` is how often is looked before a person is asked.
    """

    lease: timedelta = timedelta(seconds=60)
    margin_share: float = 0.25
    first_wait: timedelta = timedelta(seconds=5)
    longest_wait: timedelta = timedelta(minutes=15)
    settling: timedelta = timedelta(seconds=20)
    looks: int = 5
    latest: timedelta = LATEST
    campaign_wait: timedelta = timedelta(seconds=15)
    account_wait: timedelta = timedelta(minutes=2)
    turn_wait: timedelta = timedelta(seconds=1)

    @property
    def margin(self) -> timedelta:
        """How much of a lease has to be left when a platform is called."""
        return self.lease * self.margin_share

    def after(self, failures: int, chance: random.Random) -> timedelta:
        """Return the wait after so many failures in a row: it doubles up to the longest, and half of it is chance."""
        doubled: int = 2 ** min(max(failures - 1, 0), 20)
        whole = min(self.first_wait * doubled, self.longest_wait)
        return whole / 2 + whole / 2 * chance.random()
