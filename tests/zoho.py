"""A CRM that is connected, and its reading: the sandbox's Zoho, and the job that keeps its records in step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from core.clock import ManualClock
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.scheduled_jobs import SCHEDULED_JOBS, ScheduledJob
from db.zoho_crm_records import ZOHO_CRM_RECORDS, ZohoCrmRecord
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.zoho.twin import ZohoTwin
from tools.outside.http import Outside
from tools.outside.oauth import Registration
from tools.zoho.access import ZohoAccess
from tools.zoho.connection import ZohoConnection
from workflows.crm.order import JOB, CrmOrder, job_of
from workflows.crm.sync import CrmSync
from workflows.jobs.desk import JobDesk
from workflows.jobs.runner import JobRunner

OURS = {"zoho": Registration(CLIENT_ID, CLIENT_SECRET)}
BACK = "https://minds.example/api/v1/connections/zoho/callback"


@dataclass
class Crm:
    """One account with a CRM at the sandbox's Zoho."""

    twin: ZohoTwin
    database: Database
    outside: Outside
    scope: Scope
    clock: ManualClock

    @property
    def access(self) -> ZohoAccess:
        return ZohoAccess(self.database, self.outside, OURS)

    @property
    def connection(self) -> ZohoConnection:
        return ZohoConnection(self.database, self.outside, self.access)

    @property
    def records(self) -> Repository[ZohoCrmRecord]:
        return Repository(self.database, ZOHO_CRM_RECORDS, self.scope)

    async def connect(self) -> None:
        """Connect, and have it read."""
        departure = await self.connection.start(self.scope, BACK)
        async with httpx.AsyncClient() as browser:
            location = (await browser.get(departure.authorise_url)).headers["location"]
        query = dict(parse_qsl(urlsplit(location).query))
        await self.connection.finish(self.scope, query["state"], query["code"], location=query["location"])
        await CrmOrder(JobDesk(self.database, self.clock)).connected(self.scope)

    async def run(self) -> Mapping[str, Any]:
        """Do what is due, in a process of its own, and return what came of the reading."""
        job = CrmSync(self.database, self.outside, self.access)
        runner = JobRunner(self.database, self.clock, JobDesk(self.database, self.clock), {JOB: job.run})
        await runner.run_due()
        return (await self.job()).result or {}

    async def job(self) -> ScheduledJob:
        return await Repository(self.database, SCHEDULED_JOBS, self.scope).get(job_of(self.scope))

    async def names(self, module: str = "Leads") -> list[str]:
        return sorted(record.name for record in await self.records.find({"module": module}, limit=1000))
