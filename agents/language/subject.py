"""What is to be marketed: the product or the occasion."""

import re

from agents.language.businesses import NEWISH, OWNS
from agents.language.phrases import DETERMINER, short_clean

_VERBS = (
    r"launch(?:ing?|es|ed)?|re-?launch(?:ing?)?|open(?:ing?|s|ed)?(?: up)?|re-?open(?:ing?|s)?|promot(?:e|ing?|es)|"
    r"advertis(?:e|ing)|market(?:ing?)?(?! (?:plan|campaign|team|budget|strategy|manager|agency|person|"
    r"assistant|help|ideas|stuff|materials?))|sell(?:ing?)?(?! out)|releas(?:e|ing)|introduc(?:e|ing)|host(?:ing?)?|"
    r"announc(?:e|ing)|organi[sz](?:e|ing)|plug(?:ging)?|push(?:ing?)?|pushing|bringing out|bring out|"
    r"offering|offers|putting on|put on|rolling out|roll out|start(?:ing?)?(?= (?:a|an|our|my) )|(?:doing|having|"
    r"planning|"
    r"adding|giving|setting up|publishing|showing|screening|performing|teaching|throwing|building|writing|making|"
    r"developing|creating|selling|(?:we|"
    r"i)(?:'ve| have)(?: got)?|there's|there is|there will be)(?= (?:an? (?:[\w-]+ )?(?:tool|app|platform|game|gadget|"
    r"software|machine|device|service|plugin|newsletter|podcast|magazine|line|range|collection)\b|an? (?:new|free|big|"
    r"special|open|summer|winter|"
    r"spring|autumn|christmas|pop[- ]?up|\w+ (?:nite|night|evening|day|party|sale|workshop|class|course|tour|event|gig|"
    r"concert|supper|dinner|walk|quiz|launch|tasting|fair)|supper|quiz|gig|nite|night of|live|online|charity|two-day|"
    r"workshop|concert|course|class|sale|webinar|event|"
    r"exhibition|festival|market|fair|giveaway|competition|tasting|book|party|show|talk|tour|retreat)\b|our (?:new|"
    r"first|annual|next)\b|(?:the|my) (?:new|first|annual)\b))|running(?= (?:a|an|our|my|some) )|run(?= (?:a|an|our|"
    r"my|some) (?!(?:\w+ )?(?:campaign|ads?|promo|marketing)))|celebrat(?:e|ing)|throw(?:ing?)?(?= (?:a|an|our|my) )|"
    r"get the word out about|spread(?:ing?)? the word about|awareness (?:for|of|about)|hold(?:ing?)?(?= (?:a|an|our|"
    r"my) )|creating a buzz around|unveil(?:ing?)?|(?:gives|give|holds|hold|stages|stage|presents|present|performs|"
    r"perform|hosts)(?= (?:an?|our|its|their|the) )|debut(?:ing?)?|shout about|drop(?:s|ping?)?(?= (?:a|an|our|"
    r"my) (?:new|"
    r"first|latest|next|debut|second|third|\d))|eröffnen|eröffnet|eröffne|ouvre|abre|lanzar|lanzando|lanzamos|lanzamos|"
    r"lancer|lançons|"
    r"abrimos|ouvrons"
)
_STOP = (
    r"in(?! a (?:jar|box|can|bag)| one)|on|at|by|next|this|tomorrow|today|for|to|with|from|but|because|so|that|"
    r"which|who|where|when|while|until|before|after|during|around|near|via|among|amongst|en|em|im|am|à|le|el|du|um|"
    r"through|using|targeting|aimed|as|"
    r"is|are|was|will|has|have|and (?:we|i|i'd|i'm|we're|want|need|would|get|have|our goal|the|then|it|my budget|"
    r"budget|is|are|are|write|plan|schedule|drive|increase|boost|reach|hope|looking|on|use|post|start|so)|we|i|"
    r"£|\$|€|it's|we're|i'm|budget|goal|over|across|within|starting|if|please|pls|thanks|mid|early|late|end|and|"
    r"opens?|launch(?:es)?|or|a|based|here|again|soon|now|ideally|maybe|probably|can|could|should|via|mainly|mostly|"
    r"black friday|christmas|just|how|what|right|there|also|instead|not"
)
_WORD = r"[^\s,.;:!?\n()\"£$€]+(?:\.\d+)?"
_PHRASE = rf"(?:(?!(?:{_STOP})(?!\w)){_WORD}(?:\s|(?![^\s,.;:!?\n()\"£$€]))){{1,9}}"
_ANNOUNCED = re.compile(
    rf"\b(?:{_VERBS})\s(?:of\s)?(?P<what>{DETERMINER}?{_PHRASE}(?:and\s(?!(?:we|i|the|our|get|want|use|post|"
    rf"it)\b){_WORD}(?=[,.;]|\sin\s|\son\s|$))?)",
    re.IGNORECASE,
)
_OPENS = re.compile(
    rf"(?:^|[,.;:!\n]|\b(?:and|as|that|because|when|so|hi|hello|hey|where)\b)\s*(?:(?:so|ok|well|yes|"
    rf"basically)\s)?(?P<what>(?:{DETERMINER}|(?=(?:new|second|third|brand new)\s))(?:(?!(?:goal|budget|tone|"
    rf"audience|target)\b){_WORD}\s){{1,7}}?)"
    r"(?:is |are |will be |will |'s |'re |finally |soon )*(?:open(?:s|ing)?|launch(?:es|ing)?|drop(?:s|ping)?|"
    r"start(?:s|ing)?|com(?:es|ing) out|go(?:es|ing) (?:live|on sale)|re-?opens?|land(?:s|ing)|arriv(?:es|ing)|"
    r"happen(?:s|ing)|takes? place|kicks? off|runs?)(?=\s|[,.;!]|$)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    rf"\b(?:campaign|marketing|promotion|promo|ads?|posts?|plan|launch|buzz|advertising|strategy|content|push|event|"
    rf"kampagne|campagne|campaña|something|help)\s(?:plan |strategy )?(?:for|about|around|on|to promote|für|pour|"
    rf"para|with)\s(?P<what>{DETERMINER}?(?!(?:me|us|you|it|this|that|next|the (?:next|weekend|week|month)|"
    rf"instagram|facebook|email|linkedin|tiktok|twitter|approval|\d|january|february|march|april|may|june|july|"
    rf"august|september|october|november|december|christmas|black friday|monday|friday|marketing|marketing "
    rf"please)\b){_PHRASE})",
    re.IGNORECASE,
)
_IS = re.compile(
    rf"\b(?:the product(?: name)?|product|what(?=\s?[:=])|service|the campaign(?= is (?:for|about))|the event|"
    rf"what we (?:sell|make|"
    rf"do|offer)|we're promoting|the thing|the offer)\s?(?:is|'s|:|=|are|is called|will be)\s?(?:about |for |called "
    rf"|all about )?(?P<what>{DETERMINER}?{_PHRASE})|\b(?:it's|it is|this is|it will be|it'll be)\s(?:about |for |"
    rf"called |all about )?(?P<what2>(?:an?|our|my|the)\s(?!(?:new )?(?:bit|lot|good|great|bad|nice|shame|pity|"
    rf"problem|question|goal|budget|date|wrong|right|same|first|second|5th|plan|must|tad|little|big|small|no|low|"
    rf"tight|fixed|hard|one|tone|campaign|week|month|family|local|few|target|\d)\b){_PHRASE})",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"\b(?:it's|it is|is|be|are) (?:called|named|titled) (?P<what>\"?[A-Z0-9][^\s,.;:!?]*(?:\s(?:of|the|and|for|&|"
    r"in|[A-Z0-9][^\s,.;:!?]*)){0,5})"
)
_NAMED_PRODUCT = re.compile(
    rf"\b(?:we|i|they|she|he|wife|husband|mum|dad|partner|brother|sister|company|team|shop|studio|who|business|startup|"
    rf"start-up|firm|agency|workshop|lab|farm|charity|choir|society|museum)"
    rf"(?:\s|'d )(?:\w+ly |also |just |now |mostly )?(?:want to |would like to |like to |plan to |hope to |started to |"
    rf"can )?"
    rf"(?:makes?|fits?|installs?|cleans?|fix|mends?|grooms?|hosts?|serves?|cooks?|bottles?|restores?|bakes?|produces?|"
    rf"crafts?|builds?|offers?|brews?|designs?|develops?|teach(?:es)?|sells?|roasts?|imports?|creates?|provides?|"
    rf"rent out|rent|"
    rf"hire out|repairs?|prints?|publish|grows?|distributes?|supply|knits?|sews?|exports?|writes?|paints?|"
    rf"runs?(?= (?:\w+ )?(?:classes|courses|workshops|tours|camps|retreats|events|sessions|lessons))|"
    rf"do(?! (?:not|n't|it|this|that|have|want|need|a lot|everything|all|business|our|my|the|well|ok|you|think|like)\b)"
    rf")\s(?P<what>{DETERMINER}?{_PHRASE})",
    re.IGNORECASE,
)
_WANTED = re.compile(
    rf"\b(?:sign[ -]?ups?|downloads?|registrations?|visitors?|bookings?|tickets?|orders?|pre-?orders?|subscribers?|"
    rf"customers?|users|attendees|guests|leads|people|traffic|members|followers|interest|awareness|sales|"
    rf"applications|out|attention|buyers|more of)\s(?:for|of|to|in|at)\s(?:the upcoming |upcoming )?(?P<what>(?:our|"
    rf"its|their|"
    rf"my)\s(?!(?:new |online )?(?:web ?site|site|shop|store|page|profile|list|account|newsletter|channel|blog|door|"
    rf"business|mailing|email|instagram|facebook|tiktok|linkedin|stall|place|brand|company)\b){_PHRASE})",
    re.IGNORECASE,
)
_SELL_OUT = re.compile(rf"\b(?:sell(?:ing)? out)\s(?:of )?(?P<what>(?:our|my|the)\s{_PHRASE})", re.IGNORECASE)
_SUBJECT = re.compile(
    rf"(?:^|[,.;:!?\n]|\b(?:and|so|that|because|hi|hello|hey)\b)\s*(?P<what>(?:{DETERMINER}|"
    rf"(?=[\w-]+(?: [\w-]+)?'s\s))"
    rf"(?:(?!(?:goal|budget|tone|audience|target|voice|aim|objective|deadline|date|day|campaign|plan|is|"
    rf"are)\b){_WORD}\s){{1,6}}?)"
    r"(?:(?:in|at|near)\s;\s*)?(?:needs?\b|wants?\b|should\b|has to\b|could do with\b|deserves?\b|(?:is|are|'s|"
    r"will be)\s(?:;|for\b|aimed|meant|intended|called|designed|made\b|on\b|ready|out\b|back\b|coming|"
    r"due\b|in\b))",
    re.IGNORECASE,
)
_TO_PUSH = re.compile(
    rf"(?:^|[,.;:!?\n])\s*(?P<what>{_PHRASE}(?:with\s(?:{_WORD}\s){{1,3}}?)?)(?:is|are)\s(?:the (?:thing|one|product|"
    rf"bit|stuff)|what) (?:(?:we|i)(?:'re| are|'m| am)? "
    r"?)?(?:to |want(?:ing)? |need )*(?:push|sell|promot|advertis|market|shift|launch)",
    re.IGNORECASE,
)
_HEADLINE = re.compile(
    rf"^\W*(?:this is |it's )?(?:for|about|re|regarding|promo for|"
    rf"campaign for) (?P<what>{DETERMINER}{_PHRASE})(?=\s*[:,-])",
    re.IGNORECASE,
)
_CONCERNS = re.compile(
    rf"\b(?:it's|it is|this is|i'm writing|i'm here|calling) (?:all )?(?:about|for|regarding|"
    rf"to do with) (?P<what>(?:my|our|the|a|an)\s{_PHRASE})",
    re.IGNORECASE,
)
_OUR_APP = re.compile(
    r"\b(?:[Oo]ur|[Mm]y|[Tt]he|[Aa]n?) (?P<what>(?:[\w-]+ )?(?:app|tool|software|platform|podcast|game|plugin|device|"
    r"gadget|course|book|album|"
    r"newsletter|magazine|festival|exhibition|webinar|workshop|conference)(?:,? (?:called )?[A-Z][\w-]+)?)(?!\w)"
)
_FOR_OUR = re.compile(rf"\bfor\s(?P<what>(?:our|my|its|their)\s{_PHRASE})", re.IGNORECASE)
_NEW = re.compile(
    rf"\b(?:my|our|with an?) (?P<what>(?:brand[- ])?(?:new|latest|upcoming|second|third|annual|yearly|winter|summer|"
    rf"spring|"
    rf"autumn|christmas)\s{_PHRASE})",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"^(?:(?:a|an|the|my|our|this|some|more|new|big|small|little|great|whole|full|good|proper|next|first|of|"
    r"marketing|social media|online|paid|instagram|facebook|email|tiktok|linkedin|google|meta|organic|local|it|up|"
    r"out|my|ad)\s?)*"
    r"(?:campaigns?|promotions?|promos?|ads?|posts?|posting|plans?|marketing|strategy|awareness|brand awareness|"
    r"brand|customers?|business|company|product|products|service|services|it|this|that|one|them|something|anything|"
    r"everything|things?|stuff|us|me|you|"
    r"weekend|week|month|day|season|launch|opening|event|shop|audience|people|content|instagram|facebook|email|"
    r"tiktok|linkedin|twitter|blog|newsletter|word|goal|budget|copy|captions?|drafts?|images?|followers|visitors|"
    r"sales|leads|engagement|traffic|"
    r"scratch|planning|here|now|soon|yet|again|please|ones?|thing|question|numbers|time|date|tone|draft|to|of|all|"
    r"each|both|social|socials|doors|up|what|online|small|well|better|fast|slowly|there|families|students|parents|"
    r"women|men|everyone|locals|kids|idea|ideas|day|night|morning|work|january|february|march|april|may|june|july|"
    r"august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|christmas|"
    r"black friday|not sure|going|good|great|ok|fine|too|really|nothing|about|like|in|hours?|doors|tickets|seats|"
    r"units|memberships|subscriptions|clients|orders|members|sign-?ups|registrations?|enrolments?|applications|"
    r"holidays|school|term|year|bookings?|times?|days?|group|valid|free|outdoors|indoors|live|sure|every|day|date|"
    r"dates|website|site|page|website traffic|list|door|place)?\s*$",
    re.IGNORECASE,
)
_OCCASION = re.compile(
    r"(?:it|them|this|that|us|me|him|her|back|out|up|down|off|less|again|moved|delayed|cancelled|closed|date|event|"
    r"day|week|weekend|hours|night|time|plan|campaign|budget|posts?|emails?|soon|every|at|\d+ (?:years|months))\b",
    re.IGNORECASE,
)
_ENDS_WITH_PEOPLE = re.compile(
    r"^(?!(?:my|our|the|a|an)\s).*\b(?:families|parents|mums|moms|dads|students|women|men|kids|teens|teenagers|"
    r"professionals|locals|people|owners|lovers|fans|runners|gamers|foodies|managers|founders|owners|businesses|"
    r"companies|professionals|customers|clients|couples|beginners|"
    r"seniors|tourists|adults|teachers|developers|folks|everyone|millennials|residents|pensioners|homeowners|buyers|"
    r"shoppers|commuters|gen z|freelancers|entrepreneurs)\s*$",
    re.IGNORECASE,
)
_PRODUCT_FORMS = (
    _TO_PUSH, _HEADLINE, _CONCERNS, _ANNOUNCED, _OPENS, _ABOUT, _WANTED, _SELL_OUT, _TITLED, _IS, _NEW, _NAMED_PRODUCT,
    _SUBJECT,
    _OUR_APP,
    _FOR_OUR,
)  # fmt: skip


def _is_other(pattern: re.Pattern[str], match: re.Match[str], what: str) -> bool:
    """Whether a phrase in a product's place is the business, its customers, a sum or a mere occasion."""
    if pattern is _ANNOUNCED and (
        _OCCASION.match(what) or (re.match(r"run", match.group(), re.IGNORECASE) and OWNS.search(what))
    ):
        return True
    if OWNS.search(what) and not NEWISH.search(what) and pattern not in (_ANNOUNCED, _ABOUT):
        return True
    if pattern in (_ABOUT, _FOR_OUR) and _ENDS_WITH_PEOPLE.search(match["what"] if pattern is _ABOUT else what):
        return True
    return (
        re.match(r"(?:[£$€]|\d+(?:[.,]\d+)?k?\b(?! (?:day|hour|week|year|month|minute|course|step|%)))", what)
        is not None
    )


def find_product(text: str) -> tuple[int, int, str] | None:
    """What a message wants marketed, with its span."""
    for pattern in _PRODUCT_FORMS:
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 14) : match.start()]
            if match.groupdict().get("what2") and len(text.split()) > 14:
                continue
            name = "what2" if match.groupdict().get("what2") else "what"
            what = short_clean(match[name])
            if not what or _GENERIC.match(what) or len(what) < 3 or re.search(r"\b(?:not|don't|stop)\s$", before):
                continue
            if _is_other(pattern, match, what):
                continue
            if pattern is _ANNOUNCED and re.match(
                r"\w+ing (?:party|night|day|event|sale|evening)\b", match.group(), re.IGNORECASE
            ):
                return match.start(), match.end(name), short_clean(match.group())
            return match.start(name), match.end(name), what
    return None


def leading_fragment(left: str) -> str:
    """The first part of a list of facts where it is a plain phrase: the thing itself, said without a verb."""
    first = re.split(r"[,.;:!?\n]|\s-\s|\s(?:in|for|4|on|at|near|with)\s", left.strip(), maxsplit=1)[0]
    what = short_clean(first)
    words = what.split()
    if not 1 <= len(words) <= 6 or _GENERIC.match(what) or _SENTENCE.search(what) or re.search(r"\d{3}|[£$€]", what):
        return ""
    return what


_SENTENCE = re.compile(
    r"\b(?:is|are|was|were|be|will|would|can|could|should|want|wants|need|needs|have|has|had|do|does|did|i|we|you|"
    r"it|they|make|set|change|add|drop|use|keep|let's|no|not|yes|ok|okay|hi|hello|hey|thanks|actually|please|also|"
    r"budget|presupuesto|zielgruppe|canales|goal|"
    r"target|audience|tone|voice|plan|write|only|just|instead|maybe|start|end|from|until|by|campaign|hmm|well|so|"
    r"and|but|or|sorry|around|about|aim|aimed|double|increase|get|grow|increase|boost|raise|more|i'm|we're|we've|"
    r"i've|it's|that's|there|here|oh|wait|forget|scrap|up|to|sell|fill|reach|promote|how|what|when|spend|max|min|"
    r"the|wir|on|nous|ich|it's)\b",
    re.IGNORECASE,
)
