"""Password hashing with argon2, in a thread: one hash takes a tenth of a second of processor time."""

import asyncio
import secrets

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher


class Passwords:
    """Hashes and checks passwords; an unknown account costs as much time as a wrong password."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._decoy = ""
        self._turn = asyncio.Semaphore(2)

    async def hash(self, password: str) -> str:
        """Return the salted hash to store."""
        async with self._turn:
            return await asyncio.to_thread(self._hash.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` belongs to ``stored``; None stands for an account that does not exist."""
        if stored:
            async with self._turn:
                return await asyncio.to_thread(self._verify, password, stored)
        if not self._decoy:
            self._decoy = await self.hash(secrets.token_urlsafe(16))
        async with self._turn:
            await asyncio.to_thread(self._verify, password, self._decoy)
        return False

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hash.verify(password, stored)
        except UnknownHashError:
            return False
