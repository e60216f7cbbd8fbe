"""SMS. 160 characters in the GSM alphabet or 70 in UCS-2; joined messages carry 153 or 67 each (3GPP TS 23.038).

Ten joined messages are the most that carriers join reliably.
"""

from tools.counting import is_gsm, sms_segments, sms_units
from tools.platform import Platform

MOST_SEGMENTS = 10


def _limit(text: str) -> int:
    return MOST_SEGMENTS * (153 if is_gsm(text) else 67)


def _note(text: str) -> str:
    segments = sms_segments(text)
    alphabet = "GSM-7" if is_gsm(text) else "UCS-2"
    return f"{segments} message{'' if segments == 1 else 's'} ({alphabet})"


PLATFORM = Platform(
    name="sms",
    label="SMS",
    aliases=("text", "texts", "text message", "text messages"),
    content_types=("social_post", "ad_copy"),
    limit=_limit,
    advised=160,
    count=sms_units,
    unit="SMS units",
    note=_note,
    hashtags_in="nowhere",
    link_in="text",
    direct=True,
    advice=("Keep to 160 characters: one message.", "An emoji or a curly quote halves what fits into one message."),
    sources=("https://braze.com/docs/user_guide/message_building_by_channel/sms/campaign/segments",),
)
