"""Fixtures of the database tests."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from core.clock import ManualClock
from core.ids import new_id
from db.client import Database
from db.encryption import FieldCipher
from tests.conftest import ENCRYPTION_KEY


@pytest.fixture
async def bare_database(mongo_uri: str, clock: ManualClock) -> AsyncIterator[Database]:
    """A database in which nothing was ever made; it is dropped afterwards."""
    connected = await Database.connect(
        mongo_uri, new_id("bare"), clock=clock, cipher=FieldCipher([ENCRYPTION_KEY]), counted=True
    )
    yield connected
    await connected.drop()
    await connected.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still at this moment: the database itself removes what is older than its retention."""
    return ManualClock(datetime.now(UTC).replace(microsecond=0))
