"""The outside world of work that outlives a turn."""

from collections.abc import AsyncIterator

import pytest

from core.clock import ManualClock
from sandbox.graph import GraphTwin
from sandbox.platforms.twitter import TwitterTwin
from sandbox.server import Sandbox


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    """The outside world, at the time of the test."""
    async with Sandbox(clock=clock) as running:
        for twin in running.twins.values():
            if isinstance(twin, GraphTwin | TwitterTwin):
                twin.set_limit(100_000)
        yield running
