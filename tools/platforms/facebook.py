"""Facebook pages. Posts take 63,206 characters: the figure Facebook named when it raised the limit; posting services
document the same."""

from tools.counting import utf16_units
from tools.platform import Platform

PLATFORM = Platform(
    name="facebook",
    label="Facebook",
    aliases=("fb", "facebook page", "facebook post"),
    content_types=("social_post",),
    limit=63_206,
    advised=480,
    count=utf16_units,
    max_media=10,
    advice=("About 480 characters show before 'See more'.", "One or two hashtags are enough."),
    sources=("https://docs.upload-post.com/resources/character-limits/",),
)
