"""Orders about a whole campaign are understood, and nothing else is taken for one."""

import pytest

from agents.language.campaign_orders import CampaignOrder, campaign_order


@pytest.mark.parametrize(
    ("text", "order", "mode"),
    [
        ("launch it", "launch", None),
        ("Great, launch the campaign!", "launch", None),
        ("ok please start the campaign now", "launch", None),
        ("Launch it in full auto", "launch", "full_auto"),
        ("launch the campaign, hybrid mode please", "launch", "hybrid"),
        ("pause the campaign", "pause", None),
        ("Please put the campaign on hold for now", "pause", None),
        ("resume the campaign", "resume", None),
        ("cancel the whole campaign", "cancel", None),
        ("STOP EVERYTHING!", "stop", None),
        ("stop all posts immediately", "stop", None),
    ],
)
def test_order_is_read(text: str, order: str, mode: str | None) -> None:
    assert campaign_order(text) == CampaignOrder(order, mode)  # type: ignore[arg-type]  # parametrised as text


@pytest.mark.parametrize(
    "text",
    [
        "we launch it in March",
        "launch event for our new bakery",
        "Write a post about the launch",
        "cancel the post on Friday",
        "should we pause the campaign?",
        "stop using emojis",
        "start a campaign for our second bakery",
        "how is the campaign doing",
        "pause",
    ],
)
def test_anything_else_is_not(text: str) -> None:
    assert campaign_order(text) is None
