"""The writer by rule: drafts for the channels asked for, changes to drafts already stored, limits and lists."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from agents.models.offline.brief import state_of
from agents.models.offline.copywriting import Draft, Order, write
from agents.models.offline.drafts import already_shown, card, shown_cards
from agents.models.offline.orders import MOST, channels_of, orders_of, voice_for
from agents.models.offline.pasted import Material, draft_from, material_for
from agents.models.offline.phrasing import channel, listed, plain
from agents.models.offline.reading import Turn, Used
from agents.models.offline.requests import Wanted, read_wanted
from agents.models.offline.revising import (
    after_listing,
    after_reading,
    after_revising,
    asked_for,
    by_reason,
    open_refused,
    refusal_in,
)
from agents.models.offline.step import Call, Step, call, say
from agents.models.offline.talk import asks_identity, identity, says_yes
from agents.models.offline.values import mapping
from agents.models.offline.voices import is_known

AGREED = "Good: they stand as drafts. Say “schedule them”, and the publisher prepares them for your approval."
QUOTED = "Taken from your text, in your own sentences."
QUOTED_NEXT = "Saved as drafts. I can shorten them, add to them or replace words. Or say “schedule them”."
_BACK_AT = re.compile(
    r"\b(?:it|them|this|that|these|shorter|longer)\b|\bthe (?:e-?mail|post|caption|tweet)s?\b|"
    r"\b(?:make|shorten|lengthen|change|rewrite|rework|tone|cut|trim|edit|fix|adjust|turn) (?:down |up )?"
    r"(?:the|my|our|that|this) (?:\w+ ){0,2}(?:posts?|one|captions?|texts?|e-?mails?|tweets?|drafts?|articles?"
    r"|adverts?)\b",
    re.IGNORECASE,
)
MOST_WORDS_OF_A_YES = 6


def decide(turn: Turn) -> Step:
    """Take the next step of the writer's turn."""
    if refused := refusal_in(turn.used):
        turn = by_reason(turn, refused)
        if not turn.used:
            return open_refused(refused)
    wanted = read_wanted(asked_for(turn))
    if not turn.used:
        return _open(turn, wanted)
    match turn.used[-1].tool:
        case "save_draft":
            return _after_saving(turn, wanted)
        case "list_drafts":
            return after_listing(turn, wanted, turn.used[-1]) or _write(turn, wanted)
        case "get_content":
            return after_reading(turn, wanted)
        case "revise_draft":
            return after_revising(turn)
        case "platform_limits":
            return say(*(_limits(used) for used in turn.calls("platform_limits")))
        case _:
            return _write(turn, wanted)


def _open(turn: Turn, wanted: Wanted) -> Step:
    if asks_identity(turn.text):
        return say(identity())
    if wanted.language:
        return say(
            (
                f"I can only write in English: I'm the built-in offline model. With a model key set, the "
                f"team writes in {wanted.language} too."
            ),
            "Shall I write it in English for someone to translate?",
        )
    if wanted.limits:
        return Step(calls=tuple(Call("platform_limits", {"platform": name}) for name in channels_of(turn, wanted)[:4]))
    shown = already_shown(turn)
    if shown and _only_agrees(turn, wanted):
        return say(AGREED)
    if _is_change(wanted, bool(shown)) or (wanted.show and not (wanted.is_new and wanted.changes_something)):
        return call("list_drafts", limit=30)
    return _write(turn, wanted)


def _only_agrees(turn: Turn, wanted: Wanted) -> bool:
    """Whether a person only says that the drafts just shown are fine."""
    last = next((said.agent for said in reversed(turn.history) if said.by == "assistant"), None)
    asks = wanted.changes_something or wanted.is_new or wanted.channels or wanted.count > 1 or wanted.show
    return last == "writer" and says_yes(turn.text) and not asks and len(turn.text.split()) <= MOST_WORDS_OF_A_YES


def _is_change(wanted: Wanted, shown: bool) -> bool:
    if not shown:
        return False
    if wanted.targets or wanted.replace or wanted.line or wanted.back:
        return True
    if wanted.is_new and (wanted.channels or wanted.count > 1) and not _points_back(wanted):
        return False
    return wanted.is_change or (wanted.changes_something and not wanted.channels)


def _points_back(wanted: Wanted) -> bool:
    """Whether a message that could order a new text speaks of one that is there."""
    return _BACK_AT.search(wanted.words) is not None


def _write(turn: Turn, wanted: Wanted) -> Step:
    if material := material_for(turn):
        return _quoting(turn, wanted, material)
    orders = orders_of(turn, wanted)
    if not orders:
        return say("I have nothing to go on yet. What should the text be about?")
    return Step(calls=tuple(_saving(_headed(write(order), wanted.line), order) for order in orders))


def _headed(draft: Draft, line: str) -> Draft:
    """The draft under the heading the person has given, if there is one."""
    if not line:
        return draft
    return replace(draft, subject=line) if draft.platform == "email" else replace(draft, title=line)


def _quoting(turn: Turn, wanted: Wanted, material: Material) -> Step:
    """Drafts in the person's own sentences."""
    names = channels_of(turn, wanted)[:MOST]
    each = max(1, min(wanted.count, MOST // len(names)))
    drafts = [draft_from(material, name, variant) for name in names for variant in range(each)]
    return Step(
        calls=tuple(
            Call("save_draft", {key: value for key, value in asdict(draft).items() if value or key == "text"})
            for draft in drafts
        )
    )


def _saving(draft: Draft, order: Order) -> Call:
    values: dict[str, Any] = {
        "platform": draft.platform,
        "content_type": draft.content_type,
        "text": draft.text,
        "title": draft.title,
        "subject": draft.subject,
        "hashtags": list(draft.hashtags),
        "voice": order.voice.name,
        "call_to_action": draft.call_to_action,
        "link": order.facts.link,
    }
    return Call("save_draft", {name: value for name, value in values.items() if value or name == "text"})


def _after_saving(turn: Turn, wanted: Wanted) -> Step:
    saved = turn.calls("save_draft")
    quoting = material_for(turn)
    ordered = _ordered(saved)
    failed = [used for used in saved if not used.ok]
    if failed and len(saved) == ordered:
        again = [_shorter(used) for used in failed]
        return Step(calls=tuple(Call("save_draft", values) for values in again))
    cards = [card(str(used.arguments.get("platform")), used.arguments, used.result) for used in saved if used.ok]
    problems = [
        f"{channel(str(used.arguments.get('platform')))}: {used.error}" for used in saved[ordered:] if not used.ok
    ]
    lead = QUOTED if quoting else _lead(turn, wanted, len(cards))
    left = "" if quoting else _left_out(turn)
    return say(lead if cards else "", shown_cards(cards), *problems, _next(turn, len(cards), left))


def _ordered(saved: Sequence[Used]) -> int:
    """How many drafts were ordered: those that follow a refusal with the same channel are second attempts."""
    first: list[Used] = []
    for used in saved:
        if any(not old.ok and _is_again(used, old) for old in first):
            break
        first.append(used)
    return len(first)


def _is_again(used: Used, old: Used) -> bool:
    return used.arguments == _shorter(old)


def _shorter(used: Used) -> Mapping[str, Any]:
    """The same draft with less of everything, for a tool that refused it."""
    text = str(used.arguments.get("text") or "")
    parts = text.split("\n\n")
    shorter = (
        "\n\n".join([parts[0], parts[-1]]) if len(parts) > 2 else text[: max(20, len(text) * 2 // 3)].rsplit(" ", 1)[0]
    )
    return {name: value for name, value in used.arguments.items() if name not in {"hashtags", "link"}} | {
        "text": shorter
    }


def _lead(turn: Turn, wanted: Wanted, count: int) -> str:
    voice = voice_for(turn, wanted).name
    one = turn.choose(
        "lead",
        (f"Here is a draft in a {voice} voice.", f"A first draft, {voice} in tone.", f"One draft, in a {voice} voice."),
    )
    if voice == "urgent":
        one = one.replace("in a urgent", "in an urgent")
    many = turn.choose("lead", (f"{count} drafts, {voice} in tone.", f"Here are {count} drafts, {voice} in tone."))
    lead = (
        (one if count == 1 else many)
        .replace(" a elegant", " an elegant")
        .replace(" a urgent", " an urgent")
        .replace(" a inspiring", " an inspiring")
    )
    wished = plain(state_of(turn).info.get("voice"), 60)
    if wanted.voice or not wished or is_known(wished):
        return lead
    return f"I can't write in a voice called “{wished}” by rule, so this is the nearest I have. {lead}"


def _left_out(turn: Turn) -> str:
    state = state_of(turn)
    lacking = [
        words for name, words in (("timeline", "a date"), ("target_audience", "an audience")) if not state.value(name)
    ]
    return (
        f"I left out {listed(lacking)}: the brief does not have it yet." if lacking and state.value("product") else ""
    )


def _next(turn: Turn, count: int, left: str = "") -> str:
    if not count:
        return "Tell me how you would like it, and I'll try again."
    offer = turn.choose(
        "next",
        (
            "Tell me what to change, or say “schedule them”.",
            "Shall I change anything, or shall the publisher schedule them?",
            "Want it shorter, warmer, cheekier? Or say “schedule them”.",
        ),
    )
    if count == 1:
        offer = offer.replace("schedule them", "schedule it")
    saved = "Saved as a draft." if count == 1 else "Saved as drafts."
    if turn.others_follow:
        return f"{saved} {left}".strip()
    return f"{saved} {left} {offer}".replace("  ", " ")


def _limits(used: Used) -> str:
    if not used.ok:
        return used.error
    result = used.result
    text: Mapping[str, Any] = mapping(result.get("text"))
    label = plain(result.get("label"))
    advised = text.get("advised")
    parts = (
        [f"**{label}:** {text.get('limit'):,} {plain(text.get('counted_in'))}"]
        if isinstance(text.get("limit"), int)
        else [f"**{label}**"]
    )
    if isinstance(advised, int):
        parts.append(f"{advised:,} advised")
    tags = mapping(result.get("hashtags"))
    if isinstance(tags.get("max"), int):
        parts.append(f"at most {tags['max']} hashtags")
    advice = " ".join(plain(item) for item in result.get("advice", ()))
    return f"{', '.join(parts)}. {advice}".strip()
