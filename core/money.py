"""Money as integer minor units with an ISO 4217 currency. Never a float."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

# Currencies whose minor unit is not a hundredth (ISO 4217, table A.1).
EXPONENTS = {
    "BHD": 3,
    "CLP": 0,
    "ISK": 0,
    "JOD": 3,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "OMR": 3,
    "PYG": 0,
    "TND": 3,
    "UGX": 0,
    "VND": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
}
NO_CURRENCY = "XXX"  # ISO 4217: no currency is involved
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "INR": "₹", "CHF": "CHF ", "PLN": "zł ", "KRW": "₩"}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (pence, cents) of ``currency``."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """Build from an amount in major units, rounded half to even to the currency's minor unit."""
        code = currency.upper()
        scaled = Decimal(amount).scaleb(EXPONENTS.get(code, 2))
        return cls(int(scaled.to_integral_value(ROUND_HALF_EVEN)), code)

    @property
    def major(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-EXPONENTS.get(self.currency, 2))

    def __str__(self) -> str:
        """As people write it: ``£1,500`` or ``€12.50``."""
        places = EXPONENTS.get(self.currency, 2)
        whole = self.minor % 10**places == 0
        figure = f"{abs(self.major):,.0f}" if whole else f"{abs(self.major):,.{places}f}"
        return f"{'-' if self.minor < 0 else ''}{SIGNS.get(self.currency, self.currency + ' ')}{figure}"

    def share(self, weights: list[int]) -> list["Money"]:
        """Split by ``weights`` so that the parts add up exactly; the remainder goes to the largest remainders first."""
        total = sum(weights)
        exact = [self.minor * weight for weight in weights]
        parts = [value // total for value in exact]
        order = sorted(range(len(weights)), key=lambda i: (-(exact[i] % total), i))
        for i in order[: self.minor - sum(parts)]:
            parts[i] += 1
        return [Money(part, self.currency) for part in parts]
