"""The timezone an account's days begin in."""

from zoneinfo import ZoneInfo

from core.errors import NotFound
from core.scope import Scope
from core.timezones import UNKNOWN, first_zone
from db.client import Database
from db.repository import Repository
from db.users import USERS


async def timezone_of(database: Database, scope: Scope) -> ZoneInfo:
    """Return the timezone the account's days begin in."""
    try:
        user = await Repository(database, USERS, scope).get(scope.user_id)
    except NotFound:
        return ZoneInfo(UNKNOWN)
    return ZoneInfo(first_zone(user.preferences.timezone))
