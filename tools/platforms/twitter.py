"""X (Twitter). Sources: docs.x.com/fundamentals/counting-characters; twitter-text configuration version 3."""

from tools.counting import x_weighted
from tools.platform import Platform

PLATFORM = Platform(
    name="twitter",
    label="X",
    aliases=("x", "tweet", "tweets", "x.com", "x twitter", "twitter x"),
    content_types=("social_post",),
    limit=280,
    count=x_weighted,
    unit="weighted characters",
    max_media=4,
    link_in="text",
    advice=("A link counts 23 whatever its length, an emoji 2.", "One or two hashtags at most read well."),
    sources=("https://docs.x.com/fundamentals/counting-characters", "https://github.com/twitter/twitter-text"),
)
