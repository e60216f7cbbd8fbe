"""TikTok. A video's caption (``title`` in the API) takes 2,200 UTF-16 units; five hashtags since August 2025.

Photo posts have a title of 90 and a description of 4,000; the caption limit is the one that holds for both.
"""

from tools.counting import utf16_units
from tools.platform import Platform

PLATFORM = Platform(
    name="tiktok",
    label="TikTok",
    aliases=("tik tok", "tt"),
    content_types=("social_post",),
    limit=2_200,
    advised=150,
    count=utf16_units,
    unit="UTF-16 units",
    max_hashtags=5,
    max_media=35,
    link_in="nowhere",
    needs=("media",),
    advice=("About 150 characters show before 'more'.", "The caption goes with a video or photos."),
    sources=(
        "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post",
        "https://www.netinfluencer.com/?p=37510",
    ),
)
