"""Words and phrases that say whose work a message asks for. The classifier weighs them; alone they decide nothing."""

import re
from functools import cache

_CHANNEL = (
    r"(?:instagram|insta|ig|facebook|fb|linked ?in|twitter|x|tik ?tok|youtube|yt|e-?mails?|newsletters?|blog|"
    r"whatsapp|pinterest|threads|sms)"
)
_TEXT = (
    rf"(?:(?:{_CHANNEL} )?(?:posts?|captions?|copy|drafts?|texts?|headlines?|taglines?|slogans?|subject ?lines?|"
    rf"hooks?|intros?|body|scripts?|blog ?posts?|articles?|"
    rf"tweets?|newsletters?|e-?mails?|mails?|reels?|threads?|hashtags?|emojis?|cta|call to action|wording|"
    rf"paragraphs?|sentences?|lines?|titles?|bio|descriptions?|press release|flyer text|ad copy|story|stories|"
    rf"announcement|teaser|beitr[aä]ge?|text|texte|publicación|légende|pst|psot|psots|capton|versions?|opening|"
    rf"ending|first one|second one|third one|one))"
)
CUES: tuple[tuple[str, str], ...] = (
    (
        "w_make",
        (
            rf"\b(?:write|wrtie|wirte|draft|compose|pen|word|create|make|do|give me|need|want|knock up|come "
            rf"up with|"
            rf"whip up|prepare|craft|generate|produce|schreib\w*|écris|rédige|escribe|redacta|have a go at|"
            rf"another|"
            rf"some)\b(?:\s[\w'-]+){{0,5}}?\s{_TEXT}\b"
        ),
    ),
    (
        "w_piece",
        (
            r"^\W*(?:(?:please|pls|ok|now|and|also|then|we need|i need|i want|need|maybe)\W+)*(?!(?:schedule|"
            r"send|post|"
            r"publish|approve|reject|show|list|cancel|move|put|push|delay|queue|is|was|did|how|what|which|"
            r"when|compare|"
            r"add|drop|remove|get|set|stop|pause|hold|delete|pull|release|upload|boost|share|"
            r"repost)\b)(?:(?!(?:schedule|send|publish|in|on|for|is|was|did|to)\b)[\w'-]+\s){0,4}(?:posts?|"
            r"e-?mails?|"
            r"newsletters?|tweets?|articles?|captions?|scripts?|texts?|messages?|copy|blogs?|threads?|"
            r"stor(?:y|ies)|sms|"
            r"descriptions?|series|sequence|bio|slogans?|teasers?|voiceover|reminder|testimonial|headlines?|"
            r"letter|poem|"
            r"hashtags|variants|alternatives|versions)(?::|\s(?:for|about|on|with|from|to|announcing|that|in|"
            r"reminding|"
            r"inviting|of)\b|\W*$)"
        ),
    ),
    ("w_quote", r"[\"“”][^\"“”]{2,}[\"“”]|\b(?:replace|change|swap) ['\"]"),
    (
        "w_check",
        (
            r"\b(?:check|review|look over|read|proofread|improve|correct|fix|phrase|word) (?:\w+ "
            r"){0,4}?(?:text|post|"
            r"email|caption|copy|draft|mistakes|typos?|grammar|spelling|this|headline|wording|line)\b"
        ),
    ),
    (
        "w_write",
        (
            r"\b(?:write|wrtie|wirte|writing|draft(?:ing)?|compose|reword|rewrite|re-write|rewrtie|rephrase|"
            r"paraphrase|"
            r"redraft|proofread|copywriting|schreib\w*|écris|rédige\w*|escrib\w*|redacta\w*|word it)\b"
        ),
    ),
    (
        "w_edit",
        (
            r"\b(?:point of view|in the style of|on brand|brand voice|stop (?:using|saying)|don't (?:mention|"
            r"say|use|"
            r"call)|never say|mention|chars|adjectives|personality|storytelling|(?:reply|respond|answer) "
            r"(?:nicely|"
            r"politely|to (?:this|the|that))|first person|third person|short(?:er|en)|shorter|long(?:er)?|"
            r"lengthen|"
            r"expand|condense|trim|tighten|simplify|translate|translation|übersetz\w*|traduis|traduce|polish|"
            r"spice|"
            r"punchier|snappier|catchier|funnier|warmer|friendlier|wittier|cheekier|formal|informal|casual|"
            r"salesy|"
            r"cheesy|corny|stiff|boring|bland|tone (?:it )?down|jazz|tweak|edit|typos?|spelling|grammar|emojis?|"
            r"hashtags?|cta|call to action|kürzer|plus court|más corto|wording|rhyme|capitals?|exclamation|"
            r"synonym|"
            r"cringe|cringey|reads?|sounds?|robotic|word count|characters?|too long|too short)\b"
        ),
    ),
    ("w_text", rf"\b(?:{_TEXT[3:-1]})\b"),
    (
        "p_out",
        (
            r"\b(?:schedul\w*|shedul\w*|scedul\w*|reschedul\w*|publish\w*|publsh|pubish|go(?:es|ing)? live|"
            r"goes? out|"
            r"put (?:it|them|this|that) (?:out|live|up)|send (?:it|them|this|that)(?: out)?|post (?:it|them|"
            r"this|that|"
            r"now)|queue\w*|push (?:it|them) (?:out|live|back)|blast|ship it|release it|planifie\w*|"
            r"programm?e\w*|"
            r"veröffentlich\w*|plane ein|publie\w*|publica\w*|einplanen|postpone|unpublish|(?:take|pull) "
            r"(?:[\w']+ "
            r"){0,3}down|put (?:this|it|that|them|these|the \w+) (?:on|up|in the calendar|out|live)|bring "
            r"(?:[\w']+ "
            r"){1,3}forward|ready to (?:post|publish|send)|move (?:everything|it|them|the posts?) (?:[\w']+ "
            r"){0,3}(?:back|forward|to)|(?:should|do|can) (?:we|i) post\b|email it to|send (?:[\w']+ ){0,3}to "
            r"(?:the "
            r"list|everyone|all|subscribers)|put (?:[\w']+ ){0,3}in the (?:queue|calendar)|get (?:it|them|"
            r"this|that) "
            r"(?:[\w']+ ){0,2}out|stick it on|hold (?:it|the|off|back)|un-?schedule)\b"
        ),
    ),
    (
        "p_decide",
        (
            r"\b(?:sign(?:ed)? (?:it |them |that )?off|to sign off|needs? my ok|ok from me|(?:a )?yes from me|"
            r"thumbs "
            r"(?:up|down)|my (?:ok|okay|blessing|permission)|no[- ]go for|approv\w*|aprove\w*|appove\w*|"
            r"reject\w*|"
            r"sign(?:ed)? off|signoff|green ?light|thumbs up|go ahead|ship it|lgtm|declin\w*|veto|do not "
            r"(?:publish|"
            r"post|send)|don't (?:publish|post|send)|genehmig\w*|freigeben|freigabe|approuv\w*|valide|aprueb\w*|"
            r"aprobado|pending|waiting for (?:me|my)|awaiting)\b"
        ),
    ),
    (
        "p_calendar",
        (
            r"\b(?:(?:once|twice|three times) a (?:day|week|month)|every (?:other |single )?(?:day|week|"
            r"monday|tuesday|"
            r"wednesday|thursday|friday|saturday|sunday|weekday|morning|evening)|only weekdays|post (?:more|"
            r"less) often|"
            r"who is it going to|who(?:m)? does it go to|when(?:'?s| is) the next (?:one|post)|going out to|"
            r"calendar|"
            r"queue|slot|slots|scheduled|time ?slot|lined up|going out|coming up|goes out|upcoming posts?|"
            r"what time|"
            r"kalender|calendrier|calendario)\b"
        ),
    ),
    (
        "a_measure",
        (
            r"\b(?:how (?:good|bad|successful|low|high) (?:was|is|were|are)\b|how much (?:of (?:the|our) "
            r")?(?:\w+ "
            r")?(?:have we|is|has been|did we|was|got) (?:\w+ )?(?:spent|spend|burned|used)|how long do "
            r"people|what's "
            r"the score|worth the (?:money|spend)|(?:did|have|are|do) (?:we|i) (?:hit|reach|meet|met|reached|"
            r"on track|"
            r"on target|growing|get any|sell)|how (?:close|far) (?:are|were) we (?:to|from)|what (?:worked|"
            r"didn't work|"
            r"performed)|any (?:improvement|results|clicks|likes|bookings|sales|sign-?ups|figures|numbers)|"
            r"(?:did|does|"
            r"is|was) (?:it|the \w+) (?:flop|working|work\b|pay off|worth)|how (?:well|badly)|on track|anyone "
            r"(?:click|"
            r"sign|book|buy|open)\w*|how (?:did|is|are|was|were|have|has|many|much)\b.{0,40}\b(?:do|doing|done|"
            r"perform\w*|go|went|going|likes?|clicks?|views?|reach|opens?|opened|followers?|sales|get|got|"
            r"engagement|"
            r"people|conver\w*|spen[dt]|cost|sign-?ups?|leads?|bookings?|visitors?|traffic|ctr|impressions?))"
        ),
    ),
    (
        "a_figures",
        (
            r"\b(?:stats?|statistics|metrics?|analytics|numbers|figures|kpis?|performance|performing|performed|"
            r"perfoming|report|results?|dashboard|insights?|roi|roas|ctr|cpc|cpa|cpm|conversion rates?|open "
            r"rates?|"
            r"click ?rates?|engagement rates?|bounce rate|benchmarks?|trends?|breakdown|data|zahlen|statistik\w*|"
            r"ergebnisse|chiffres|résultats|cifras|resultados|estadísticas|impressions|reach|engagement|"
            r"attribution|"
            r"underperform\w*|outperform\w*|uplift|churn|trending (?:up|down))\b"
        ),
    ),
    (
        "a_compare",
        (
            r"\b(?:who won|which (?:one |version )?won|do people|did people|is there a pattern|(?:is|are) (?:\w+ "
            r"){1,3}(?:beating|paying off|pulling)|any idea why|behind the (?:dip|drop|spike)|why (?:did|do|"
            r"are|is|has|"
            r"have) (?:\w+ ){1,4}(?:drop|fell|fall|down|low|lower|high|lose|losing|halved?)|compar\w*|versus|"
            r"vs\.?|"
            r"better than|worse than|best|worst|top|most|least|which (?:post|channel|platform|campaign|email|"
            r"day|one)|"
            r"week on week|month on month|yoy|mom|drop(?:ped)?|decline\w*|grew|growth|went (?:up|down)|last "
            r"(?:week|"
            r"month|quarter|year)|yesterday|so far|since|this month vs)\b"
        ),
    ),
    (
        "s_plan",
        (
            r"\b(?:plan\w*|paln|strateg\w*|stratgy|campaign\w*|campain\w*|campagin|roadmap|approach|"
            r"brainstorm\w*|"
            r"ideas?|idee[ns]?|idées?|suggest\w*|recommend\w*|advice|advise|positioning|angle|concept|"
            r"kampagne\w*|"
            r"campagne|campaña|estrategia|stratégie|timeline|phases?|milestones?|tasks?|funnel|persona\w*)\b"
        ),
    ),
    (
        "s_brief",
        (
            r"\b(?:budget\w*|buget|bugdet|audience|target\w*|goal\w*|objective\w*|aim(?:ed|ing)?|launch\w*|"
            r"lanch\w*|"
            r"open(?:s|ing)|promot\w*|advertis\w*|product|we're|we are|our|my|i run|i own|i have a|customers?|"
            r"brief|"
            r"spend)\b"
        ),
    ),
    (
        "x_greet",
        (
            r"^\W*(?:hi+|hello+|hey+|hiya|yo|howdy|good (?:morning|afternoon|evening|day)|morning|greetings|"
            r"hallo|"
            r"bonjour|salut|hola|moin|servus|sup|heya|evening|gm)\b"
        ),
    ),
    (
        "x_thanks",
        (
            r"\b(?:thanks?|thank you|thx|ty|cheers|ta|merci|danke|gracias|appreciate|much obliged|tysm|"
            r"thankyou|nice "
            r"one)\b"
        ),
    ),
    (
        "x_caps",
        (
            r"\b(?:what (?:can|do|else can) (?:you|u)|who are you|how (?:do(?:es)?|can) (?:you|this|i use)|"
            r"what are you|"
            r"your (?:capabilities|features)|help me with|can you help|how does this work|are you (?:a |an "
            r")?(?:bot|ai|"
            r"human|real|robot)|what is this|get started|was kannst du|que peux-tu|qué puedes|what's your "
            r"(?:job|role|"
            r"name))\b"
        ),
    ),
    (
        "q_wh",
        (
            r"^\W*(?:(?:and|so|ok|hey|hi|but)\W+)*(?:what|which|how|who|when|where|why|did|do|does|is|are|was|"
            r"were|has|"
            r"have|should|could|can)\b"
        ),
    ),
    (
        "c_yes",
        (
            r"^\W*(?:yes|yep|yeah|yup|ya|sure|ok|okay|k|fine|go|go ahead|go for it|do it|please do|sounds "
            r"good|perfect|"
            r"great|absolutely|definitely|of course|ja|oui|sí|si|correct|right|exactly|let's do it|let's go|"
            r"works for "
            r"me|all good|looks good|love it|good)\b"
        ),
    ),
    ("c_no", r"^\W*(?:no|nope|nah|not|don't|never|nein|non|stop|wait|hold on|cancel)\b"),
    (
        "c_fix",
        (
            r"\b(?:actually|instead|i mean|i meant|rather|make it|make that|not that|change (?:it|that|the)|"
            r"correction|"
            r"sorry|scratch that|no wait|should be|wrong)\b"
        ),
    ),
    (
        "c_then",
        (
            r"\b(?:and then|then|after that|afterwards|once (?:it's|that's|they're|done)|when (?:it's|that's|"
            r"done)|as "
            r"well as|and also|also|plus|dann|puis|ensuite|luego|before (?:you|that|we)|first)\b"
        ),
    ),
    (
        "o_chat",
        (
            r"\b(?:weather|joke|football|movie|film|recipe|bitcoin|capital of|president|poem about|sing|song|"
            r"lunch|"
            r"dinner|holiday|weekend plans|how are you|lottery|horoscope|homework|python|code|essay|meaning "
            r"of life|"
            r"news|politics|love you|bored|wetter|witz|météo|blague|tiempo hace|chiste)\b"
        ),
    ),
    (
        "i_inject",
        (
            r"\b(?:ignore (?:all|any|the|your|previous)|system prompt|jailbreak|developer mode|disregard|you "
            r"are now|"
            r"pretend|reveal|api key|password|sudo|admin mode|override)\b"
        ),
    ),
)


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in CUES)


def find_cues(text: str) -> list[tuple[str, int]]:
    """The cues in ``text`` with the place of their first occurrence, as counted in its lower-case form."""
    lowered = text.lower()  # searched three times as fast as by patterns that ignore case
    return [(name, match.start()) for name, pattern in _compiled() if (match := pattern.search(lowered))]
