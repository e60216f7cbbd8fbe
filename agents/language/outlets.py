"""Where a text is to appear, said between what is ordered and what it is about: a post *for Threads* about …."""

import re
from typing import Final

_NAMES: Final = (
    r"threads|x|twitter|instagram|insta|ig|facebook|fb|linked ?in|tik ?tok|you ?tube|pinterest|whats ?app|medium|"
    r"ghost|word ?press|blogs?|e-?mails?|mailing list|news ?letter|sms|web ?site|site|page|feed|stories|socials?|"
    r"social media|channels?|accounts?|profiles?|followers|readers|subscribers|customers|clients|members|"
    r"bakery|shop|store|caf[eé]|restaurant|salon|studio|gym|pub|bar|hotel|company|business|team|brand|charity|school"
)
_OUTLET: Final = re.compile(
    rf"^(?:(?:our|my|the|their|its)\s)?(?:(?:{_NAMES})(?:\s(?:and|&|or)\s|,\s|\s)){{1,6}}"
    r"(?:about|announcing|promoting|to promote)\s(?:(?:our|my|the|their|its|an?)\s)?(?=\S)",
    re.IGNORECASE,
)


def without_outlet(words: str) -> str:
    """What a text is about, without where it is to appear: "Threads about our new bakery" is a new bakery."""
    return _OUTLET.sub("", words)
