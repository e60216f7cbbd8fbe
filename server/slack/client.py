"""Slack's Web API with the token of one workspace: its refusals as our errors, and nothing repeated on its own.

What a lost answer means is for whoever called to find out: a message may stand in Slack without our knowing.
"""

from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from core.errors import OutcomeUnknown, PlatformError, ReconnectNeeded, Rejected, Retryable
from core.json_text import inner_object

WEB: Final = "https://slack.com"
TOO_MANY: Final = 429
SERVER_ERRORS: Final = 500
USUAL_WAIT: Final = 30.0
TOKEN_IS_GONE: Final = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked", "team_access_not_granted"}
)
PASSING: Final = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable", "ratelimited"})


class SlackRefused(Rejected):
    """Slack refused this as it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Slack refused this ({reason}).")
        self.reason = reason


class SlackApi:
    """Calls methods of the Web API. ``base`` is where Slack is reached."""

    def __init__(self, base: str, token: str = "", timeout: float = 30.0) -> None:
        from slack_sdk.web.async_client import AsyncWebClient

        # Its own types leave most of what it takes and gives unknown.
        self._client: Any = AsyncWebClient(
            token=token or None, base_url=f"{base}/api/", timeout=max(1, int(timeout)), retry_handlers=[]
        )

    async def call(self, method: str, arguments: Mapping[str, Any], *, form: bool = False) -> dict[str, Any]:
        """Call a method and return its answer; ``form`` for the methods that take no JSON.

        Retryable with ``retry_after`` if Slack did not do it, ReconnectNeeded if the token works no longer,
        SlackRefused with Slack's reason, OutcomeUnknown if the answer was lost.
        """
        from slack_sdk.errors import SlackApiError

        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            if form:
                answer = await self._client.api_call(method, data={name: _plain(one) for name, one in given.items()})
            else:
                answer = await self._client.api_call(method, json=given)
        except SlackApiError as error:
            raise _error(error.response) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Retryable("Slack can't be reached at the moment.") from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            # Its text may name the address with what was sent.
            raise OutcomeUnknown("The answer of Slack was lost.") from None
        return inner_object(answer.data)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _error(answer: Any) -> PlatformError:
    status = int(getattr(answer, "status_code", 0) or 0)
    reason = str(inner_object(getattr(answer, "data", None)).get("error", ""))
    if status == TOO_MANY or reason == "ratelimited":
        headers: Mapping[str, str] = {key.lower(): value for key, value in dict(answer.headers).items()}
        asked = str(headers.get("retry-after", ""))
        return Retryable("Slack asks for a pause.", retry_after=float(asked) if asked.isdecimal() else USUAL_WAIT)
    if reason in TOKEN_IS_GONE:
        return ReconnectNeeded("Slack no longer accepts this installation. Install the app again.")
    if status >= SERVER_ERRORS or not reason:
        return OutcomeUnknown("Slack answered with an error of its own.")
    if reason in PASSING:
        return Retryable(f"Slack is busy at the moment ({reason}).")
    return SlackRefused(reason)
