"""LinkedIn. A post's commentary takes 3,000 characters; Buffer documents that they are counted in UTF-16 units."""

from tools.counting import utf16_units
from tools.platform import Platform

PLATFORM = Platform(
    name="linkedin",
    label="LinkedIn",
    aliases=("li", "linked in", "linkedin page"),
    content_types=("social_post",),
    limit=3_000,
    count=utf16_units,
    max_media=20,
    link_in="text",
    advice=("About 210 characters show before 'more'.", "Three to five hashtags at the end."),
    sources=("https://developers.buffer.com/guides/character-limits.md",),
)
