"""The contract with an outside platform: what is handed over, what comes back, and what every adapter can do.

Errors are those of ``core.errors``: Retryable (nothing has happened, try again), ReconnectNeeded (the credentials no
longer work), Rejected (it will never be taken as it is) and OutcomeUnknown (it may have happened: look it up first).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self, TypeAlias

from core.errors import InvalidInput, ReconnectNeeded
from db.social_accounts import Credentials, SocialAccount
from tools.outside.addresses import web_address

if TYPE_CHECKING:
    from tools.approval.permit import Permit

MediaKind: TypeAlias = Literal["image", "gif", "video"]


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or video. ``data`` is empty where a platform fetches ``url`` itself."""

    url: str
    content_type: str
    data: bytes = field(default=b"", repr=False)
    alt: str = ""

    @property
    def kind(self) -> MediaKind:
        """What it is, as platforms tell pictures, animations and videos apart."""
        if self.content_type == "image/gif":
            return "gif"
        return "video" if self.content_type.startswith("video/") else "image"

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, as approvals name it."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def file_name(self) -> str:
        """A name with the right ending, made from the digest."""
        return f"{self.digest[:16]}.{self.content_type.partition('/')[2].partition('+')[0]}"


@dataclass(frozen=True, slots=True)
class Post:
    """What is to go out on one account. ``key`` names this one effect: it is the same at every repeat.

    ``recipients`` are for what is sent to people directly, such as email.
    """

    key: str
    text: str
    title: str | None = None
    link: str | None = None
    hashtags: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    recipients: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """An account opened for use: its id at the platform, its credentials, and what else the adapter stored of it."""

    account_id: str
    credentials: Credentials = field(repr=False)
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def of(cls, account: SocialAccount) -> Self:
        """Open a stored account, which has to be revealed."""
        return cls(account.account_id, account.credentials, account.config)

    @property
    def token(self) -> str:
        """The access token; ReconnectNeeded without one."""
        if not self.credentials.access_token:
            raise ReconnectNeeded
        return self.credentials.access_token

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret text, so that it can be kept out of messages."""
        return tuple(str(value) for value in self.credentials.model_dump().values() if value)


@dataclass(frozen=True, slots=True)
class Identity:
    """An account the credentials open. A page has an access token of its own."""

    account_id: str
    name: str
    username: str | None = None
    picture: str | None = None
    access_token: str | None = field(default=None, repr=False)
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Published:
    """Where a post is now, as the platform names it. ``refused`` are the recipients it was not taken for.

    ``url`` becomes a link for people, and a platform may be a customer's own site: one that is no web address is
    dropped.
    """

    platform_post_id: str
    url: str | None = None
    published_at: datetime | None = None
    refused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        try:
            web_address(self.url or "")
        except InvalidInput:
            object.__setattr__(self, "url", None)


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a post so far. None: the platform does not tell."""

    views: int | None = None
    impressions: int | None = None
    reach: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    clicks: int | None = None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What the platform last said of how often it may be called. ``remaining`` 0 means: not before ``resets_at``."""

    limit: int | None
    remaining: int
    resets_at: datetime | None = None


class Notes(Protocol):
    """Keeps what a half-done publication has to know at its next attempt. ``put`` returns when that is durable."""

    def get(self, name: str) -> str | None: ...

    async def put(self, name: str, value: str) -> None: ...


class PassingNotes:
    """Notes that last as long as the object: for a publication that is not to survive the process."""

    def __init__(self, notes: Mapping[str, str] | None = None) -> None:
        self.all = dict(notes or {})

    def get(self, name: str) -> str | None:
        """Return a note, or None."""
        return self.all.get(name)

    async def put(self, name: str, value: str) -> None:
        """Keep a note."""
        self.all[name] = value


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: this post, published between two times, and none of the posts that are known already."""

    post: Post
    since: datetime
    until: datetime
    known: frozenset[str] = frozenset()
    notes: Notes = field(default_factory=PassingNotes)

    def holds(self, moment: datetime | None, platform_post_id: str) -> bool:
        """Whether a post made then may be the one that is looked for."""
        return moment is not None and self.since <= moment <= self.until and platform_post_id not in self.known


class Adapter(Protocol):
    """What the house can do on a platform.

    ``look_ups`` says whether an earlier publication can be found there. Of ``metrics_at_once`` posts the figures are
    read together.
    """

    look_ups: ClassVar[bool]
    metrics_at_once: ClassVar[int]

    async def identify(self, access: Access) -> list[Identity]:
        """Return the accounts these credentials open; this also checks that they work."""
        ...

    async def publish(self, access: Access, permit: "Permit", notes: Notes) -> Published:
        """Put the permit's post out, once; Forbidden if it is for another account.

        After OutcomeUnknown it must not be repeated before ``look_up`` has found nothing.
        """
        ...

    async def look_up(self, access: Access, search: Search) -> Published | None:
        """Return the earlier publication of a post, None if there is none, OutcomeUnknown if that can't be told."""
        ...

    async def delete(self, access: Access, permit: "Permit") -> None:
        """Take the permit's post back; Forbidden if it is for another account. One that is gone is no error."""
        ...

    async def metrics(self, access: Access, platform_post_ids: Sequence[str]) -> dict[str, Figures]:
        """Return the figures of posts; one that is gone is missing from the answer."""
        ...
