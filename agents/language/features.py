"""A message and its situation as hashed features: words, letters, cues, and how the conversation stands."""

import itertools
import re
import zlib

from agents.language.cues import find_cues
from agents.language.evidence import request, weights
from agents.language.lexicon import classes
from agents.language.offers import last_question, offered_agent
from agents.language.situation import Situation

SIZE = 1 << 16
HEAD, TAIL = 700, 300  # characters looked at from each end of a long message

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), f" {name} ")
    for pattern, name in (
        (r"https?://\S+|www\.\S+", "zurl"),
        (
            (
                r"[£$€₹¥]\s?\d[\d.,]*\s?[km]?\b|\b\d[\d.,]*\s?(?:[£$€₹¥]|(?:k|quid|pounds?|euros?|eur|usd|gbp|dollars?|"
                r"grand|bucks|chf|francs?|rupees?)\b)|\bgrand\b"
            ),
            "zmoney",
        ),
        (
            r"\b\d{1,2}(?::\d\d)?\s?(?:am|pm)\b|\b\d{1,2}:\d\d\b|\bnoon\b|\bmidnight\b|\bo'?clock\b|\bat \d{1,2}\b",
            "ztime",
        ),
        (r"\b\d+(?:[.,]\d+)?\s?(?:%|percent|per cent)", "zpercent"),
        (
            (
                r"\b\d{1,2}(?:st|nd|rd|th)?\s(?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|"
                r"\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?\b|"
                r"\b\d{1,2}/\d{1,2}(?:/\d+)?\b|\b\d{1,2}\.\d{1,2}\.|\b(?:the )?\d{1,2}(?:st|nd|rd|th)\b"
            ),
            "zdate",
        ),
        (
            r"\b(?:january|february|march|april|june|july|august|september|october|november|december)\b|\bq[1-4]\b",
            "zmonth",
        ),
        (
            (
                r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\btomorrow\b|\btmrw\b|\btonight\b|\btoday\b|\bnext "
                r"week\b|\bnext month\b|\bnext (?=zday)"
            ),
            "zday",
        ),
        (
            r"\b(?:instagram|insta|ig|facebook|fb|linked ?in|twitter|tik ?tok|youtube|yt|whatsapp|pinterest|sms)\b",
            "zchan",
        ),
        (r"\b\d[\d.,]*\b", "znum"),
    )
)
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[?!]|[^\w\s.,;:()'\"-]")
_ANSWER_SHAPES = {
    "budget": {"zmoney", "znum"},
    "event_date": {"zdate", "zday", "zmonth"},
    "timeline": {"zdate", "zday", "zmonth", "znum"},
    "channels": {"zchan"},
    "goal_value": {"znum"},
    "objective": {"znum", "zpercent"},
}


def visible(text: str) -> str:
    """The part of a message that is looked at: all of it, or both ends of a long one."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"


def shaped(text: str) -> list[str]:
    """The words of ``text`` in lower case, with amounts, dates, times and channels reduced to what they are."""
    lowered = text.lower()
    for pattern, name in _SHAPES:
        lowered = pattern.sub(name, lowered)
    return _TOKEN.findall(lowered)


def _bucket(count: int) -> str:
    return next(name for limit, name in ((1, "1"), (3, "3"), (6, "6"), (12, "12"), (10**9, "more")) if count <= limit)


def _situation(situation: Situation, tokens: list[str]) -> list[str]:
    agent, size = situation.last_agent or "none", _bucket(len(tokens))
    offered = offered_agent(situation.last_answer)
    asking = bool(situation.asked) or bool(last_question(situation.last_answer))
    facts = [
        f"la={agent}", f"asked={situation.asked}", f"la,size={agent},{size}",
            f"asked?,size={situation.asked is not None},{size}",
        f"offer={offered}", f"offer,size={offered},{size}", f"pending,size={situation.pending_approvals > 0},{size}",
        f"drafts={situation.has_drafts}", f"plan={situation.has_plan}", f"la,asking={agent},{asking},{size}",
        f"la,pending={agent},{situation.pending_approvals > 0},{size}", f"started={situation.brief_started}",
    ]  # fmt: skip
    if situation.asked and set(tokens) & _ANSWER_SHAPES.get(situation.asked, set()):
        facts.append(f"fits,size={size}")
    return facts


_LETTERS = zlib.crc32(b"c:")


def _classed(text: str, tokens: list[str]) -> list[tuple[str, ...]]:
    """The classes of the words that have any, in order; shapes are classes of their own."""
    raw = _TOKEN.findall(text.lower())
    found = [(token,) for token in tokens if token.startswith("z")] if len(raw) != len(tokens) else []
    return [c for word in raw if (c := classes(word))] + found


_CLASS_AGENT = {
    "WRITE": "w",
    "EDIT": "w",
    "TONE": "w",
    "TEXT": "w",
    "LANG": "w",
    "PUBLISH": "p",
    "CALENDAR": "p",
    "APPROVE": "p",
    "SEND": "p",
    "STOP": "p",
    "ACCOUNT": "p",
    "MEASURE": "a",
    "METRIC": "a",
    "COMPARE": "a",
    "HOWMANY": "a",
    "PLAN": "s",
    "IDEA": "s",
    "BRIEF": "s",
    "OFFER": "s",
    "BUSINESS": "s",
    "CHAT": "x",
    "INJECT": "x",
}


def _meaning(text: str, tokens: list[str], agent: str) -> tuple[list[str], list[str]]:
    classed = _classed(text, tokens)
    flat = [name for group in classed for name in group]
    pairs = [f"k2:{a} {b}" for one, two in itertools.pairwise(classed) for a in one for b in two]
    triples = [
        f"k3:{one[0]} {two[0]} {three[0]}" for one, two, three in zip(classed, classed[1:], classed[2:], strict=False)
    ]
    asking = tokens[-1:] == ["?"]
    starts = [f"k1:{name}" for group in classed[:1] for name in group]
    together = sorted(set(flat))[:14]
    both = [f"k&:{a}&{b}" for i, a in enumerate(together) for b in together[i + 1 :]]
    meaning = [f"k:{name}" for name in flat] + pairs + triples + starts + [f"k?:{asking}{name}" for name in flat]
    sides = "".join(sorted({_CLASS_AGENT[name] for name in flat if name in _CLASS_AGENT}))
    size = _bucket(len(tokens))
    stand = [
        f"side={sides}",
        f"side,la={sides},{agent}",
        f"side,la,size={sides},{agent},{size}",
        f"la,k={agent},{'+'.join(together[:3])}",
    ]
    stand += [f"la,k1={agent},{name}" for name in together]
    return meaning + both, stand


def _named(seen: str, situation: Situation) -> list[tuple[list[str], float]]:
    """The features that have names, in groups, each weighted as a whole so that long texts do not shout."""
    tokens = shaped(seen)
    words = [f"w:{token}" for token in tokens] + [f"b:{a} {b}" for a, b in itertools.pairwise(tokens)]
    words += [f"first:{' '.join(tokens[:2])}"] if tokens else []
    cues = sorted(find_cues(seen), key=lambda cue: cue[1])
    marks = [f"cue:{name}" for name, _ in cues]
    marks += [f"cues:{a}|{b}" for (a, _), (b, _) in itertools.pairwise(cues)]
    marks += [f"n:{len({name[0] for name, _ in cues if name[0] in 'wpas'})}"]
    agent = situation.last_agent or "none"
    facts = _situation(situation, tokens)
    facts += [f"la,cue={agent},{name}" for name, _ in cues]
    if len(tokens) <= 7:
        facts += [f"la,w={agent},{token}" for token in tokens]
    meaning, stand = _meaning(seen, tokens, agent)
    asked = request(seen)
    asking = shaped(asked)
    wish = [f"r:{token}" for token in asking] + [f"rb:{a} {b}" for a, b in itertools.pairwise(asking)]
    flat = sorted({name for word in _TOKEN.findall(asked.lower()) for name in classes(word)})
    wish += [f"rk:{name}" for name in flat] + [
        f"rk&:{a}&{b}" for i, a in enumerate(flat[:12]) for b in flat[i + 1 : 12]
    ]
    found = weights(asked)
    wish += [f"rw:{name}{round(weight)}" for name, weight in found.items()]
    wish += [f"rtop:{max(found, key=lambda name: found[name])}"] if found else ["rtop:none"]
    return [(words, 1.6), (marks, 1.4), (meaning, 1.6), (wish, 1.8), (facts, 1.2), (stand, 1.2)]


def _letters(seen: str) -> set[int]:
    """Every run of three to five letters."""
    padded = " " + re.sub(r"\s+", " ", seen.lower()) + " "
    if padded.isascii():
        raw = padded.encode()
        return {zlib.crc32(raw[i : i + n], _LETTERS) for n in (3, 4, 5) for i in range(len(raw) - n + 1)}
    runs = (padded[i : i + n].encode() for n in (3, 4, 5) for i in range(len(padded) - n + 1))
    return {zlib.crc32(run, _LETTERS) for run in runs}


def hashed(text: str, situation: Situation) -> tuple[list[int], list[float]]:
    """The features as places in a vector of SIZE, and their values."""
    seen = visible(text)
    groups = [({zlib.crc32(name.encode()) for name in names}, weight) for names, weight in _named(seen, situation)]
    places: list[int] = []
    values: list[float] = []
    for group, weight in (*groups, (_letters(seen), 1.2)):
        places += sorted(group)
        values += [weight / len(group) ** 0.5] * len(group) if group else ()
    return [place % SIZE for place in places], values
