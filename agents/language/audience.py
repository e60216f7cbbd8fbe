"""Whom the campaign should reach."""

import re

from agents.language.nouns import noun_class

PEOPLE_NOUNS = (
    r"famil(?:y|ies)|parents?|mums|moms|dads|mothers|fathers|grandparents|grandmas|students?|undergrads|graduates|"
    r"women|woman|men|"
    r"ladies|girls|guys|boys|kids|children|teens|teenagers|tweens|toddlers|babies|adults|couples|singles|"
    r"professionals|locals|residents|neighbou?rs|"
    r"tourists|travell?ers|commuters|pensioners|seniors|retirees|over[- ]\d\ds|under[- ]\d\ds|\d\ds(?= and)|"
    r"millennials|millenials|gen[ -]?z(?:ers)?|gen[ -]?x|boomers|"
    r"runners|cyclists|climbers|swimmers|hikers|walkers|gym[- ]?goers|gym people|athletes|gamers|foodies|vegans|"
    r"vegetarians|coffee lovers|"
    r"people|folks?|everyone|everybody|anyone|public|owners?|lovers?|fans?|enthusiasts|geeks|nerds|beginners|"
    r"newbies|hobbyists|amateurs|"
    r"developers|devs|designers|engineers|founders|entrepreneurs|freelancers|managers?|executives|execs|ceos|ctos|"
    r"cfos|cmos|cios|hr|marketers|"
    r"recruiters|accountants|lawyers|solicitors|dentists|doctors|gps|nurses|teachers|tutors|head ?teachers|schools|"
    r"universities|colleges|"
    r"smes|smbs|startups|start-ups|companies|businesses|business|agencies|retailers|restaurants|cafes|hotels|"
    r"landlords|tenants|homeowners|home owners|"
    r"renters|buyers|sellers|investors|brides|grooms|newlyweds|expats|immigrants|job ?seekers|candidates|creators|"
    r"influencers|artists|"
    r"musicians|photographers|writers|readers|makers|crafters|knitters|gardeners|builders|plumbers|electricians|"
    r"tradespeople|tradies|"
    r"contractors|farmers|drivers|riders|skaters|surfers|divers|golfers|dancers|yogis|pet parents|shoppers|"
    r"customers|clients|users|subscribers|"
    r"members|guests|visitors|donors|volunteers|employees|workers|office workers|teams|decision[- ]makers|leaders|"
    r"directors|buyers|partners|clubs|charities|"
    r"b2b|b2c|households|crowd|audience|community|generation|males?|females?|adults|creatives|techies|bakers|cooks|"
    r"chefs|collectors|carers|caregivers|"
    r"patients|veterans|twenty-?somethings|thirty-?somethings|audiophiles|bookworms|singers|trainers|coaches|"
    r"therapists|consultants|architects|estate agents|realtors|procurement|it admins|admins|analysts|scientists|"
    r"researchers|academics|newcomers|regulars|explorers|backpackers|campers|fathers-to-be|mums-to-be|brands|"
    r"organisations|organizations|ngos|shops|stores|suppliers|manufacturers|farms|growers|brewers|drinkers|eaters|"
    r"goers|seekers|"
    r"familien|eltern|studenten|frauen|männer|familles|étudiants|femmes|familias|mujeres|estudiantes|jóvenes|jeunes|"
    r"leute"
)
_AGES = (
    r"(?:aged |age |ages |between )?\d{2}(?:\s?(?:-|to|and)\s?\d{2}|\+| ?plus)(?:[- ]years?[- ]olds?|[- ]?yos?| "
    r"year olds)?"
)
_STOP = (
    r"on|via|through|using|with a budget|by|before|until|next|this|but|because|so|i|we|our|it|goes|go live|comes|"
    r"budget|starting|"
    r"launching|opening|and (?:we|i|the|a|our|it|use|keep|want|post|instagram|email|"
    r"facebook|tiktok|linkedin|get|budget|have|make|launch|start|on|about|around|maybe £)|tone|please|pls|thanks|"
    r"goal|(?<!who )(?<!that )(?:is|are|was|will|have)|over(?! \d\d)|across|during|within|when|where|while|instagram|"
    r"facebook|tiktok|£|\$|€|in the (?:first|next|run)|in (?:january|february|march|april|may|june|july|august|"
    r"september|october|november|december|time|order|q[1-4]|\d|a|two|three|early|mid|late|spring|summer|autumn|"
    r"winter)|as|or so|opens?|to (?:get|drive|increase|boost|raise|sell|promote|launch|sign|come|buy|book|visit|"
    r"help|generate|build|reach|be|attract|make)|on"
)
_TAIL = rf"(?:\s(?!(?:{_STOP})(?!\w))[^\s,.;:!?\n()]+){{0,10}}"
_HEADED = (
    rf"(?:(?!(?:{_STOP}|the|of|to|for|in|a|an)\b)[\w'&/+-]+[ ]){{0,5}}?(?:{PEOPLE_NOUNS})(?![\w])"
    rf"(?:\s?,?\s?\(?{_AGES}\)?)?{_TAIL}"
)
_AGED = rf"{_AGES}(?:\s(?:{PEOPLE_NOUNS}))?{_TAIL}"
_CUED = re.compile(
    r"\b(?:target(?:ing|ed)?(?: audience| group| market| customers?| demographic)?|audience|aim(?:ed|ing)?(?: it)? "
    r"(?:at|for|towards)|geared (?:to|towards)|appeal(?:s|ing)? to|speak(?:s|ing)? to|"
    r"(?:want|trying|hoping|need|like|love|looking|wanting) to (?:reach|target|attract|talk to|speak to|get)|"
    r"reach(?:ing)?(?: out to)?|attract(?:ing)?|cater(?:s|ing)? (?:to|for)|intended for|meant for|designed for|made "
    r"for|"
    r"(?:ideal |typical |our |my |main |core |the )+(?:customers?|clients?|buyers?|users?|guests|regulars|members|"
    r"patients|visitors|students|diners|listeners|readers|followers|fans|people we want|crowd|demographic|persona|"
    r"readers|clientele)|demographic|make (?:it|that)|want(?= (?:people|women|men|students|families|young|older|"
    r"local|parents|more (?:women|men|students|families|young|older|local)))|zielgruppe|público objetivo|cible|"
    r"audiencia|who it's for|it's for(?! (?:my|our)\b)|its for(?! (?:my|our)\b)|this is for(?! (?:my|our)\b)|(?:mainly|"
    r"mostly|primarily|especially|chiefly|largely) (?:to|"
    r"for|at)|audince|audiance|target grp)"
    r"(?: (?:is|are|will be|would be|should be|of|to|ist|sind|es|son|est|sont)|: ?(?:it's|its|now|to))?\s?(?:mostly|"
    r"mainly|primarily|"
    r"basically|largely|probably|actually|really|more|just|now|all|:|=|-|the)*\s*:?\s*(?:the |any |all |some |more "
    r")?"
    rf"(?P<who>{_AGED}|(?!(?:is|are|to|£|\$|€|\d+ (?:visitors|sign|people through))\b)[^\s,.;:!?\n]+{_TAIL})",
    re.IGNORECASE,
)
_FOR = re.compile(
    rf"(?:\b(?:for|towards|among|amongst|für|pour|para|(?:sell|market|appeal|cater|advertise|speak|talk|deliver|"
    rf"rent)(?:ing|s)? "
    rf"to|(?:promot|sell|market|pitch|advertis|teach|offer|suppl|provid|deliver|rent|ship)\w*\s[\w\x27 -]{{2,40}}?\sto|"
    rf"get|attract|reach|between|(?:applications|orders|bookings|enquiries|interest|sign-?ups|visits|business|"
    rf"donations) from)|\bat(?= (?:women|"
    rf"men|students|famil|parents|young|local|people)))\s(?:the |all |any |our |my |mostly |mainly |local "
    rf")?(?P<who>{_AGED}|{_HEADED})",
    re.IGNORECASE,
)
_PLURAL = (
    r"(?:(?!(?:the|a|an|my|our|this|that|all|each|every|more|other|about|around|of|to|in|on|at|and|or|is|are|it|us|we|"
    r"i)\b)"
    r"[\w'-]+\s){0,3}?(?![\w'-]*\d)[a-zé-]{3,}(?<!s)(?<!u)s(?!\w)"
)
_THINGS = re.compile(
    r"\b(?:weeks?|days|months|years|hours|minutes|posts|captions|ads|emails|texts|sales|tickets|reasons|purposes|"
    r"results|events?|bookings|orders|starters|updates|goods|others|christmas|gifts|presents|treats|products|services|"
    r"items|times|sometimes|always|perhaps|besides|regards|thanks|likes|followers|sign-?ups|sign ups|downloads|views|"
    r"clicks|leads|visits|quotes|cakes|drinks|meals|plus|news|channels|platforms|pictures|photos|videos|reels|stories|"
    r"ideas|options|figures|numbers|costs|prices|extras|prizes|things|stuff|funds|repairs|classes|courses|lessons|"
    r"pounds|euros|dollars|bucks|rupees|francs|yes|pics|its|hers|ours|yours|theirs|subscriptions|memberships|"
    r"registrations|applications|parties|weddings|birthdays|holidays|meetings|breaks|trials|tests|supplies|tours|"
    r"donations|wells|seats|places|spots|tables|covers|rooms|units|copies|books|works|grants|taxes|bills|needs|"
    r"instagram|tiktoks|business|press|success|access|process|fitness|boss|class|glass|dress|less|basis|bus|"
    r"reels|shorts|news|mornings|evenings|nights|weekends|afternoons|tuesdays|mondays|wednesdays|thursdays|fridays|"
    r"saturdays|sundays|dates|doors|walls|words|lines|hashtags|discounts|deals|offers|shows|gigs|concerts)$",
    re.IGNORECASE,
)
_FOR_WHOM = re.compile(
    rf"\b(?:(?:for|to|at|with|towards)\s(?:the |all |any |other |busy |small |mostly |mainly )?(?P<who>{_PLURAL})"
    rf"|(?:want|like|need|get|hope|for)\s(?:the |more |some |local |all )?(?P<doers>{_PLURAL})\sto\s(?:buy|come|try|"
    rf"use|join|sign|"
    rf"visit|order|book|know|see|hear|stock|find|attend|turn|take|notice|switch|choose|pick|apply|register|subscribe|"
    rf"donate))\b",
    re.IGNORECASE,
)
_OFFERED = re.compile(
    r"\b(?:for|sell(?:s|ing)?|aim(?:s|ed|ing)?|target(?:s|ed|ing)?|market(?:s|ed|ing)?|pitch(?:es|ed|ing)?|mainly|"
    r"mostly|tool|app|software|platform|service|want|like|need|get|made|designed|export|ship|deliver|train|teach|help|"
    r"work|meant|suppl(?:y|ies)|rent)\b",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    rf"(?:^|[,;.\n:+]|\band\b|\s-\s)\s*(?:mostly |mainly |maybe |probably |primarily |especially |also "
    rf")?(?P<who>{_HEADED}|(?:{PEOPLE_NOUNS})?\s?{_AGES})\s*(?:mostly|mainly|probably|i think|i guess|really|"
    rf"please)?\s*(?=$|[,;.!\n)]| in\b| and (?:on|via|use|instagram|email)| - )",
    re.IGNORECASE,
)
_PERSON = re.compile(rf"(?<![\w-])(?:{PEOPLE_NOUNS})(?![\w-])|{_AGES}", re.IGNORECASE)
_NOT_AUDIENCE = re.compile(
    r"^(?:not\b|\W*\d[\d.,]*k?\W*$|\d[\d,.]*k? |(?:a |one |two )?(?:hundred|thousand)|"
    r"more (?:people|customers|clients|visitors|"
    r"members|followers|users|guests|subscribers|fans|leads|students|donors|buyers|volunteers)|new (?:customers?|"
    r"clients?|members|users|followers|fans|subscribers|visitors|people)$|"
    r"(?:instagram|facebook|email|linkedin|tiktok|twitter|youtube|x|google)\b|(?:my|our|a|the|this|that|it|them|us|"
    r"me|you|your)?\s?(?:business|company|brand|agency|restaurant|hotel|shop|store|school|cafe|team|client|"
    r"community|members?|charity|club)$|free\b|sure\b|now\b|example|approval|review|attention|goal|people to|budget|"
    r"(?:double|increase|boost|grow|raise|get|sell|the word|out|me|us|you|it|that|this|them|him|her|them|something|"
    r"anything|everything|there|here)\b|more |(?:hr|business)$|audience$|(?:\w+'s |my |our )?\w+ing$|as many|lots of|"
    r"enough|(?:our|the|a) "
    r"(?:goal|budget))",
    re.IGNORECASE,
)
_VERBISH = re.compile(
    r"\b(?:is|are|was|were|will|would|can|want|wants|need|needs|have|has|had|opens?|opening|launch|launching|"
    r"promote|sell|selling|do|does|write|plan|make|show|give|run|starting|get|getting|let's|keep|use|post|should|"
    r"please|i|we|i'm|we're|they're|schedule|publish|own|help|sends?|change|set|add|switch|drop|remove)\b",
    re.IGNORECASE,
)
_LED_BY = re.compile(r"^(?:from|for|among|amongst|towards|at|to|aimed at)\s+(?=\w)", re.IGNORECASE)
_MONEY = re.compile(r"^\W*(?:no|zero|without(?: a| any)?) (?:budget|money|funds)\b", re.IGNORECASE)


def people_alone(words: str) -> str:
    """The people of a phrase without the preposition before them; nothing where it speaks of money."""
    return "" if _MONEY.search(words) else _LED_BY.sub("", words)


def whom_for(product: str) -> str:
    """The people a product's own name says it is for: a meal planner for diabetics."""
    match = _WHOM_FOR.search(product)
    if match is None:
        return ""
    who = match["who"]
    return who if names_people(who) or noun_class(who.split()[-1].lower()) == "person" else ""


_WHOM_FOR = re.compile(r"\sfor (?:the |all |busy |our )?(?P<who>[^\W\d][\w'-]*(?: [\w'-]+){0,2})$", re.IGNORECASE)


def find_audience(text: str, *, asked: bool = False) -> tuple[int, int, str] | None:
    """The people named as the audience, with the span; figures to be won (200 visitors) are none."""
    for pattern in (_CUED, _FOR, _FRAGMENT):
        for match in pattern.finditer(text):
            who = _clean(match["who"])
            if not _plausible(who, text, match, cued=pattern is _CUED):
                continue
            if pattern is _FRAGMENT and _VERBISH.search(_before_relative(who)):
                continue
            return match.start("who"), match.end("who"), who
    del asked
    return _by_shape(text)


def _by_shape(text: str) -> tuple[int, int, str] | None:
    """People no list of people knows: tools for vets, sold to landscapers, cafés to buy them."""
    for match in _FOR_WHOM.finditer(text):
        name = "who" if match["who"] else "doers"
        who = _clean(match[name])
        clause = re.split(r"[.;!?\n]", text[max(0, match.start() - 60) : match.start(name)])[-1]
        wanted = name == "doers" or _OFFERED.search(clause)
        if wanted and not _THINGS.search(who) and not _NOT_AUDIENCE.match(who) and len(who) > 3:
            return match.start(name), match.end(name), who
    return None


def names_people(words: str) -> bool:
    """Whether a phrase contains a word for people or an age."""
    return _PERSON.search(words) is not None


def _plausible(who: str, text: str, match: re.Match[str], *, cued: bool) -> bool:
    if not who or (_NOT_AUDIENCE.match(who) and not who.startswith("IT ")) or len(who) < 3:
        return False
    if re.search(r"\b(?:not|isn't|aren't)\s+(?:just\s)?$", text[: match.start()][-12:], re.IGNORECASE):
        return False
    if cued:
        verb = match.group().lower()
        loose = re.match(r"reach|attract|make|(?:want|trying|hoping|need|like|love|looking|wanting) to", verb)
        return _PERSON.search(who) is not None if loose else True
    return _PERSON.search(who) is not None


def _before_relative(who: str) -> str:
    return re.split(r"\b(?:who|that|with|which|looking|wanting|where|whose)\b", who)[0]


def _clean(words: str) -> str:
    words = re.split(r"\s(?:instead of|rather than|and not|but not|not|instead)\b", words, flags=re.IGNORECASE)[0]
    words = re.sub(r"\s+", " ", words).strip(" ,.;:-()\"'")
    words = re.sub(
        r"^(?:mostly|mainly|primarily|probably|basically|the|les|die|der|la|las|los|all|any|some|to|at|be|is|are|"
        r"our|my|really|just|now|maybe|towards|especially|actually|um+|uh|well|hmm+)\s+",
        "",
        words,
        flags=re.IGNORECASE,
    )
    words = re.sub(
        r"\s+(?:mostly|mainly|i think|i guess|really|please|probably|too|primarily|instead|in general|and|or|for|to|"
        r"of|with|with a|a|the|thanks|pls|now|in|only|again)$",
        "",
        words,
        flags=re.IGNORECASE,
    )
    return words.strip(" ,.;:-")
