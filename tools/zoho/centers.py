"""Zoho's data centers: an account lies in one of them, with an authorisation server and an API of its own."""

from collections.abc import Mapping
from typing import Final, get_args

from core.errors import Rejected
from db.zoho_tokens import DataCenter
from tools.outside.oauth import Login

APP: Final = "zoho"
LABEL: Final = "Zoho CRM"
HOME: Final[DataCenter] = "com"
CENTERS: Final[tuple[DataCenter, ...]] = get_args(DataCenter)
# What Zoho calls them when it sends a person back.
LOCATIONS: Final[Mapping[str, DataCenter]] = {"us": "com", "in": "in", "eu": "eu", "au": "com.au"}
SCOPES: Final = (
    "ZohoCRM.modules.leads.READ",
    "ZohoCRM.modules.contacts.READ",
    "ZohoCRM.modules.deals.READ",
    "ZohoCRM.modules.accounts.READ",
    "ZohoCRM.org.READ",
)


def place(center: DataCenter) -> str:
    """Return the name a data center has in the addresses of the settings."""
    return f"{APP}.{center}"


def login(center: DataCenter) -> Login:
    """Return the authorisation server of a data center. People begin at the one of ``HOME``, wherever they are."""
    accounts = f"https://accounts.zoho.{center}"
    return Login(
        app=APP,
        web=accounts,
        authorise="/oauth/v2/auth",
        api=accounts,
        token="/oauth/v2/token",  # noqa: S106 - a path
        revoke="/oauth/v2/token/revoke",
        scopes=SCOPES,
        pkce=False,
        separator=",",
        asks=(("access_type", "offline"), ("prompt", "consent")),
    )


def api(center: DataCenter) -> str:
    """Return where the API of a data center is."""
    return f"https://www.zohoapis.{center}"


def center_at(location: str) -> DataCenter:
    """Return the data center a person came back from; Rejected for one that is not served here."""
    if not location:
        return HOME
    found = LOCATIONS.get(location.lower())
    if found is None:
        raise Rejected(
            f"This {LABEL} account lies in a data center that can't be read from here ({location[:10]}). "
            f"Accounts of {', '.join(LOCATIONS)} can be connected."
        )
    return found
