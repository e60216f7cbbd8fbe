"""Medium. Posts API: a title above 100 characters is ignored, only the first three tags are used."""

from tools.platform import LineLimit, Platform

PLATFORM = Platform(
    name="medium",
    label="Medium",
    aliases=("medium.com", "medium article"),
    content_types=("blog", "seo_content"),
    limit=100_000,
    title=LineLimit(hard=100, advised=60),
    needs=("title",),
    hashtags_in="field",
    max_hashtags=3,
    max_media=20,
    advice=("Hashtags become tags; three are used.",),
    sources=("https://github.com/Medium/medium-api-docs",),
)
