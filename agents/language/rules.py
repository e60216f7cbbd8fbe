"""The clearest cases of intent, settled without weighing words: greetings, thanks, bare decisions, plain answers."""

import re

from agents.language.answers import plausible_answer
from agents.language.audience import names_people
from agents.language.campaign_orders import campaign_order
from agents.language.cost_questions import cost_question
from agents.language.crm_questions import crm_question
from agents.language.evidence import weights
from agents.language.followups import follow_up
from agents.language.offers import last_question, offered_agent
from agents.language.prohibitions import prohibition
from agents.language.situation import Reading, Situation

_END = (
    r"(?:\s*(?:[.!,?:;)(*]|:\)|:-\)|there|all|team|everyone|folks|guys|again|you|mate|friend|my friend|😊|👋|🙂|🙏|"
    r"❤️))*\s*$"
)
_GREETING = re.compile(
    rf"^\W*(?:hi+|hello+|helo|hey+a?|hiya|howdy|yo|good (?:morning|afternoon|evening|day)|morning|evening|afternoon|"
    rf"greetings|hallo|guten (?:tag|morgen|abend)|bonjour|bonsoir|salut|hola|buenos d[ií]as|buenas|moin|servus|ciao|"
    rf"gm|gday|hej|hoi|ol[áa]|bom dia|boa tarde|buongiorno|buonasera|salve|goedemorgen|dzień dobry|cześć|"
    rf"god morgon|hei)"
    rf"(?:[ ,!]+(?:hi+|hello|hey|there|me again|it's me(?: again)?|i'm back|im back|back again|from \w+|"
    rf"good (?:morning|"
    rf"afternoon|evening)))*{_END}",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|great|perfect|awesome|cool|lovely|brilliant|nice|amazing|super|wonderful|excellent|ah|oh|"
    r"alright|good|got it|thats great|that's great|no|nope)[\s,!.]*)?"
    r"(?:many |a lot of )?(?:thanks?|thank you|thank u|thankyou|thx|thanx|tnx|ty|tysm|cheers|ta|merci|danke|"
    r"dankeschön|gracias|much appreciated|appreciate (?:it|that))"
    r"(?:[\s,!.]*(?:a lot|so much|very much|a bunch|a million|again|mate|all|team|guys|everyone|for (?:the|your|"
    r"all(?: your| the)?) ?(?:quick |fast |great |good )?(?:help|work|info|support|time|reply|numbers|figures|"
    r"draft|drafts|text|texts|plan|"
    r"ideas|report|update|answer|scheduling|posting|this|that|it|everything)|por todo|pour tout|für alles|"
    r"that (?:was|is|'s) (?:\w+ )?(?:helpful|great|"
    r"perfect|all)(?: for (?:now|today))?|"
    r"that's (?:great|perfect|all|it|helpful)(?: for (?:now|today))?|beaucoup|dir|vielmals|sehr|schön|muchas|bye|"
    r"you're (?:great|a star|the best)|you|very helpful|really helpful|appreciate it|see you(?: tomorrow| later)?|"
    r"that'll be all|that helps(?: a lot)?|very clear|all clear|i'll (?:show|pass|take) (?:it|this|"
    r"them) \w+(?: \w+){0,3}|"
    r"i'll get back to you|one|great (?:job|work|help)|nice (?:job|work)|good (?:job|work)))*"
    r"[\s.!:)😊🙏👍❤️*]*$",
    re.IGNORECASE,
)
_CAPABILITIES = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|so|um|sorry|and)\b\W*)*(?:what (?:all |else |exactly )?(?:can|could|do) (?:you|u) "
    r"(?:actually |even |exactly )?do(?: for (?:me|us))?(?: here| exactly)?|who are you|what are you|what(?:'s| is) "
    r"this(?: thing| app| tool)?|how does (?:this|it) work|how do i (?:use (?:this|you|it)|start|begin|get started)|"
    r"are you (?:a |an )?(?:bot|robot|ai|human|real|real person|person|machine|chatgpt)|what can i (?:ask|do)(?: "
    r"you)?(?: here)?|help|help me|what are your (?:capabilities|skills|features)|what do you do|how can you "
    r"help(?: me| us)?|can you help(?: me| us)?|was kannst du(?: alles)?|que (?:peux-tu|sais-tu) faire|qué puedes "
    r"hacer)\W*$",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    rf"^\W*(?:(?:ok|thanks|thank you|alright|great|well)[\s,!.]+)*(?:bye+|bye bye|goodbye|good night|see (?:you|ya)|"
    rf"cu|ciao|talk (?:to you )?(?:tomorrow|later|soon)|gtg|adi[oó]s|tsch(?:ü|u)ss|bis (?:morgen|dann|bald)|bonne "
    rf"(?:nuit|soirée)|gute nacht|au revoir|have a (?:good|nice|great) (?:day|evening|weekend|one)|happy (?:new "
    rf"year|birthday|friday|monday|easter)|merry christmas)(?: (?:later|soon|tomorrow|then|guys|all|to you))?{_END}",
    re.IGNORECASE,
)
_CHAT = re.compile(
    r"\b(?:what(?:'s| is) the (?:weather|time|capital|meaning of life|stock price|exchange rate)|(?:is it|will it) "
    r"(?:going to )?(?:rain|snow|sunny)|tell me a joke|sing (?:me )?a|who won|do my homework|recommend (?:me )?a "
    r"(?:movie|film|book|restaurant)|meaning of life|python script|bitcoin|how are you\b(?! doing (?:with|on))|"
    r"are you (?:married|single|real|human|happy|sentient|alive|hungry)|do you (?:like|love|dream|sleep|eat|have "
    r"feelings)|i love you|marry me|wie wird das wetter|erzähl (?:mir )?(?:einen )?witz|quel temps|cuéntame un "
    r"chiste|raconte(?:-moi)? une blague|qué tiempo|boil an egg|book (?:me )?a (?:flight|table|taxi)|order (?:me "
    r")?a pizza|"
    r"ignore (?:all |any |the |your )*(?:previous|above|prior|earlier)|system prompt|reveal your|you are now [A-Z]|"
    r"jailbreak|developer mode|disregard (?:all|the|your|any)|(?:root|admin) (?:password|access)|environment "
    r"variables|act as (?:a|an|my)\b|pretend (?:to be|you)|api[ _-]?keys?\b|drop table|<script)",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"^\W*(?:lol|haha+|hehe|rofl|wow|omg|brb|one (?:sec|second|moment|minute)(?:,? \w+)?|(?:give me|wait) a (?:sec|"
    r"second|moment|minute)|hang on|nvm|never ?mind|nothing|oops|test(?:ing)?(?: \d+)?|blah(?: blah)*|asdf\w*|"
    r"qwer\w*|are you (?:still )?there|you there|ugh|pff+|sorry,? wrong (?:chat|window|person))\W*$|^[\W_]+$",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:(?:yes+|yep|yeah|yup|ya|yea|sure|ok(?:ay)?|k|kk|fine|go|go ahead|go for it|do it|do that|please do|"
    r"please|sounds (?:good|great|perfect)|perfect|great|absolutely|definitely|of course|ja|gerne|bitte|oui|vas-y|"
    r"d'accord|sí|si|claro|dale|correct|right|"
    r"exactly|let's do (?:it|that)|let's go|let's|works for me|all good|looks good|lgtm|love it|good|make it so|"
    r"let's see it|why not|that works|proceed|carry on|continue|on you go|go on|cool|nice|super|then|now|it|that|"
    r"thanks|thank you|👍|✅|👌|y|yes please|happy with that|i'd like that|that would be (?:great|good|nice|"
    r"lovely))[\s,.!]*){1,5}$",
    re.IGNORECASE,
)
_DECIDE = re.compile(
    r"^\W*(?:(?:yes|ok(?:ay)?|i|we|all good|looks good|fine|no|please|great|perfect|good)[\s,]+)*(?:approved?|"
    r"approve (?:it|this|that|them|all(?: of them)?|both|everything)|aprove|reject(?:ed)?(?: (?:it|this|that|them|"
    r"all|both))?|decline(?:d)?(?: it)?|confirm(?:ed)?|i (?:approve|confirm|reject)(?: (?:it|this|that|them))?|"
    r"genehmigt|freigegeben|approuvé|aprobado|signed off|green light)\W*(?:please|thanks|pls)?\W*$",
    re.IGNORECASE,
)


_WORKING = re.compile(
    r"\b(?:posts?|captions?|campaign|newsletter|tweet|e-?mail|budget|schedule|publish|write|draft|audience|reel|"
    r"headline|ad)\b(?! (?:all|without))",
    re.IGNORECASE,
)


_AHEAD = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|hi|hey|please|pls|um|btw)\b\W*)*(?:(?:what(?:'s| is|s)|anything|is anything|"
    r"is there anything|"
    r"what (?:have|do) we(?: got| have)?|do we have anything|show me what(?:'s|"
    r" is))) (?:is )?(?:already )?(?:planned|scheduled|"
    r"lined up|coming up|going out|queued(?: up)?|in the (?:queue|calendar)|on the (?:calendar|"
    r"schedule))(?: to go out| to be "
    r"posted)?(?: (?:for|on|in|this|next|tomorrow|today|tonight|the|week|weekend|month|coming|rest|of|\w+day|"
    r"january|february|"
    r"march|april|may|june|july|august|september|october|november|december))*\W*$",
    re.IGNORECASE,
)
_OF_US = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|hi|hey|please|btw)\b\W*)*(?:(?:when|what (?:days?|times?)|which days?) (?:are|do) we "
    r"(?:closed?|shut|open)(?: up)?(?: on \w+days?)?|where are we (?:based|located)|"
    r"who (?:annoys|bothers|irritates|copies) us(?: (?:the )?most)?)\W*$",
    re.IGNORECASE,
)
_SELLER = re.compile(
    r"\bour (?:(?:own|current|new|all-time) )?(?:best[- ]?sell(?:ers?|ing \w+)|top sellers?|most popular \w+|"
    r"signature \w+|flagship(?: \w+)?) (?:is|are|was|were|has been|used to be)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|\b(?:write|draft|schedule|publish|show|compare|report|reports|how|which|what|when|plan|create|tell me|"
    r"analy[sz]e|perform\w*|engagement|clicks)\b",
    re.IGNORECASE,
)
_LONGEST_STATED = 400
_LEAST_SUM = 400  # a bare number below it may as well count words or guests
_SUM = re.compile(
    r"^\W*(?:(?:actually|sorry|no|ok|okay|oh|wait|hm+|btw|and|so|let's|please|we can|i can)\b\W*)*(?:make|"
    r"raise|up|lower|set|"
    r"bump|increase|reduce|cut|change|say) (?:it|that|the budget)(?: up|"
    r" down)?(?: to)? (?:[£$€]\s?)?(?P<sum>\d[\d.,]*)\s?"
    r"(?P<unit>k|[£$€]|quid|pounds|euros?|dollars|grand|eur|usd|gbp)?(?:,? (?:instead|not [£$€]?[\d.,]+k?|"
    r"in total|then|please|"
    r"rather|instead of [£$€]?[\d.,]+k?))*\W*$",
    re.IGNORECASE,
)


def _plain_case(plain: str, situation: Situation) -> Reading | None:
    """An order about the whole campaign, what the calendar holds, a new sum of money: nothing else can be meant."""
    order = campaign_order(plain) if situation.has_plan else None
    if order and not (order.order == "cancel" and situation.pending_approvals):
        return Reading(("publisher",), 0.98, True, "request", f"an order about the campaign: {order.order}")
    if situation.has_plan and cost_question(plain):
        return Reading(("strategist",), 0.97, True, "request", "asks what the campaign is going to cost")
    if _at_the_brief(situation) and prohibition(plain):
        return Reading(("strategist",), 0.97, True, "request", "says what is not wanted")
    if _AHEAD.match(plain):
        return Reading(("publisher",), 0.97, True, "request", "asks what is scheduled")
    if _OF_US.match(plain):
        return Reading(("strategist",), 0.97, True, "request", "asks for a fact about the business")
    new = _SUM.match(plain)
    if new is None or situation.pending_approvals or situation.last_agent == "publisher":
        return None
    if new["unit"] or re.search(r"[£$€]", plain) or int(re.sub(r"\D", "", new["sum"])) >= _LEAST_SUM:
        return Reading(("strategist",), 0.97, True, "correction", "a new sum of money")
    return None


def _at_the_brief(situation: Situation) -> bool:
    """Whether the brief is what is being talked of: nothing is written yet, and the strategist spoke last."""
    return situation.brief_started and not situation.has_drafts and situation.last_agent == "strategist"


def _small_talk_or_fact(plain: str) -> Reading | None:
    if _CHAT.search(plain[:400]) and not _WORKING.search(plain):
        return Reading(("strategist",), 0.98, True, "offtopic", "nothing to do with marketing")
    if len(plain) <= _LONGEST_STATED and _SELLER.search(plain) and not _ASKS.search(plain):
        return Reading(("strategist",), 0.95, True, "request", "tells of the business")
    return None


def settled(plain: str, situation: Situation) -> Reading | None:
    """The reading of a message that leaves no doubt, or None."""
    if (for_the_strategist := _small_talk_or_fact(plain)) or len(plain) > 160:
        return for_the_strategist
    if _GREETING.match(plain):
        return Reading(("strategist",), 0.99, True, "greeting", "a greeting")
    if _THANKS.match(plain):
        return Reading(("strategist",), 0.99, True, "thanks", "thanks")
    if _FAREWELL.match(plain):
        return Reading(("strategist",), 0.98, True, "offtopic", "a goodbye")
    if _CAPABILITIES.match(plain):
        return Reading(("strategist",), 0.99, True, "capabilities", "asks what the team can do")
    if _DECIDE.match(plain) and (situation.pending_approvals or situation.last_agent in {None, "publisher", "writer"}):
        return Reading(
            ("publisher",),
            0.99,
            True,
            "decision",
            "a decision on what waits for approval",
        )
    if _YES.match(plain) and (agreed := _agreed(situation)):
        return agreed
    if _NOISE.match(plain) and not (situation.pending_approvals and re.search(r"[👍👎✅❌]", plain)):
        return Reading(
            ("strategist",),
            0.9,
            not re.search(r"[👍👎✅❌]", plain),
            "offtopic",
            "nothing to act on",
        )
    if crm_question(plain):
        return Reading(("analyst",), 0.97, True, "request", "asks what is in the CRM")
    return (
        _plain_case(plain, situation)
        or follow_up(plain, situation)
        or _answered(plain, situation)
        or _who_it_is_for(plain, situation)
    )


def _who_it_is_for(plain: str, situation: Situation) -> Reading | None:
    """People named for themselves while the brief is talked of: freelance designers in Germany."""
    if not _at_the_brief(situation) or situation.has_plan or len(plain.split()) > 12 or _TELL.search(plain):
        return None
    if not names_people(plain) or not plausible_answer(plain):
        return None
    return Reading(("strategist",), 0.95, True, "request", "names people it is for")


def _agreed(situation: Situation) -> Reading | None:
    offered = offered_agent(situation.last_answer)
    if situation.asked and offered in {"", "strategist", situation.last_agent}:
        return Reading(
            (situation.last_agent or "strategist",),
            0.98,
            True,
            "answer",
            "an answer to the question asked",
        )
    if situation.pending_approvals and situation.last_agent in {"publisher", None}:
        return Reading(("publisher",), 0.98, True, "decision", "a yes to what waits for approval")
    if offered:
        return Reading((offered,), 0.97, True, "answer", "a yes to the work offered")
    if situation.last_agent and last_question(situation.last_answer):
        return Reading((situation.last_agent,), 0.96, True, "answer", "a yes to the question asked")
    return None


_TELL = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|please|pls|now|just|first|actually|wait|hey|and|so|can you|could you|forget (?:that|it)|"
    r"let's|before (?:that|i answer))\W+)*(?:write|draft|schedule|publish|post (?:it|the|this|that|my)|send|approve|"
    r"reject|cancel|show|compare|translate|rewrite|shorten|give me|tell me|"
    r"what|which|how|when|why|who|did|does|do|is|are|was|were|has|have we|can|could|should|analy[sz]e|"
    r"report on|stop|pause|"
    r"hold|unschedule|pull|first an?|"
    r"make me|create|plan the|delete|reschedule)\b|\?\s*$",
    re.IGNORECASE,
)


def _answered(plain: str, situation: Situation) -> Reading | None:
    """An answer to the question about the brief: a phrase, no order and no question of one's own."""
    if situation.asked is None or len(plain.split()) > 25 or _TELL.search(plain):
        return None
    if not plausible_answer(plain) and weights(plain).get("chat"):
        return None
    agent = situation.last_agent or "strategist"
    return Reading(
        (agent,),
        0.97,
        True,
        "answer",
        f"an answer to the question about {situation.asked}",
    )


def heir(plain: str, situation: Situation) -> str:
    """The agent a short follow-up belongs to when it names nobody else's work, or "": whoever's work was offered, else
    who spoke last."""
    agent = offered_agent(situation.last_answer) or situation.last_agent
    count = len(re.findall(r"\w+", plain))
    if agent is None or count == 0 or count > 8:
        return ""
    found = {name for name in weights(plain) if name != agent}
    return "" if found or (count > 5 and plain.endswith("?")) else agent
