"""A blog of one's own. No outside limit; the cap keeps a draft well below what a document may hold."""

from tools.platform import LineLimit, Platform

PLATFORM = Platform(
    name="blog",
    label="Blog",
    aliases=("blog post", "blog posts", "blog article", "blogs", "article", "website"),
    content_types=("blog", "seo_content", "content_upgrade"),
    limit=100_000,
    title=LineLimit(hard=200, advised=60),
    needs=("title",),
    hashtags_in="field",
    max_hashtags=20,
    max_media=20,
    advice=("Search results show about 60 characters of the title.", "Hashtags become tags."),
    sources=("https://developers.google.com/search/docs/appearance/title-link",),
)
