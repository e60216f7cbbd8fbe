"""A sandbox, a way out to it, and an account on each platform."""

from collections.abc import AsyncIterator

import pytest

from core.clock import SystemClock
from sandbox.server import Sandbox
from tests.contracts.platform_kits import TwinKit, twin_kits
from tools.outside.http import Outside


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def outside(sandbox: Sandbox) -> AsyncIterator[Outside]:
    async with Outside(SystemClock(), timeout=20.0, addresses=sandbox.addresses()) as made:
        yield made


@pytest.fixture
def kits(sandbox: Sandbox) -> dict[str, TwinKit]:
    return twin_kits(sandbox)
