"""Email. RFC 5322, section 2.1.1: a line, so the subject too, should have at most 78 characters and must not pass 998.

Gmail clips messages above 102 KB, which caps the body.
"""

from tools.counting import utf8_bytes
from tools.platform import LineLimit, Platform

PLATFORM = Platform(
    name="email",
    label="Email",
    aliases=("e mail", "mail", "emails", "newsletter", "mailing", "email newsletter"),
    content_types=("email",),
    limit=100_000,
    count=utf8_bytes,
    unit="bytes",
    subject=LineLimit(hard=998, advised=78),
    title=LineLimit(hard=200),
    needs=("subject",),
    hashtags_in="nowhere",
    max_media=10,
    direct=True,
    advice=(
        "Keep the subject under 78 characters; phones show about 40.",
        "One call to action; the first line shows as preview.",
    ),
    sources=("https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1",),
)
