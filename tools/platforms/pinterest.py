"""Pinterest. A pin's title takes 100 characters and its description 500 (the API's schema allows 800; the editor and
posting services 500)."""

from tools.counting import utf16_units
from tools.platform import LineLimit, Platform

PLATFORM = Platform(
    name="pinterest",
    label="Pinterest",
    aliases=("pin", "pins"),
    content_types=("social_post",),
    limit=500,
    count=utf16_units,
    title=LineLimit(hard=100, advised=40),
    needs=("media",),
    max_media=5,
    advice=("The link has a field of its own; in the text it can't be clicked.",),
    sources=("https://developers.buffer.com/guides/character-limits.md", "https://ayrshare.com/integration/pinterest"),
)
