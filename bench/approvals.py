"""How many approvals a second one process takes: asked, decided, permitted when acting, and decided by many at once."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import uvloop

from bench.figures import Figures, percentile
from core.clock import SystemClock
from core.errors import Conflict
from core.ids import new_id
from core.scope import Scope
from db.approval_requests import ApprovalRequest
from db.client import Database
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.sync import synchronise
from tools.approval.act import Act, iso_utc
from tools.approval.authority import Authority
from tools.approval.payload import effect_id
from tools.approval.requests import ApprovalRequests, RequestDraft
from tools.outside.contract import Post

REQUESTS = 400
CONTENDERS = 500
AT_ONCE = 16
PERSON = Scope("usr_bench", "usr_bench", "user")


def draft(moment: str) -> RequestDraft:
    """One post of ordinary size."""
    post = {
        "platform": "twitter",
        "account_id": "1",
        "text": "Fresh bread, warm from the oven. " * 6,
        "publish_at": moment,
    }
    return RequestDraft(
        new_id("apr"), "publish", {"posts": [post], "audience": None, "budget": None}, "One post.", "publisher"
    )


async def timed(figures: Figures, what: str, works: Sequence[Callable[[], Awaitable[object]]]) -> None:
    """Do everything, some at once, and print how many a second that was and what each cost."""
    gate = asyncio.Semaphore(AT_ONCE)
    took: list[float] = []

    async def one(work: Callable[[], Awaitable[object]]) -> None:
        async with gate:
            began = time.perf_counter()
            await work()
            took.append(time.perf_counter() - began)

    began, processor = time.perf_counter(), time.process_time()
    await asyncio.gather(*[one(work) for work in works])
    seconds, used = time.perf_counter() - began, time.process_time() - processor
    a_second = f"{len(works) / seconds:,.0f} a second"
    each = f"{used / len(works) * 1000:.2f} ms of processor each, p95 {percentile(took, 0.95) * 1000:.1f} ms"
    figures.tell(what, f"{a_second}, {each}")


async def contended(requests: ApprovalRequests, request: ApprovalRequest) -> int:
    """Decide one request from many sides at once; return how many of them won."""

    async def attempt(number: int) -> bool:
        try:
            await requests.decide(
                Scope(PERSON.user_id, f"usr_{number}", "user"),
                request.request_id,
                "approve" if number % 2 else "reject",
                via="bench",
            )
        except Conflict:
            return False
        return True

    return sum(await asyncio.gather(*[attempt(number) for number in range(CONTENDERS)]))


async def measure(folder: Path) -> list[str]:
    """Measure and print; return what missed its target."""
    figures = Figures()
    figures.title(f"approvals, {REQUESTS} requests, {AT_ONCE} at once, embedded database")
    clock = SystemClock()
    server = EmbeddedServer(folder)
    database = await Database.connect(
        await server.start(), "bench", clock=clock, cipher=FieldCipher([FieldCipher.new_key()])
    )
    try:
        await synchronise(database)
        requests, authority = ApprovalRequests(database), Authority(database)
        moment = clock.now() - timedelta(minutes=1)
        drafts = [draft(iso_utc(moment)) for _ in range(REQUESTS)]
        await timed(figures, "asked", [partial(requests.ask, PERSON, one) for one in drafts])
        await timed(
            figures,
            "decided",
            [partial(requests.decide, PERSON, one.request_id, "approve", via="bench") for one in drafts],
        )
        acts = [_act(one, moment.replace(microsecond=0)) for one in drafts]
        await timed(figures, "permitted", [partial(authority.permit, PERSON, act) for act in acts])
        asked = await requests.ask(PERSON, draft(iso_utc(moment)))
        began = time.perf_counter()
        winners = await contended(requests, asked)
        figures.tell(f"{CONTENDERS} decisions on one request", f"{time.perf_counter() - began:.2f} s")
        figures.at_most("winners among them", float(winners), 1.0, "")
    finally:
        await database.close()
        await server.close()
    return figures.missed


def _act(draft: RequestDraft, moment: datetime) -> Act:
    planned = draft.payload["posts"][0]
    return Act(
        effect="publish",
        request_id=draft.request_id,
        subject_id=effect_id("pst", draft.request_id, 0),
        platform="twitter",
        account_id="1",
        publish_at=moment,
        post=Post(key="dlv_1", text=planned["text"]),
    )


def main() -> int:
    """Run the benchmark; 1 if a target was missed."""
    with tempfile.TemporaryDirectory(prefix="bench-approvals-") as folder:
        return 1 if uvloop.run(measure(Path(folder))) else 0


if __name__ == "__main__":
    sys.exit(main())
