"""What the house writes mails about: a topic each that a person can switch off, and the events that belong to it."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Topic: TypeAlias = Literal["approvals", "posts", "campaigns"]
TOPICS: Final[Mapping[Topic, str]] = {
    "approvals": "Something waits for your decision",
    "posts": "A post did not go out, or nobody can tell",
    "campaigns": "A campaign has come to its end",
}
TOPIC_OF: Final[Mapping[str, Topic]] = {
    "approval.requested": "approvals",
    "approval.reminded": "approvals",
    "post.failed": "posts",
    "post.unknown": "posts",
    "campaign.ended": "campaigns",
    "campaign.completed": "campaigns",
}
