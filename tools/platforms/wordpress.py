"""WordPress. Posts have no practical limit (a LONGTEXT column); the text is capped below what a document may hold."""

from tools.platform import LineLimit, Platform

PLATFORM = Platform(
    name="wordpress",
    label="WordPress",
    aliases=("wp", "word press", "wordpress.com"),
    content_types=("blog", "seo_content"),
    limit=100_000,
    title=LineLimit(hard=200, advised=60),
    needs=("title",),
    hashtags_in="field",
    max_hashtags=20,
    max_media=20,
    advice=("Search results show about 60 characters of the title.", "Hashtags become tags."),
    sources=("https://developer.wordpress.org/rest-api/reference/posts/",),
)
