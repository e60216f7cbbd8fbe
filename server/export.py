"""Everything an account has, as one zip of JSON files: one array a collection, and a manifest that counts them."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

from core.clock import Clock
from core.scope import Scope
from db.catalogue import OWNED
from db.client import Database
from db.export import export, export_member

IN_MEMORY: Final = 8_000_000
PIECE: Final = 64_000


async def write_archive(database: Database, scope: Scope, clock: Clock, target: IO[bytes]) -> Counter[str]:
    """Write the archive of what is a person's: the whole account with its members for its owner; for a member who they
    are, and what they have said and done in the account.
    """
    owns = scope.actor_id == scope.user_id
    counts: Counter[str] = Counter()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        await _write_documents(archive, (export if owns else export_member)(database, scope), counts)
        for collection in OWNED:
            if not counts[collection.name]:
                archive.writestr(f"{collection.name}.json", b"[]\n")
        manifest = {
            "format": 1,
            "user_id": scope.actor_id,
            "exported_at": clock.now(),
            "documents": {collection.name: counts[collection.name] for collection in OWNED},
        }
        archive.writestr("manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return counts


async def _write_documents(
    archive: ZipFile, documents: AsyncIterator[tuple[str, dict[str, Any]]], counts: Counter[str]
) -> None:
    """Write documents that come collection by collection."""
    name, file = "", None
    try:
        async for collection, document in documents:
            if collection != name:
                _end(file)
                name, file = collection, archive.open(f"{collection}.json", "w")
            assert file is not None
            file.write(b",\n" if counts[collection] else b"[\n")
            file.write(orjson.dumps(document, default=str))
            counts[collection] += 1
    finally:
        _end(file)


def _end(file: IO[bytes] | None) -> None:
    if file is not None:
        file.write(b"\n]\n")
        file.close()


async def archive_pieces(database: Database, scope: Scope, clock: Clock) -> Iterator[bytes]:
    """Return the finished archive in pieces; a large one waits on disk, not in memory."""
    target = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when the last piece is read
    try:
        await write_archive(database, scope, clock, target)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return _pieces(target)


def _pieces(target: IO[bytes]) -> Iterator[bytes]:
    with target:
        while piece := target.read(PIECE):
            yield piece
