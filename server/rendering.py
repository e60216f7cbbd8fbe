"""Markdown of finished messages as HTML that is safe to show: rendered and sanitised here, so that clients need not."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt

SENT_AS_HTML: Final = frozenset({"email", "wordpress"})
CHART: Final = re.compile(r"/api/v1/charts/cht_[0-9a-f]{32}\.svg")
TAGS: Final = frozenset(
    {"p", "br", "strong", "em", "s", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "a"}
    | {"img"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
)
MARKDOWN: Final = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])


def _harmless(tag: str, name: str, value: str) -> str | None:
    """Leave out pictures from anywhere but our own charts: asking for one could carry something away."""
    return None if (tag, name) == ("img", "src") and not CHART.fullmatch(value) else value


@lru_cache(maxsize=512)
def as_html(markdown: str) -> str:
    """Return sanitised HTML of a message."""
    return nh3.clean(
        MARKDOWN.render(markdown),
        tags=set(TAGS),
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        attribute_filter=_harmless,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def as_it_appears(post: Mapping[str, Any]) -> str | None:
    """Return the words of a planned post as sanitised HTML where its platform sends them as HTML; else None."""
    return as_html(str(post.get("text", ""))) if post.get("platform") in SENT_AS_HTML else None
