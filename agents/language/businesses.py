"""Whose marketing it is: the business by its name, its kind, or its trade."""

import re

from agents.language.phrases import short_clean
from agents.language.places import country_of

BUSINESS_NOUNS = (
    r"bakery|bakeries|caf[eé]|coffee shop|coffee roastery|roastery|restaurant|pizzeria|bistro|pub|(?:wine|cocktail|"
    r"juice|snack|coffee|sushi|tapas|nail|tiki|cheese|beer|salad|oyster) bar|brewery|distillery|winery|vineyard|"
    r"hotel|b&b|guest ?house|hostel|shop|store|boutique|salon|barber(?:s|shop)?|spa|"
    r"studio|gym|clinic|practice|surgery|agency|consultancy|company|startup|start-up|firm|charity|non-?profit|ngo|"
    r"school|academy|nursery|kindergarten|preschool|gallery|museum|theatre|theater|cinema|"
    r"bookshop|bookstore|librairie|salon de coiffure|pâtisserie|café-bar|tienda de ropa|zapatería|floristería|"
    r"blumenladen|buchladen|fahrradladen|praxis|kanzlei|ristorante|gelateria|osteria|trattoria|florist|flower shop|"
    r"garden centre|farm shop|farm|butcher(?:'s)?|deli|food truck|ice cream "
    r"parlour|brand|label|club|business|dealership|garage|"
    r"estate agen(?:cy|ts?)|law firm|accountancy|accounting firm|dental practice|dentist|vet(?:s|erinary)?(?: "
    r"practice| clinic)?|pharmacy|"
    r"library|church|festival|co-?working space|cooperative|co-op|marketplace|kennels|cattery|dance school|language "
    r"school|driving school|music school|online shop|e-?commerce (?:shop|store|brand)|webshop|etsy shop|bike shop|"
    r"pet shop|toy shop|cake shop|tea room|tearoom|patisserie|chocolatier|jeweller(?:s|y shop)?|photography "
    r"business|ski school|surf school|riding school|swim school|b and b|bed and breakfast|campsite|takeaway|chippy|"
    r"diner|greengrocer(?:'s)?|delicatessen|fromagerie|peluquería|librería|friseur(?:salon)?|buchhandlung|"
    r"bike workshop|workshop|"
    r"bookstore|record shop|wine shop|wine merchant|nightclub|music venue|venue|hair salon|nail salon|car wash|"
    r"garden nursery|choir|orchestra|football club|rugby club|tennis club|chess club|sports club|youth club|zoo|"
    r"escape room|climbing wall|climbing gym|climbing centre|pottery studio|dance studio|recording studio|tattoo "
    r"studio|co-?op|hospice|shelter|animal rescue|riding stables|stables|pilates studio|crossfit box|dojo|"
    r"community garden|print shop|tour company|travel agency|recruitment agency|letting agency|care home|"
    r"launderette|laundrette|newsagent|off[- ]licence|tattoo parlour|caravan park|theme park|"
    r"cleaning (?:company|business|service)|plumbing (?:company|business)|charity shop|foundation|centre|"
    r"center|yoga studio|spin studio|bäckerei|boulangerie|panadería|restaurante|tienda"
)
TRADES = (
    r"photographer|designer|consultant|coach|therapist|physio(?:therapist)?|plumber|electrician|tutor|"
    r"personal trainer|trainer|architect|accountants?|lawyers?|hairdresser|barber|baker|caterer|musician|band|artist|"
    r"author|dj|carpenter|builder|gardener|dog walker|dog groomer|make-?up artist|painter|sculptor|weaver|brewer|"
    r"winemaker|farmer|chef|nutritionist|dietitian|wedding planner|estate agent|copywriter|illustrator|potter|jeweller|"
    r"optician|beautician|beekeeper|translator|upholsterer|tailor|seamstress|roofer|joiner|locksmith|mechanic|"
    r"landscaper|cleaner|childminder|butcher|fishmonger|florist|blacksmith|goldsmith|massage therapist|osteopath|"
    r"chiropractor|podiatrist|piano teacher|guitar teacher|yoga teacher|driving instructor|tattoo artist|publisher|"
    r"importer|printer|freelancer|[\w-]+ (?:maker|grower|supplier|producer|seller)|podcaster|blogger"
)
_OWNED = re.compile(
    rf"\b(?:my|our|own|owner of|run|runs|running|have|manage|ours is|mine is|we've got|started|it is|for|we're|we are|"
    rf"i'm|i am|it's|wir sind|ich habe|ich bin|nous sommes|je tiens|j'ai|je suis|on est|somos|tengo|soy|siamo|"
    rf"unsere?r?|meine?r?|notre|ma|mi|"
    rf"nuestr[oa])\s(?:from\s)?(?:a |an |the |une? |eine? |einen |una? |called )?(?P<who>(?:(?!(?:new|second|third|"
    rf"next|my|our|the|a|an|for|"
    rf"in|on|opening|and|to|campaign|goal|budget|of|is|plan|are|trying|looking|launching|that|"
    rf"need)\b)[\w&'-]+\s){{0,4}}?(?:{BUSINESS_NOUNS}))(?![\w-])(?!\s(?:opening|launch|crowd|awareness|ads?|post|"
    rf"voice|budget|manager|owners?))",
    re.IGNORECASE,
)
_TRADE = re.compile(
    r"\b(?:i'm|i am|we're|we are|i've been|i have been|i work as|as|being) (?:an? |the )?(?P<who>(?:(?!(?:new|in|a|the|"
    r"on|not|for|looking|trying|planning|"
    r"opening|launching|happy|and)\b)[\w&'-]+\s){0,3}?(?:photographer|designer|consultant|coach|therapist|"
    r"physio(?:therapist)?|plumber|electrician|tutor|personal trainer|trainer|architect|accountants?|lawyers?|"
    r"hairdresser|barber|baker|caterer|musician|band|artist|author|dj|carpenter|builder|gardener|dog walker|dog "
    r"groomer|make-?up artist|[a-z]{3,}(?:icist|ographer|smith|opath)|painter|sculptor|weaver|brewer|winemaker|"
    r"farmer|chef|nutritionist|dietitian|wedding planner|estate agent|copywriter|illustrator|potter|jeweller|"
    r"start-?up|saas(?: company| startup)?|software company|non-?profit|charity|team of [\w ]+))(?![\w-])",
    re.IGNORECASE,
)
_PROPER = re.compile(
    r"\b(?P<who>(?:[A-ZÀ-Ž][\w'&À-ž-]+\s){1,3}(?:Bakery|Caf[eé]|Coffee|Restaurant|Pizzeria|Bistro|Pub|Bar|Brewery|"
    r"Hotel|Shop|Store|Boutique|Salon|Spa|Studios?|Gym|Fitness|Yoga|Clinic|Dental|Agency|Books|Bookshop|Florists?|"
    r"Flowers|Farm|Deli|Kitchen|Gallery|Museum|Theatre|Academy|School|Nursery|Consulting|Solutions|Software|Labs?|"
    r"Group|Foundation|Trust|Roasters|Motors|Interiors|Travel|Tours|Photography))(?![\w-])"
)
_CALLED = re.compile(
    r"\b(?:(?:(?:we're|we are|i'm from|i'm with|i'm [A-Z]\w+,? (?:from|at|with|of)|i work (?:for|at)|this is|on "
    r"behalf of|my (?:company|business|brand|shop)(?: is| name is|'s)?|our (?:company|brand|business|shop)(?: is| "
    r"name is|'s)?|business(?: name)? is|company(?: name)? is|brand(?: name)? is)(?: called)?)|(?:business|company|"
    r"brand|shop|studio|caf[eé]|bakery|restaurant|salon|firm|agency|gym|store|hotel|school|charity|startup)(?: is|"
    r"'s|,)? (?:called|named))\s(?P<who>(?:The\s)?[A-ZÀ-Ž0-9][\w&'À-ž-]*(?:\s(?:&|and|of|the|"
    r"[A-ZÀ-Ž0-9][\w&'À-ž-]*)){0,4})"
)
_BRANDED = re.compile(
    r"\b(?:[Ss]tartup|[Ss]tart-up|[Cc]ompany|[Cc]harity|[Bb]rand|[Bb]and|[Aa]gency|[Ss]tudio|[Bb]akery|[Cc]af[eé]|"
    r"[Rr]estaurant|[Ss]hop|[Ss]alon|[Gg]ym|[Ff]irm|[Bb]usiness|[Ss]tore|[Hh]otel|[Ss]chool)(?: called| named|,)? "
    r"(?P<who>[A-ZÀ-Ž][\w'À-ž]+(?:\s(?:&\s)?[A-ZÀ-Ž][\w'À-ž]+){0,3})"
)
_KIND_CALLED = re.compile(
    rf"\b(?i:{BUSINESS_NOUNS}|{TRADES})"
    r"(?:\s(?:in|near|from|outside)\s(?:the\s)?[A-ZÀ-Ž][\w'À-ž-]+(?:\s[A-ZÀ-Ž][\w'À-ž-]+)?)?,?"
    r"\s(?:called|named)\s[\"“‘']?(?P<who>(?:The\s)?[A-ZÀ-Ž0-9][\w&'À-ž-]*"
    r"(?:\s(?:&|and|of|the|[A-ZÀ-Ž0-9][\w&'À-ž-]*)){0,4})"
)
_COMPANY = re.compile(r"\b(?P<who>(?:[A-ZÀ-Ž][\w&'-]+\s){1,4}(?:Ltd|Limited|GmbH|Inc|LLC|AG|plc|SARL|S\.L\.))(?!\w)")

NEWISH = re.compile(
    r"\b(?:new|second|2nd|third|3rd|another|next|first|pop-up|own|opening|launch|anniversary|birthday|'s|"
    r"re-?opening|additional|online)\b",
    re.IGNORECASE,
)
OWNS = re.compile(rf"\b(?:{BUSINESS_NOUNS})$", re.IGNORECASE)


def called(text: str) -> str:
    """The name of a business whose kind is told with it, "a climbing gym in Bristol called Chalk & Grip", or ""."""
    named = _KIND_CALLED.search(text)
    return short_clean(named["who"]) if named and not country_of(named["who"]) else ""


def find_business(text: str) -> str:
    """The business a message speaks for, by kind or by name, or ""."""
    named = _CALLED.search(text) or _KIND_CALLED.search(text) or _COMPANY.search(text) or _BRANDED.search(text)
    if (
        named
        and not country_of(named["who"])
        and named["who"].split()[0].lower() not in {"i", "a", "the", "not", "in", "on", "opening", "launching"}
    ):
        return short_clean(named["who"])
    if (proper := _PROPER.search(text)) and not re.match(r"(?:The|Our|My|New|A|An|I|We)\s", proper["who"]):
        return short_clean(proper["who"])
    owned = (
        m
        for m in _OWNED.finditer(text)
        if not re.search(r"\b(?:open|launch|start)\w*\s$", text[: m.start()][-12:], re.IGNORECASE)
    )
    match = next(owned, None) or _TRADE.search(text)
    if not match:
        return ""
    who = short_clean(match["who"])
    return (
        ""
        if re.fullmatch(r"(?:business|brand|company|market|app|platform|shop|label|club|store)", who, re.IGNORECASE)
        else who
    )


def is_business(words: str) -> bool:
    """Whether a phrase names a kind of business that is not about to open."""
    return OWNS.search(words) is not None and not NEWISH.search(words)
