"""From one post of a payload to the act it leads to."""

from collections.abc import Mapping
from typing import Any

from core.json_text import inner_list
from tools.approval.act import Act, LeavingEffect, moment_of_payload
from tools.outside.contract import Post
from tools.platforms.catalogue import BY_NAME


def effect_of(platform: str) -> LeavingEffect:
    """Return what putting something out on a channel is: sending, where it reaches people directly."""
    known = BY_NAME.get(platform)
    return "send" if known is not None and known.direct else "publish"


def act_of_planned(planned: Mapping[str, Any], campaign_id: str | None, key: str) -> Act:
    """Return one post of a payload as the act it leads to, without its files: to be judged, not to be done.

    ``key`` is the id the post has or will have, or what stands for it.
    """
    platform = str(planned.get("platform"))
    return Act(
        effect=effect_of(platform),
        campaign_id=campaign_id,
        subject_id=key,
        platform=platform,
        account_id=planned.get("account_id"),
        publish_at=moment_of_payload(planned.get("publish_at")),
        post=Post(
            key=key,
            text=str(planned.get("text", "")),
            title=planned.get("subject"),
            link=planned.get("link"),
            hashtags=tuple(map(str, inner_list(planned.get("hashtags")))),
            recipients=tuple(map(str, inner_list(planned.get("recipients")))),
        ),
    )
