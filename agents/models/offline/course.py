"""The publisher's words about a whole campaign: launched, paused, resumed, cancelled, everything stopped."""

from collections.abc import Mapping
from typing import Any, Final

from agents.language.campaign_orders import CampaignOrder
from agents.models.offline.phrasing import plain, sentence
from agents.models.offline.reading import Used
from agents.models.offline.step import Step, call, say

TOOLS: Final[Mapping[str, str]] = {
    "launch": "launch_campaign",
    "pause": "pause_campaign",
    "resume": "resume_campaign",
    "cancel": "cancel_campaign",
    "stop": "stop_everything",
}


def ordered(order: CampaignOrder) -> Step:
    """Do what is ordered."""
    return call(TOOLS[order.order], mode=order.mode)


def told(used: Used) -> Step:
    """Say what came of an order."""
    if not used.ok:
        return say(f"That is not possible: {used.error}")
    result = used.result
    name = f"“{plain(result.get('name'), 120)}”"
    match used.tool:
        case "launch_campaign":
            return _launched(result, name)
        case "pause_campaign":
            return say(f"{name} is paused: nothing of it goes out until you say “resume the campaign”.")
        case "resume_campaign":
            return say(f"{name} goes on where it stood.")
        case "cancel_campaign":
            return say(f"{name} is cancelled. What has not gone out will not.")
        case _:
            return say(
                "Everything is stopped: nothing of this account leaves the house. It stays so until somebody turns the "
                "switch back, in the console or with DELETE /api/v1/halt."
            )


def _launched(result: Mapping[str, Any], name: str) -> Step:
    if result.get("launched"):
        return say(f"{name} is launched. The team is at work; I tell you here what happens.")
    if result.get("status") == "rejected":
        reason = plain(result.get("reason"), 300)
        why = f": “{reason.rstrip('.')}”" if reason else ""
        return say(f"Not approved{why}. Nothing was launched. What should change in the plan?")
    return say(f"{sentence(plain(result.get('summary'), 400))} It waits for your approval; nothing starts before.")
