"""What the house knows of a channel: its limits, how it counts, and what a post there needs."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel

from tools.counting import code_points
from tools.outside.contract import Adapter, Media, MediaKind
from tools.outside.http import Outside
from tools.outside.oauth import Login

PlatformName: TypeAlias = Literal[
    "instagram",
    "facebook",
    "twitter",
    "linkedin",
    "tiktok",
    "youtube",
    "email",
    "blog",
    "whatsapp",
    "wordpress",
    "medium",
    "ghost",
    "pinterest",
    "threads",
    "google_ads",
    "meta_ads",
    "sms",
]
ContentType: TypeAlias = Literal["social_post", "ad_copy", "email", "blog", "seo_content", "content_upgrade"]
Counter: TypeAlias = Callable[[str], int]

HASHTAG = re.compile(r"(?<![\w&/])#(\w*[^\W\d_]\w*)")


@dataclass(frozen=True, slots=True)
class LineLimit:
    """Limits of a one-line field (title, headline, subject). ``advised`` is what shows in full on most screens.

    ``lines`` above 1 means a list, one entry a line, each within the limits.
    """

    hard: int
    advised: int | None = None
    count: Counter = code_points
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Measure:
    """How long a post is, as its platform counts, and what it may be."""

    characters: int
    limit: int
    hashtags: int
    note: str = ""

    @property
    def remaining(self) -> int:
        """What is left; negative when the post is too long."""
        return self.limit - self.characters


@dataclass(frozen=True, slots=True)
class MediaRule:
    """What a channel takes of one kind of media: how many in a post, which types, and how large each, in bytes."""

    kind: MediaKind
    most: int
    types: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Platform:
    """A channel. ``limit`` is a number, or a function of the text where the limit depends on it.

    ``hashtags_in`` and ``link_in`` say whether hashtags and link become part of the text (and count), have a field of
    their own, or have no place there. ``unit`` names what is counted. ``sources`` says where the limits are documented.
    ``fetches_media``: the platform fetches files from their addresses itself.
    ``adapter`` builds what publishes there; None: the house only writes for this channel. An account is connected by a
    ``login`` at the platform, or by ``credentials`` a person types in.
    """

    name: PlatformName
    label: str
    content_types: tuple[ContentType, ...]
    limit: int | Callable[[str], int]
    sources: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    count: Counter = code_points
    unit: str = "characters"
    advised: int | None = None
    max_lines: int | None = None
    forbidden: str = ""
    title: LineLimit | None = None
    subject: LineLimit | None = None
    needs: tuple[Literal["title", "subject", "media"], ...] = ()
    max_hashtags: int | None = None
    max_media: int = 0
    media: tuple[MediaRule, ...] = ()
    hashtags_in: Literal["text", "field", "nowhere"] = "text"
    link_in: Literal["text", "field", "nowhere"] = "field"
    fetches_media: bool = False
    postable: bool = True
    direct: bool = False
    note: Callable[[str], str] | None = None
    advice: tuple[str, ...] = ()
    adapter: Callable[[Outside], Adapter] | None = None
    login: Login | None = None
    credentials: type[BaseModel] | None = None

    @property
    def publishable(self) -> bool:
        """Whether posts go out there from here: texts for the other channels are put out by hand."""
        return self.postable and self.adapter is not None

    @property
    def needs_media(self) -> bool:
        """Whether nothing goes out there without a picture or video."""
        return "media" in self.needs

    def composed(self, text: str, hashtags: Sequence[str] = (), link: str | None = None) -> str:
        """Return the text as it goes out: with the link and those hashtags that are not in it yet."""
        parts = [text]
        if self.link_in == "text" and link and link not in text:
            parts.append(link)
        if self.hashtags_in == "text":
            present = {tag.casefold() for tag in HASHTAG.findall(text)}
            missing = [tag for tag in hashtags if tag.removeprefix("#").casefold() not in present]
            if missing:
                parts.append(" ".join(missing))
        return "\n\n".join(parts)

    def measure(self, text: str, hashtags: Sequence[str] = (), link: str | None = None) -> Measure:
        """Count a post the way the platform does."""
        whole = self.composed(text, hashtags, link)
        limit = self.limit if isinstance(self.limit, int) else self.limit(whole)
        tags = {tag.casefold() for tag in HASHTAG.findall(whole)}
        if self.hashtags_in == "field":
            tags |= {tag.removeprefix("#").casefold() for tag in hashtags}
        return Measure(self.count(whole), limit, len(tags), self.note(whole) if self.note else "")

    def problems(
        self,
        text: str,
        *,
        title: str | None = None,
        subject: str | None = None,
        hashtags: Sequence[str] = (),
        link: str | None = None,
    ) -> list[str]:
        """Return what stands against publishing this here, as sentences with the numbers; empty when nothing does."""
        measure = self.measure(text, hashtags, link)
        found: list[str] = []
        if not text.strip():
            found.append("The text is empty.")
        if measure.remaining < 0:
            found.append(
                f"The text has {measure.characters:,} {self.unit} as {self.label} counts; at most {measure.limit:,} "
                f"are allowed, so cut {-measure.remaining:,}."
            )
        if self.max_hashtags is not None and measure.hashtags > self.max_hashtags:
            found.append(f"{measure.hashtags} hashtags are too many: {self.label} takes at most {self.max_hashtags}.")
        lines = sum(1 for line in text.splitlines() if line.strip())
        if self.max_lines is not None and lines > self.max_lines:
            found.append(f"{lines} lines are too many: {self.label} takes at most {self.max_lines}.")
        if used := sorted({character for character in self.forbidden if character in text + (title or "")}):
            found.append(f"{self.label} does not take {' or '.join(used)} in a text or title; leave it out.")
        return (
            found
            + self._line_problems("title", title, self.title)
            + self._line_problems("subject", subject, self.subject)
        )

    def _line_problems(
        self, field: Literal["title", "subject"], value: str | None, limit: LineLimit | None
    ) -> list[str]:
        if not value:
            return [f"{self.label} needs a {field}."] if field in self.needs else []
        if limit is None:
            return []
        lines = [line.strip() for line in value.splitlines() if line.strip()]
        if len(lines) > limit.lines:
            return [f"The {field} has {len(lines)} lines; {self.label} takes at most {limit.lines}."]
        longest = max(map(limit.count, lines), default=0)
        if longest > limit.hard:
            return [f"The {field} has {longest:,} characters; {self.label} takes at most {limit.hard:,}."]
        return []

    def media_problems(self, media: Sequence[Media]) -> list[str]:
        """Return what stands against attaching these files, as sentences with the numbers."""
        if not media:
            return [f"{self.label} needs an image or video."] if self.needs_media else []
        if len(media) > self.max_media:
            return [f"{len(media)} attachments are too many: {self.label} takes at most {self.max_media}."]
        rules = {rule.kind: rule for rule in self.media}
        found: list[str] = []
        for number, item in enumerate(media, 1):
            rule = rules.get(item.kind)
            if rule is None or item.content_type not in rule.types:
                taken = ", ".join(kind for each in self.media for kind in each.types) or "none"
                found.append(f"Attachment {number} is {item.content_type}; {self.label} takes {taken}.")
            elif len(item.data) > rule.max_bytes:
                found.append(
                    f"Attachment {number} has {len(item.data):,} bytes; {self.label} takes at most {rule.max_bytes:,}."
                )
        for kind, rule in rules.items():
            count = sum(item.kind == kind for item in media)
            if count > rule.most:
                found.append(f"{count} of kind {kind} are too many: {self.label} takes at most {rule.most}.")
        return found

    def described(self) -> dict[str, Any]:
        """Return the limits for a model or a page."""
        return {
            "platform": self.name,
            "label": self.label,
            "content_types": list(self.content_types),
            "text": {
                "limit": self.limit if isinstance(self.limit, int) else self.limit(""),
                "advised": self.advised,
                "counted_in": self.unit,
                "max_lines": self.max_lines,
            },
            "title": _described_line(self.title),
            "subject": _described_line(self.subject),
            "needs": list(self.needs),
            "hashtags": {"max": self.max_hashtags, "counted_in_text": self.hashtags_in == "text"},
            "link": {"text": "in the text", "field": "in a field of its own", "nowhere": "not possible"}[self.link_in],
            "max_media": self.max_media,
            "media": {
                rule.kind: {"max": rule.most, "types": list(rule.types), "max_bytes": rule.max_bytes}
                for rule in self.media
            },
            "can_publish": self.adapter is not None,
            "can_be_scheduled": self.postable,
            "advice": list(self.advice),
        }


def _described_line(limit: LineLimit | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {"limit": limit.hard, "advised": limit.advised, "max_lines": limit.lines}
