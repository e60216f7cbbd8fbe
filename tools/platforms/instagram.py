"""Instagram. Captions take 2,200 characters (Graph API reference, IG User Media).

The API reference still names 30 hashtags; Instagram announced on 18 December 2025 that a caption takes at most five,
and posting services document five for its API since. The lower number holds: nothing is refused at posting time.
"""

from tools.counting import utf16_units
from tools.platform import Platform

PLATFORM = Platform(
    name="instagram",
    label="Instagram",
    aliases=("ig", "insta", "instagram post", "instagram feed", "reels", "instagram reels"),
    content_types=("social_post",),
    limit=2_200,
    count=utf16_units,
    max_hashtags=5,
    max_media=10,
    link_in="nowhere",
    needs=("media",),
    advice=(
        "The first 125 characters show before 'more'.",
        "Links in a caption can't be clicked; point to the link in the profile.",
    ),
    sources=(
        "https://developers.facebook.com/docs/instagram-platform/content-publishing/",
        "https://www.socialmediatoday.com/news/instagrams-implementing-new-limits-on-hashtag-use/808309/",
    ),
)
