"""The data folder: what an earlier version has left in it is adapted before anybody works with it."""

from pathlib import Path

from pydantic import SecretStr

from core.clock import SystemClock
from core.settings import Settings
from db.catalogue import CATALOGUE
from db.client import Database
from db.collection import Collection
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.sync import is_behind, synchronise
from db.user_memory import USER_MEMORY
from server.storage import encryption_keys, open_database

ROWS = 300


def command_lines(folder: Path) -> list[str]:
    """Return how the database on this folder was started."""
    found: list[str] = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and "secantusd" in line and "db.embedded_child" not in line:
            found.append(line)
    return found


async def test_indexes_of_a_new_version_are_there_and_every_write_is_durable_afterwards(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "mongodb_uri": SecretStr("")})
    earlier = tuple(
        Collection(name=one.name, model=one.model, id_field=one.id_field, id_prefix=one.id_prefix)
        if one is USER_MEMORY
        else one
        for one in (*CATALOGUE[:3], USER_MEMORY)
    )
    server = EmbeddedServer(tmp_path)
    uri = await server.start()
    cipher = FieldCipher(encryption_keys(settings))
    old = await Database.connect(uri, settings.mongodb_database, clock=SystemClock(), cipher=cipher)
    await synchronise(old, earlier)
    memories = old.driver["user_memory"]
    await memories.insert_many(
        [{"memory_id": f"mem_{number}", "user_id": "usr_1", "memory_type": "insight", "created_at": old.clock.now(),
          "updated_at": old.clock.now(), "content": "bread"} for number in range(ROWS)],
        bypass_document_validation=True,
    )  # fmt: skip
    assert await is_behind(old)
    await old.close()
    await server.close()

    async with open_database(settings, SystemClock()) as database:
        assert not await is_behind(database)
        present = {row["name"] for row in await (await database.driver["user_memory"].list_indexes()).to_list()}
        assert {index.name for index in USER_MEMORY.all_indexes} <= present
        assert await database.driver["user_memory"].count_documents({"user_id": "usr_1"}) == ROWS
        lines = command_lines(tmp_path)
        assert lines
        assert all("--sync-on-commit" in line for line in lines)
