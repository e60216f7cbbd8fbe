"""WhatsApp Business. A text message takes 4,096 characters (Cloud API, as 360dialog documents it)."""

from tools.counting import utf16_units
from tools.platform import Platform

PLATFORM = Platform(
    name="whatsapp",
    label="WhatsApp",
    aliases=("wa", "whats app", "whatsapp business"),
    content_types=("social_post",),
    limit=4_096,
    advised=1_024,
    count=utf16_units,
    max_media=1,
    hashtags_in="nowhere",
    link_in="text",
    direct=True,
    advice=("With an image the caption takes 1,024 characters.", "Write to one person, not to a crowd."),
    sources=("https://docs.360dialog.com/docs/messaging/messaging",),
)
