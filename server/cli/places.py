"""Files of the data folder by which commands find the running server."""

from typing import Final

OWNER_TOKEN: Final = "owner_token"  # noqa: S105 - a file name
ADDRESS: Final = "address"
