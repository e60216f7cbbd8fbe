"""What a text is not to say: words to take out of a draft, read from one message."""

import re

from agents.language.channels import mentions

_MOST = 3
_ORDER = (
    r"\b(?:remove|take out|leave out|cut out|get rid of|don'?t (?:mention|say|include)|no mention of|"
    r"(?:must|should|may|can|do) ?(?:not|n'?t|never) (?:mention|say|include|contain)|never (?:mention|say))"
)
_NAMED = r"(?: the)? (?:words?|phrase|sentence|line|bit|part)(?: about| with| on)?"
_QUOTED = re.compile(
    rf"(?:{_ORDER}|\b(?:drop|delete|lose|without|avoid|not use|don'?t use|never use))(?:{_NAMED})? "
    r"[\"“‘](?P<words>[^\"”\n]{2,80}?)[\"”’]",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    rf"(?:{_ORDER}(?:{_NAMED})?|\b(?:never|don'?t|not) use{_NAMED}) (?:the |our |any )?"
    r"(?P<words>[\w£$€%-]+(?: (?!and\b|but\b|from\b|please\b|then\b|in\b|at\b|again\b)[\w£$€%-]+){0,2})",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(
    r"\b(?:emojis?|hash ?tags?|it|this|that|them|draft|posts?|texts?|one|sentence|paragraph|everything|anything|"
    r"link)\b",
    re.IGNORECASE,
)


def left_out(text: str) -> tuple[str, ...]:
    """The words that are not wanted, at most three. Emojis, hashtags and channels are not words of this kind."""
    quoted = [match["words"] for match in _QUOTED.finditer(text)]
    plain = [match["words"] for match in _PLAIN.finditer(re.sub(r"[\"“‘][^\"”\n]*[\"”’]", " ", text))]
    found = [words.strip(" .,!?") for words in (*quoted, *(item for item in plain if not _NO_WORDS.search(item)))]
    return tuple(words for words in found if words and not any(mentions(words)))[:_MOST]
