"""Voice checks as a telephone line meets them: found by their id or the code that was dialled, whichever tenant's.

Used where calls come in and nowhere else; everything after that goes through a scope.
"""

from datetime import datetime

from db.client import Database
from db.failures import translated
from db.stored import to_document
from db.voice_checks import VOICE_CHECKS, VoiceCheck


class VoiceLines:
    """Every tenant's voice checks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._checks = database.raw(VOICE_CHECKS)

    async def by_id(self, check_id: str) -> VoiceCheck | None:
        """Return a check with its challenge."""
        return await self._one({"check_id": check_id})

    async def by_code(self, code_hash: str, now: datetime) -> VoiceCheck | None:
        """Return the check that waits for a call with this code."""
        return await self._one({"code_hash": code_hash, "state": "waiting", "expires_at": {"$gt": now}})

    async def _one(self, where: dict[str, object]) -> VoiceCheck | None:
        with translated():
            stored = await self._checks.find_one(where)
        return to_document(VOICE_CHECKS, stored, cipher=self._database.cipher) if stored else None
