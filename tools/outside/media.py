"""Fetches pictures and videos that are to be attached: from public addresses, whole, and as they were approved."""

import re
from collections.abc import Sequence
from dataclasses import replace

from core.errors import Rejected, Retryable
from tools.outside.addresses import web_address
from tools.outside.contract import Media
from tools.outside.http import Call, Outside

PLACE = "The address of the attachment"
LARGEST = 512_000_000
STARTS: tuple[tuple[str, str], ...] = (
    ("image/jpeg", r"\xff\xd8\xff"),
    ("image/png", r"\x89PNG\r\n\x1a\n"),
    ("image/gif", r"GIF8[79]a"),
    ("image/webp", r"RIFF.{4}WEBP"),
    ("video/quicktime", r".{4}ftypqt  "),
    ("video/mp4", r".{4}ftyp"),
)
KNOWN = tuple((kind, re.compile(start.encode("latin-1"), re.DOTALL)) for kind, start in STARTS)


def type_of(data: bytes) -> str | None:
    """Return the type of a file by what it begins with, whatever it is called; None for one platforms don't take."""
    return next((kind for kind, start in KNOWN if start.match(data)), None)


async def fetch(outside: Outside, url: str, *, alt: str = "", digest: str | None = None) -> Media:
    """Return the file at an address.

    Rejected if it is not there, is no picture or video, or is not the one whose SHA-256 was approved.
    """
    web_address(url)
    answer = await outside.send(Call(PLACE, "GET", url, largest=LARGEST))
    if answer.status >= 500:
        raise Retryable(f"{PLACE} does not answer at the moment. It will be tried again.")
    if not answer.ok:
        raise Rejected(f"There is no file at {url[:200]}: it answers {answer.status}. Attach it again.")
    kind = type_of(answer.body)
    if kind is None:
        raise Rejected(f"What lies at {url[:200]} is no picture or video that can be attached. Attach another one.")
    media = Media(url, kind, answer.body, alt)
    if digest is not None and media.digest != digest:
        raise Rejected(f"The file at {url[:200]} is not the one that was approved. Ask for approval of the new one.")
    return media


async def fetch_all(outside: Outside, urls: Sequence[str], digests: Sequence[str] = ()) -> tuple[Media, ...]:
    """Return the files at several addresses, in their order; ``digests`` name what was approved, one each."""
    if digests and len(digests) != len(urls):
        raise Rejected("Not every attachment was approved. Ask for approval again.")
    return tuple(
        [await fetch(outside, url, digest=digests[index] if digests else None) for index, url in enumerate(urls)]
    )


def without_data(media: Sequence[Media]) -> tuple[Media, ...]:
    """Return the same files without their bytes, for platforms that fetch them themselves."""
    return tuple(replace(item, data=b"") for item in media)
