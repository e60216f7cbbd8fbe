"""The files platforms fetch from here: approved ones alone, byte for byte, under signed addresses that end."""

from typing import Final

from fastapi import APIRouter, Response

from core.errors import NotFound, Rejected
from server.services import Parts
from tools.outside.media import fetch
from tools.outside.media_links import NO_FILE

router = APIRouter(include_in_schema=False)
HEADERS: Final = {"X-Robots-Tag": "noindex", "Cache-Control": "private, no-store"}


@router.api_route("/media/{token}", methods=["GET", "HEAD"])
async def file(token: str, parts: Parts) -> Response:
    """Return the file an address was made for; nothing where something else lies there by now."""
    links = parts.outside.media_links
    if links is None:
        raise NotFound(NO_FILE)
    grant = links.read(token)
    try:
        media = await fetch(parts.outside, grant.url, digest=grant.digest)
    except Rejected as error:
        raise NotFound(error.message) from error
    return Response(media.data, media_type=media.content_type, headers=HEADERS)
