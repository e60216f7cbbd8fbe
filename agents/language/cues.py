"""Words and phrases that say whose work a message asks for. The classifier weighs them; alone they decide nothing."""

import re
from functools import cache

_CHANNEL = r"(?:instagram|insta|ig|facebook|fb|linked ?in|twitter|x|tik ?tok|youtube|yt|e-?mails?|newsletters?|blog|whatsapp|pinterest|threads|sms)"
_TEXT = (
    rf"(?:(?:{_CHANNEL} )?(?:posts?|captions?|copy|drafts?|texts?|headlines?|taglines?|slogans?|subject ?lines?|hooks?|intros?|body|scripts?|blog ?posts?|articles?|"
    rf"tweets?|newsletters?|e-?mails?|mails?|reels?|threads?|hashtags?|emojis?|cta|call to action|wording|paragraphs?|sentences?|lines?|titles?|bio|descriptions?|press release|flyer text|ad copy|story|stories|announcement|teaser|beitr[aä]ge?|text|texte|publicación|légende|pst|psot|psots|capton|versions?|opening|ending|first one|second one|third one|one))"
)
CUES: tuple[tuple[str, str], ...] = (
    ("w_make", rf"\b(?:write|wrtie|wirte|draft|compose|pen|word|create|make|do|give me|need|want|knock up|come up with|whip up|prepare|craft|generate|produce|schreib\w*|écris|rédige|escribe|redacta|have a go at|another|some)\b(?:\s[\w'-]+){{0,5}}?\s{_TEXT}\b"),
    ("w_piece", r"^\W*(?:(?:please|pls|ok|now|and|also|then|we need|i need|i want|need|maybe)\W+)*(?!(?:schedule|send|post|publish|approve|reject|show|list|cancel|move|put|push|delay|queue|is|was|did|how|what|which|when|compare|add|drop|remove|get|set|stop|pause|hold|delete|pull|release|upload|boost|share|repost)\b)(?:(?!(?:schedule|send|publish|in|on|for|is|was|did|to)\b)[\w'-]+\s){0,4}(?:posts?|e-?mails?|newsletters?|tweets?|articles?|captions?|scripts?|texts?|messages?|copy|blogs?|threads?|stor(?:y|ies)|sms|descriptions?|series|sequence|bio|slogans?|teasers?|voiceover|reminder|testimonial|headlines?|letter|poem|hashtags|variants|alternatives|versions)(?::|\s(?:for|about|on|with|from|to|announcing|that|in|reminding|inviting|of)\b|\W*$)"),
    ("w_quote", r"[\"“”][^\"“”]{2,}[\"“”]|\b(?:replace|change|swap) ['\"]"),
    ("w_check", r"\b(?:check|review|look over|read|proofread|improve|correct|fix|phrase|word) (?:\w+ ){0,4}?(?:text|post|email|caption|copy|draft|mistakes|typos?|grammar|spelling|this|headline|wording|line)\b"),
    ("w_write", r"\b(?:write|wrtie|wirte|writing|draft(?:ing)?|compose|reword|rewrite|re-write|rewrtie|rephrase|paraphrase|redraft|proofread|copywriting|schreib\w*|écris|rédige\w*|escrib\w*|redacta\w*|word it)\b"),
    ("w_edit", r"\b(?:short(?:er|en)|shorter|long(?:er)?|lengthen|expand|condense|trim|tighten|simplify|translate|translation|übersetz\w*|traduis|traduce|polish|spice|punchier|snappier|catchier|funnier|warmer|friendlier|wittier|cheekier|formal|informal|casual|salesy|cheesy|corny|stiff|boring|bland|tone (?:it )?down|jazz|tweak|edit|typos?|spelling|grammar|emojis?|hashtags?|cta|call to action|kürzer|plus court|más corto|wording|rhyme|capitals?|exclamation|synonym|cringe|cringey|reads?|sounds?|robotic|word count|characters?|too long|too short)\b"),
    ("w_text", rf"\b(?:{_TEXT[3:-1]})\b"),
    ("p_out", r"\b(?:schedul\w*|shedul\w*|scedul\w*|reschedul\w*|publish\w*|publsh|pubish|go(?:es|ing)? live|goes? out|put (?:it|them|this|that) (?:out|live|up)|send (?:it|them|this|that)(?: out)?|post (?:it|them|this|that|now)|queue\w*|push (?:it|them) (?:out|live|back)|blast|ship it|release it|planifie\w*|programm?e\w*|veröffentlich\w*|plane ein|publie\w*|publica\w*|einplanen|postpone|unpublish|(?:take|pull) (?:[\w']+ ){0,3}down|put (?:this|it|that|them|these|the \w+) (?:on|up|in the calendar|out|live)|bring (?:[\w']+ ){1,3}forward|ready to (?:post|publish|send)|move (?:everything|it|them|the posts?) (?:[\w']+ ){0,3}(?:back|forward|to)|(?:should|do|can) (?:we|i) post\b|email it to|send (?:[\w']+ ){0,3}to (?:the list|everyone|all|subscribers)|put (?:[\w']+ ){0,3}in the (?:queue|calendar)|get (?:it|them|this|that) (?:[\w']+ ){0,2}out|stick it on|hold (?:it|the|off|back)|un-?schedule)\b"),
    ("p_decide", r"\b(?:approv\w*|aprove\w*|appove\w*|reject\w*|sign(?:ed)? off|signoff|green ?light|thumbs up|go ahead|ship it|lgtm|declin\w*|veto|do not (?:publish|post|send)|don't (?:publish|post|send)|genehmig\w*|freigeben|freigabe|approuv\w*|valide|aprueb\w*|aprobado|pending|waiting for (?:me|my)|awaiting)\b"),
    ("p_calendar", r"\b(?:calendar|queue|slot|slots|scheduled|time ?slot|lined up|going out|coming up|goes out|upcoming posts?|what time|kalender|calendrier|calendario)\b"),
    ("a_measure", r"\b(?:(?:did|have|are|do) (?:we|i) (?:hit|reach|meet|met|reached|on track|on target|growing|get any|sell)|how (?:close|far) (?:are|were) we (?:to|from)|what (?:worked|didn't work|performed)|any (?:improvement|results|clicks|likes|bookings|sales|sign-?ups|figures|numbers)|(?:did|does|is|was) (?:it|the \w+) (?:flop|working|work\b|pay off|worth)|how (?:well|badly)|on track|anyone (?:click|sign|book|buy|open)\w*|how (?:did|is|are|was|were|have|has|many|much)\b.{0,40}\b(?:do|doing|done|perform\w*|go|went|going|likes?|clicks?|views?|reach|opens?|opened|followers?|sales|get|got|engagement|people|conver\w*|spen[dt]|cost|sign-?ups?|leads?|bookings?|visitors?|traffic|ctr|impressions?))"),
    ("a_figures", r"\b(?:stats?|statistics|metrics?|analytics|numbers|figures|kpis?|performance|performing|performed|perfoming|report|results?|dashboard|insights?|roi|roas|ctr|cpc|cpa|cpm|conversion rates?|open rates?|click ?rates?|engagement rates?|bounce rate|benchmarks?|trends?|breakdown|data|zahlen|statistik\w*|ergebnisse|chiffres|résultats|cifras|resultados|estadísticas|impressions|reach|engagement|attribution|underperform\w*|outperform\w*|uplift|churn|trending (?:up|down))\b"),
    ("a_compare", r"\b(?:compar\w*|versus|vs\.?|better than|worse than|best|worst|top|most|least|which (?:post|channel|platform|campaign|email|day|one)|week on week|month on month|yoy|mom|drop(?:ped)?|decline\w*|grew|growth|went (?:up|down)|last (?:week|month|quarter|year)|yesterday|so far|since|this month vs)\b"),
    ("s_plan", r"\b(?:plan\w*|paln|strateg\w*|stratgy|campaign\w*|campain\w*|campagin|roadmap|approach|brainstorm\w*|ideas?|idee[ns]?|idées?|suggest\w*|recommend\w*|advice|advise|positioning|angle|concept|kampagne\w*|campagne|campaña|estrategia|stratégie|timeline|phases?|milestones?|tasks?|funnel|persona\w*)\b"),
    ("s_brief", r"\b(?:budget\w*|buget|bugdet|audience|target\w*|goal\w*|objective\w*|aim(?:ed|ing)?|launch\w*|lanch\w*|open(?:s|ing)|promot\w*|advertis\w*|product|we're|we are|our|my|i run|i own|i have a|customers?|brief|spend)\b"),
    ("x_greet", r"^\W*(?:hi+|hello+|hey+|hiya|yo|howdy|good (?:morning|afternoon|evening|day)|morning|greetings|hallo|bonjour|salut|hola|moin|servus|sup|heya|evening|gm)\b"),
    ("x_thanks", r"\b(?:thanks?|thank you|thx|ty|cheers|ta|merci|danke|gracias|appreciate|much obliged|tysm|thankyou|nice one)\b"),
    ("x_caps", r"\b(?:what (?:can|do|else can) (?:you|u)|who are you|how (?:do(?:es)?|can) (?:you|this|i use)|what are you|your (?:capabilities|features)|help me with|can you help|how does this work|are you (?:a |an )?(?:bot|ai|human|real|robot)|what is this|get started|was kannst du|que peux-tu|qué puedes|what's your (?:job|role|name))\b"),
    ("q_wh", r"^\W*(?:(?:and|so|ok|hey|hi|but)\W+)*(?:what|which|how|who|when|where|why|did|do|does|is|are|was|were|has|have|should|could|can)\b"),
    ("c_yes", r"^\W*(?:yes|yep|yeah|yup|ya|sure|ok|okay|k|fine|go|go ahead|go for it|do it|please do|sounds good|perfect|great|absolutely|definitely|of course|ja|oui|sí|si|correct|right|exactly|let's do it|let's go|works for me|all good|looks good|love it|good)\b"),
    ("c_no", r"^\W*(?:no|nope|nah|not|don't|never|nein|non|stop|wait|hold on|cancel)\b"),
    ("c_fix", r"\b(?:actually|instead|i mean|i meant|rather|make it|make that|not that|change (?:it|that|the)|correction|sorry|scratch that|no wait|should be|wrong)\b"),
    ("c_then", r"\b(?:and then|then|after that|afterwards|once (?:it's|that's|they're|done)|when (?:it's|that's|done)|as well as|and also|also|plus|dann|puis|ensuite|luego|before (?:you|that|we)|first)\b"),
    ("o_chat", r"\b(?:weather|joke|football|movie|film|recipe|bitcoin|capital of|president|poem about|sing|song|lunch|dinner|holiday|weekend plans|how are you|lottery|horoscope|homework|python|code|essay|meaning of life|news|politics|love you|bored|wetter|witz|météo|blague|tiempo hace|chiste)\b"),
    ("i_inject", r"\b(?:ignore (?:all|any|the|your|previous)|system prompt|jailbreak|developer mode|disregard|you are now|pretend|reveal|api key|password|sudo|admin mode|override)\b"),
)  # fmt: skip


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in CUES)


def find_cues(text: str) -> list[tuple[str, int]]:
    """The cues in ``text`` with the place of their first occurrence."""
    return [(name, match.start()) for name, pattern in _compiled() if (match := pattern.search(text))]
