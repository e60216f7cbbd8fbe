"""YouTube. Data API v3, ``snippet``: title 100 characters, description 5,000 bytes, neither with < or >.

YouTube's help on hashtags: with more than 60, all of them are ignored.
"""

from tools.counting import utf8_bytes
from tools.platform import LineLimit, Platform

PLATFORM = Platform(
    name="youtube",
    label="YouTube",
    aliases=("yt", "you tube", "youtube video", "youtube shorts"),
    content_types=("social_post", "seo_content"),
    limit=5_000,
    count=utf8_bytes,
    unit="bytes",
    forbidden="<>",
    title=LineLimit(hard=100, advised=70),
    needs=("title", "media"),
    max_hashtags=60,
    max_media=1,
    link_in="text",
    advice=("The text is the video's description; its first 150 characters show in search.",),
    sources=(
        "https://developers.google.com/youtube/v3/docs/videos",
        "https://support.google.com/youtube/answer/6390658",
    ),
)
