"""What the campaign is to achieve: a figure with what it counts, or an aim in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agents.language.amounts import revenue_goals
from agents.language.aside_figures import is_aside
from agents.language.goals_apart import figure_apart
from agents.language.numbers import FIGURE, NUMBER, SCALE, WORDS, number_value, whole

METRICS = (
    r"visit(?:or|er)s?|patients|new starters|gigs|deals|visits|guests|sign[ -]?ups?|sign-ons|subscribers?|"
    r"subscriptions?|subs|followers?|folowers|followes|likes|leads?|bookings?|reservations?|"
    r"demo bookings|demo requests|demos?|tickets?(?: sales| sold)?|downloads?|installs?|registrations?|registrants|"
    r"attendees|participants|"
    r"customers?|clients?|buyers|sales|orders?|pre-?orders?|purchases|units|members(?:hips)?|enquir(?:y|ies)|"
    r"inquir(?:y|ies)|"
    r"applications?|applicants|donations?|donors|views|impressions|clicks|reach|footfall|traffic|page ?views|sessions|"
    r"open rate|click(?:-through)? rate|ctr|conversion(?:s| rate)?|engagement(?: rate)?|comments|shares|mentions|"
    r"trials|"
    r"free trials|trial (?:users|sign-?ups)|users|app installs|waitlist (?:sign-?ups|members)|rsvps?|covers|reviews|"
    r"volunteers|students|pupils|couples|jobs|backers|pledges|shoppers|diners|people|consultations|appointments|"
    r"calls|viewings|"
    r"test drives|quotes|quote requests|partners|stockists|retailers|entries|votes|signatures|households|places|"
    r"seats|spots|"
    r"besucher|anmeldungen|mitglieder|teilnehmer|gäste|bewerbungen|bewerber|abonnenten|abos|buchungen|bestellungen|"
    r"visiteurs|"
    r"inscrits|inscriptions|participants|membres|réservations|miembros|socios|alumnos|alumnas|pacientes|reservas|"
    r"inscritos|"
    r"suscriptores|asistentes|iscritti|clienti|leden|deelnemers|bezoekers|aanmeldingen|abonnés|visitantes|clientes|"
    r"seguidores|kunden|revenue|turnover|retention|"
    r"awareness|contacts|meetings|"
    r"partnerships|enrol?l?ments|enrolments|renewals|streams|listeners|plays|email addresses|emails collected|mrr|"
    r"runners|swimmers|riders|players|walkers|teams|families|mums|parents|kids|children|women|schools|companies|"
    r"singers|"
    r"dogs|boxes|copies|books|bottles|rooms nights|room nights|nights|stays|hires|walk-?ins|sign ?ins|testers|"
    r"beta testers|"
    r"merchants|tenants|exhibitors|speakers|sponsors|delegates|teachers|workers|drivers|apprentices|nurses|collectors|"
    r"arr|churn|occupancy|profit|returns|deposits|brochure downloads|whitepaper downloads"
)
_ADJ = (
    r"(?:(?!(?:and|or|but|for|in|on|at|from|to|with|not|off|the|our|is|are|was|per|by|a|via|through|instagram|facebook|"
    r"this|euros?|pounds?|dollars?|quid|budget|who|that|have|of the)\b)[a-zA-Z][\w'-]*[ -]){0,3}?"
)
_AMOUNT = rf"(?:(?P<figure>{FIGURE})(?P<scale>{SCALE})?\+?|(?P<words>{WORDS}))"
_COUNT = re.compile(
    rf"{_AMOUNT}(?P<pct>\s?%|\s?per ?cent|\s?percent)?(?:\s(?:of|more|new|extra|additional|or so|"
    rf"ish))*\s(?P<metric>{_ADJ}(?:{METRICS}))(?![\w])",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    rf"\b(?P<verb>increase|increasing|grow(?:ing)?|boost(?:ing)?|raise|raising|lift|improve|improving|up|push|bump|"
    rf"reduce|reducing|cut|lower|decrease)"
    rf"\s(?:up )?(?:the |our |my |number of |the number of |their )*"
    rf"(?P<metric>(?!(?:it|that|this|them|budget|things|goal|target)\b){_ADJ}(?:{METRICS}|[a-z-]+))\s(?:by|"
    rf"to|up to|up by|from [\d,.k%]+ to)\s(?:about |around |at least )?"
    rf"{_AMOUNT}(?P<pct>\s?%|\s?per ?cent|\s?percent)?(?![\w])",
    re.IGNORECASE,
)
_REACHED = re.compile(
    rf"\b(?:get|grow|bring|take|increase|go|move|raise)\s(?:us |it |our |the |my "
    rf")*(?P<metric>{_ADJ}(?:{METRICS}))\s(?:from\s[\d,.k%]+\s)?(?:up )?to\s{_AMOUNT}(?P<pct>\s?%)?(?![\w])",
    re.IGNORECASE,
)
_MORE_OF = re.compile(
    rf"{_AMOUNT}(?P<pct>\s?%|\s?per ?cent|\s?percent)\s(?:more|increase in|growth in|rise in|uplift in|higher|lift "
    rf"in|boost in|uptick in|reduction in|fewer|of)\s(?:our |the )?(?P<metric>[a-z][\w'-]*(?:\s(?:{METRICS}))?)",
    re.IGNORECASE,
)
_SELL = re.compile(
    rf"\b(?:sell(?:ing)?|shift|move|fill(?:ing)?|book|flog|get rid of)\s(?:at least |about |around |all |up to |the "
    rf"|our |over |more than |roughly )*{_AMOUNT}\s(?P<pct>(?!))?(?P<metric>(?:[a-zA-Z][\w'-]*\s){{0,2}}?[a-zA-Z][\w"
    rf"'-]*s)(?![\w])",
    re.IGNORECASE,
)
_GROW_TO = re.compile(
    rf"\b(?:grow|get|bring|take|build|increase|expand|boost)\s(?:us |it |our |the |my )*(?:[\w'-]+\s){{0,3}}?(?:up "
    rf")?to\s{_AMOUNT}(?P<pct>(?!))?\s(?P<metric>{_ADJ}(?:{METRICS}))(?![\w])",
    re.IGNORECASE,
)
_SELL_BARE = re.compile(
    rf"\b(?:sell|shift|flog|selling)\s(?:at least |about |around |all |up to |over |more than "
    rf")*{_AMOUNT}(?P<pct>(?!))?(?P<metric>)(?=\s*(?:[,.;!]|$|of (?:them|those)|by\b|in\b|before\b|until\b|on\b|"
    rf"this\b|a\b|per\b))",
    re.IGNORECASE,
)
_WANTED = re.compile(
    rf"\b(?:want|wanna|like|love|need|see|expect|welcome|reach|hit|happy with|get|gain|win|attract|goal(?: is|:)?|"
    rf"target(?: is|:)?|looking for|aim(?:ing)? for|hop(?:e|ing) for|book|recruit|hire|"
    rf"find)\s(?:at least |about |around |to (?:get|have|find|sell|hire|book) |some |over "
    rf")*{_AMOUNT}(?P<pct>(?!))?\s"
    rf"(?P<metric>(?!(?:quid|pounds?|euros?|dollars?|bucks|grand|percent|per|kr|francs?|or|and|to|in|on|at|for|by|"
    rf"of|a|an|the|would|is|it|instead|now|not|max|weeks?|days?|months?|years?|hours?|minutes?|options?|versions?|"
    rf"ideas?|posts?|captions?|channels?|more|"
    rf"phases?|emails?|tweets?|budget|k|am|pm)\b)[a-z][\w'-]*(?:\s[a-z][\w'-]*s)?)(?![\w])",
    re.IGNORECASE,
)
_WANTED_BARE = re.compile(
    rf"(?:\b(?:want|need|aim(?:ing)? for|target(?: is|:)?|goal(?: is|:)?|hop(?:e|ing) for|like)(?: to (?:get|hit|reach|"
    rf"have))?|:)\s"
    rf"(?:at least |about |around )?{_AMOUNT}(?P<pct>(?!))?(?P<metric>)(?=\s+(?:by|before|until|this|in the)\b)",
    re.IGNORECASE,
)
_SET = re.compile(
    rf"\b(?:make|set|put|raise|lower|change|move|up|bring) (?:the |our |my )?(?:goal|target)(?: to| at| up to|"
    rf" down to)? "
    rf"{_AMOUNT}(?P<pct>(?!))?(?P<metric>)(?!\s?%|[\w,.]*\d)",
    re.IGNORECASE,
)
_THIS_TIME = re.compile(
    rf"{_AMOUNT}(?P<pct>(?!))?(?P<metric>)\s(?:of them )?this (?:year|time|season)\b(?! (?:we|i|was|"
    rf"were))",
    re.IGNORECASE,
)
_TO_FILL = re.compile(
    rf"{_AMOUNT}(?P<pct>(?!))?\s(?P<metric>(?:[a-z][\w'-]*\s)?[a-z][\w'-]*s)\s(?:still |left )?to (?:fill|sell|shift|"
    rf"find|book|"
    rf"win|get|go|recruit|hire|place)\b",
    re.IGNORECASE,
)
_MULTIPLE = re.compile(
    rf"\b(?P<verb>double|triple|doubling|quadruple|halve)\s(?:the |our |my |number of |up "
    rf")*(?P<metric>{_ADJ}(?:{METRICS}))(?![\w])",
    re.IGNORECASE,
)
_DESIRE = re.compile(
    r"\b(?:want|wants|need|needs|get|getting|goal|aim|target|hope|hoping|looking|like|love|at least|reach|hit|"
    r"attract|bring|drive|gain|win|generate|"
    r"collect|expect(?:ing)?|objective|kpi|success|aiming|make it|actually|minimum|achieve|sign up|recruit|welcome)\b",
    re.IGNORECASE,
)
_ALREADY = re.compile(
    r"\b(?:we have|we've got|we've|we already|i have|i've got|i've|currently|already|list of|our list|sits? at|"
    r"seats?|holds|capacity|right now|at the moment|"
    r"last (?:year|time|month)|founded|served|team of|staff of|employ|average|averaging|usually get|normally get|"
    r"could seat|can seat|we're at|are at|now at|up from|got|from|there are|based on|to our|to my|our|"
    r"my|those|these|database of|after)\s*(?:about |around |over |only |just |roughly )?$",
    re.IGNORECASE,
)
_VERBS = (
    r"increase|grow|boost|raise|drive|generate|build|get|gain|attract|bring in|win|improve|create|find|spread|sell|"
    r"fill|recruit|"
    r"reach|strengthen|establish|reactivate|retain|reduce|convert|collect|double|triple|reengage|re-engage|acquire|"
    r"secure|"
    r"increasing|growing|boosting|raising|driving|generating|building|getting|attracting|winning|filling|bring|"
    r"shift|clear|upsell|educate|push|land|book|maximise|maximize"
)
_AIM_NOUNS = (
    r"awareness|footfall|traffic|leads?|sales|followers?|engagement|bookings?|sign[ -]?ups?|subscribers?|visitors?|"
    r"customers?|clients?|"
    r"word|buzz|downloads?|registrations?|attendance|members|memberships?|mailing list|email list|visibility|reach|"
    r"trust|loyalty|"
    r"reservations?|orders?|pre-?orders?|revenue|donations?|enquiries|inquiries|community|conversions?|reputation|"
    r"retention|demand|"
    r"interest|hype|applications?|seats|tables|covers|places|tickets|stock|demos|users|installs|volunteers|"
    r"recognition|credibility|presence|clicks|views|applicants|donors|referrals|reviews|repeat business|market "
    r"share|churn|turnout|candidates|subscriptions|consultations|appointments|partnerships"
)
_AIM = re.compile(
    rf"\b(?P<aim>(?:(?:get|spread) (?:the|our) (?:word|name)(?: out(?: there)?)?|"
    rf"(?:{_VERBS})\s(?:[\w'-]+\s){{0,4}}?(?:{_AIM_NOUNS})(?!\w)(?:\s(?:to|for|in|on|of|through|from|"
    rf"at|into|among|around)\s(?:our|the|my|local|online|a|"
    r"new|site|website|store|shop)(?:\s(?!(?:among|by|before|in|on|with|during|via|and)\b)[\w'-]+){0,4})?|get the "
    r"word out|sell(?:ing)? out(?: of [\w ]{2,30})?|sell[- ]out|get noticed|(?:become|get|be) (?:better |more |well "
    r")?known(?: in [\w ]{2,20})?|get (?:more )?people (?:through the door|in|to "
    r"(?:come|visit|try|buy|book|join|sign up)[\w ]{0,20})|(?:brand|product|local) awareness|more "
    r"(?:[\w'-]+\s){0,2}?(?:" + _AIM_NOUNS + r")(?!\w)|lead gen(?:eration)?|"
    r"fill (?:the|our|every|up)[\w ]{2,24}|get our name out(?: there)?|put us on the map|make (?:some )?noise|go "
    r"viral|thought leadership|customer loyalty|word of mouth))",
    re.IGNORECASE,
)
_STATED = re.compile(
    r"\b(?:(?:main |primary |our |my |the |overall )*(?:goal|objective|aim|purpose|kpi)(?: here| of (?:this|the "
    r"campaign))?(?: is| would be|'s|:| =| -)+(?: to| just to| simply to)?|"
    r"(?:we|i)(?:'re| are|'m| am) (?:aiming|trying|hoping|looking) (?:to|for)|success (?:would be|is|looks like|"
    r"means))\s+(?P<aim>[^,.;!?\n]{3,80})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal: ``value`` of ``metric`` (either may be missing) and the same in words. ``span`` is its place."""

    objective: str
    metric: str = ""
    value: int | None = None
    span: tuple[int, int] = (0, 0)


def wants(text: str) -> bool:
    """Whether ``text`` says that something is wanted, and not only that it is."""
    return _DESIRE.search(text) is not None or _IN_WORDS_ONLY.search(text) is not None


_IN_WORDS_ONLY = re.compile(rf"^\W*(?:{_VERBS})\b", re.IGNORECASE)


_EXPECTED = re.compile(
    r"\b(?:expects?|gets?|(?:usually|normally) (?:sell|get|have|do|see|draw)|usually|normally|already|anyway|"
    r"see|sees|average|averages|last (?:year|time|month))\s"
    r"(?:about |around |roughly |some |only |at )*$",
    re.IGNORECASE,
)


def find_goal(text: str, known: Mapping[str, object]) -> Goal | None:
    """The goal stated in ``text``; figures about the present, or about the audience, are none."""
    for amount, metric in revenue_goals(text, known):
        value = whole(amount.value)
        said = None if metric else _in_words(text)
        words = said.objective if said else text[amount.start : amount.end] + " " + metric
        return Goal(_clean(words), metric, value, (amount.start, amount.end))
    for pattern in (
        _GROW_TO,
        _CHANGE,
        _REACHED,
        _MORE_OF,
        _COUNT,
        _SELL,
        _SELL_BARE,
        _WANTED,
        _TO_FILL,
        _WANTED_BARE,
        _THIS_TIME,
        _SET,
    ):
        measured = (_measured(text, match, pattern) for match in pattern.finditer(text))
        if goals := [goal for goal in measured if goal and not is_aside(text, *goal.span)]:
            return next((goal for goal in goals if not _EXPECTED.search(text[: goal.span[0]])), goals[0])
    if apart := figure_apart(text):
        words, metric, value, span = apart
        return Goal(_clean(words), metric or _named_metric(text), value, span)
    for match in _MULTIPLE.finditer(text):
        return Goal(_clean(match.group()), _clean(match["metric"]), None, match.span())
    return _in_words(text)


def _named_metric(text: str) -> str:
    counted = re.search(rf"\b(?:{METRICS})\b", text, re.IGNORECASE)
    return counted.group() if counted else ""


def _measured(text: str, match: re.Match[str], pattern: re.Pattern[str]) -> Goal | None:
    value = _value(match)
    metric = _clean(re.sub(r"^(?:or so|new|more|extra|additional|of) ", "", match["metric"]))
    if pattern is _SELL_BARE:
        metric = "tickets" if re.search(r"\btickets?\b", text, re.IGNORECASE) else "sales"
    if pattern in (_WANTED_BARE, _THIS_TIME):
        metric = _named_metric(text) or "sales"
    before = re.split(r"[,;!?\n]|\. ", text[max(0, match.start() - 40) : match.start()])[-1]
    is_count = pattern in (_COUNT, _SELL, _WANTED)
    if match["pct"] and re.search(r"\sof\s", match.group()) and not _DESIRE.search(before):
        return None
    if value is None or not metric or (is_count and _ALREADY.search(before)):
        return None
    if is_count and (
        re.search(r"[£$€₹]\s?$|\b(?:not|instead of|top|day|under|over|aged?|ages)\s?$", before, re.IGNORECASE)
    ):
        return None
    if re.search(
        r"\b(?:emails|posts|reels|videos|stories|ads|images|ideas|options|versions|days|weeks|months|hours|minutes|"
        r"years|captions|drafts|lines|words|articles|tweets)$",
        metric,
    ):
        return None
    if _is_money(metric) or (pattern is _COUNT and _describes(text, match, before, value)):
        return None
    end = match.end()
    tail = re.match(
        r"\s(?:on|over|during|at|through|for|in|by|per|a|each)\s(?:the |our )?(?:opening|launch|first|weekend|"
        r"website|site|door|week|month|event|shop|day|our|store)(?:\s(?!(?:would|will|is|are|and|with|for|by|on|in|"
        r"should|so|but|using|via|please|we|i|to|from|at|before|after|until|till|since|who|that|which|when|where|as|if|"
        r"per|starting|through|because)\b)[\w'-]+){0,3}",
        text[end : end + 70],
    )
    words = match.group() + (tail.group() if tail and is_count else "")
    words = re.sub(
        r"^(?:wants?|needs?|wanna|like|happy with)\s(?:to (?:get|have|see)\s)?", "", words, flags=re.IGNORECASE
    )
    return Goal(_clean(words), metric, value, match.span())


def _describes(text: str, match: re.Match[str], before: str, value: int) -> bool:
    """Whether a count says what there is (three partners, twenty tickets at forty euros) and not what is wanted."""
    after = text[match.end() : match.end() + 40]
    if re.match(
        r"\s(?:came|come every|turned up|showed up|last|so far|already|now\b|(?:is|are|were|have been) (?:already |"
        r"all |now )?(?:printed|sold|booked|taken|reserved|gone|done|ready)|bought|signed up|at (?:[£$€]|\w+ (?:euro|"
        r"pound|dollar))|each)",
        after,
    ):
        return True
    wanted = _DESIRE.search(before) or re.match(
        r"\s(?:needed|wanted|required|please|minimum|min|at least|would|is|are|in |by |on |per|a |through|before|this|"
        r"next|;|target|goal|or more)",
        after,
    )
    if wanted and not re.search(r"(?:\bwith|\bw/)\s?$", before):
        return False
    if re.search(
        r"(?:\b|(?<=\s))(?:with|w/|has|have|had|of|for|serves?|run by|are|is|the|all|every|only)\s(?:about |around |"
        r"over |the |our |my )*$",
        before,
        re.IGNORECASE,
    ):
        return True
    return value <= 5 or match.string[match.start() - 2 : match.start()] in {"/ ", "w/"}


def _is_money(metric: str) -> bool:
    return (
        re.match(r"(?:quid|pounds?|euros?|dollars?|bucks|grand|rupees|percent|per|kr|francs?)\b", metric, re.IGNORECASE)
        is not None
    )


def _value(match: re.Match[str]) -> int | None:
    number = NUMBER.fullmatch(match["figure"] + (match["scale"] or "") if match["figure"] else match["words"])
    value = number_value(number) if number else None
    return whole(value) if value is not None else None


WISHED = re.compile(
    r"\b(?:vorr(?:ei|emmo)|vogli(?:o|amo)|(?:ich|wir) (?:möchten?|will|wollen|brauchen?|hätten? gerne?)|(?:ich|"
    r"wir) würden? "
    r"gerne?|quier(?:o|emos)|queremos|necesit(?:o|amos)|j'aimerais|je (?:veux|voudrais)|nous (?:voulons|voudrions|"
    r"aimerions))"
    r"\s(?:ottenere |avoir |tener |conseguir |attirer )?"
    r"(?P<aim>(?:più|mehr|más|plus (?:de |d'))\s?[^\W\d][\w'-]+)",
    re.IGNORECASE,
)  # more of something, in the other languages read


def _in_words(text: str) -> Goal | None:
    if (stated := _STATED.search(text)) and not re.match(
        r"(?:a |the |an )?(?:plan|campaign|post|idea)", stated["aim"], re.IGNORECASE
    ):
        aim = re.split(r"\s(?:by|before|with a budget|using|for (?:£|\$|€)|until|but|so that|within)\s", stated["aim"])[
            0
        ]
        metric = re.fullmatch(rf"(?:more |new |the )?(?P<metric>{_ADJ}(?:{METRICS}))", aim.strip(), re.IGNORECASE)
        return Goal(_clean(aim), metric["metric"] if metric else "", span=stated.span("aim"))
    if match := _AIM.search(text) or WISHED.search(text):
        return Goal(_clean(match["aim"]), span=match.span("aim"))
    return None


def _clean(words: str) -> str:
    return re.sub(r"\s+", " ", words).strip(" ,.;:-")
