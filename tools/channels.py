"""The channel a piece of content is for, and how it measures there."""

from core.errors import ToolInputError
from db.content_library import Content
from tools.platform import Measure, Platform
from tools.platforms.catalogue import BY_NAME


def platform_of(content: Content) -> Platform:
    """Return the platform a content is for; ToolInputError if this house does not know it."""
    platform = BY_NAME.get(content.platform)
    if platform is None:
        raise ToolInputError(f"{content.content_id} is for {content.platform!r}, which is not a channel of this house.")
    return platform


def measured(content: Content) -> Measure:
    """Count a content as its platform counts."""
    return platform_of(content).measure(content.content.text, content.hashtags, content.content.link)
