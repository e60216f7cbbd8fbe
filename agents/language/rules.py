"""The clearest cases of intent, settled without weighing words: greetings, thanks, bare decisions, plain answers."""

import re

from agents.language.offers import last_question, offered_agent
from agents.language.situation import Reading, Situation

_END = r"(?:\s*(?:[.!,?:;)(*]|:\)|:-\)|there|all|team|everyone|folks|guys|again|you|mate|friend|my friend|😊|👋|🙂|🙏|❤️))*\s*$"
_GREETING = re.compile(
    rf"^\W*(?:hi+|hello+|helo|hey+a?|hiya|howdy|yo|good (?:morning|afternoon|evening|day)|morning|evening|afternoon|greetings|hallo|guten (?:tag|morgen|abend)|bonjour|bonsoir|salut|hola|buenos d[ií]as|buenas|moin|servus|ciao|gm)"
    rf"(?:[ ,!]+(?:hi+|hello|hey|there|good (?:morning|afternoon|evening)))?{_END}",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|great|perfect|awesome|cool|lovely|brilliant|nice|amazing|super|wonderful|excellent|ah|oh|alright|good|got it|thats great|that's great|no|nope)[\s,!.]*)?"
    r"(?:many |a lot of )?(?:thanks?|thank you|thank u|thankyou|thx|thanx|tnx|ty|tysm|cheers|ta|merci|danke|dankeschön|gracias|much appreciated|appreciate (?:it|that))"
    r"(?:[\s,!.]*(?:a lot|so much|very much|a bunch|a million|again|mate|all|team|guys|everyone|for (?:the|your|all(?: your| the)?) ?(?:help|work|info|support|time|quick reply)|that (?:was|is|'s) (?:\w+ )?(?:helpful|great|perfect|all)(?: for (?:now|today))?|"
    r"that's (?:great|perfect|all|it|helpful)(?: for (?:now|today))?|beaucoup|dir|vielmals|sehr|schön|muchas|bye|you're (?:great|a star|the best)|you|very helpful|really helpful|appreciate it|see you(?: tomorrow| later)?|great (?:job|work|help)|nice (?:job|work)|good (?:job|work)))*"
    r"[\s.!:)😊🙏👍❤️*]*$",
    re.IGNORECASE,
)
_CAPABILITIES = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|so|um|sorry|and)\b\W*)*(?:what (?:all |else |exactly )?(?:can|could|do) (?:you|u) (?:actually |even |exactly )?do(?: for (?:me|us))?(?: here| exactly)?|who are you|what are you|what(?:'s| is) this(?: thing| app| tool)?|how does (?:this|it) work|how do i (?:use (?:this|you|it)|start|begin|get started)|"
    r"are you (?:a |an )?(?:bot|robot|ai|human|real|real person|person|machine|chatgpt)|what can i (?:ask|do)(?: you)?(?: here)?|help|help me|what are your (?:capabilities|skills|features)|what do you do|how can you help(?: me| us)?|can you help(?: me| us)?|was kannst du(?: alles)?|que (?:peux-tu|sais-tu) faire|qué puedes hacer)\W*$",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:(?:yes+|yep|yeah|yup|ya|yea|sure|ok(?:ay)?|k|kk|fine|go|go ahead|go for it|do it|do that|please do|please|sounds (?:good|great|perfect)|perfect|great|absolutely|definitely|of course|ja|gerne|bitte|oui|vas-y|d'accord|sí|si|claro|dale|correct|right|"
    r"exactly|let's do (?:it|that)|let's go|let's|works for me|all good|looks good|lgtm|love it|good|make it so|let's see it|why not|that works|proceed|carry on|continue|on you go|go on|cool|nice|super|then|now|it|that|thanks|thank you|👍|✅|👌|y|yes please|happy with that|i'd like that|that would be (?:great|good|nice|lovely))[\s,.!]*){1,5}$",
    re.IGNORECASE,
)
_DECIDE = re.compile(
    r"^\W*(?:(?:yes|ok(?:ay)?|i|we|all good|looks good|fine|no|please|great|perfect|good)[\s,]+)*(?:approved?|approve (?:it|this|that|them|all(?: of them)?|both|everything)|aprove|reject(?:ed)?(?: (?:it|this|that|them|all|both))?|decline(?:d)?(?: it)?|confirm(?:ed)?|i (?:approve|confirm|reject)(?: (?:it|this|that|them))?|"
    r"genehmigt|freigegeben|approuvé|aprobado|signed off|green light)\W*(?:please|thanks|pls)?\W*$",
    re.IGNORECASE,
)


def settled(plain: str, situation: Situation) -> Reading | None:
    """The reading of a message that leaves no doubt, or None."""
    if len(plain) > 160:
        return None
    if _GREETING.match(plain):
        return Reading(("strategist",), 0.99, True, "greeting", "a greeting")
    if _THANKS.match(plain):
        return Reading(("strategist",), 0.99, True, "thanks", "thanks")
    if _CAPABILITIES.match(plain):
        return Reading(("strategist",), 0.99, True, "capabilities", "asks what the team can do")
    if _DECIDE.match(plain) and (situation.pending_approvals or situation.last_agent in {None, "publisher", "writer"}):
        return Reading(("publisher",), 0.99, True, "decision", "a decision on what waits for approval")
    return _agreed(plain, situation) if _YES.match(plain) else None


def _agreed(plain: str, situation: Situation) -> Reading | None:
    del plain
    if situation.asked:
        return Reading((situation.last_agent or "strategist",), 0.98, True, "answer", "an answer to the question asked")
    if situation.pending_approvals and situation.last_agent in {"publisher", None}:
        return Reading(("publisher",), 0.98, True, "decision", "a yes to what waits for approval")
    if offered := offered_agent(situation.last_answer):
        return Reading((offered,), 0.97, True, "answer", "a yes to the work offered")
    if situation.last_agent and last_question(situation.last_answer):
        return Reading((situation.last_agent,), 0.96, True, "answer", "a yes to the question asked")
    return None
