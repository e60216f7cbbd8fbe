"""Outgoing links: UTM parameters on every one, a short address that counts, and checks that they lead somewhere."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from core.errors import InvalidInput, PlatformError
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.managed_urls import MANAGED_URLS, ManagedUrl, UtmParams
from db.repository import Repository
from tools.outside.addresses import is_public, web_address
from tools.outside.http import Answer, Call, Outside

ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10
LONGEST_URL = 2_000
MOST_HOPS = 5
LINK = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}]")
PLACE = "The page"
MEDIA = {"email": "email", "wordpress": "blog", "blog": "blog", "medium": "blog", "ghost": "blog", "sms": "sms"}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NO_HEAD = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True)
class Source:
    """What a link stands in: the post or email and its channel, and the campaign it belongs to; its clicks are counted
    by the days of ``timezone``."""

    source_type: str
    source_id: str
    platform: str
    campaign_id: str | None = None
    campaign: str = ""
    timezone: str = "UTC"

    @property
    def utm(self) -> UtmParams:
        """The parameters every link of this carries."""
        return UtmParams(
            source=self.platform,
            medium=MEDIA.get(self.platform, "social"),
            campaign=_slug(self.campaign) or self.campaign_id or "",
            content=self.source_id,
        )


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text and a link with every address in them managed."""

    text: str
    link: str | None
    links: tuple[ManagedUrl, ...]


class ManagedLinks:
    """The links of all tenants. ``public_url`` is where people reach this server; without it nothing is shortened."""

    def __init__(self, database: Database, outside: Outside, public_url: str = "") -> None:
        self._database = database
        self._outside = outside
        self._public_url = public_url

    def address(self, link: ManagedUrl) -> str:
        """Return what stands in a text: the short address, or the long one where nobody could follow the short one."""
        return f"{self._public_url}/l/{link.code}" if self._public_url else link.url

    async def outgoing(
        self, scope: Scope, source: Source, text: str, link: str | None = None, managed: Collection[str] = ()
    ) -> Outgoing:
        """Manage every web address of a post but those that are ``managed`` already. Repeating it gives the same."""
        made: dict[str, ManagedUrl] = {}
        for url in [*LINK.findall(text), *([link] if link else [])]:
            if url not in made and url not in managed and not self._managed(url):
                made[url] = await self.manage(scope, source, url)
        addresses = {url: self.address(one) for url, one in made.items()}
        return Outgoing(
            LINK.sub(lambda found: addresses.get(found[0], found[0]), text),
            addresses.get(link, link) if link else None,
            tuple(made.values()),
        )

    async def manage(self, scope: Scope, source: Source, url: str) -> ManagedUrl:
        """Store a link with its UTM parameters, once for each thing it stands in.

        InvalidInput if it is no web address, carries a password, or leads inside of a private network by its number.
        """
        self._require_usable(url)
        url_id = derived_id(MANAGED_URLS.id_prefix, scope.user_id, source.source_type, source.source_id, url)
        link = ManagedUrl(
            url_id=url_id,
            code=_code(url_id),
            source_type=source.source_type,
            source_id=source.source_id,
            platform=source.platform,
            campaign_id=source.campaign_id,
            original_url=url,
            url=tagged(url, source.utm),
            utm_params=source.utm,
            timezone=source.timezone,
        )
        return await self._repository(scope).insert_once(link)

    async def check(self, scope: Scope, url_id: str) -> ManagedUrl:
        """See whether a link leads somewhere, and keep what was found."""
        repository = self._repository(scope)
        link = await repository.get(url_id)
        problem = await self._problem(link.url)
        found: Mapping[str, Any] = {
            "is_valid": problem is None,
            "problem": problem,
            "last_checked_at": self._database.clock.now(),
        }
        return await repository.update(url_id, found)

    async def _problem(self, url: str) -> str | None:
        """Follow a link as a visitor would; each step is checked as the first one is."""
        try:
            for _ in range(MOST_HOPS + 1):
                self._require_usable(url)
                answer = await self._answer(url)
                if answer.status not in REDIRECTS or "Location" not in answer.headers:
                    return None if answer.ok else f"The page answers with status {answer.status}."
                url = urljoin(url, answer.headers["Location"])
        except (InvalidInput, PlatformError) as error:
            return error.message
        return f"The page sends visitors on more than {MOST_HOPS} times."

    async def _answer(self, url: str) -> Answer:
        answer = await self._outside.send(Call(PLACE, "HEAD", url))
        if answer.status in NO_HEAD:
            answer = await self._outside.send(Call(PLACE, "GET", url))
        return answer

    def _require_usable(self, url: str) -> None:
        if len(url) > LONGEST_URL:
            raise InvalidInput(f"The link has {len(url):,} characters; at most {LONGEST_URL:,} are possible.")
        host = web_address(url).hostname or ""
        number = host.replace(".", "").isdecimal() or ":" in host
        if ((number and not is_public(host)) or host == "localhost") and not self._outside.allow_private:
            raise InvalidInput(f"{host} lies inside of a private network: nobody else could open the link.")

    def _managed(self, url: str) -> bool:
        return bool(self._public_url) and url.startswith(f"{self._public_url}/l/")

    def _repository(self, scope: Scope) -> Repository[ManagedUrl]:
        return Repository(self._database, MANAGED_URLS, scope)


def tagged(url: str, utm: UtmParams) -> str:
    """Return the address with UTM parameters; those it has already stay as they are."""
    parts = urlsplit(url)
    present = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    told = {f"utm_{name}": value for name, value in utm.model_dump().items() if value}
    added = urlencode({name: value for name, value in told.items() if name not in present}, quote_via=quote)
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:60]


def _code(url_id: str) -> str:
    """Return the short code of a link: always the same, and nothing can be read from it."""
    number = int.from_bytes(hashlib.sha256(url_id.encode()).digest()[:12], "big")
    letters: list[str] = []
    for _ in range(CODE_LENGTH):
        number, index = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[index])
    return "".join(letters)
