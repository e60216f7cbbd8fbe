"""Asks the model server whether it takes the key, without using a model."""

from http import HTTPStatus
from typing import Final

import aiohttp

from core.settings import OPENAI_URL, Settings

TIMEOUT_SECONDS: Final = 3.0


class ModelServer:
    """What the model server of the settings says."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.openai_api_key.get_secret_value()
        self.url = settings.openai_base_url or OPENAI_URL

    async def status(self) -> int | None:
        """Return the status of its list of models, or None if it can't be reached."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
                session.get(f"{self.url}/models", headers=headers) as answer,
            ):
                return answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError):
            return None


async def refuses_key(settings: Settings) -> str | None:
    """Return what to tell the operator if the model server refuses the key; None if it may work."""
    server = ModelServer(settings)
    if await server.status() == HTTPStatus.UNAUTHORIZED:
        return (
            f"The model server at {server.url} refuses OPENAI_API_KEY. "
            "Correct the key, or remove it to use the built-in offline model."
        )
    return None
