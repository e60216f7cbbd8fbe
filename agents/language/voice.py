"""How the texts should sound."""

import re

_ADJECTIVES = (
    r"warm|playful|formal|cheeky|friendly|professional|funny|humou?rous|witty|bold|casual|informal|serious|fun|"
    r"light-?hearted|inspiring|inspirational|"
    r"luxur(?:y|ious)|elegant|sophisticated|down[- ]to[- ]earth|chatty|conversational|upbeat|energetic|calm|"
    r"calming|"
    r"empathetic|confident|edgy|quirky|"
    r"sarcastic|authoritative|no[- ]nonsense|straightforward|plain(?:[- ]spoken)?|punchy|sincere|heartfelt|cosy|"
    r"cozy|relaxed|youthful|sassy|minimal(?:ist)?|poetic|personal|"
    r"approachable|optimistic|reassuring|caring|passionate|dramatic|mysterious|romantic|nostalgic|modern|classy|"
    r"trustworthy|expert|educational|"
    r"informative|factual|technical|academic|cheerful|happy|positive|enthusiastic|excited|exciting|laid[- ]back|"
    r"easy-?going|irreverent|dry|deadpan|posh|premium|"
    r"inclusive|respectful|honest|authentic|direct|snappy|crisp|clear|simple|jargon[- ]free|gentle|soft|"
    r"motivational|motivating|empowering|rebellious|silly|goofy|"
    r"businesslike|corporate|neutral|human|welcoming|inviting|homely|rustic|zen|uplifting|urgent|persuasive|"
    r"salesy|"
    r"pushy|corny|cringe|stiff|boring|loud|wholesome|geeky|nerdy|understated|refined|lively|vibrant|dynamic|"
    r"fresh|"
    r"folksy|zany|tongue[- ]in[- ]cheek|matter[- ]of[- ]fact|slangy|young|hip|cool|flirty|creative|thoughtful|"
    r"earnest|curious|quiet|modest|unpretentious|tactful|encouraging|daft|kind|humble|discreet|sober|ironic|gritty|"
    r"tender|grown[- ]up|mischievous|blunt|frank|subtle|delicate|patient|scholarly|literary|lyrical|whimsical|naughty|"
    r"solemn|dignified|homespun|neighbourly|spirited|bright|hopeful|measured|compassionate|supportive"
)
_SAFE = (
    r"warm|playful|formal|cheeky|friendly|professional|funny|humou?rous|witty|casual|informal|light-?hearted|"
    r"chatty|"
    r"conversational|upbeat|down[- ]to[- ]earth|quirky|sassy|sarcastic|no[- ]nonsense|laid[- ]back|tongue[- "
    r"]in[- "
    r"]cheek|approachable|irreverent"
)
_DEGREE = (
    r"(?:(?:very|really|quite|a bit|a little|more|less|super|slightly|fairly|pretty|not too|not|too|never|"
    r"nice and|"
    r"kind of|kinda|a touch|rather|bit|extra) ){0,3}"
)
_LIST = (
    rf"{_DEGREE}(?:{_ADJECTIVES})(?!\w)(?:(?:\s?,\s?(?:and |but )?|\s(?:and|but|yet|or)\s|\s?/\s?|\s?&\s?|"
    rf"\s){_DEGREE}(?:{_ADJECTIVES})(?!\w)){{0,4}}"
)
_WORD = r"(?:tone(?: of voice)?|voice|vibes?|vibe|style|feel|register|language|wording|ton(?!\w)|tono)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"\b{_WORD}(?: for (?:this|it|us|the posts))?\s*(?:should be|should feel|should sound|needs to "
            rf"be|must be|"
            rf"has to be|is|:|=|-|we want is|would be|we like is|can be|to be)+\s*(?:something |kept |always |"
            rf"just "
            rf")?(?P<v>{_LIST})"
        ),
        rf"\b(?P<v>{_LIST})\s(?:in )?{_WORD}(?!\w)",
        rf"\b(?:tone(?: of voice)?|voice|style)\s(?P<v>{_LIST})(?=\s*(?:[,.;!\n]|$|please))",
        (
            rf"\b(?:keep|make|want|like|prefer) (?:it|this|things|everything|the (?:tone|copy|posts|language|voice|"
            rf"wording|texts?)) "
            rf"(?:all |to be |to sound )?(?P<v>{_DEGREE}[a-z]{{4,}}(?:,| and| but| yet) {_LIST}|{_LIST}(?:,| and| but|"
            rf" yet) [a-z]{{4,}})(?=\s*(?:[,.;!\n]|$|please))"
        ),
        (
            r"\b(?:tone(?: of voice)?|voice)\s?(?:should be|needs to be|must be|has to be|is|:|=|would be)\s"
            r"(?P<v>(?!(?:up|not sure|important|yours?|the|a|an|whatever|for|to)\b)[a-z][\w'-]+(?:(?:,| and|, and|"
            r" but)? [a-z][\w'-]+){0,4})(?=\s*(?:[,.;!\n]|$|please))"
        ),
        (
            rf"\b(?:keep|make|want|like|prefer) (?:it|this|them|things|everything|the (?:tone|copy|posts|"
            rf"language|voice|"
            rf"wording|text|texts))?(?: all| to)?(?: be| sound| feel| kept)?\s?(?P<v>{_LIST})(?= and \w+ to\b|"
            rf"[\s]*(?:[,.;!\n]|$|please|and|but|for|with|throughout|though|tone|not|in|on|overall|so|as|like|"
            rf"ok|pls))"
        ),
        (
            rf"\b(?:campaign|copy|posts|texts?|something|everything|ads) (?:that|which) (?:is|are|sounds?|"
            rf"feels?) (?P<v>{_LIST})"
        ),
        (
            rf"\b(?:sound|sounds|sounding|feel|be|write|speak|talk|stay)s? (?:like |in an? |quite "
            rf")?(?P<v>{_LIST})(?=\s*(?:[,.;!\n]|$|please|and|but|tone|not|pls|overall|on))"
        ),
        (
            rf"\b(?:we're|we are|our brand is|our style is|brand voice is|style:|i'm) (?:a |an "
            rf")?(?P<v>{_LIST})(?=\s*(?:[,.;!\n]|$|brand))"
        ),
    )
)
_PHRASES = re.compile(
    rf"\b(?:in an? (?P<way>{_LIST}) (?:way|manner)|(?:use|with|add|some|a bit of|plenty of) (?P<v>humou?r|irony|"
    rf"sarcasm|wit|jokes|puns|warmth))(?!\w)",
    re.IGNORECASE,
)
_LIKE = re.compile(
    rf"\b(?:{_WORD})\s*(?:should be|is|:|like)?\s*(?P<v>like (?:a |an |we're |you're )?[\w' ]{{3,40}})", re.IGNORECASE
)
_FRAGMENT = re.compile(
    rf"(?:^|[,;.\n]|\band\b)\s*(?P<v>(?:(?:{_DEGREE})(?:{_SAFE}))(?:(?:\s?,\s?(?:and |but )?|\s(?:and|but|yet)\s|"
    rf"\s?&\s?){_DEGREE}(?:{_ADJECTIVES}))*)\s*(?:please|pls)?\s*(?=[,;.!\n]|$)",
    re.IGNORECASE,
)
_FIRST = re.compile(rf"^\W*(?P<v>{_LIST})(?=\s*[,.;!])", re.IGNORECASE)
_ALONE = re.compile(
    rf"^\W*(?:maybe |i think |something |probably |definitely |just |um |hmm |well "
    rf")?(?P<v>{_LIST})\W*(?:please|i "
    rf"think|i guess|i'd say|probably|thanks|pls)?\W*$",
    re.IGNORECASE,
)


_LIMIT = re.compile(
    r"(?:,? (?:but|yet|and)|,) (?:not|never|no|without(?: being)?)(?! (?:on|in|for|via|more|too many|the|a)\b) "
    r"(?:too |so |very )?[a-z][\w-]+(?! (?:and|budget|money))",
)


def find_voice(text: str, *, asked: bool = False) -> str:
    """The tone of voice ``text`` asks for in its own words, or ""."""
    for pattern in (_ALONE, _FIRST, *_PATTERNS) if asked else _PATTERNS:
        if match := pattern.search(text):
            limit = _LIMIT.match(text, match.end("v"))
            return _clean(match["v"] + (limit.group() if limit else ""))
    if match := _PHRASES.search(text):
        return _clean(match["way"] or match["v"])
    match = _LIKE.search(text) or _FRAGMENT.search(text)
    return _clean(match["v"]) if match else ""


def _clean(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip(" ,.").lower()
