"""What the house needs to log in at platforms: the registrations the operator has, and a client for each platform."""

from collections.abc import Mapping

from core.errors import InvalidInput, NotConfigured, NotFound
from tools.outside.contract import Adapter
from tools.outside.http import Outside
from tools.outside.oauth import OAuthClient, Registration
from tools.platform import Platform
from tools.platforms.catalogue import BY_NAME


class Logins:
    """The platforms as this server may use them. ``registrations`` are by the name of the application."""

    def __init__(self, outside: Outside, registrations: Mapping[str, Registration]) -> None:
        self._outside = outside
        self._registrations = registrations

    def adapter(self, platform: str) -> Adapter:
        """Return what publishes on a platform; NotFound if nothing does."""
        found = BY_NAME.get(platform)
        if found is None or found.adapter is None:
            raise NotFound(f"Nothing can be published on {platform} from here.")
        return found.adapter(self._outside)

    def configured(self, platform: Platform) -> bool:
        """Whether the platform can be connected as things are set up."""
        return platform.login is None or platform.login.app in self._registrations

    def client(self, platform: Platform) -> OAuthClient:
        """Return the client for a platform people log in at; NotConfigured if the operator has not registered there."""
        login = platform.login
        if login is None:
            raise InvalidInput(f"{platform.label} is not connected by logging in there. Send its credentials instead.")
        registration = self._registrations.get(login.app)
        if registration is None:
            raise NotConfigured(
                f"This server is not registered at {platform.label}. Register it there and set "
                f"{login.app.upper()}_CLIENT_ID and {login.app.upper()}_CLIENT_SECRET."
            )
        return OAuthClient(self._outside, platform.name, platform.label, login, registration)
