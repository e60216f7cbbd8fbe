"""Channels as people name them, typos and nicknames included, and which are wanted, added, swapped or dropped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

from agents.language.channel_asides import in_passing, set_aside

CHANNELS = (
    "instagram", "facebook", "twitter", "linkedin", "tiktok", "youtube", "email", "blog", "whatsapp", "wordpress",
    "medium", "ghost", "pinterest", "threads", "google_ads", "meta_ads", "sms",
)  # fmt: skip
# Longer names first: "google ads" before a bare "google", "facebook ads" before "facebook".
_NAMES: tuple[tuple[str, str], ...] = (
    ("google_ads",
        (r"google[ -]?ad(?:s|words|vertising)?|(?:(?<=day on )|(?<=month on )|(?<=week on )|(?<=ads on )|"
        r"(?<=advertise on ))google"
        r"(?! ?(?:maps|business|reviews|my))|adwords|ppc|google search ads|search ads|sem\b|google shopping|"
        r"gads|paid search")),
    ("meta_ads",
        (r"(?:meta|facebook|fb|insta(?:gram)?|ig)[ -](?:and instagram )?(?:paid )?ad(?:s|verts|vertising)|paid meta|"
                 r"facebook werbung|meta")),
    ("instagram",
        (r"inst(?:a|agram+|gram|agran|agrm|argam|ragram|agarm|aagram|ergram)s?|isntagram|intagram|instgram|insta "
        r"?gram|"
                  r"ig(?! nore)|reels?|the gram|insta stories|(?:ig |insta(?:gram)? )?stories|stories")),
    ("facebook", r"face ?bo+k|facebok|facbook|facebbok|fbook|fb|facebook groups?"),
    ("twitter", r"tw?itt?er(?:/x)?|twiter|tweet(?:s|ing)?|x/twitter|x\.com"),
    ("linkedin",
        (r"(?-i:LI)(?=\s?[+&,/]|\s?$)|linked[ -]?in|linkdin|linkedn|linkdein|lnkedin|linkedin posts?|lindedin|"
        r"linkeding|linkein")),
    ("tiktok", r"tik[ -]?to[kc]k?s?|tictoc|tikotk|tiktoks|tik toks"),
    ("youtube", r"you[ -]?tu?be?|yuotube|youtub|yt(?: shorts)?|shorts|youtube shorts"),
    ("email", (r"e-?mails?|emial|e mails?|emails?|eamil|mail(?:ing)?[ -]?lists?|mail(?:s|shots?|outs?|ers?|chimp)?|"
              r"news ?letters?|newletters?|newsleter|newslettter|mailings?|email marketing|courriels?|correo|"
              r"klaviyo|mail-outs?")),
    ("blog", r"blog(?:s|ging|[ -]?posts?|posting|[ -]articles?)?|artículos? de blog"),
    ("whatsapp", r"what'?s[ -]?app|watsapp|whatsap|whatsup|wapp"),
    ("wordpress", r"word[ -]?press|wordpres"),
    ("medium", r"medium(?= (?:post|article|blog|and|\.)|[,.;]|$)"),
    ("ghost", r"ghost(?= (?:blog|post|newsletter|and|site)|[,.;]|$)"),
    ("pinterest", r"pint[ei]?rest|pinterst|(?<!enamel )(?<!lapel )(?<!badges and )(?<!hair )pins"),
    ("threads", r"threads"),
    ("sms", (r"sms(?:es)?|text messag(?:es?|ing)|(?<!the )(?<!write )(?<!these )(?<!those )(?<!draft )"
        r"(?<!all )(?<!your )(?<!more )(?<!my )texts|txts?|text blasts?")),
)  # fmt: skip
_X = (
    r"(?<![\w'/])X(?![\w'/=]|\s?\d)|(?<![\w'/])x(?=\s?(?:,|and|&|\+)\s?(?:insta|ig\b|fb\b|facebook|linkedin|tiktok|"
    r"threads|email|youtube))"
    r"|(?<=(?:gram|book|edin|ktok|mail) and )x(?![\w'])"
)
_LONG = ("instagram", "facebook", "linkedin", "pinterest", "wordpress", "newsletter", "whatsapp", "youtube", "twitter")
_FUZZY = {"newsletter": "email"}

_EMAIL_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_COUNTED = re.compile(
    r"\b(?:newsletter|e-?mail|mailing list|blog)\s(?=(?:subscribers?|sign-?ups?|readers|views|visits|traffic|"
    r"opens?)\b)",
    re.IGNORECASE,
)
_MADE = re.compile(
    r"\b(?:launch|start|found|grow|build|expand|market|promot|advertis|creat|publish|sell|writ|relaunch)(?:e|es|ing|"
    r"ed|s)?\s(?:a|an|"
    r"our|my|the)\s"
    r"(?:(?:new|weekly|monthly|free|paid|daily|email|own)\s){0,2}(?:newsletter|mailing list|email list|blog|"
    r"youtube channel|tiktok channel|"
    r"youtube "
    r"show|instagram account|email course)\b|\b(?:turn|make|convert|repurpose|adapt|rework|change|split|cut)(?:ing)?\s"
    r"(?:this|that|the|my|our|last \w+'s)\s(?:\w+\s){0,2}?(?:blog(?: ?posts?| articles?)?|newsletter|e-?mail|video|"
    r"webinar)\s(?:\w+\s)?(?:in)?to\b",
    re.IGNORECASE,
)
_EMAIL_VERB = re.compile(
    r"(?:\b(?:e-?mail|mail|text|tweet) (?:me|us|him|her|it to|them|you)\b|\bmy e-?mail\b|e-?mail address)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"(?:\b(?:no(?!t (?:only|just))|nothing (?:on|via|through|for)|not(?! (?:only|just|too|sure))|without|"
    r"except(?: for)?|drop(?:ping)?|scrap|skip|"
    r"remove|forget(?: about)?|leave out|lose|scratch|chuck|"
    r"ditch|kill|cut|instead of|rather than|in place of|don't (?:want|use|need|do|like|have|care about|bother with)|"
    r"do not "
    r"(?:want|use|need|do)|dont (?:want|use|need|do)|never(?: mind)?|hates?|vetoed|ruled out|banned|stop|minus|avoid|"
    r"ohne|kein(?:e|en)?|sans|"
    r"sin|pas (?:de|d')|nor|(?:anything|everything|all|anywhere) but|"
    r"bin|axe|delete|take out|get rid of|exclude|excluding|nix|off|away from|apart from|but not|we're not on|not on|"
    r"won't (?:use|do|be (?:on|using))|(?:left|quit|leaving|gave up|given up|closed|deleted|no longer (?:on|use|do)|"
    r"done "
    r"with|finished with|sick of|tired of|fed up with)|isn't on|aren't on|take|(?:ignore|forget|scrap) (?:what|"
    r"everything) (?:i|we) said about)\b)"
    r"[\s:]*(?:(?:the|any|our|my|its|their|his|her|on|using|use|doing|for|with|about|more|via|post(?:s|ing)?|to)\s)*$",
    re.IGNORECASE,
)
_NEGATED_AFTER = re.compile(
    r"^\s?(?:channel |posts? |part |stuff |campaign )?(?:not(?=\s*(?:[.;!]|$))|(?:is|'s|are) (?:out|gone|off|over|dead|"
    r"finished|pointless|useless|rubbish|a waste)\b(?! of|"
    r" to)|isn't\b|is not\b|are out\b|aren't|not needed|doesn't|"
    r"does not|don't work|can go|no\b(?=\s*(?:[,.;!]|$|thanks|way|longer))|off the table|is off\b|isn't for us|"
    r"out\b(?! of| to)|is a no|"
    r"never works|can be dropped|,? but (?:i|we) (?:disagree|don't|do not|hate|won't|refuse|'m not|are not))",
    re.IGNORECASE,
)
_RATHER = re.compile(r"\s*(?:posts? )?(?:instead|rather|only)\b", re.IGNORECASE)
_SWAP = re.compile(
    r"\b(?:swap(?:ping)?|replac(?:e|ing)|switch(?:ing)?(?: from)?|chang(?:e|ing)|trade|exchange|substitute|move "
    r"from)\s+"
    r"(?:the |our |out )?$",
    re.IGNORECASE,
)
_JOIN = re.compile(
    r"^\s*(?:,|and|or|&|\+|/|nor|,\s*(?:and|or)|und|et|y|or even|ads?)?\s*(?:the |on |also )?$", re.IGNORECASE
)
_ADDING = re.compile(
    r"\b(?:add(?:ing)?|also|too(?! (?:many|much|few))|as well|plus|include|including|on top|additionally|"
    r"and maybe|throw in|extra|another "
    r"channel|"
    r"along(?:side)? with|auch|aussi|también|as wel|aswell)\b|^\s*(?:and|\+|&|oh and)\b",
    re.IGNORECASE,
)
_REPLACING = re.compile(
    r"\b(?:only|just|instead|switch|rather|solely|exclusively|change (?:it|the channels?|channels?) to|make (?:it|"
    r"that)|"
    r"nothing (?:but|else)|(?:swap|switch|change|exchange) (?:it|that|this) (?:for|to|with)|stick (?:to|with)|nur|"
    r"i meant|i mean|scratch that|let's go with|focus on|actually)\b(?! "
    r"as well)|^\s*no[,. ]",
    re.IGNORECASE,
)
_EXCEPT_ALL = re.compile(
    r"\b(?:all|every(?:thing|where| channel)?|everything|all (?:of them|channels))\b", re.IGNORECASE
)
_TALKED_ABOUT = re.compile(
    r"(?<!\bi )(?<!\bwe )(?<!\bto )(?<!\bthey )(?<!\bwho )(?<!\bcan )"
    r"\b(?:shorten|rewrite|reword|rephrase|translate|tweak|edit|proofread|fix|delete the|publish|schedule|"
    r"reschedule|how did|"
    r"how (?:is|are)|which (?=channels?|posts?|ones?|platforms?|ads?|of )|compare|performance of|stats|figures|"
    r"approve|reject|analyse|analyze|report on|numbers "
    r"for)\b|\bmake (?:the|my|our|that|this|each) (?:[\w-]+ ){1,3}?(?:(?:a )?(?:bit|little|lot|tad) )?(?:[a-z]{3,}er|"
    r"more|less)\b",
    re.IGNORECASE,
)


_GOOGLE = re.compile(r"(?:^|[,&+/]|\band|^(?:just|on|only))\s*google(?=\s*(?:[,&+/.]|and\b|$))", re.IGNORECASE)


_GOOGLE_ALONE = re.compile(r"\W*(?:just |on |only )?google\W*(?:please|pls|then)?\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """One channel named in a text, with its place and whether it is wanted."""

    start: int
    end: int
    channel: str
    wanted: bool


@cache
def _pattern() -> re.Pattern[str]:
    named = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _NAMES)
    return re.compile(rf"(?<![\w@#.-])(?i:{named})(?![\w@]|\.\w)|(?P<x>{_X})")


def _spotted(text: str) -> list[tuple[int, int, str]]:
    hidden = _EMAIL_ADDRESS.sub(lambda m: " " * len(m.group()), text)
    hidden = _MADE.sub(lambda m: " " * len(m.group()), hidden)
    hidden = _COUNTED.sub(lambda m: " " * len(m.group()), hidden)
    hidden = _EMAIL_VERB.sub(lambda m: " " * len(m.group()), hidden)
    found = [(m.start(), m.end(), _name(m)) for m in _pattern().finditer(hidden)]
    taken = {position for start, end, _ in found for position in range(start, end)}
    for match in re.finditer(r"[a-zA-Z]{6,12}", hidden):
        near = "" if match.start() in taken else _nearest(match.group().lower())
        if near:
            found.append((match.start(), match.end(), near))
    return sorted(found)


def _name(match: re.Match[str]) -> str:
    return "twitter" if match["x"] else str(match.lastgroup)


def _nearest(word: str) -> str:
    for name in _LONG:
        if word[0] == name[0] and abs(len(word) - len(name)) <= 1 and word != name and _one_apart(word, name):
            return _FUZZY.get(name, name)
    return ""


def _one_apart(left: str, right: str) -> bool:
    """Whether one letter added, dropped, changed or swapped with its neighbour turns one word into the other."""
    if len(left) > len(right):
        left, right = right, left
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
    if len(left) < len(right):
        return left[at:] == right[at + 1 :]
    swapped = left[at : at + 2] == right[at : at + 2][::-1] and left[at + 2 :] == right[at + 2 :]
    return swapped or left[at + 1 :] == right[at + 1 :]


_BEFORE = re.compile(
    r"\b(?:last (?:year|time|month|week|spring|summer|autumn|fall|winter|christmas|season|campaign)(?!'s)|in 20\d\d|"
    r"previously)\b"
    r"(?!.*\b(?:this (?:year|time|month)|now|so|same)\b)|\b(?:last|latest|top|previous)\s$",
    re.IGNORECASE,
)


def mentions(text: str) -> Iterator[Mention]:
    """Every channel named in ``text``; a negation covers the list of channels that follows it."""
    negated, last, swapping = False, -1, False
    for start, end, channel in _spotted(text):
        clause = re.split(
            r"[.;!?\n]|(?<!anything )(?<!everything )(?<!all )(?<!anywhere )\bbut\b(?! not)",
            text[max(0, start - 60) : start],
        )[-1]
        if _BEFORE.search(clause):
            continue
        joined = last >= 0 and _JOIN.match(text[last:start]) is not None
        if joined and negated:
            negated = not (text[last:start].strip() == "," and _RATHER.match(text[end:]))
        else:
            negated = _NEGATED.search(clause) is not None
        swapped = _SWAP.search(clause) is not None and re.match(
            r"\s*(?:posts? |part )?(?:for|with|to|by|out for|against)\b", text[end:], re.IGNORECASE
        )
        swapping = swapped is not None and swapped is not False
        after = _NEGATED_AFTER.match(text[end : end + 30]) is not None
        last = end
        yield Mention(start, end, channel, not (negated or swapping or after))


_AND = re.compile(r"\s*(?:and|or|&|\+|/)\s*", re.IGNORECASE)


def _chosen(text: str, known: Sequence[str]) -> Iterator[Mention]:
    """The mentions that choose or refuse a channel; one set aside is refused where it is ``known``."""
    groups: list[list[Mention]] = []
    for one in mentions(text):
        if groups and _AND.fullmatch(text[groups[-1][-1].end : one.start]):
            groups[-1].append(one)
        else:
            groups.append([one])
    for group in groups:
        aside = set_aside(text, group[0].start, group[-1].end)
        for one in group:
            if aside and one.channel in known:
                yield replace(one, wanted=False)
            elif not one.wanted or not (aside or in_passing(text, one.start, one.end)):
                yield one


def known_channels(known: Mapping[str, object]) -> Sequence[str]:
    """The channels the conversation already has, in whichever form they are kept."""
    value = known.get("channels")
    if isinstance(value, str):
        value = re.split(r"[,;\s]+", value)
    if not isinstance(value, list | tuple):
        return []
    return [str(c) for c in cast("Sequence[object]", value) if c in CHANNELS]


def read_channels(
    text: str, known: Sequence[str], *, asked: bool, told: Mapping[int, bool] | None = None
) -> tuple[list[str] | None, tuple[str, ...]]:
    """The list of channels as it stands after ``text`` (None where it does not change) and the channels taken out.

    ``known`` is the list before. A plain mention adds to a known list; "only", "instead" and the like replace it.
    ``told`` says of channels named at a place whether they are wanted, where that is known better.
    """
    found = [replace(one, wanted=(told or {}).get(one.start, one.wanted)) for one in _chosen(text, known)]
    if asked or _GOOGLE_ALONE.fullmatch(text):
        found += [Mention(m.start(), m.end(), "google_ads", wanted=True) for m in _GOOGLE.finditer(text)]
    if not asked and found and _TALKED_ABOUT.search(text):
        found = []
    wanted = list(dict.fromkeys(m.channel for m in found if m.wanted))
    unwanted = tuple(dict.fromkeys(m.channel for m in found if not m.wanted and m.channel not in wanted))
    if not wanted and not unwanted:
        return None, ()
    before = list(known)
    if unwanted:
        after = [channel for channel in before if channel not in unwanted] + [c for c in wanted if c not in before]
    elif before and (_ADDING.search(text) or not (asked or _REPLACING.search(text))):
        after = before + [channel for channel in wanted if channel not in before]
    else:
        after = wanted
    if after == before or not after:
        return None, unwanted
    return after, unwanted
