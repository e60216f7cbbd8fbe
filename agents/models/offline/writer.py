"""The writer by rule: drafts for the channels asked for, changes to drafts already stored, limits and lists."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.models.offline.brief import state_of
from agents.models.offline.copywriting import Draft, Order, write
from agents.models.offline.drafts import (
    Card,
    already_shown,
    card,
    ever_shown,
    in_order,
    of_these,
    shown_cards,
    shown_count,
)
from agents.models.offline.facts import with_extras
from agents.models.offline.orders import MOST, channels_of, facts_for, mentioned_in, orders_of, voice_for
from agents.models.offline.phrasing import channel, listed, plain
from agents.models.offline.reading import Turn, Used
from agents.models.offline.requests import Wanted, read_wanted
from agents.models.offline.rewriting import Stored, reason_of, rewritten
from agents.models.offline.step import Call, Step, call, say
from agents.models.offline.talk import asks_identity, identity
from agents.models.offline.values import mapping, mappings
from tools.platforms.catalogue import BY_NAME

_REFUSED = re.compile(r"^Not approved: “(?P<reason>[^”]+)”")


def decide(turn: Turn) -> Step:
    """Take the next step of the writer's turn."""
    wanted = read_wanted(_asked_for(turn))
    if not turn.used:
        return _open(turn, wanted)
    match turn.used[-1].tool:
        case "save_draft":
            return _after_saving(turn, wanted)
        case "list_drafts":
            return _after_listing(turn, wanted, turn.used[-1])
        case "get_content":
            return _after_reading(turn, wanted)
        case "revise_draft":
            return _after_revising(turn)
        case "platform_limits":
            return say(*(_limits(used) for used in turn.calls("platform_limits")))
        case _:
            return _write(turn, wanted)


def _asked_for(turn: Turn) -> str:
    """The message, and the reason of a rejection where the message only says to go ahead with it."""
    refused = _REFUSED.search(turn.last_answer())
    if refused and not read_wanted(turn.text).changes_something:
        return f"{turn.text} Change it: {refused['reason']}"
    return turn.text


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
    if _is_change(wanted, bool(shown)) or (wanted.show and not (wanted.is_new and wanted.changes_something)):
        return call("list_drafts", limit=30)
    return _write(turn, wanted)


def _is_change(wanted: Wanted, shown: bool) -> bool:
    if not shown:
        return False
    if wanted.targets or wanted.replace or wanted.line:
        return True
    if wanted.is_new and (wanted.channels or wanted.count > 1) and not _points_back(wanted):
        return False
    return wanted.is_change or (wanted.changes_something and not wanted.channels)


def _points_back(wanted: Wanted) -> bool:
    words = f" {wanted.words.lower()} "
    return any(
        word in words
        for word in (
            " it ",
            " them ",
            " this ",
            " that ",
            " these ",
            " the email ",
            " the post",
            " the caption",
            " the tweet",
            "shorter",
            "longer",
        )
    )


def _write(turn: Turn, wanted: Wanted) -> Step:
    orders = orders_of(turn, wanted)
    if not orders:
        return say("I have nothing to go on yet. What should the text be about?")
    return Step(calls=tuple(_saving(write(order), order) for order in orders))


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
    orders = orders_of(turn, wanted)
    failed = [used for used in saved if not used.ok]
    if failed and len(saved) <= len(orders):
        again = [_shorter(used) for used in failed]
        return Step(calls=tuple(Call("save_draft", values) for values in again))
    cards = [card(str(used.arguments.get("platform")), used.arguments, used.result) for used in saved if used.ok]
    problems = [
        f"{channel(str(used.arguments.get('platform')))}: {used.error}" for used in saved[len(orders) :] if not used.ok
    ]
    lead = _lead(turn, wanted, len(cards))
    return say(
        lead if cards else "", shown_cards(cards), *problems, _next(turn, cards_made=bool(cards), left=_left_out(turn))
    )


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
    return (
        (one if count == 1 else many)
        .replace(" a elegant", " an elegant")
        .replace(" a urgent", " an urgent")
        .replace(" a inspiring", " an inspiring")
    )


def _left_out(turn: Turn) -> str:
    state = state_of(turn)
    lacking = [
        words for name, words in (("timeline", "a date"), ("target_audience", "an audience")) if not state.value(name)
    ]
    return (
        f"I left out {listed(lacking)}: the brief does not have it yet." if lacking and state.value("product") else ""
    )


def _next(turn: Turn, *, cards_made: bool, left: str = "") -> str:
    if not cards_made:
        return "Tell me how you would like it, and I'll try again."
    offer = turn.choose(
        "next",
        (
            "Tell me what to change, or say “schedule them”.",
            "Shall I change anything, or shall the publisher schedule them?",
            "Want it shorter, warmer, cheekier? Or say “schedule them”.",
        ),
    )
    return f"Saved as drafts. {left} {offer}".replace("  ", " ")


def _after_listing(turn: Turn, wanted: Wanted, listing: Used) -> Step:
    if not listing.ok:
        return say(f"I could not look up the drafts: {listing.error}")
    drafts = mappings(listing.result.get("drafts"))
    if not drafts:
        return _write(turn, wanted) if not wanted.show else say("There are no drafts yet. Shall I write some?")
    shown = already_shown(turn)
    ordered = in_order(drafts, shown)
    if wanted.show and not wanted.changes_something:
        return _reading([item for item in ordered if _fits_channels(item, wanted)][:MOST])
    latest = shown_count(drafts, shown)
    chosen = of_these(drafts, ever_shown(turn)) if wanted.every else _chosen(ordered, wanted, latest)
    if not chosen:
        return say(
            f"I can't find that one: there {'is only one draft' if latest < 2 else f'are {latest} drafts'} here.",
            "Which one do you mean?",
        )
    if not wanted.changes_something and wanted.count == 1:
        which = f"number {wanted.targets[0] + 1}" if wanted.targets and wanted.targets[0] >= 0 else "it"
        return say(f"What would you like changed in {which}: length, voice, or something to add or leave out?")
    return _reading(chosen)


def _chosen(ordered: Sequence[Mapping[str, Any]], wanted: Wanted, latest: int) -> list[Mapping[str, Any]]:
    recent = list(ordered[:latest]) or list(ordered[:1])
    if wanted.targets:
        return [recent[number] for number in wanted.targets if -len(recent) <= number < len(recent)]
    if wanted.channels:
        named = [item for item in recent if item.get("platform") in wanted.channels]
        return named or [item for item in ordered if item.get("platform") in wanted.channels][:1]
    return recent[:MOST]


def _fits_channels(item: Mapping[str, Any], wanted: Wanted) -> bool:
    return not wanted.channels or item.get("platform") in wanted.channels


def _reading(drafts: Sequence[Mapping[str, Any]]) -> Step:
    calls = tuple(Call("get_content", {"content_id": item["content_id"]}) for item in drafts if item.get("content_id"))
    return Step(calls=calls) if calls else say("There is no draft like that yet. Shall I write one?")


def _after_reading(turn: Turn, wanted: Wanted) -> Step:
    read = [used.result for used in turn.calls("get_content") if used.ok]
    if not wanted.changes_something:
        cards = [card(str(item.get("platform")), item, item) for item in read]
        return (
            say(shown_cards(cards), "Tell me what to change, or say “schedule them”.")
            if cards
            else say("I could not open those drafts.")
        )
    facts = facts_for(turn, wanted)
    calls: list[Call] = []
    for item in read:
        stored = Stored.of(item)
        if stored.platform not in BY_NAME:
            continue
        known = with_extras(facts, mentioned_in(turn, stored.text)) if facts else None
        new = rewritten(stored, wanted, known)
        if new != stored:
            calls.append(_revising(stored, new, wanted))
    if not calls:
        return say("That would change nothing: the text already is like that. What else shall I change?")
    return Step(calls=tuple(calls))


def _revising(stored: Stored, new: Stored, wanted: Wanted) -> Call:
    values: dict[str, Any] = {"content_id": stored.content_id, "text": new.text, "reason": reason_of(wanted)}
    for name in ("title", "subject", "voice"):
        if getattr(new, name) != getattr(stored, name):
            values[name] = getattr(new, name)
    if new.hashtags != stored.hashtags:
        values["hashtags"] = list(new.hashtags)
    return Call("revise_draft", values)


def _after_revising(turn: Turn) -> Step:
    before = {str(used.result.get("content_id")): used.result for used in turn.calls("get_content") if used.ok}
    cards: list[Card] = []
    problems: list[str] = []
    for used in turn.calls("revise_draft"):
        platform = str(
            used.result.get("platform") or before.get(str(used.arguments.get("content_id")), {}).get("platform") or ""
        )
        if used.ok:
            old = before.get(str(used.arguments.get("content_id")), {})
            cards.append(card(platform, {**old, **used.arguments}, used.result))
        else:
            problems.append(f"{channel(platform)}: {used.error}")
    lead = turn.choose(
        "revised",
        (
            "Changed; the earlier version is kept.",
            "Done. The earlier version is kept.",
            "Here it is; the earlier version is kept.",
        ),
    )
    offer = (
        "Anything else, or shall the publisher schedule it?"
        if len(cards) == 1
        else "Anything else, or shall the publisher schedule them?"
    )
    return say(lead if cards else "", shown_cards(cards), *problems, offer if cards else "What shall I change instead?")


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
