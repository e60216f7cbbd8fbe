"""What the writer is to write: for which channels, in which voice, from which facts, in how many versions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from agents.language.brief import read_brief
from agents.models.offline.brief import State, state_of
from agents.models.offline.copywriting import Order
from agents.models.offline.facts import Facts, facts_of
from agents.models.offline.offers import offers_in
from agents.models.offline.phrasing import plain
from agents.models.offline.reading import Turn
from agents.models.offline.recalled import refuses, usual_channels, usual_voice
from agents.models.offline.requests import Wanted, read_wanted
from agents.models.offline.values import texts
from agents.models.offline.voices import Voice, voice_named, voice_of
from tools.platforms.catalogue import BY_NAME

MOST = 8
LAST_RESORT = ("instagram",)


def orders_of(turn: Turn, wanted: Wanted) -> list[Order]:
    facts = facts_for(turn, wanted)
    if facts is None:
        return []
    names = channels_of(turn, wanted)
    voice = voice_for(turn, wanted)
    most = max(1, MOST // len(names))
    first = _first_variant(turn)
    return [
        Order(
            platform=name,
            facts=facts,
            voice=voice,
            variant=first + variant,
            length=wanted.length or "normal",
            emoji=wanted.emoji or ("none" if refuses(turn, "emojis") else "auto"),
            hashtags=not refuses(turn, "hashtags") if wanted.hashtags is None else wanted.hashtags,
        )
        for name in names[:MOST]
        for variant in range(min(wanted.counts.get(name, wanted.count), most))
    ]


def _first_variant(turn: Turn) -> int:
    return sum(1 for said in turn.history if said.by == "assistant" and said.agent == "writer") + turn.choose(
        "variant", (0, 1, 2)
    )


def channels_of(turn: Turn, wanted: Wanted) -> Sequence[str]:
    known = texts(state_of(turn).brief.get("channels"))
    usual = known or usual_channels(turn)
    names = wanted.channels or tuple(name for name in usual if name not in wanted.refused) or LAST_RESORT
    return [name for name in names if name in BY_NAME] or list(LAST_RESORT)


def voice_for(turn: Turn, wanted: Wanted) -> Voice:
    if wanted.voice:
        return voice_of(wanted.voice)
    named = state_of(turn).info.get("voice")
    usual = () if named else usual_voice(turn)
    return voice_of(usual) if usual else voice_named(named)


def facts_for(turn: Turn, wanted: Wanted) -> Facts | None:
    """The brief's facts, or the message's own where it is about something else or there is no brief."""
    return _facts_in(turn, wanted, turn.text)


def facts_behind(turn: Turn, wanted: Wanted) -> Facts | None:
    """The facts of the texts already written: those of the last order, with what is to be mentioned now."""
    people = (said.text for said in reversed(turn.history) if said.by == "person")
    ordered = next((text for text in people if read_wanted(text).is_new), turn.text)
    order = read_wanted(ordered)
    both = replace(wanted, about=wanted.about or order.about)
    return _facts_in(turn, both, turn.text if wanted.about else ordered)


def _facts_in(turn: Turn, wanted: Wanted, text: str) -> Facts | None:
    state = state_of(turn)
    rest = text.replace(wanted.about, "it") if wanted.about else text
    said = _plain_values(read_brief(rest, today=turn.today, known={}).values)
    about = wanted.about or (str(said.get("product") or "") if not state.brief.get("product") else "")
    if about and not _is_same(about, state):
        brief: Mapping[str, Any] = {
            "product": about,
            "objective": said.get("objective"),
            "target_audience": said.get("target_audience"),
        }
        info: Mapping[str, Any] = {**said, "business": state.info.get("business")}
    else:
        brief = state.brief
        info = {
            **state.info,
            **{name: said[name] for name in ("event_date", "location") if name in said and not state.info.get(name)},
        }
    extras = [plain(item, 160) for item in wanted.mention]
    told = [offer for offer in offers_in(text) if not any(offer.lower() in extra.lower() for extra in extras)]
    return facts_of(brief, info, extras=[*extras, *told], link=wanted.link)


def _is_same(about: str, state: State) -> bool:
    words = {word for word in about.lower().split() if len(word) > 3}
    known = (
        f"{plain(state.brief.get('product'))} {plain(state.info.get('business'))} {plain(state.brief.get('objective'))}"
    ).lower()
    return not words or any(word in known for word in words)


def _plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def mentioned_in(turn: Turn, text: str) -> tuple[str, ...]:
    """What the person asked earlier to have mentioned, as far as ``text`` does."""
    earlier = (extra for said in turn.history if said.by == "person" for extra in read_wanted(said.text).mention)
    return tuple(dict.fromkeys(extra for extra in earlier if extra.lower() in text.lower()))[:3]
