"""Markdown of finished messages as HTML that is safe to show: rendered and sanitised here, so that clients need not."""

from functools import lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt

TAGS: Final = frozenset(
    {"p", "br", "strong", "em", "s", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "a"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
)
MARKDOWN: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


@lru_cache(maxsize=512)
def as_html(markdown: str) -> str:
    """Return sanitised HTML of a message."""
    return nh3.clean(
        MARKDOWN.render(markdown),
        tags=set(TAGS),
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
