"""Text a person pastes to be made into posts: told apart from the request around it, and quoted, never reinvented."""

import re
from dataclasses import dataclass

from agents.models.offline.copywriting import Draft, clipped, fitted
from agents.models.offline.phrasing import sentence
from agents.models.offline.reading import Turn
from tools.platforms.catalogue import BY_NAME

FEWEST_WORDS = 60
LONGEST_REQUEST = 45
_ASKS = re.compile(
    r"\b(?:turn|repurpose|convert|adapt|make|write|create|draft|summari[sz]e|boil|extract|pull|use|posts?"
    r"|rewrite|shorten|"
    r"caption|tweet|thread|newsletter)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://[^\s<>\"')]+[^\s<>\"').,;:!?]", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.?!…])[\"”']?\s+")
# Sentences that make no sense without the one before.
_LEANS = re.compile(
    r"(?:it|that|this|they|these|those|so|and|but|then|only|also|the (?:second|third|other)|we \w+ (?:them|it))\b",
    re.IGNORECASE,
)
LITTLE_ROOM, LEAST_WEIGHT = 400, 2
# How much of a text suits each channel, in characters; what is not named here takes a thousand.
_ROOM = {
    "twitter": 250, "threads": 420, "sms": 150, "tiktok": 300, "pinterest": 350, "whatsapp": 600, "meta_ads": 125,
    "google_ads": 85, "facebook": 700, "instagram": 800, "linkedin": 1300, "email": 1800, "blog": 4000,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """A pasted text: its title where it has one, its sentences, and the web address it names."""

    title: str
    sentences: tuple[str, ...]
    link: str = ""

    def holds(self, text: str) -> bool:
        """Whether ``text`` was made from this."""
        return any(words in text for words in (self.title, *self.sentences) if len(words) > 20)


def own_words(text: str) -> str:
    """What the person says themselves, without what they have pasted."""
    return _parted(text)[0]


def material_in(text: str) -> Material | None:
    """The text pasted into a message, if there is one."""
    paragraphs = _parted(text)[1]
    if not paragraphs:
        return None
    link = _LINK.search(" ".join(paragraphs))
    first = paragraphs[0].splitlines()[0].strip("# ").strip()
    titled = len(first.split()) <= 16 and first[-1:] not in ".!:,;"
    rest = " ".join(paragraphs).removeprefix(paragraphs[0].splitlines()[0]) if titled else " ".join(paragraphs)
    told = (re.sub(r"\s+", " ", part).strip() for part in _SENTENCE.split(rest))
    return Material(
        title=first if titled else "",
        sentences=tuple(part for part in told if part and not _LINK.search(part)),
        link=link.group() if link else "",
    )


def material_for(turn: Turn) -> Material | None:
    """What is to be made into posts: pasted now, or earlier while the talk is still about it."""
    if now := material_in(turn.text):
        return now
    last = next((said.text for said in reversed(turn.history) if said.agent == "writer"), "")
    earlier = (material_in(said.text) for said in reversed(turn.history) if said.by == "person")
    found = next((material for material in earlier if material), None)
    return found if found and found.holds(re.sub(r"\n> ?", "\n", last)) else None


def draft_from(material: Material, platform: str, variant: int = 0) -> Draft:
    """A draft in the person's own sentences: the title, what weighs most, and where to read on."""
    house = BY_NAME[platform]
    end = f"Read more: {material.link}" if material.link else ""
    room = _ROOM.get(platform, 1000) - len(end) - len(material.title) - 4
    chosen = _weighty(material, room, variant)
    gap = " " if platform in {"twitter", "sms", "meta_ads", "google_ads"} else "\n\n"
    head = "" if house.subject or "blog" in house.content_types else material.title
    head = sentence(head) if gap == " " else head
    hello = ("Hello,",) if platform == "email" else ()
    text = gap.join(part for part in (*hello, head, *_grouped(chosen, gap), end) if part)
    heading = clipped(material.title or (chosen[0] if chosen else "News"), 58)
    titled = house.subject is not None or "title" in house.needs or "blog" in house.content_types
    draft = Draft(
        platform=platform,
        content_type=house.content_types[0],
        text=text or heading,
        title=heading if titled else "",
        subject=heading if house.subject else "",
    )
    return fitted(draft, "")


def _parted(text: str) -> tuple[str, list[str]]:
    """The request and the pasted paragraphs."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n|(?<=:)\s*\n", text) if part.strip()]
    if len(paragraphs) < 2 or len(text.split()) < FEWEST_WORDS:
        return text, []
    edges = (0, len(paragraphs) - 1)
    spoken = [at for at in edges if len(paragraphs[at].split()) <= LONGEST_REQUEST and _ASKS.search(paragraphs[at])]
    if not spoken:
        return text, []
    request = spoken[0]
    return paragraphs[request], [part for at, part in enumerate(paragraphs) if at != request]


def _weighty(material: Material, room: int, variant: int) -> list[str]:
    """The sentences that say most and fit, in their own order: figures first, then what opens the text."""
    ranked = sorted(
        enumerate(material.sentences),
        key=lambda item: (-_weight(item[1], item[0]), (item[0] + variant) % max(1, len(material.sentences))),
    )
    least = LEAST_WEIGHT if room < LITTLE_ROOM else -LEAST_WEIGHT
    taken: list[int] = []
    for at, words in ranked:
        if len(words) + 2 <= room and (_weight(words, at) >= least or not taken):
            taken.append(at)
            room -= len(words) + 2
    return [material.sentences[at] for at in sorted(taken)]


def _weight(sentence: str, place: int) -> int:
    return (
        2 * bool(re.search(r"\d", sentence))
        + (place == 0)
        + bool(re.search(r"\b(?:we|our|you)\b", sentence, re.IGNORECASE))
    )


def _grouped(sentences: list[str], gap: str) -> list[str]:
    if gap == " ":
        return sentences
    return [" ".join(sentences[at : at + 2]) for at in range(0, len(sentences), 2)]
