"""Meta ads. Primary text is cut after about 125 characters and takes 2,200; the headline takes 40.

Meta's ads guide gives recommendations per placement; the hard numbers are those published by agencies that book there.
"""

from tools.counting import utf16_units
from tools.platform import LineLimit, Platform

PLATFORM = Platform(
    name="meta_ads",
    label="Meta Ads",
    aliases=("facebook ads", "facebook ad", "instagram ads", "instagram ad", "meta", "meta ad", "fb ads"),
    content_types=("ad_copy",),
    limit=2_200,
    advised=125,
    count=utf16_units,
    title=LineLimit(hard=40, advised=27),
    max_media=10,
    postable=False,
    advice=("The text is the primary text, the title the headline.", "125 characters show before 'See more'."),
    sources=("https://www.facebook.com/business/ads-guide",),
)
