"""The text as the readers see it: one spelling of quotes and spaces, sentences, and questions taken out."""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 8000  # characters read; a brief never needs more, and it bounds the work per message

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_DASHES = re.compile(r"[‐‑‒–—―−]")
_SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\S)[^.!?\n]*)*[.!?\n]*")
_ASKING = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|hey|hi|hello|well|um+|hmm+|btw|also|please|quick question|wait|sorry|"
    r"question)\b\W*)*"
    r"(?:what|what's|whats(?! ?app)|how|why|when|where|who|which|whose|should|shall|is|are|was|were|do|does|did|"
    r"has|have|"
    r"am|may|isn't|aren't|don't|doesn't|didn't|can i|can we|could i|could we|would(?! you (?:mind|please|be able|"
    r"kindly))|will(?! you)|"
    r"is there|any idea|any ideas|was|wie|wieviel|warum|wann|wo|wer|combien|quand|pourquoi|"
    r"quel|quelle|cuanto|cuánto|cuando|cuándo|que|qué)\b",
    re.IGNORECASE,
)
_SEEKING = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|hey|hi|hello|well|also|please|wait|sorry)\b\W*)*"
    r"(?:how (?:much|many|long|often|do|does|did|should|would|can|could|to|is|are|was|were)|what(?:'s| is| are| was|"
    r" do| does| did| would| should| could| about the)|whats(?! ?app)|which|who(?:'s| is| are)|why|when (?:do|"
    r"does|is|should|"
    r"are|will|did|can|would)|where (?:do|does|is|should|are|can|did)|should (?:i|we|it|this)|do (?:i|you|we) (?:know|"
    r"think|need)|is it (?:better|worth|ok|okay|possible)|can you (?:tell|explain|show|remind)|could you (?:tell|"
    r"explain|show|remind)|(?:any idea|not sure|i wonder|no idea|don't know|dunno|i'm wondering) (?:what|how|when|"
    r"which|whether|if|where|who)\b(?!.*\bbut\b))(?!\w)",
    re.IGNORECASE,
)
_PROPOSAL = re.compile(
    r"^\W*(?:and |but |so |ok |then )*(?:how about|what about (?:we )?(?:adding|using|doing|making|moving|add|trying)|"
    r"what if we (?:say|make|do|go)|(?:can|could|should|shall|may) "
    r"(?:we|i|you) (?:please |also |maybe |just |perhaps )*(?:target|use|add|make|move|change|start|do|include|push|"
    r"drop|skip|aim|do|get|run|have|try|fill|sell|set|increase|raise|lower|reduce|switch|swap|remove|"
    r"go (?:with|for)|say|focus|keep|launch|promote|plan)(?! (?:more|better|anything|it\?)))\b",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"^\W*(?:(?:and|so|hi|hello|hey|ok|well|please|hi there|good \w+)\b\W*)*(?:how (?:do|can|could|would|should|"
    r"might) (?:i|we|you)|"
    r"how (?:to|about)|what (?:about|can|could|would|should|do|if) ?(?:i|we|you)?|can|could|would|any ideas?|who can|"
    r"is there a way)\b"
    r"(?! (?:be|have|it|that|this|the|cost|happen)\b)",
    re.IGNORECASE,
)
_FACT = re.compile(
    r"[£$€₹](?=\s?\d)|\d\s?(?:k|€|euros?|pounds|quid|dollars|bucks)\b|"
    r"(?:\b\d{1,2}(?:st|nd|rd|th)? )?\b(?:jan|feb|mar(?!k)|apr|may(?= \d)|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b|"
    r"\b(?:instagram|facebook|linkedin|tiktok|youtube|email|google ads|pinterest|whatsapp)\b|\bbudget\b",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\W*\w+(?: [\w']+){0,5}(?::| =| ->| →) (?=\S)[^?]*$")  # how much we have: €2,200
_GREETING = re.compile(r"^\W*what'?s (?:the story|the craic|up|happening|new|going on)\s?[,.!-]+ \w", re.IGNORECASE)
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your |everything )*(?:previous|above|prior|earlier|you were "
    r"told)\b|\bsystem prompt\b|\byou are now\b|\bdeveloper mode\b",
    re.IGNORECASE,
)


_SHORTENED = re.compile(r"\b(approx|ca|circa|min|max|incl|excl|est)\.(?=\s?[£$€₹\d])", re.IGNORECASE)


def tidy(text: str) -> str:
    """One spelling of quotes, dashes and spaces; control characters gone; line breaks kept; at most LONGEST long."""
    plain = unicodedata.normalize("NFC", text[: LONGEST * 2]).translate(_QUOTES)
    plain = _DASHES.sub("-", plain)
    plain = "".join(c if c == "\n" or not unicodedata.category(c).startswith("C") else " " for c in plain)
    plain = re.sub(r"[^\S\n]+", " ", plain)
    plain = _SHORTENED.sub(r"\1", plain)
    return re.sub(r" ?\n\s*", "\n", plain).strip()[:LONGEST].strip()


_HEAD, _MOST = 800, 2200  # characters of a long message read in any case, and with the telling parts after them
_PART = re.compile(r"[^.!?\n]{1,240}[.!?\n]*|[.!?\n]{1,240}")
_TELLING = re.compile(
    r"[\d£$€₹]|\b(?:budget|audience|goal|launch|open|sell|for|channels?|instagram|insta|facebook|email|tiktok|linkedin|"
    r"hundred|thousand|grand|tomorrow|next|january|february|march|april|may|june|july|august|september|october|"
    r"november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)


def essential(text: str) -> str:
    """A long message cut to its beginning and the parts after it that look like facts, so that reading stays quick."""
    if len(text) <= _MOST:
        return text
    kept, room = [text[:_HEAD]], _MOST - _HEAD
    for part in _PART.finditer(text, _HEAD):
        if len(part.group()) <= room and _TELLING.search(part.group()):
            kept.append(part.group())
            room -= len(part.group())
    return "".join(kept)


def sentences(text: str) -> Iterator[re.Match[str]]:
    """Each sentence of ``text`` with its place; a full stop inside a number or an address ends nothing."""
    return _SENTENCE.finditer(text)


def is_question(sentence: str) -> bool:
    """Whether a sentence asks for something to be told, as opposed to stating, proposing or politely requesting it."""
    if _PROPOSAL.match(sentence) or (
        _HOW.match(sentence) and len({found.lower()[:3] for found in _FACT.findall(sentence)}) >= 2
    ):
        return False
    if _GREETING.match(sentence):
        return False
    if _SEEKING.match(sentence) and not _LABEL.match(sentence):
        return True
    if re.search(r",\s*(?:how|why|what|which|when|who|where)(?: [\w']+){0,4}\?+\s*$", sentence, re.IGNORECASE):
        return True
    return sentence.rstrip().endswith("?") and _ASKING.match(sentence) is not None


def statements(text: str) -> str:
    """``text`` with its questions blanked out, every other character in its old place; "" for an attempt to give
    the assistant new orders."""
    if _ORDERS.search(text):
        return ""
    kept = list(text)
    for match in sentences(text):
        if is_question(match.group()):
            kept[match.start() : match.end()] = " " * len(match.group())
            if match.group().endswith("\n"):
                kept[match.end() - 1] = "\n"
    return "".join(kept)
