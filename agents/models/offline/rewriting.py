"""Changes a stored draft as asked: another voice or length, something added, taken out or replaced."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agents.models.offline.copywriting import Draft, Order, extra_line, tags_of, write
from agents.models.offline.facts import Facts
from agents.models.offline.requests import Wanted
from agents.models.offline.values import texts
from agents.models.offline.voices import Voice, voice_named, voice_of
from tools.counting import EMOJI


@dataclass(frozen=True, slots=True)
class Stored:
    """A draft as ``get_content`` shows it."""

    content_id: str
    platform: str
    text: str
    title: str = ""
    subject: str = ""
    hashtags: tuple[str, ...] = ()
    voice: str = ""
    link: str = ""
    version: int = 1

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> "Stored":
        """Read a tool result; what is missing reads as empty."""
        version = result.get("version")
        return cls(
            content_id=str(result.get("content_id") or ""),
            platform=str(result.get("platform") or ""),
            text=str(result.get("text") or ""),
            title=str(result.get("title") or ""),
            subject=str(result.get("subject") or ""),
            hashtags=tuple(texts(result.get("hashtags"))),
            voice=str(result.get("voice") or ""),
            link=str(result.get("link") or ""),
            version=version if isinstance(version, int) else 1,
        )


def rewritten(stored: Stored, wanted: Wanted, facts: Facts | None) -> Stored:
    """The draft as it should be. Equal to ``stored`` where nothing could be done."""
    new = stored
    if facts is not None:
        facts = replace(facts, link=wanted.link or stored.link)
    if facts is not None and (wanted.voice or wanted.length or wanted.again):
        new = _anew(new, wanted, facts)
    elif wanted.length == "short":
        new = replace(new, text=_shortened(new.text))
    if wanted.replace:
        new = _replaced(new, *wanted.replace)
    for words in wanted.leave_out:
        new = _without_words(new, words)
    for extra in wanted.mention:
        if extra.lower() not in new.text.lower():
            new = replace(new, text=_added(new, extra_line(extra, voice_named(new.voice), new.version)))
    if wanted.call and facts is not None and facts.action not in new.text.lower():
        new = _called(new, _order(new, facts, wanted, 0))
    if wanted.link and wanted.link not in new.text:
        new = replace(new, text=f"{new.text}\n\n{wanted.link}")
    return _decorated(new, wanted, facts)


def reason_of(wanted: Wanted) -> str:
    """Why it is changed, in a few words."""
    parts = [
        f"voice: {voice_of(wanted.voice).name}" if wanted.voice else "",
        {"short": "shorter", "long": "longer", "normal": ""}[wanted.length] if wanted.length else "",
        {"none": "without emoji", "more": "with emoji", "auto": ""}[wanted.emoji] if wanted.emoji else "",
        ("with hashtags" if wanted.hashtags else "without hashtags") if wanted.hashtags is not None else "",
        "with a call to action" if wanted.call else "",
        "mentioning more" if wanted.mention else "",
        "words replaced" if wanted.replace else "",
        "words left out" if wanted.leave_out else "",
        "new heading" if wanted.line else "",
        "another version" if wanted.again and not wanted.voice else "",
        "with a link" if wanted.link else "",
        "back to an earlier version" if wanted.back else "",
    ]
    return ", ".join(part for part in parts if part) or "Changed on request"


def _anew(stored: Stored, wanted: Wanted, facts: Facts) -> Stored:
    draft = _different(stored, wanted, facts)
    text = draft.text
    if wanted.length == "short" and len(text) >= len(stored.text):
        text = _shortened(stored.text)
    if wanted.length == "long" and len(text) <= len(stored.text):
        text = _added(stored, write(_order(stored, facts, wanted, 1, length="long")).call_to_action)
    return replace(
        stored, text=text, title=draft.title or stored.title, subject=draft.subject or stored.subject,
        hashtags=stored.hashtags, voice=voice_of(wanted.voice).name if wanted.voice else stored.voice,
    )  # fmt: skip


def _different(stored: Stored, wanted: Wanted, facts: Facts) -> Draft:
    options = [write(_order(stored, facts, wanted, variant)) for variant in range(stored.version, stored.version + 3)]
    if wanted.voice or wanted.length:
        options.insert(0, write(_order(stored, facts, wanted, 0)))
    return next((draft for draft in options if draft.text != stored.text), options[0])


def _order(stored: Stored, facts: Facts, wanted: Wanted, variant: int, length: str | None = None) -> Order:
    voice: Voice = voice_of(wanted.voice) if wanted.voice else voice_named(stored.voice)
    emoji = wanted.emoji or ("auto" if EMOJI.search(stored.text) else "none")
    return Order(
        platform=stored.platform, facts=facts, voice=voice, variant=variant,
        length="long" if length == "long" else wanted.length or "normal", emoji=emoji,
    )  # fmt: skip


def _shortened(text: str) -> str:
    """About half: the first and the last part stay, the middle goes; a single part keeps its longest sentences."""
    parts = [part for part in text.split("\n\n") if part.strip()]
    if len(parts) > 2:
        keep = max(2, len(parts) // 2 + 1)
        return "\n\n".join([*parts[: keep - 1], parts[-1]])
    sentences = re.split(r"(?<=[.?!…])\s+", text)
    longest = sorted(range(len(sentences)), key=lambda at: -len(sentences[at]))[: max(1, len(sentences) // 2)]
    return " ".join(sentences[at] for at in sorted(longest))


def _added(stored: Stored, sentence: str) -> str:
    if sentence.rstrip(".").lower() in stored.text.lower():
        return stored.text
    parts = stored.text.split("\n\n")
    if stored.platform == "google_ads":
        return stored.text
    at = max(1, len(parts) - (2 if stored.platform == "email" else 1)) if len(parts) > 1 else 1
    gap = " " if len(parts) == 1 else "\n\n"
    return f"{parts[0]}{gap}{sentence}" if len(parts) == 1 else "\n\n".join([*parts[:at], sentence, *parts[at:]])


def _called(stored: Stored, order: Order) -> Stored:
    line = write(order).call_to_action
    return stored if line in stored.text else replace(stored, text=f"{stored.text}\n\n{line}")


def _replaced(stored: Stored, old: str, new: str) -> Stored:
    pattern = re.compile(re.escape(old), re.IGNORECASE)

    def swapped(text: str) -> str:
        return pattern.sub(lambda found: new[:1].upper() + new[1:] if found.group()[:1].isupper() else new, text)

    return replace(stored, text=swapped(stored.text), title=swapped(stored.title), subject=swapped(stored.subject))


def _without_words(stored: Stored, words: str) -> Stored:
    """The draft without the sentences that have these words; a text of one sentence loses the words alone."""
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)

    def cut(text: str) -> str:
        paragraphs = [
            " ".join(sentence for sentence in re.split(r"(?<=[.?!…])\s+", part) if not pattern.search(sentence))
            for part in text.split("\n\n")
        ]
        kept = "\n\n".join(part for part in paragraphs if part.strip())
        return kept or re.sub(r"\s{2,}", " ", pattern.sub("", text)).strip()

    return replace(stored, text=cut(stored.text)) if pattern.search(stored.text) else stored


def _decorated(stored: Stored, wanted: Wanted, facts: Facts | None) -> Stored:
    new = stored
    if wanted.line:
        mail = stored.platform == "email"
        new = replace(new, subject=wanted.line) if mail else replace(new, title=wanted.line)
    if wanted.emoji == "none":
        new = replace(
            new, text=_without_emoji(new.text), title=_without_emoji(new.title), subject=_without_emoji(new.subject)
        )
    elif wanted.emoji == "more" and not EMOJI.search(new.text):
        first, _, rest = new.text.partition("\n\n")
        mark = (voice_named(new.voice).emoji or ("✨",))[0]
        new = replace(new, text=f"{first} {mark}" + (f"\n\n{rest}" if rest else ""))
    if wanted.hashtags is False:
        new = replace(new, hashtags=())
    elif wanted.hashtags and facts is not None and not new.hashtags:
        new = replace(new, hashtags=tuple(f"#{tag}" for tag in tags_of(facts, 5)))
    return new


def _without_emoji(text: str) -> str:
    plain = EMOJI.sub("", text)
    return re.sub(r"[ \t]+(?=\n|$)", "", re.sub(r"[ \t]{2,}", " ", plain)).strip()
