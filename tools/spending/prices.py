"""What one piece of work costs, in each currency: stated in ``system_config``, where the operator may change it."""

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt

from core.errors import NotConfigured
from core.ids import derived_id
from core.money import NO_CURRENCY
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.system_config import SYSTEM_CONFIG, SystemConfig

KEY: Final = "unit_prices"
ITEMS: Final = ("blog", "seo_content", "social_post", "email", "ad_copy", "video", "image")
READER: Final = Scope("system", "system", "viewer")
# Minor units for each of ITEMS, in this order.
STATED: Final[Mapping[str, tuple[int, ...]]] = {
    "GBP": (400, 400, 60, 90, 60, 1500, 40),
    "EUR": (460, 460, 70, 105, 70, 1750, 45),
    "USD": (500, 500, 75, 115, 75, 1900, 50),
    "CHF": (450, 450, 65, 100, 65, 1700, 45),
    "CAD": (700, 700, 105, 155, 105, 2600, 70),
    "AUD": (760, 760, 115, 170, 115, 2850, 75),
    "INR": (42000, 42000, 6300, 9500, 6300, 158000, 4200),
    "JPY": (760, 760, 115, 170, 115, 2850, 75),
    "PLN": (2000, 2000, 300, 450, 300, 7500, 200),
    "SEK": (5300, 5300, 800, 1200, 800, 19900, 530),
    "NOK": (5300, 5300, 800, 1200, 800, 19900, 530),
    "DKK": (3450, 3450, 520, 780, 520, 12900, 345),
    # Without a currency nothing is spent, so nothing is charged.
    NO_CURRENCY: (0, 0, 0, 0, 0, 0, 0),
}


class UnitPrices(BaseModel):
    """Minor units by currency and item."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    prices: dict[str, dict[str, NonNegativeInt]] = Field(default_factory=dict[str, dict[str, NonNegativeInt]])

    def of(self, item: str, currency: str) -> int:
        """Return what one ``item`` costs. NotConfigured where no price is stated."""
        try:
            return self.prices[currency][item]
        except KeyError:
            raise NotConfigured(
                f"No price of {item.replace('_', ' ')} in {currency} is stated. The operator adds it to {KEY} in "
                "system_config; or give the budget in another currency."
            ) from None


def stated_prices() -> UnitPrices:
    """Return the prices a new installation starts with."""
    return UnitPrices(prices={code: dict(zip(ITEMS, row, strict=True)) for code, row in STATED.items()})


async def unit_prices(database: Database) -> UnitPrices:
    """Return the prices that hold here. A new installation gets the stated ones."""
    first = SystemConfig(
        config_id=derived_id(SYSTEM_CONFIG.id_prefix, KEY),
        config_key=KEY,
        value=stated_prices().model_dump(),
        description="What one piece of work costs, in minor units, by currency.",
    )
    repository = Repository(database, SYSTEM_CONFIG, READER)
    stored = await repository.find_one({"config_key": KEY}) or await repository.insert_once(first)
    return UnitPrices.model_validate(stored.value)
