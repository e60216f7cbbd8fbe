"""Text lengths as different services count them. Pure functions over text; no limits are known here.

Sources: X's documentation page "Counting characters" and version 3 of the twitter-text configuration (ranges of weight
1, everything else 2, links 23); Threads' page "Threads posts" (emoji count as their UTF-8 bytes); 3GPP TS 23.038 for
the GSM 7-bit alphabet and TS 23.040 for joined messages.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

LINK_WEIGHT = 23
SINGLE_WEIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))

_BASE = (
    "[\U0001f000-\U0001faff\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299]"
)
_PLAIN = "[\u00a9\u00ae\u203c\u2049\u2122\u2139]\ufe0f"
_ELEMENT = f"(?:{_BASE}|{_PLAIN})\ufe0f?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ELEMENT}(?:\u200d(?:{_ELEMENT}|[\u2640\u2642\u2695]\ufe0f?))*"
)

_GENERIC = "com|net|org|info|biz|edu|gov|mil|int|app|dev|shop|store|online|site|blog|xyz|club|live|news|cafe|events"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PATH = r"(?:/[^\s]*[^\s.,;:!?)\]'\"])?/?"
LINK = re.compile(
    rf"https?://[^\s]+[^\s.,;:!?)\]'\"]"
    rf"|(?<![\w@./-])(?:{_LABEL}\.)+(?:{_GENERIC}|co|tv)(?![\w-]|\.\w){_PATH}"
    rf"|(?<![\w@./-])(?:{_LABEL}\.){{2,}}[a-z]{{2}}(?![\w-]|\.\w){_PATH}"
    rf"|(?<![\w@./-]){_LABEL}\.[a-z]{{2}}/[^\s]+",
    re.IGNORECASE,
)

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")


def code_points(text: str) -> int:
    """Count Unicode code points."""
    return len(text)


def utf16_units(text: str) -> int:
    """Count UTF-16 code units: most characters are one, most emoji and styled letters two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """Count UTF-8 bytes."""
    return len(text.encode("utf-8", "surrogatepass"))


def x_weighted(text: str) -> int:
    """Count as X does: a link is 23 whatever its length, an emoji sequence 2, most other scripts 1, CJK 2."""
    text = unicodedata.normalize("NFC", text)
    links = list(LINK.finditer(text))
    edges = [0, *(edge for link in links for edge in link.span()), len(text)]
    between = (text[start:end] for start, end in list(pairwise(edges))[::2])
    return LINK_WEIGHT * len(links) + sum(_weight(part) for part in between)


def emoji_as_bytes(text: str) -> int:
    """Count as Threads does: a character is 1, an emoji as many as it has UTF-8 bytes."""
    return sum(utf8_bytes(piece) if emoji else len(piece) for piece, emoji in _pieces(text))


def display_width(text: str) -> int:
    """Count as Google Ads does: full-width and wide characters (Chinese, Japanese, Korean) are 2."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def longest_line(text: str) -> int:
    """Display width of the widest line: for texts that are lists, one entry a line."""
    return max((display_width(line.strip()) for line in text.splitlines()), default=0)


def is_gsm(text: str) -> bool:
    """Whether the text can be sent in the GSM 7-bit alphabet."""
    return all(character in GSM_BASIC or character in GSM_EXTENDED for character in text)


def sms_units(text: str) -> int:
    """Count GSM septets (an extended character is two), or UTF-16 units where the text needs UCS-2."""
    if is_gsm(text):
        return sum(2 if character in GSM_EXTENDED else 1 for character in text)
    return utf16_units(text)


def sms_segments(text: str) -> int:
    """Return how many messages the text is sent (and billed) as."""
    single, joined = (160, 153) if is_gsm(text) else (70, 67)
    units = sms_units(text)
    return 1 if units <= single else -(-units // joined)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Split into emoji sequences (True) and what stands between them (False)."""
    position = 0
    for match in EMOJI.finditer(text):
        yield text[position : match.start()], False
        yield match.group(), True
        position = match.end()
    yield text[position:], False


def _weight(text: str) -> int:
    return sum(2 if emoji else sum(map(_point_weight, piece)) for piece, emoji in _pieces(text))


def _point_weight(character: str) -> int:
    return 1 if any(low <= ord(character) <= high for low, high in SINGLE_WEIGHT) else 2
