"""Access across tenants sees and changes everybody's documents."""

from core.clock import ManualClock
from core.scope import Scope
from db.all_tenants import AllTenants
from db.client import Database
from db.repository import Repository
from db.webhooks import WEBHOOKS
from tests.db.samples import sample


async def test_it_reaches_every_tenant(
    database: Database, scope: Scope, other_scope: Scope, clock: ManualClock
) -> None:
    for tenant in (scope, other_scope):
        await Repository(database, WEBHOOKS, tenant).insert(sample(WEBHOOKS, tenant))
    everyone = AllTenants(database, WEBHOOKS)
    assert {one.user_id for one in await everyone.find({})} == {scope.user_id, other_scope.user_id}
    assert await everyone.count({"active": True}) == 2
    assert await everyone.update_many({"active": True}, {"secret": "whsec_new"}) == 2
    assert "whsec_new" not in str(await database.raw(WEBHOOKS).find({}).to_list())
    assert {one.secret async for one in everyone.each({}, reveal=True)} == {"whsec_new"}
    assert {one.secret async for one in everyone.each({})} == {""}
    found = await everyone.find_one({"user_id": scope.user_id}, reveal=True)
    assert found is not None
    assert (found.secret, found.updated_at) == ("whsec_new", clock.now())
    assert await everyone.delete_many({"user_id": scope.user_id}) == 1
    assert await everyone.find_one({"user_id": scope.user_id}) is None
