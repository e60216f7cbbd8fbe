"""The parts of delivering, put together once a process."""

from dataclasses import dataclass

from db.client import Database
from db.delivery_store import DeliveryStore
from tools.approval.authority import Authority
from tools.outside.http import Outside
from tools.outside.open_accounts import OpenAccounts
from workflows.delivery.attempt import Means
from workflows.delivery.deliverer import Deliverer
from workflows.delivery.due import EVERY_SECONDS, DueDeliveries
from workflows.delivery.late import Late
from workflows.delivery.making import DeliveryMaking
from workflows.delivery.outcome import Published, Told
from workflows.delivery.pace import Pace


@dataclass(frozen=True, slots=True)
class DeliveryParts:
    """What delivers, and what finds what is due."""

    deliverer: Deliverer
    due: DueDeliveries


def build_delivery(
    database: Database,
    outside: Outside,
    accounts: OpenAccounts,
    authority: Authority,
    owner: str,
    pace: Pace | None = None,
    every_seconds: float = EVERY_SECONDS,
    told: Told | None = None,
    late: Late | None = None,
    published: Published | None = None,
) -> DeliveryParts:
    """Put the parts together. Starts nothing."""
    store, waits = DeliveryStore(database), pace or Pace()
    means = Means(store, outside, accounts, authority, database.clock, waits)
    deliverer = Deliverer(database, means, owner, told, late, published)
    making = DeliveryMaking(database, store, waits)
    return DeliveryParts(deliverer, DueDeliveries(deliverer, making, means, every_seconds))
