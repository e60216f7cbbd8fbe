"""The writer: drafts and revises texts for every channel."""

from agents.spec import AgentSpec
from tools.content import get_content, list_drafts, platform_limits, revise_draft, save_draft
from tools.content_journey import set_journey

WRITER = AgentSpec(
    name="writer",
    title="Writer",
    mark="✎",
    summary="Drafts and revises texts for every channel.",
    prompt="writer",
    tools=(save_draft, revise_draft, list_drafts, get_content, platform_limits, set_journey),
)
