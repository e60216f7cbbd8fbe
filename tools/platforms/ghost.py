"""Ghost. Titles take 255 characters (Admin API); the text is capped well below what a document may hold."""

from tools.platform import LineLimit, Platform

PLATFORM = Platform(
    name="ghost",
    label="Ghost",
    aliases=("ghost blog", "ghost.org"),
    content_types=("blog", "seo_content"),
    limit=100_000,
    title=LineLimit(hard=255, advised=60),
    needs=("title",),
    hashtags_in="field",
    max_hashtags=20,
    max_media=20,
    advice=("Hashtags become tags.",),
    sources=("https://docs.ghost.org/admin-api/posts/overview",),
)
