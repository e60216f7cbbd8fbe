"""Front of house: greetings, thanks, what the team can do, what this model is, and the kind refusal."""

import re

from agents.models.offline.reading import Turn
from agents.models.offline.spelling import corrected

HONEST = "I'm the built-in offline model: I work by rules, without a language model."
_IDENTITY = re.compile(
    r"\b(?:are|r) (?:you|u) (?:an? |really |actually |just |another |some |useless |stupid |bloody )*(?:ai|bot|robot|"
    r"human|real|"
    r"person|machine|llm|gpt|chat ?gpt|claude|"
    r"gemini|language model)\b|\bwh(?:at|ich) (?:ai |llm |language )?model\b|\bwho (?:are you|"
    r"made you|built you|am i (?:talking|"
    r"speaking|chatting) (?:to|with))\b|\bwhat are you\b(?! (?:doing|waiting|working|going|"
    r"able))|\bare you (?:gpt|chatgpt|claude|offline)\b|"
    r"\b(?:is this|am i talking to|am i speaking to) (?:an? )?(?:ai|bot|robot|human|real person|person|machine)\b",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"\bwhat (?:do|have) (?:you|we|u) (?:know|got|have|noted|understood|gathered)\b|"
    r"\bwhat(?:'s|s| is) (?:missing|in the brief|"
    r"the brief|still (?:missing|needed|open))\b|\b(?:show|read|give|send) (?:me )?(?:back "
    r")?(?:the |my |our )?brief\b|\b(?:recap|"
    r"summar(?:y|ise|ize))\b(?!.*\b(?:post|email|draft|result|plan)\b)|\bwhere (?:are|were) "
    r"we\b|\bso far\?|\bwhat else do you need\b|"
    r"\bdid you (?:get|note|write) (?:that|all|it)\b|\b(?:the )?brief(?: so far)?\?$",
    re.IGNORECASE,
)
_CHOOSE = re.compile(
    r"\b(?:you (?:choose|decide|pick|tell me|suggest)|up to you|your call|what (?:do|would|"
    r"can) you (?:suggest|recommend|think|advise|"
    r"propose)|what(?:'s| is) (?:best|normal|usual|reasonable|sensible)|any (?:suggestions?|"
    r"ideas?|recommendations?)|surprise me|"
    r"(?:i )?(?:don'?t|do not|dont) (?:really )?know|no (?:idea|clue)|not sure|dunno|whatever "
    r"you think|recommend|suggest(?:ions?)?)\b",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"^\W*(?:skip|pass|later|next|not now|let'?s skip|skip (?:it|that|this)|come back to (?:it|that))\b", re.IGNORECASE
)
_YES = re.compile(
    r"^\W*(?:yes|yep|yeah|yup|ya|sure|ok(?:ay)?|oki|please(?: do)?|go(?: ahead| for it| on)?|"
    r"do it|do that|sounds (?:good|great|"
    r"fine|perfect)|perfect|great|fine|let'?s (?:go|do (?:it|that|this))|absolutely|of course|"
    r"definitely|why not|alright|all right|"
    r"correct|exactly|that works|works for me|good|yes please|make it so|ja|oui|si|sí|claro|gerne)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"^\W*(?:no|nope|nah|not (?:yet|now|really)|don'?t|wait|hold on|stop|nein|non)\b", re.IGNORECASE)
_PLAN = re.compile(
    r"\b(?:(?:make|create|build|draft|write|draw|put|prepare|do|start|show|give|give me|get|"
    r"need|want|see|have|propose|set|generate|"
    r"develop|come|work|finali[sz]e|redo|produce|outline|suggest)\b[^.?!\n]{0,40}\b(?:plan|"
    r"campaign|strategy|roadmap|schedule of tasks)\b|"
    r"plan (?:it|this|that|everything|the|my|our|a|out|pls|please|and)\b|(?:let'?s|please|can "
    r"you|could you|now|and|then|go ahead and|"
    r"just|yes,?|ok,?|first) plan\b|ready (?:for|to) (?:the )?plan|the plan,? please|plan,? "
    r"please|^\W*(?:the )?(?:plan|planning)\W*$|"
    r"plan ?$|start planning|kick (?:it )?off|plan ready)",
    re.IGNORECASE,
)
_NOT_PLAN = re.compile(
    r"\b(?:don'?t|do not|no|not|without|before|wait with the) (?:\w+ ){0,3}(?:plan|campaign)\b", re.IGNORECASE
)
_NEW = re.compile(
    (
        r"\b(?:new|another|different|second|fresh|next) (?:campaign|plan|project|brief)\b|\bstart "
        r"(?:over|again|from scratch|fresh)\b"
    ),
    re.IGNORECASE,
)
_LEFT = re.compile(
    r"\b(?:budget|money)\b[^.?!\n]{0,20}\b(?:left|remain\w*|used|spent)\b|"
    r"\b(?:left|remaining) (?:of|in) (?:the |our )?budget\b",
    re.IGNORECASE,
)
_IDEAS = re.compile(r"\b(?:ideas?|brainstorm|inspir|concepts?|angles?|themes?|slogans?|suggestions?)\b", re.IGNORECASE)

_NEEDS = re.compile(
    r"\bwhat (?:else )?(?:do|did|would) (?:you|u) (?:still )?(?:need|want|require)\b|\bwhat(?:'s|s| is) (?:still )?"
    r"(?:missing|needed|required)\b",
    re.IGNORECASE,
)
_ABILITIES = re.compile(
    r"\bwhat(?: else| all)? (?:can|could) (?:you|u|this|the team)\b(?:[^.?!]{0,20}\bdo\b| help| offer)|"
    r"\bhow (?:can|could) (?:you|u) help\b|\bwhat (?:do|does) (?:you|u|this|the team) (?:do|offer)\b|"
    r"\bwhat are you (?:able to|capable of|good at)\b|\bwho(?:'s| is) (?:on|in) (?:the|your) team\b",
    re.IGNORECASE,
)
_BYE = re.compile(
    r"^\W*(?:(?:ok|okay|thanks|thank you|right|well)\W+)*(?:good ?)?(?:bye(?:[- ]bye)?|goodnight|good night|"
    r"see (?:you|ya)|cheerio|ciao|tschüss|that(?:'s| is) all(?: for (?:now|today))?)\b(?:\W+\w+){0,3}\W*$",
    re.IGNORECASE,
)
_COMPLAINT = re.compile(
    r"\b(?:useless|annoying|crap|rubbish|stupid|hopeless|terrible|awful|sucks?|idiot|dumb|ridiculous|waste of time|"
    r"wtf|fed up|fuck\w*|shit\w*|damn|as hell)\b",
    re.IGNORECASE,
)
_CURSE = re.compile(r"\b(?:fuck\w*|shit\w*|crap|as hell|sucks?|useless|wtf|bloody hell)\b", re.IGNORECASE)
_GUESS = re.compile(
    r"^\W*(?:just |ok |then |please )*(?:estimate|guess|make (?:it|them|something) up)\b", re.IGNORECASE
)
_ORDER = re.compile(
    r"(?:^|[.!;,]\s+)\W*(?:(?:please|pls|ok|okay|just|now|then|so|and|yes|can you|could you)\W+)*"
    r"(?:write|draft|make|build|shorten|rewrite|schedule|publish|post|plan|show|send|give|schreib\w*|mach\w*"
    r"|erstell\w*)\b"
    r"(?:[^.?!]{0,40}\b(?:plan|posts?|e-?mails?|captions?|tweets?|texts?|drafts?|one|it|them|something|calendar"
    r"|linkedin|"
    r"insta\w*|facebook|beiträge?|texte)\b|\W*$)",
    re.IGNORECASE,
)

_GERMAN = re.compile(
    r"\b(?:wir|und|eine[nrms]?|ich|ist|für|mit|nicht|bitte|wollen|möchten?|unsere?|auf|am|guten|hallo|der|das)\b",
    re.IGNORECASE,
)
_FRENCH = re.compile(r"\b(?:nous|une|avec|pour|notre|nos|bonjour|voulons|je|est|les|des|dans)\b", re.IGNORECASE)
_SPANISH = re.compile(
    r"\b(?:nosotros|una|con|para|nuestr[oa]s?|hola|queremos|quiero|los|las|el|abrimos|es)\b", re.IGNORECASE
)
FOREIGN_WORDS = 3
ENGLISH_ONLY = "I can only answer and write in English: I'm the built-in offline model. I read what I can of the rest."

TEAM = (
    "There are four of us. I'm the **strategist**: I gather the brief and make the plan. The "
    "**writer** drafts posts, emails and "
    "adverts within each platform's limits. The **publisher** schedules them, and nothing "
    "goes out before you approve it. The "
    "**analyst** answers from stored figures and says where they came from."
)


def asks_identity(text: str) -> bool:
    """Whether the person asks what they are talking to."""
    return _IDENTITY.search(text) is not None


def asks_status(text: str) -> bool:
    """Whether the person asks what is known so far."""
    return _STATUS.search(text) is not None


def asks_needs(text: str) -> bool:
    """Whether the person asks what we still need."""
    return _NEEDS.search(text) is not None


def asks_abilities(text: str) -> bool:
    """Whether the person asks, also besides something else, what the team can do."""
    return _ABILITIES.search(text) is not None


def says_bye(text: str) -> bool:
    """Whether the message is a goodbye and nothing else."""
    return _BYE.match(text) is not None


def complains(text: str) -> bool:
    """Whether the person is cross with us."""
    return _COMPLAINT.search(text) is not None


def curses(text: str) -> bool:
    """Whether words are an outburst and can be no fact."""
    return _CURSE.search(text) is not None


def asks_guess(text: str) -> bool:
    """Whether the person wants figures made up."""
    return _GUESS.match(text) is not None


def is_foreign(text: str) -> bool:
    """Whether a message is plainly German, French or Spanish."""
    return any(len(words.findall(text)) >= FOREIGN_WORDS for words in (_GERMAN, _FRENCH, _SPANISH))


def is_order(text: str) -> bool:
    """Whether words that might be a fact are an order to the team: “write the posts”, “looks right. plan”."""
    return _ORDER.search(corrected(text)) is not None


def asks_to_choose(text: str) -> bool:
    """Whether the person hands the choice back."""
    return _CHOOSE.search(text) is not None


def asks_ideas(text: str) -> bool:
    """Whether the person wants ideas."""
    return _IDEAS.search(text) is not None


def asks_plan(text: str) -> bool:
    """Whether the person asks for a plan, in so many words."""
    words = corrected(text)
    return _PLAN.search(words) is not None and _NOT_PLAN.search(words) is None


def asks_money_left(text: str) -> bool:
    """Whether the person asks what is left of the budget."""
    return _LEFT.search(text) is not None


def asks_new(text: str) -> bool:
    """Whether the person wants to begin another campaign."""
    return _NEW.search(text) is not None


def says_yes(text: str) -> bool:
    """Whether the message begins with agreement."""
    return _YES.match(text) is not None


def says_no(text: str) -> bool:
    """Whether the message begins with refusal."""
    return _NO.match(text) is not None


def skips(text: str) -> bool:
    """Whether the person leaves a question for later."""
    return _SKIP.match(text) is not None


def greeting(turn: Turn) -> str:
    """Greet: with what this is at the first meeting, briefly later."""
    if turn.last_answer():
        return turn.choose("greet", ("Hello again.", "Hello.", "Good to see you."))
    opening = turn.choose(
        "greet",
        (
            "Hello, I'm the strategist here.",
            "Hello, good to meet you. I'm the strategist.",
            "Hello. I'm the strategist of the team.",
        ),
    )
    return (
        f"{opening} We plan campaigns, write for the channels, schedule after your approval and "
        f"read the figures. {HONEST}"
    )


def capabilities() -> str:
    """What the team can do, honestly."""
    return f"{TEAM}\n\n{HONEST} So I'm best with clear facts, and I write in English only."


def identity() -> str:
    """What this is."""
    return (
        f"I'm an AI assistant, not a person. {HONEST} The name is marketing-minds-offline; with a "
        f"model key set, a larger model takes over."
    )


def declined(turn: Turn) -> str:
    """Decline what is off topic."""
    return turn.choose(
        "offtopic",
        (
            "That's outside my field, I'm afraid: I only do marketing.",
            "I can't help with that one; marketing is all I know.",
            "That one is beyond me. Marketing, on the other hand, I can do.",
        ),
    )


def goodbye() -> str:
    """Answer a goodbye."""
    return "Goodbye. Everything is kept here, so we can go on whenever you like."


def sorry() -> str:
    """Answer somebody who is cross."""
    return "I'm sorry this is not going the way you want. I work by rules, so short, plain requests suit me best."


def welcome(turn: Turn) -> str:
    """Answer thanks."""
    return turn.choose("thanks", ("You're welcome.", "Glad to help.", "Any time."))
