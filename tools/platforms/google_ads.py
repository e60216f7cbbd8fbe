"""Google Ads, responsive search ads: headlines of 30 and descriptions of 90 characters, wide characters counting two;
up to 15 headlines and 4 descriptions."""

from tools.counting import display_width, longest_line
from tools.platform import LineLimit, Platform

PLATFORM = Platform(
    name="google_ads",
    label="Google Ads",
    aliases=("google", "google ad", "adwords", "google search ads", "ppc", "search ads"),
    content_types=("ad_copy",),
    limit=90,
    count=longest_line,
    unit="characters in the longest description",
    max_lines=4,
    title=LineLimit(hard=30, count=display_width, lines=15),
    needs=("title",),
    hashtags_in="nowhere",
    postable=False,
    advice=("The title is the headlines, the text the descriptions: one a line.",),
    sources=("https://support.google.com/google-ads/answer/7684791",),
)
