"""Accounts before anybody is logged in: found by email, id, code or key, whichever tenant they belong to.

Used where credentials are checked and nowhere else; everything after that goes through a scope.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.collation import Collation

from core.errors import NotFound
from db.access_codes import ACCESS_CODES, AccessCode
from db.api_keys import API_KEYS, ApiKey
from db.client import Database
from db.collection import Collection
from db.failures import translated
from db.stored import to_document, to_stored
from db.users import USERS, User

ANY_CASE = Collation(locale="en", strength=2)


class Accounts:
    """Every tenant's accounts and codes. Only the login code may hold one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._users = database.raw(USERS)
        self._codes = database.raw(ACCESS_CODES)
        self._keys = database.raw(API_KEYS)

    async def add(self, user: User) -> User:
        """Store a new account; Conflict if its email is taken."""
        stored = to_stored(
            USERS, user, tenant=user.user_id, now=self._database.clock.now(), cipher=self._database.cipher
        )
        with translated():
            await self._users.insert_one(stored)
        return to_document(USERS, stored)

    async def by_email(self, email: str) -> User | None:
        """Return the account of an email with its password hash, in whatever case it is written."""
        with translated():
            stored = await self._users.find_one({"email": email}, collation=ANY_CASE)
        return to_document(USERS, stored, cipher=self._database.cipher) if stored else None

    async def by_id(self, user_id: str, *, reveal: bool = False) -> User | None:
        """Return an account, with its password hash if ``reveal``."""
        with translated():
            stored = await self._users.find_one({"user_id": user_id})
        cipher = self._database.cipher if reveal else None
        return to_document(USERS, stored, cipher=cipher) if stored else None

    async def change(self, user_id: str, changes: Mapping[str, Any], *, where: Mapping[str, Any] | None = None) -> bool:
        """Set fields of an account, where ``where`` holds for it; whether it did."""
        with translated():
            done = await self._users.update_one(
                {"user_id": user_id, **(where or {})},
                {"$set": {**changes, "updated_at": self._database.clock.now()}},
            )
        return done.matched_count == 1

    async def members(self, tenant_id: str) -> list[User]:
        """Return the people who work in an account, without its owner, by name."""
        with translated():
            stored = await self._users.find({"tenant_id": tenant_id}, limit=500).to_list()
        return sorted((to_document(USERS, one) for one in stored), key=lambda user: (user.name, user.user_id))

    async def change_member(self, tenant_id: str, user_id: str, changes: Mapping[str, Any]) -> User:
        """Set fields of one person of an account and return them; NotFound if they do not work in it."""
        fields = {**changes, "updated_at": self._database.clock.now()}
        with translated():
            done = await self._users.update_one({"user_id": user_id, "tenant_id": tenant_id}, {"$set": fields})
            stored = await self._users.find_one({"user_id": user_id, "tenant_id": tenant_id})
        if not done.matched_count or stored is None:
            raise NotFound(f"There is no member {user_id} in your account. Check the id.")
        return to_document(USERS, stored)

    async def remove_member(self, tenant_id: str, user_id: str) -> None:
        """Remove one person from an account; NotFound if they do not work in it."""
        with translated():
            gone = await self._users.delete_one({"user_id": user_id, "tenant_id": tenant_id})
        if not gone.deleted_count:
            raise NotFound(f"There is no member {user_id} in your account. Check the id.")

    async def add_code(self, code: AccessCode) -> AccessCode:
        """Store a one-time code."""
        stored = to_stored(
            ACCESS_CODES, code, tenant=code.user_id, now=self._database.clock.now(), cipher=self._database.cipher
        )
        with translated():
            await self._codes.insert_one(stored)
        return to_document(ACCESS_CODES, stored)

    async def use_code(self, code_hash: str, purpose: str, by: str | None) -> AccessCode | None:
        """Use a code up and return it; None if it is unknown, used or expired. Of two at once, one gets it."""
        now = self._database.clock.now()
        with translated():
            stored = await self._codes.find_one_and_update(
                {"code_hash": code_hash, "purpose": purpose, "used_at": None, "expires_at": {"$gt": now}},
                {"$set": {"used_at": now, "used_by": by, "updated_at": now}},
                return_document=ReturnDocument.AFTER,
            )
        return to_document(ACCESS_CODES, stored) if stored else None

    async def open_code(self, code_hash: str, purpose: str) -> AccessCode | None:
        """Return a code that could be used now, without using it."""
        now = self._database.clock.now()
        where = {"code_hash": code_hash, "purpose": purpose, "used_at": None, "expires_at": {"$gt": now}}
        with translated():
            stored = await self._codes.find_one(where)
        return to_document(ACCESS_CODES, stored) if stored else None

    async def give_code_back(self, code_id: str) -> None:
        """Make a code usable again, when what it was used for did not happen."""
        with translated():
            await self._codes.update_one({"code_id": code_id}, {"$unset": {"used_at": "", "used_by": ""}})

    async def key_by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key whose text, or whose text before its last rotation, has this hash."""
        with translated():
            stored = await self._keys.find_one({"key_hash": key_hash})
            stored = stored or await self._keys.find_one({"previous_hash": key_hash})
        return to_document(API_KEYS, stored) if stored else None

    async def key_by_grant(self, grant_hash: str) -> ApiKey | None:
        """Return the key that a program may fetch with the code of this hash."""
        with translated():
            stored = await self._keys.find_one({"grant_hash": grant_hash})
        return to_document(API_KEYS, stored) if stored else None

    async def key_by_family(self, family_hash: str) -> ApiKey | None:
        """Return the key whose refresh tokens have in common what has this hash."""
        with translated():
            stored = await self._keys.find_one({"renewal.family_hash": family_hash})
        return to_document(API_KEYS, stored) if stored else None

    async def note_key_use(self, key_id: str, times: int, last: datetime) -> None:
        """Add to how often a key was used; one that is gone stays gone."""
        with translated():
            await self._keys.update_one(
                {"key_id": key_id}, {"$inc": {"use_count": times}, "$max": {"last_used_at": last}}
            )

    async def remove_keys_of(self, actor_id: str) -> None:
        """Remove the keys of one person, in whichever account they act."""
        with translated():
            await self._keys.delete_many({"actor_id": actor_id})

    async def exists_anywhere(self, collection: Collection[Any], public_id: str) -> bool:
        """Whether some tenant has this document: tells 'not yours' from 'no such thing', and nothing else."""
        with translated():
            found = await self._database.raw(collection).find_one({collection.id_field: public_id}, {"_id": 1})
        return found is not None
