"""The voices the offline model can write in. A voice is its sentences: none of them states a fact.

Slots: ``{news}``/``{News}`` the message as a clause, ``{thing}``/``{Thing}`` what it is about, ``{action}``/``{Action}``
what the reader is invited to do, ``{audience}`` whom it is for, ``{extra}`` one more fact, ``{label}`` a title.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """How a text sounds. Every tuple holds alternatives; ``tags`` are at most 30 characters, for adverts."""

    name: str
    hooks: tuple[str, ...]
    news: tuple[str, ...]
    audience: tuple[str, ...]
    extra: tuple[str, ...]
    more: tuple[str, ...]
    calls: tuple[str, ...]
    subjects: tuple[str, ...]
    tags: tuple[str, ...]
    greeting: str
    goodbye: str
    emoji: tuple[str, ...] = ()


VOICES: tuple[Voice, ...] = (
    Voice(
        "friendly",
        hooks=("Hello, you.", "We've got news.", "A little something for your diary."),
        news=("{News}.", "So, {news}.", "Here's what's happening: {news}."),
        audience=("It's for {audience}, so if that's you, you're in the right place.", "We made it with {audience} in mind."),
        extra=("Good to know: {extra}.", "Oh, and one more thing: {extra}."),
        more=("No fuss, no strings, just us being glad you're reading this.", "Bring a question if you have one; we like those.",),
        calls=("Fancy it? {Action}.", "If that sounds good, {action}.", "You know what to do: {action}."),
        subjects=("News from us: {label}", "{label}: come along", "Something for your diary: {label}"),
        tags=("Come and say hello", "We'd love to see you", "Good news, in short"),
        greeting="Hi there,", goodbye="See you soon", emoji=("👋", "😊"),
    ),
    Voice(
        "warm",
        hooks=("We've been looking forward to telling you this.", "There's a place here with your name on it.", "Some things are better shared."),
        news=("{News}, and it would mean a lot to have you with us.", "{News}.", "With full hearts: {news}."),
        audience=("We've put it together with {audience} in mind, and with a lot of care.", "It's for {audience}, and for everyone they hold dear."),
        extra=("And because the small things matter: {extra}.", "You'll find this waiting for you too: {extra}."),
        more=("Thank you for being part of our story so far.", "Whatever kind of day you're having, you're welcome here.",),
        calls=("{Action}; you'll be welcomed like an old friend.", "We'd love it if you would {action}.", "Come as you are, and {action}."),
        subjects=("You're warmly invited: {label}", "We'd love to see you: {label}", "From all of us to you: {label}"),
        tags=("You're so welcome here", "Made with care, for you", "Feel at home with us"),
        greeting="Dear friend,", goodbye="With warm wishes", emoji=("🤗", "💛"),
    ),
    Voice(
        "playful",
        hooks=("Drum roll, please.", "Psst. Over here.", "Three, two, one… ta-da."),
        news=("Guess what? {News}.", "Plot twist: {news}.", "Cue the confetti: {news}."),
        audience=("Calling all {audience}: this one has you written all over it.", "Attention, {audience}: playtime."),
        extra=("Bonus round: {extra}.", "And for our next trick: {extra}."),
        more=("Our happy dance is rehearsed. Yours is optional.", "We have been practising our surprised faces. Come and see yours.",),
        calls=("Ready, steady… {action}.", "Your mission, should you choose to accept it: {action}.", "Tag, you're it: {action}."),
        subjects=("Psst… {label}", "Ta-da: {label}", "Guess what? {label}"),
        tags=("Ready, steady, go", "Fun starts here", "Psst, over here"),
        greeting="Hey hey,", goodbye="Yours in mischief", emoji=("🎉", "🎈"),
    ),
    Voice(
        "cheeky",
        hooks=("You might want to sit down for this.", "Your plans just got better. You're welcome.", "We could be modest about this. We won't be."),
        news=("Rumour has it {news}. Rumour is right.", "{News}. Yes, really.", "In shocking news to nobody who knows us: {news}."),
        audience=("{Audience}, we're looking at you.", "Not naming names, but {audience}, this is about you."),
        extra=("As if that weren't enough: {extra}.", "And we haven't even mentioned this: {extra}."),
        more=("Tell your friends. Or don't, and have it all to yourself.", "We'd say no pressure, but, well, a bit of pressure.",),
        calls=("Go on, {action}. You know you want to.", "{Action}. We'll act surprised.", "Be a sport and {action}."),
        subjects=("Don't tell the others: {label}", "We're not bragging, but… {label}", "{label}. You're welcome"),
        tags=("Go on, you know you want to", "You're welcome", "Modesty isn't our thing"),
        greeting="Oi, you,", goodbye="Not sorry", emoji=("😏", "👀"),
    ),
    Voice(
        "formal",
        hooks=("An announcement.", "We are pleased to share the following news.", "It is our pleasure to write to you."),
        news=("We are pleased to announce that {news_formal}.", "It is our pleasure to inform you that {news_formal}.", "Please be advised that {news_formal}."),
        audience=("This will be of particular interest to {audience}.", "It has been prepared with {audience} in mind."),
        extra=("Please also note: {extra}.", "In addition: {extra}."),
        more=("We would be grateful if you would share this notice with others who may be interested.", "We thank you for your continued interest.",),
        calls=("We cordially invite you to {action}.", "You are kindly requested to {action}.", "We would be honoured if you would {action}."),
        subjects=("Announcement: {label}", "Invitation: {label}", "Notice: {label}"),
        tags=("We cordially invite you", "An announcement", "By invitation"),
        greeting="Dear Sir or Madam,", goodbye="Yours faithfully",
    ),
    Voice(
        "professional",
        hooks=("An update from our team.", "A short update.", "Here is what is next for us."),
        news=("{News}.", "We can now confirm that {news}.", "In brief: {news}."),
        audience=("It is designed for {audience}.", "We have planned this around what {audience} need."),
        extra=("For your planning: {extra}.", "Also worth knowing: {extra}."),
        more=("We will keep you informed as things progress.", "If you have questions, our team will be glad to answer them.",),
        calls=("To take the next step, {action}.", "If this is relevant to you, {action}.", "We invite you to {action}."),
        subjects=("Update: {label}", "{label}: what you need to know", "In brief: {label}"),
        tags=("Clear, capable, reliable", "What you need to know", "Take the next step"),
        greeting="Hello,", goodbye="Kind regards",
    ),
    Voice(
        "urgent",
        hooks=("Read this now, not later.", "Stop scrolling.", "Time is ticking."),
        news=("Mark it now: {news}.", "Heads up: {news}.", "The countdown is on: {news}."),
        audience=("{Audience}: this is your cue.", "If you are one of the {audience} we have in mind, move now."),
        extra=("Don't overlook this: {extra}.", "Act on this too: {extra}."),
        more=("Later has a way of turning into never.", "Set a reminder before you close this.",),
        calls=("Don't wait: {action}.", "{Action}. Today beats tomorrow.", "Make up your mind now and {action}."),
        subjects=("Now: {label}", "Don't miss it: {label}", "The countdown is on: {label}"),
        tags=("Don't wait", "The countdown is on", "Now beats later"),
        greeting="Quickly,", goodbye="Don't leave it too late", emoji=("⏰", "⚡"),
    ),
    Voice(
        "bold",
        hooks=("Big news. No small talk.", "We don't do quiet.", "Make room."),
        news=("{News}. Full stop.", "This is it: {news}.", "Say it loud: {news}."),
        audience=("{Audience}: this is yours. Take it.", "Built for {audience}. No apologies."),
        extra=("There's more: {extra}.", "And then this: {extra}."),
        more=("Half measures are for other people.", "We said we would. Now watch us.",),
        calls=("{Action}. No excuses.", "Your move: {action}.", "Be first. {Action}."),
        subjects=("Make room: {label}", "This is it: {label}", "{label}. No small talk"),
        tags=("No small talk", "Your move", "Made to be noticed"),
        greeting="Listen up,", goodbye="Onwards", emoji=("🔥", "💥"),
    ),
    Voice(
        "elegant",
        hooks=("Some moments deserve a pause.", "A quiet invitation.", "For those who notice the details."),
        news=("It is with quiet pride that we share: {news}.", "{News}, and we could not be happier.", "Allow us to share: {news}."),
        audience=("Conceived for {audience}, with an eye for what lasts.", "For {audience}, and for the pleasure of it."),
        extra=("A detail we are fond of: {extra}.", "And, for your pleasure: {extra}."),
        more=("Good things ask for a little time. Take it.", "Nothing hurried, nothing too much.",),
        calls=("At your leisure, {action}.", "May we suggest that you {action}.", "We await the pleasure: {action}."),
        subjects=("A quiet invitation: {label}", "For your pleasure: {label}", "Allow us to share: {label}"),
        tags=("A quiet pleasure", "For those who notice", "Nothing too much"),
        greeting="Good day,", goodbye="With our compliments",
    ),
    Voice(
        "inspiring",
        hooks=("Every good thing starts with a first step.", "What if this is where it begins?", "Imagine what we can do together."),
        news=("A new chapter begins: {news}.", "We believed in it, and here it is: {news}.", "Step by step we got here: {news}."),
        audience=("To {audience}: this is for the future you have in mind.", "For {audience} who know there is more to come."),
        extra=("One more reason to begin: {extra}.", "And to help you on your way: {extra}."),
        more=("Small beginnings have a habit of growing.", "The best time to begin is when you feel the pull.",),
        calls=("Take the first step: {action}.", "Be part of it: {action}.", "Let this be your sign to {action}."),
        subjects=("A new chapter: {label}", "It starts here: {label}", "Be part of it: {label}"),
        tags=("It starts here", "Take the first step", "Be part of it"),
        greeting="Hello, dreamer,", goodbye="Onwards and upwards", emoji=("✨", "🌱"),
    ),
    Voice(
        "witty",
        hooks=("We'd have kept it a secret, but we're terrible at that.", "Alert: mildly exciting news ahead.", "This post has been approved by our inner child."),
        news=("In news that surprised even our calendar: {news}.", "{News}. Science has yet to explain our excitement.", "Breaking, in the gentle sense of the word: {news}."),
        audience=("Studies we made up suggest {audience} will like this.", "Any resemblance to {audience} is entirely intended."),
        extra=("Footnote, and a good one: {extra}.", "The small print, in large: {extra}."),
        more=("Side effects may include telling people about it.", "No puns were harmed in the making of this message.",),
        calls=("Resistance is futile, so {action}.", "Conclusion: {action}.", "Do your future self a favour and {action}."),
        subjects=("Mildly exciting news: {label}", "Our calendar is thrilled: {label}", "A short story about {label}"),
        tags=("Mildly exciting news", "Resistance is futile", "Our calendar is thrilled"),
        greeting="Dear reader,", goodbye="Yours, punctually", emoji=("🤓", "📣"),
    ),
    Voice(
        "plain",
        hooks=("What's new:", "The facts:", "In one line:"),
        news=("{News}.", "{News}. That's it.", "To know: {news}."),
        audience=("For {audience}.", "Who it's for: {audience}."),
        extra=("Also: {extra}.", "Plus: {extra}."),
        more=("That's all you need to know.", "Nothing else to remember.",),
        calls=("{Action}.", "Next step: {action}.", "If you want to: {action}."),
        subjects=("{label}", "{label}: the facts", "About {label}"),
        tags=("The facts", "Plain and simple", "What you need"),
        greeting="Hello,", goodbye="Thank you",
    ),
)  # fmt: skip
BY_NAME = {voice.name: voice for voice in VOICES}
DEFAULT = BY_NAME["friendly"]
_WORDS: tuple[tuple[str, str], ...] = (
    ("formal", r"formal(?:ly)?|official|serious|ceremonial|respectful"),
    ("playful", r"playful(?:ly)?|fun(?:ny|nier)?|quirky|light-?hearted|bubbly|silly|lively|upbeat|energetic|joyful|exciting|excited"),
    ("cheeky", r"cheek(?:y|ier)|sassy|saucy|naughty|irreverent|edgy"),
    ("witty", r"witt(?:y|ier)|humorous|ironic|clever|dry|tongue[- ]in[- ]cheek|humou?r"),
    ("urgent", r"urgen(?:t|cy)|pressing|last[- ]minute|fomo|hard[- ]?sell|pushy"),
    ("professional", r"professional(?:ly)?|business-?like|corporate|expert|authoritative|trustworthy|informative|credible|b2b|factual"),
    ("elegant", r"elegant|luxur(?:y|ious)|premium|sophisticated|refined|classy|upmarket|exclusive|poetic|high-?end"),
    ("bold", r"bold(?:er)?|confident|daring|punch(?:y|ier)|loud|strong(?:er)?|provocative|direct"),
    ("inspiring", r"inspir(?:ing|ational|ed)|motivat(?:ing|ional)|uplifting|hopeful|visionary|empowering|emotional|moving"),
    ("warm", r"warm(?:er|ly|-hearted)?|cosy|cozy|heartfelt|caring|welcoming|kind|gentle|homely|tender|empathetic|sincere"),
    ("plain", r"plain(?:er)?|simple|simpler|minimal(?:ist)?|matter[- ]of[- ]fact|no[- ]nonsense|straightforward|neutral|dry facts|sober|clear"),
    ("friendly", r"friendl(?:y|ier)|casual|relaxed|chatty|conversational|informal|approachable|down[- ]to[- ]earth|personal|easy-?going|neighbou?rly|human"),
)  # fmt: skip
_AMBIGUOUS = r"kind|personal|direct|simple|simpler|clear|exclusive|official|exciting|excited|moving|strong|dry|expert|human|loud|fun|neutral|serious|business-?like|funny|premium|luxury|corporate|professional"
_STATED = re.compile(
    rf"\b(?:more|less|very|really|quite|bit|too|sound|sounds|keep it|make (?:it|them)|in an?|voice|tone|style|be|something)\b"
    rf"[\w ,']{{0,24}}\b(?:{_AMBIGUOUS})\b|\b(?:{_AMBIGUOUS})\b[\w ,]{{0,16}}\b(?:tone|voice|style|way|manner|version|wording)\b",
    re.IGNORECASE,
)


def voice_in(text: str) -> str | None:
    """The voice a message asks for, or None. A word with another common meaning counts only where it names a voice."""
    lowered = text.lower()
    for name, words in _WORDS:
        for found in re.finditer(rf"\b(?:{words})\b", lowered):
            word = found.group()
            if _negated(lowered, found.start()):
                continue
            if not re.fullmatch(_AMBIGUOUS, word) or _STATED.search(lowered):
                return name
    return None


def voice_named(value: object) -> Voice:
    """The voice a brief or a draft names, in whatever words; the friendly one where it names none."""
    if not isinstance(value, str) or not value.strip():
        return DEFAULT
    found = next((name for name, words in _WORDS if re.search(rf"\b(?:{words})\b", value.lower())), None)
    return BY_NAME[found] if found else DEFAULT


def _negated(text: str, at: int) -> bool:
    return (
        re.search(
            r"\b(?:not|less|isn't|aren't|too|without|never|don't be|no)(?: so| too| as| that| very)?\s*$", text[:at]
        )
        is not None
    )
