"""A conversation with the offline model on an empty database."""

import pytest

from core.scope import Scope
from db.client import Database
from tests.agents.models.offline.desk import Desk


@pytest.fixture
async def desk(database: Database, scope: Scope) -> Desk:
    """A new conversation."""
    return await Desk.open(database, scope)
