"""What a message asks the writer for: which channels, how many, in which voice, and what to change in what there is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agents.language.channels import Mention, mentions
from agents.models.offline.copywriting import Emoji, Length
from agents.models.offline.omissions import left_out
from agents.models.offline.pasted import own_words
from agents.models.offline.spelling import corrected
from agents.models.offline.voices import voices_in

_COUNT = {
    "two": 2,
    "a couple of": 2,
    "couple": 2,
    "three": 3,
    "a few": 3,
    "few": 3,
    "some": 3,
    "several": 3,
    "four": 4,
    "five": 5,
    "multiple": 3,
    "different": 3,
}
_VARIANTS = re.compile(
    r"\b(?P<n>\d|two|a couple of|couple of|couple|three|a few|few|some|several|four|five|"
    r"multiple)(?: more| other)?(?: different| alternative| new|"
    r" short| possible)? (?:options?|variants?|variations?|versions?|alternatives?|ideas?|"
    r"drafts?|captions?|tweets?|subject lines?|examples?|"
    r"suggestions?|takes?|headlines?)\b|\b(?P<kind>options|variants|variations|alternatives)\b",
    re.IGNORECASE,
)
_NUMBER_BEFORE = re.compile(
    r"(?<![\w.,:£$€-])(?<!for )(?<!of )(?P<n>\d|one|an?|another|two|a couple of|three|a few|several|four|five)"
    r"(?: (?:more|other|new|different|short|quick|funny|good|nice|separate|extra))? $",
    re.IGNORECASE,
)
_NOT_WRITTEN = re.compile(
    r"\s(?:accounts?|pages?|followers?|subscribers?|groups?|users?|profiles?|readers|addresses)", re.IGNORECASE
)
_ORDINALS: tuple[tuple[str, int], ...] = (
    (
        (
            r"\b(?:(?:the |my |your )?(?:first|1st)(?=\s+(?:one|draft|version|option|variant|post|text|caption"
            r"|tweet|email|"
            r"advert|ad|idea)s?\b|\s*(?:[,.;:!?]|$)|\s+(?:and|please|pls|is|was|looks|sounds|but|without|with"
            r"|to|shorter|"
            r"longer|warmer|more|less)\b)|number one\b|no\.? ?1\b|option (?:one|1|a)\b|version (?:one|1|a)\b"
            r"|draft (?:one|1)\b)"
            r"|#1\b"
        ),
        0,
    ),
    (
        (
            r"\b(?:second|2nd|number two|no\.? ?2|#2|option (?:two|2|b)|version (?:two|2|b)|draft "
            r"(?:two|2))\b(?! (?:bakery|shop|store|branch|caf))"
        ),
        1,
    ),
    (r"\b(?:third|3rd|number three|no\.? ?3|#3|option (?:three|3|c)|version (?:three|3|c)|draft (?:three|3))\b", 2),
    (r"\b(?:fourth|4th|number four|no\.? ?4|#4|option (?:four|4|d)|version (?:four|4)|draft (?:four|4))\b", 3),
    (r"\b(?:last|final) (?:one|draft|version|option|text|post)\b", -1),
)
_NEW = re.compile(
    r"\b(?:writ(?:e|ing)|draft|create|prepare|compose|produce|come up with|generate|need|give "
    r"(?:me|us)|want|do|make|craft|also|now|how about|"
    r"what about|can (?:you|we|i) (?:have|get))\b[^.?!\n]{0,60}\b(?:posts?|captions?|tweets?|"
    r"emails?|e-mails?|newsletters?|articles?|blogs?|ads?|adverts?|"
    r"cop(?:y|ies)|texts?|content|messages?|options?|variants?|versions?|alternatives?|"
    r"drafts?|outlines?|subject lines?|headlines?|sms|scripts?|"
    r"announcements?|press release|instagram|insta|facebook|linkedin|tiktok|twitter|x|threads|"
    r"youtube|whatsapp|pinterest)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:short(?:er|en)|long(?:er)?|length(?:en)?|trim|cut|condense|concise|expand|more|"
    r"less|too|rewrite|re-?do|re-?write|re-?phrase|edit|tweak|"
    r"adjust|change|amend|revise|replace|swap|remove|drop|delete|without|no emojis?|no "
    r"hashtags?|add|include|mention|put in|instead|tone|again|"
    r"another (?:go|try|version|one)|different(?:ly)?|improve|polish|better|fix|correct|make "
    r"(?:it|them|this|that|the)|turn (?:it|them)|use|emojis?|"
    r"punch(?:y|ier)|snappier|try again|not happy|don'?t like|not keen|boring|bland|stiff)\b",
    re.IGNORECASE,
)
_SHORTER = re.compile(
    (
        r"\b(?:short(?:er|en)|trim|condense|concise|(?:too|way|much|very|so)(?: too| much)? (?:long|wordy)"
        r"|cut (?:it|them|this|that|down)|"
        r"snappier|brief(?:er)?|tight(?:er|en)|half (?:the|as) (?:length|long))\b"
    ),
    re.IGNORECASE,
)
_SHORT = re.compile(r"\b(?:short|brief|quick|snappy)\b", re.IGNORECASE)
_LONGER = re.compile(
    r"\b(?:long(?:er)?|lengthen|expand|more detail(?:ed|s)?|too short|elaborate|extend|flesh (?:it|them) out)\b",
    re.IGNORECASE,
)
_NOT_USE = r"(?:never|don'?t|do not|not to) (?:use|using|add|put|want|include|like|need)"
_NO_EMOJI = re.compile(
    rf"\b(?:no|without|remove|drop|lose|delete|skip|fewer|less|take out|hate|avoid|{_NOT_USE})\b[\w ]{{0,14}}\bemoj",
    re.IGNORECASE,
)
_ENOUGH_EMOJI = re.compile(
    r"\b(?:off with|stop|enough|too many|sick of|ditch|kill|get rid of|leave out|nix|not so many)\b[\w ]{0,18}\bemoj|"
    r"\bemojis? (?:out|off|away|are (?:too much|annoying|silly))\b",
    re.IGNORECASE,
)
_EMOJI = re.compile(r"\bemoj", re.IGNORECASE)
_NO_TAGS = re.compile(
    rf"\b(?:no|without|remove|drop|lose|delete|skip|take out|avoid|hate|{_NOT_USE})\b[\w ]{{0,14}}\bhash ?tags?",
    re.IGNORECASE,
)
_TAGS = re.compile(r"\bhash ?tags?", re.IGNORECASE)
_BACK = re.compile(
    r"\b(?:go(?:ing)? back|revert|undo|restore|bring back|(?:previous|earlier|original|old|first) (?:version"
    r"|text|draft|one) "
    r"(?:of|was|again|back)|as it was|like (?:it was )?before)\b|\b(?:use|take|prefer(?:red)?"
    r"|liked) the (?:previous|earlier|"
    r"original|old) (?:version|text|draft|one)\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"\b(?:turn|repurpose|convert|adapt|rewrite|make|summari[sz]e)\b(?P<what>(?: \w+){1,5}?) (?:into|as|for|to)\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"\b(?:change|make|turn|switch) (?:(?:the|my|our) )?$", re.IGNORECASE)
_CALL = re.compile(r"\b(?:call[- ]to[- ]action|cta)\b", re.IGNORECASE)
_AGAIN = re.compile(
    r"\b(?:again|another (?:go|try|version|one|take)|different(?:ly)?|re-?do|re-?write|"
    r"re-?phrase|try again|something else|improve|better|"
    r"don'?t like|not (?:happy|keen|great|good)|boring|bland|alternative|polish)\b",
    re.IGNORECASE,
)
_MENTION = re.compile(
    r"(?<!not )(?<!never )(?<!n't )(?<!nt )(?<!without )\b(?:mention(?:ing)?|include|including|add(?: in)?|say(?:ing)?|"
    r"put in|work in|don'?t forget(?: to (?:mention|say|add|include))?)(?: also)?(?: the fact)?(?: that)?:? "
    r"(?P<what>(?!a call|call|cta|emoji|an emoji|some emoji|hash|the hash|more|less|another|"
    r"(?:the |a |this )?link\b|one more|to (?:the|it)|email|instagram|facebook|linkedin)"
    r"[^.\n?!]{3,140})",
    re.IGNORECASE,
)
_REPLACE = re.compile(
    r"\b(?:replace|swap|change|substitute) [\"“'‘](?P<old>[^\"”'’\n]{1,120})[\"”'’] (?:with|"
    r"by|to|for|into) [\"“'‘]?(?P<new>[^\"”'’\n]{1,160}?)[\"”'’]?(?:[.!]|$)|"
    r"\b(?:replace|swap|substitute) (?P<old2>[^\"“”\n]{1,60}?) (?:with|by|for) "
    r"[\"“'‘]?(?P<new2>[^\"”\n]{1,120}?)[\"”'’]?(?:[.!]|$)|"
    r"\b(?:say|use|write) [\"“'‘](?P<new3>[^\"”\n]{1,120}?)[\"”'’] (?:instead of|rather than|"
    r"not) [\"“'‘]?(?P<old3>[^\"”\n]{1,80}?)[\"”'’]?(?:[.!]|$)",
    re.IGNORECASE,
)
_NEWSLETTER = re.compile(r"\bnewsletters?\b(?! (?:sign|subscri|list|readers))", re.IGNORECASE)
_SUBJECT = re.compile(
    (
        r"\b(?:subject(?: line)?|title|headline)\b(?: \w+){0,3}? (?:to|is|should (?:be|say)|:|"
        r"as)\s*[\"“'‘]?(?P<line>[^\"”\n]{3,120}?)[\"”'’]?(?:[.!]?$|\n)"
    ),
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"\b(?:in|into|auf|en|to)\s+(?P<l>german|deutsch|french|français|francais|spanish|español|"
    r"espanol|italian|italiano|polish|polski|dutch|portuguese|"
    r"turkish|arabic|urdu|hindi|punjabi|bengali|chinese|mandarin|japanese|korean|russian|"
    r"ukrainian|romanian|swedish|danish|norwegian|finnish|"
    r"greek|czech|hungarian|welsh|gaelic|irish|hebrew|latin)\b|\b(?P<t>translat\w+)\b|"
    r"\b(?P<v>german|french|spanish|italian|polish|welsh|hindi|arabic|"
    r"chinese|dutch|portuguese) (?:version|translation|copy|text|post|caption)\b",
    re.IGNORECASE,
)
_EVERY = re.compile(
    r"\b(?:both|all of them|all (?:the )?(?:drafts|posts|texts)|each of them|every (?:draft|post|text)|everything)\b",
    re.IGNORECASE,
)
_LIMITS = re.compile(
    (
        r"\b(?:how (?:long|many (?:characters|hashtags|words))|what(?:'s| is| are) the (?:\w+ "
        r"){0,2}(?:limits?|max(?:imum)?)|character limits?|max(?:imum)? length)\b"
    ),
    re.IGNORECASE,
)
_SHOW = re.compile(
    r"\b(?:show|see|list|view|open|read|display|find)\b[^.?!\n]{0,30}\b(?:drafts?|texts?|"
    r"posts?|copy|what (?:we|you) have|versions?|everything)\b|"
    r"\bwhat (?:drafts|texts|posts) (?:do|have) we\b|\b(?:which|any|my|our|all) drafts\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://[^\s<>\"')]+[^\s<>\"').,;:!?]", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:about|announcing|promoting|advertising|(?:tweets?|articles?|captions?|reels?|posts?) on"
    r"(?= (?:our|the|my)\b))\s+(?:our |the |my |a |an )?(?P<what>[^.?!,\n]{3,80})",
    re.IGNORECASE,
)
_NOT_ABOUT = re.compile(
    r"^(?:it|this|that|them|these|those|me|us|each|all|every\w*|both|the (?:campaign|brief|"
    r"plan|launch|opening|posts?)|campaign|plan|"
    r"insta\w*|facebook|fb|linkedin|twitter|x|tik ?tok|youtube|e-?mails?|whatsapp|threads|"
    r"pinterest|blog|sms|social|tomorrow|today|monday|"
    r"tuesday|wednesday|thursday|friday|saturday|sunday|channels?|platforms?|review|approval|"
    r"now|later|example|local|our|the)\b",
    re.IGNORECASE,
)
NAMES = {
    "german": "German",
    "deutsch": "German",
    "français": "French",
    "francais": "French",
    "español": "Spanish",
    "espanol": "Spanish",
    "italiano": "Italian",
    "polski": "Polish",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request to the writer, read from one message. ``count`` is for each channel that ``counts`` does not name."""

    channels: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    count: int = 1
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    targets: tuple[int, ...] = ()
    voice: tuple[str, ...] = ()
    length: Length | None = None
    emoji: Emoji | None = None
    hashtags: bool | None = None
    call: bool = False
    again: bool = False
    mention: tuple[str, ...] = ()
    replace: tuple[str, str] | None = None
    leave_out: tuple[str, ...] = ()
    line: str = ""
    link: str = ""
    about: str = ""
    every: bool = False
    language: str = ""
    limits: bool = False
    show: bool = False
    back: Literal["", "first", "previous"] = ""
    is_new: bool = False
    is_change: bool = False
    words: str = field(default="", compare=False)

    @property
    def changes_something(self) -> bool:
        """Whether it says how a text is to differ."""
        return bool(
            self.voice
            or self.length
            or self.emoji
            or self.hashtags is not None
            or self.call
            or self.again
            or self.mention
            or self.replace
            or self.leave_out
            or self.line
            or self.link
            or self.back
        )


def read_wanted(text: str) -> Wanted:
    """Read a request. Total over all texts."""
    text = corrected(own_words(text))
    source = _SOURCE.search(text)
    found = [item for item in mentions(text) if source is None or not source.start() <= item.start < source.end("what")]
    channels = tuple(
        dict.fromkeys(item.channel for item in found if item.wanted or _CHANGED.search(text[: item.start]))
    )
    plain = re.sub(r"[\"“][^\"”\n]*[\"”]", " ", text)
    if not channels and _NEWSLETTER.search(plain):
        channels = ("email",)
    back = _back(plain)
    return Wanted(
        channels=channels,
        refused=tuple(
            dict.fromkeys(item.channel for item in found if not item.wanted and item.channel not in channels)
        ),
        count=_count(plain),
        counts=_counts(text, found),
        targets=() if back else tuple(at for pattern, at in _ORDINALS if re.search(pattern, plain, re.IGNORECASE)),
        back=back,
        voice=voices_in(plain),
        length=_length(plain),
        emoji=_emoji(plain),
        hashtags=(not _NO_TAGS.search(plain)) if _TAGS.search(plain) else None,
        call=_CALL.search(plain) is not None,
        again=_AGAIN.search(plain) is not None,
        mention=_mention(text),
        replace=_replacement(text),
        leave_out=left_out(text),
        line=found_line["line"].strip() if (found_line := _SUBJECT.search(text)) else "",
        link=link.group() if (link := _LINK.search(text)) else "",
        about=_about(plain),
        every=_EVERY.search(plain) is not None,
        language=_language(plain),
        limits=_LIMITS.search(plain) is not None,
        show=_SHOW.search(plain) is not None,
        is_new=_NEW.search(plain) is not None,
        is_change=_CHANGE.search(plain) is not None,
        words=text,
    )


def _back(text: str) -> Literal["", "first", "previous"]:
    if not _BACK.search(text):
        return ""
    return "first" if re.search(r"\b(?:first|original)\b", text, re.IGNORECASE) else "previous"


def _emoji(text: str) -> Emoji | None:
    if not _EMOJI.search(text):
        return None
    return "none" if _NO_EMOJI.search(text) or _ENOUGH_EMOJI.search(text) else "more"


def _count(text: str) -> int:
    found = _VARIANTS.search(text)
    if not found:
        return 1
    word = (found["n"] or "").lower().removesuffix(" of")
    number = int(word) if word.isdigit() else _COUNT.get(word, _COUNT.get(f"{word} of", 3))
    return max(1, min(number, 5))


def _counts(text: str, found: Sequence[Mention]) -> dict[str, int]:
    """How many texts are asked for of each channel whose number stands right before its name."""
    counts: dict[str, int] = {}
    for item in found:
        number = _NUMBER_BEFORE.search(text[: item.start])
        if number and not _NOT_WRITTEN.match(text, item.end):
            word = number["n"].lower()
            counts[item.channel] = max(1, min(int(word) if word.isdigit() else _COUNT.get(word, 1), 5))
    return counts


def _length(text: str) -> Length | None:
    if _SHORTER.search(text):
        return "short"
    if _LONGER.search(text):
        return "long"
    return "short" if _SHORT.search(text) else None


def _mention(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for match in _MENTION.finditer(_LINK.sub(" ", text)):
        what = re.sub(
            r"\s+(?:in|to|at the (?:end|top|start) of) (?:the |it|them|this|each|both|all|every)\b.*$",
            "",
            match["what"],
            flags=re.IGNORECASE,
        )
        what = re.sub(r"^(?:the|our) (?=free\b)", "", what, flags=re.IGNORECASE)
        what = re.split(
            r",? (?:and|but) (?:make|keep|use|write|then|also|no|don'?t|shorten|add|remove|change|put)\b",
            what,
            maxsplit=1,
        )[0].strip(" ,;:\"'“”")
        if len(what) > 2 and not _EMOJI.search(what) and not _TAGS.search(what) and not _CALL.search(what):
            found.append(what)
    return tuple(found[:3])


def _replacement(text: str) -> tuple[str, str] | None:
    found = _REPLACE.search(text)
    if not found:
        return None
    old = found["old"] or found["old2"] or found["old3"]
    new = found["new"] or found["new2"] or found["new3"]
    return (old.strip(), new.strip()) if old and new else None


def _about(text: str) -> str:
    for match in _ABOUT.finditer(text):
        what = re.split(
            r"\b(?:in an?|with|please|that|and then|(?:on|for) (?:insta|face|link|tik|you|whats|x\b|threads|"
            r"pinterest|twitter|the blog|the newsletter)|for email)",
            match["what"],
            maxsplit=1,
            flags=re.IGNORECASE,
        )[0].strip(" .,;:")
        if len(what) > 3 and not _NOT_ABOUT.match(what):
            return what
    return ""


def _language(text: str) -> str:
    found = _LANGUAGE.search(text)
    if not found:
        return ""
    name = (found["l"] or found["v"] or "").lower()
    if name:
        return NAMES.get(name, name.capitalize())
    return "" if re.search(r"translat\w+ (?:in)?to english", text, re.IGNORECASE) else "another language"
