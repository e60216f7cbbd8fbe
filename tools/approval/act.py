"""An effect that is about to leave the house, as the executor has it in hand at the moment of acting."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from core.json_text import inner_list, inner_object
from core.money import Money
from tools.outside.contract import Post

LeavingEffect: TypeAlias = Literal["publish", "send", "spend", "launch", "take_down"]


@dataclass(frozen=True, slots=True)
class Act:
    """What is about to be done. Built by the executor from what it holds, never from the request that allowed it.

    publish and send: ``subject_id`` is the post's (or email's) own id, ``account_id`` the platform's id of the account,
    ``post`` the very thing that would go out, its media with their bytes. spend: ``amount``. launch: ``plan``, the
    payload of the plan as it stands now. take_down: ``platform_post_id``, the post's id at the platform.
    ``request_id`` is the approval it is said to have; None: a policy decides.
    """

    effect: LeavingEffect
    campaign_id: str | None = None
    request_id: str | None = None
    subject_id: str | None = None
    platform: str | None = None
    account_id: str | None = None
    publish_at: datetime | None = None
    post: Post | None = field(default=None, repr=False)
    amount: Money | None = None
    platform_post_id: str | None = None
    plan: Mapping[str, Any] | None = field(default=None, repr=False)

    def canonical(self) -> dict[str, Any]:
        """Return what has to equal the approved payload's part, in its form."""
        if self.post is None:
            return {}
        return {
            "platform": self.platform,
            "account_id": self.account_id,
            "publish_at": iso_utc(self.publish_at) if self.publish_at else None,
            "text": self.post.text,
            "subject": self.post.title,
            "link": self.post.link,
            "hashtags": list(self.post.hashtags),
            "media": [{"url": item.url, "sha256": item.digest} for item in self.post.media],
            "recipients": recipients_digest(self.post.recipients),
        }


def approved_part(planned: Mapping[str, Any]) -> dict[str, Any]:
    """Return one post of an approved payload in the form of ``Act.canonical``."""
    plain = ("platform", "account_id", "publish_at", "text", "subject", "link")
    part: dict[str, Any] = {name: planned.get(name) for name in plain}
    media = [inner_object(item) for item in inner_list(planned.get("media"))]
    return part | {
        "hashtags": inner_list(planned.get("hashtags")),
        "media": [{"url": item.get("url"), "sha256": item.get("sha256")} for item in media],
        "recipients": recipients_digest(str(one) for one in inner_list(planned.get("recipients"))),
    }


def recipients_digest(addresses: Iterable[str]) -> str | None:
    """Return the SHA-256 (hex) of a list of recipients, whatever its order; None for nobody in particular."""
    unique = sorted({address.strip().casefold() for address in addresses})
    return hashlib.sha256("\n".join(unique).encode()).hexdigest() if unique else None


def moment_of_payload(told: object) -> datetime | None:
    """Read a time of a payload; None if there is none that can be read."""
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def iso_utc(moment: datetime) -> str:
    """Return a time the way payloads carry it: whole seconds, UTC, ``Z``."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
