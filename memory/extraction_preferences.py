"""Reads standing wishes out of what a person says: how things are to be written, and what never to do. Pure "
"functions."""

import re
from typing import Final

from memory.duplicates import content_words
from memory.extraction_sentences import sentence
from memory.findings import Finding

LONGEST_THING: Final = 60

_ONCE = re.compile(
    r"\b(?:this (?:one|time|post|text|draft|email|e-mail|caption|week|campaign|version|plan)|that (?:one|post|"
    r"text|draft|"
    r"email|caption)|these (?:posts|texts|drafts)|here|the (?:first|second|third|last|next) (?:one|post|text|"
    r"draft|email)|"
    r"for now|yet|today|tomorrow|right now|it|them)\b",
    re.IGNORECASE,
)
_STANDING = re.compile(
    r"\b(?:always|never|from now on|in future|in the future|every (?:time|post|text|email|caption)|each (?:post|"
    r"text|email)|"
    r"all (?:our|my|the|your|future)?\s?(?:posts|texts|emails|e-mails|captions|content|answers|drafts|copy)|in general|"
    r"generally|going forward|by default|as a rule|whenever|any (?:post|text|email|copy|of our))\b",
    re.IGNORECASE,
)
_PLEASE = (
    r"^(?:(?:please|we|i|you|you should|you must|in general|generally|from now on|going forward|by default|as a rule|"
    r"in future|in the future|also|just)[\s,]+)*"
)
_NEVER = re.compile(
    _PLEASE + r"(?:(?P<hard>never)|don't(?: ever)?|do not(?: ever)?|avoid|stop|refrain from|no more|steer clear of)\s+"
    r"(?P<verb>say(?:ing)?|us(?:e|ing)|writ(?:e|ing)|mention(?:ing)?|call(?:ing)?|add(?:ing)?|put(?:ting)?|"
    r"includ(?:e|ing)|"
    r"post(?:ing)?|send(?:ing)?|talk(?:ing)?(?: about)?|like|want|compar(?:e|ing)|promis(?:e|ing)|offer(?:ing)?|"
    r"run(?:ning)?|"
    r"refer(?:ring)?(?: to)?|start(?:ing)?|end(?:ing)?|discount(?:ing)?|show(?:ing)?|tag(?:ging)?|address(?:ing)?)?\s*"
    r"(?P<thing>\S.*)$",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^(?:please )?no (?P<thing>(?:more )?(?:emojis?|hash ?tags?|exclamation (?:marks?|points?)|capitals?|"
    r"all caps|slang|"
    r"jargon|puns?|jokes?|clickbait|abbreviations?|buzz ?words?|anglicisms|superlatives|discounts?|salesy \w+)\b.*)$",
    re.IGNORECASE,
)
_ALWAYS = re.compile(
    _PLEASE + r"(?P<always>always)\s+(?P<thing>(?:include|use|add|mention|sign|end|start|write|say|call|spell|put|keep|"
    r"address|link|tag|close|open|finish|refer|show|post|send|capitali[sz]e|answer|reply|speak|ask)\b.*)$",
    re.IGNORECASE,
)
_LIKES = re.compile(
    r"^(?:we|i)\s+(?:really |always |much |generally |usually |would |'d )*(?P<verb>prefer|like|love|favou?r|hate|"
    r"dislike|"
    r"can't stand|cannot stand|don't (?:really )?like|do not like|don't want|detest|enjoy|want)\s+(?P<thing>\S.*)$",
    re.IGNORECASE,
)
_TONE = re.compile(
    r"^(?:please )?(?:(?:our|my|the) (?:brand )?(?:tone(?: of voice)?|voice|style) (?:should|must|has to|"
    r"needs to) (?:always )?be|"
    r"(?:always )?(?:keep|make) (?:the|our) (?:tone|voice|style)|we (?:always )?(?:write|speak|talk|communicate|"
    r"sound|come across)"
    r"(?: to (?:our )?\w+)?(?: in an?)?(?: as)?|(?:we|i)(?:'d like| would like| want) (?:the|our) (?:tone|voice|"
    r"style) to be|we want to sound|(?:always )?(?:write|sound) )\s*(?P<thing>\S.*)$",
    re.IGNORECASE,
)
_SPELLING = re.compile(
    r"^.{0,60}\b(?P<thing>(?:british|american|uk|us|australian|canadian|international) (?:english|"
    r"spelling)s?)\b.{0,40}$",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"^.{0,40}\b(?:write|answer|reply|speak|post|texts?|posts?|talk|communicate)\b.{0,40}\bin (?P<thing>english|"
    r"german|french|"
    r"spanish|italian|portuguese|dutch|polish|welsh|danish|swedish)\b.{0,40}$",
    re.IGNORECASE,
)
_USE = re.compile(
    _PLEASE + r"(?:(?:use|add|include|put)|(?:it's|it is) (?:fine|ok(?:ay)?) to use|you (?:can|may) use)\s+"
    r"(?P<thing>(?:\w+ )?(?:emojis?|hash ?tags?|exclamation (?:marks?|points?))\b.*)$",
    re.IGNORECASE,
)
_THINGS: Final = (
    ("emojis", re.compile(r"\bemo(?:ji|ticon)s?\b|\bsmileys?\b", re.IGNORECASE)),
    ("hashtags", re.compile(r"\bhash ?tags?\b", re.IGNORECASE)),
    ("exclamation marks", re.compile(r"\bexclamation (?:marks?|points?)\b", re.IGNORECASE)),
    ("capitals", re.compile(r"\b(?:all caps|capitals|capital letters)\b", re.IGNORECASE)),
    ("length of texts", re.compile(r"\b(?:short|shorter|brief|concise|long|longer|detailed)\b.{0,20}"
                                   r"\b(?:posts?|texts?|captions?|e-?mails?|answers?|copy)\b", re.IGNORECASE)),
    ("spelling", re.compile(r"\b(?:british|american|uk|us) (?:english|spelling)\b", re.IGNORECASE)),
)  # fmt: skip
_STYLE = re.compile(
    r"\b(?:posts?|texts?|captions?|e-?mails?|newsletters?|tone|voice|style|words?|copy|headlines?|subject lines?|"
    r"hash ?tags?|"
    r"emojis?|photos?|pictures?|images?|videos?|reels?|stories|colou?rs?|call(?:s)? to action|formal|informal|"
    r"casual|warm|"
    r"playful|friendly|witty|serious|humou?r|puns?|jokes?|british|american|short|long|instagram|facebook|linkedin|"
    r"twitter|"
    r"tiktok|youtube|mornings?|evenings?|weekends?|content|ads?|adverts?|language|slang|jargon|being called|brand)\b",
    re.IGNORECASE,
)
_SAFETY = re.compile(
    r"\b(?:approv\w*|permission|confirm\w*|publish\w*|send\w*|post(?:ing|ed)?|spend\w*|pay\w*|purchas\w*)\b.{0,60}"
    r"\b(?:without|automatically|everything|anything|all|any|always|never ask|straight away|immediately)\b"
    r"|\b(?:always|automatically|without asking)\b.{0,30}\b(?:approv\w*|publish\w*|send|pay|spend)\b"
    r"|\b(?:without|no|skip|bypass|ignore|never) (?:any |the |my |an )?(?:approval|permission|confirmation|rules?|"
    r"instructions?|polic(?:y|ies)|guard ?rails?|asking)\b"
    r"|\b(?:ignore|disregard|forget|override) (?:all |any |the |your |every )*(?:previous|prior|earlier|above|"
    r"system|other|rules?|"
    r"instructions?|prompts?)\b"
    r"|\b(?:system prompt|developer mode|jailbreak|you are now|act as (?:an?|the)|pretend (?:to be|you)|"
    r"admin(?:istrator)? (?:mode|"
    r"rights|access)|reveal|exfiltrat\w+|other (?:tenants?|accounts?|users?|customers?)(?:'s?)? (?:data|memor\w+|"
    r"secrets?))\b"
    r"|<\s*/?\s*(?:system|context|instructions?|tool)\b|\[\s*(?:system|inst)\b",
    re.IGNORECASE,
)


def is_instruction_to_us(text: str) -> bool:
    """Whether words try to change what the assistant may do: such words are kept as said, and never become a rule."""
    return _SAFETY.search(text) is not None


def preference_in(words: str, *, order: bool = False) -> Finding | None:
    """Return the standing wish a clause states, if it states one; a wish about one text alone is none.

    ``order`` says that the clause tells us to do something: that is a wish for good only where it says so.
    """
    standing = _STANDING.search(words) is not None
    if not standing and (_ONCE.search(words) or (order and not _SPELLING.match(words))):
        return None
    if match := _NEVER.match(words) or _NO.match(words):
        return _refusal(words, match)
    if match := _SPELLING.match(words):
        return Finding("preference", sentence(words), "spelling", 7, "style")
    if match := _LANGUAGE.match(words):
        return Finding("preference", sentence(words), "language", 7, "style") if _habit(words, standing) else None
    if match := _ALWAYS.match(words):
        return Finding("preference", sentence(words), _subject(match["thing"]), 8, "style")
    if match := _TONE.match(words):
        return Finding("preference", sentence(words), "tone of voice", 8, "voice") if len(match["thing"]) > 2 else None
    if match := _USE.match(words):
        return Finding("preference", sentence(words), _subject(match["thing"]), 7, "style")
    return _liking(words, standing)


def _refusal(words: str, match: re.Match[str]) -> Finding | None:
    thing = match["thing"].strip(" .!")
    if not content_words(thing) or len(thing.split()) > 25:
        return None
    named = match.groupdict()
    hard = bool(named.get("hard")) or _STANDING.search(words) is not None
    if named.get("verb") is None and "hard" in named and not (hard or _STYLE.search(thing)):
        return None
    if (named.get("verb") or "").lower() in {"like", "want", "run", "start", "send", "post"} and not (
        hard or _STYLE.search(thing)
    ):
        return None
    return Finding("preference", sentence(words), _subject(thing) or _refused(thing), 9 if hard else 8, "style")


def _liking(words: str, standing: bool) -> Finding | None:
    match = _LIKES.match(words)
    if match is None or not _STYLE.search(match["thing"]) or re.match(r"(?:to|you)\b", match["thing"]):
        return None
    if match["verb"].lower() == "want" and not standing:
        return None
    subject = "tone of voice" if re.search(r"\b(?:tone|voice)\b", match["thing"], re.IGNORECASE) else None
    return Finding("preference", sentence(words), subject or _subject(match["thing"]), 7, "style")


def _habit(words: str, standing: bool) -> bool:
    return standing or re.match(r"^(?:we|our|i)\b", words, re.IGNORECASE) is not None


def _subject(thing: str) -> str | None:
    return next((name for name, pattern in _THINGS if pattern.search(thing)), None)


def _refused(thing: str) -> str | None:
    """The name under which a refused word is kept, so that allowing it later closes the refusal."""
    quoted = re.search(r"[\"“'‘](.+?)[\"”'’](?:\W|$)", thing)
    words = " ".join(content_words(quoted[1] if quoted else thing))[:LONGEST_THING]
    return f"use of {words}" if words else None
