"""What DBOS keeps of workflows: arguments and results of steps. Removed with an account, and by age once they are over.

It uses DBOS's client, which reads and removes from outside and runs nothing, so that every process may.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from core.errors import Unavailable

if TYPE_CHECKING:
    from dbos import DBOSClient

OVER: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
AT_ONCE: Final = 200
SQLITE: Final = "sqlite:///"
# What PostgreSQL says where DBOS has made neither its schema nor its tables yet.
NEVER_LAUNCHED: Final = frozenset({"3F000", "42P01"})
T = TypeVar("T")


class History:
    """The stored workflows of all processes. Unavailable while their database can't be reached."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def forget(self, workflow_ids: Sequence[str]) -> int:
        """Stop these workflows, wherever they run, and remove all that is kept of them; return how many there were."""

        def forget(client: "DBOSClient") -> int:
            found = 0
            for start in range(0, len(workflow_ids), AT_ONCE):
                part = list(workflow_ids[start : start + AT_ONCE])
                known = client.list_workflows(workflow_ids=part, load_input=False, load_output=False)
                there = [workflow.workflow_id for workflow in known]
                if there:
                    client.cancel_workflows(there, cancel_children=True)
                    client.delete_workflows(there, delete_children=True)
                found += len(there)
            return found

        return await self._with_client(forget) if workflow_ids else 0

    async def purge(self, before: datetime) -> int:
        """Remove workflows that were over before a moment; return how many there were."""

        def purge(client: "DBOSClient") -> int:
            removed = 0
            while found := client.list_workflows(
                status=OVER, completed_before=before.isoformat(), limit=AT_ONCE, load_input=False, load_output=False
            ):
                client.delete_workflows([workflow.workflow_id for workflow in found])
                removed += len(found)
            return removed

        return await self._with_client(purge)

    async def _with_client(self, work: Callable[["DBOSClient"], T]) -> T | int:
        if self._url.startswith(SQLITE) and not await asyncio.to_thread(Path(self._url.removeprefix(SQLITE)).exists):
            return 0
        return await asyncio.to_thread(self._connected, work)

    def _connected(self, work: Callable[["DBOSClient"], T]) -> T | int:
        from dbos import DBOSClient
        from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

        client = None
        try:
            client = DBOSClient(system_database_url=self._url, retry_connection_errors=False)
            return work(client)
        except SQLAlchemyError as error:
            if isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", None) in NEVER_LAUNCHED:
                return 0
            raise Unavailable("The database of lasting work can't be reached right now.") from error
        finally:
            if client is not None:
                client.destroy()
