"""Changes to drafts already stored: which are meant, what they should say, and how the answer shows it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents.models.offline.changes import earlier_text, unknown_channels, wanted_for
from agents.models.offline.drafts import (
    OUTDATED,
    Card,
    already_shown,
    card,
    ever_shown,
    in_order,
    label,
    of_these,
    shown_cards,
    shown_count,
)
from agents.models.offline.facts import with_extras
from agents.models.offline.orders import MOST, facts_behind, mentioned_in
from agents.models.offline.pasted import material_for
from agents.models.offline.phrasing import channel, listed
from agents.models.offline.reading import Turn, Used
from agents.models.offline.requests import Wanted, read_wanted
from agents.models.offline.rewriting import Stored, reason_of, rewritten
from agents.models.offline.step import Call, Step, say
from agents.models.offline.talk import says_yes
from agents.models.offline.values import mappings
from tools.platforms.catalogue import BY_NAME

_HEADING = re.compile(r"\b(?:subject|title|headline|heading)\b", re.IGNORECASE)
_QUOTE_ALONE = re.compile(
    r"^\W*(?:(?:ok|then|so|make it|use|try|how about|what about|say|call it|let's (?:use|say|try|make it|call it))\W+)*"
    r"[\"“‘'](?P<line>[^\"”\n]{3,120}?)[\"”’'](?:\W+(?:then|instead|please|maybe))*\W*$",
    re.IGNORECASE,
)
_DISCARD = re.compile(
    r"^\W*(?:(?:please|pls|ok(?:ay)?|no|actually|can you|could you|let's)\W+)*(?:delete|remove|bin|scrap|discard|"
    r"throw away|get rid of|forget|drop)\b[\w' -]{0,40}"
    r"\b(?:one|ones|drafts?|posts?|texts?|versions?|captions?|emails?|it|that|this|them)"
    r"\W*(?:please|then|again)?\W*$",
    re.IGNORECASE,
)
KEPT = (
    "A draft stays in the library and goes nowhere by itself: nothing goes out that you have not approved. When you "
    "schedule, name the ones you want, for instance “schedule the email”."
)
REVISED = "arlier version is kept"
BECAUSE = "Change it: "
_REFUSED = re.compile(r"^Not approved: “(?P<reason>[^”]+)”")


def refusal_in(used: Sequence[Used]) -> Used | None:
    """The posts a person has just not approved, with the reason, if that is what the turn is about."""
    return next((one for one in used if one.tool == "schedule_posts" and one.result.get("status") == "rejected"), None)


def by_reason(turn: Turn, refused: Used) -> Turn:
    """The turn as if the reason of a refusal had been told the writer."""
    return replace(turn, text=f"{BECAUSE}{refused.result.get('reason')}", used=_without(turn.used, refused))


def open_refused(refused: Used) -> Step:
    """Open exactly the drafts that were not approved."""
    return _reading(mappings(refused.arguments.get("items")))


def _without(used: Sequence[Used], refused: Used) -> tuple[Used, ...]:
    return tuple(one for one in used if one is not refused)


def asked_for(turn: Turn) -> str:
    """The message; where it only says to go ahead, what it agrees to: a rejection's reason, texts behind the brief."""
    refused = _REFUSED.search(turn.last_answer())
    if refused and not read_wanted(turn.text).changes_something:
        return f"{turn.text} Change it: {refused['reason']}"
    if turn.last_answer().endswith(OUTDATED) and says_yes(turn.text):
        return "Rewrite all the drafts."
    before = next((said.text for said in reversed(turn.history) if said.by == "person"), "")
    heading = _QUOTE_ALONE.match(turn.text)
    return f'{turn.text}. The subject is "{heading["line"]}"' if heading and _HEADING.search(before) else turn.text


def after_listing(turn: Turn, wanted: Wanted, listing: Used) -> Step | None:
    """Open the drafts that are meant, or say what is unclear. None: there is nothing yet, so it is to be written."""
    if not listing.ok:
        return say(f"I could not look up the drafts: {listing.error}")
    drafts = mappings(listing.result.get("drafts"))
    if not drafts:
        return None if not wanted.show else say("There are no drafts yet. Shall I write some?")
    shown = already_shown(turn)
    ordered = in_order(drafts, shown)
    if wanted.show and not wanted.changes_something:
        return _reading([item for item in ordered if _fits_channels(item, wanted)][:MOST])
    latest = shown_count(drafts, shown)
    chosen = of_these(drafts, ever_shown(turn)) if wanted.every else _chosen(ordered, wanted, latest)
    if not chosen and wanted.is_new and wanted.channels:
        return None
    if not chosen:
        return say(
            f"I can't find that one: there {'is only one draft' if latest < 2 else f'are {latest} drafts'} here.",
            "Which one do you mean?",
        )
    if refused := _REFUSED.search(turn.last_answer()) if not wanted.changes_something else None:
        return say(
            f"The reason was “{refused['reason']}”. I can't tell by rule which words that means: what shall I change, "
            f"the length, the voice, or words to add or leave out?"
        )
    if not wanted.changes_something and _DISCARD.match(turn.text):
        return say(KEPT)
    if not wanted.changes_something and wanted.count == 1:
        which = f"number {wanted.targets[0] + 1}" if wanted.targets and wanted.targets[0] >= 0 else "it"
        return say(f"What would you like changed in {which}: length, voice, or something to add or leave out?")
    return _reading(chosen)


def _chosen(ordered: Sequence[Mapping[str, Any]], wanted: Wanted, latest: int) -> list[Mapping[str, Any]]:
    recent = list(ordered[:latest]) or list(ordered[:1])
    if wanted.targets:
        return [recent[number] for number in wanted.targets if -len(recent) <= number < len(recent)]
    if wanted.channels:
        return [item for name in wanted.channels for item in _of_channel(name, recent, ordered)]
    return recent[:MOST]


def _of_channel(
    name: str, recent: Sequence[Mapping[str, Any]], ordered: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The drafts for a channel shown last, or the newest one shown before."""
    return [item for item in recent if item.get("platform") == name] or [
        item for item in ordered if item.get("platform") == name
    ][:1]


def _fits_channels(item: Mapping[str, Any], wanted: Wanted) -> bool:
    return not wanted.channels or item.get("platform") in wanted.channels


def _reading(drafts: Sequence[Mapping[str, Any]]) -> Step:
    calls = tuple(Call("get_content", {"content_id": item["content_id"]}) for item in drafts if item.get("content_id"))
    return Step(calls=calls) if calls else say("There is no draft like that yet. Shall I write one?")


def after_reading(turn: Turn, wanted: Wanted) -> Step:
    """Show the drafts that were opened, or change them."""
    read = [used.result for used in turn.calls("get_content") if used.ok]
    if turn.text.startswith(BECAUSE):
        read = [item for item in read if item.get("platform") in wanted.channels] or read
    if not wanted.changes_something and turn.text.startswith(BECAUSE):
        return say(
            f"The reason was “{turn.text.removeprefix(BECAUSE)}”. I can't tell by rule which words that means: "
            "what shall I change, the length, the voice, or words to add or leave out?"
        )
    if not wanted.changes_something:
        cards = [card(str(item.get("platform")), item, item) for item in read]
        return (
            say(shown_cards(cards), "Tell me what to change, or say “schedule them”.")
            if cards
            else say("I could not open those drafts.")
        )
    changed = [(Stored.of(item), _changed(turn, wanted, Stored.of(item))) for item in read]
    calls = tuple(_revising(stored, new, wanted) for stored, new in changed if new not in (None, stored))
    return Step(calls=calls) if calls else say(_unchanged(turn, wanted, read))


def _changed(turn: Turn, whole: Wanted, stored: Stored) -> Stored | None:
    """The draft as it should be, or None for a channel of another house."""
    if stored.platform not in BY_NAME:
        return None
    wanted = wanted_for(turn.text, stored.platform, whole)
    if wanted.back:
        earlier = earlier_text(turn, stored, wanted)
        return replace(stored, text=earlier) if earlier else stored
    material = material_for(turn)
    if material and material.holds(stored.text):
        return rewritten(stored, wanted, None)
    facts = facts_behind(turn, wanted)
    return rewritten(stored, wanted, with_extras(facts, mentioned_in(turn, stored.text)) if facts else None)


def _unchanged(turn: Turn, wanted: Wanted, read: Sequence[Mapping[str, Any]]) -> str:
    if wanted.leave_out:
        words = listed([f"“{item}”" for item in wanted.leave_out])
        return f"The text doesn't say {words}, so there is nothing to take out. What else shall I change?"
    if wanted.back:
        return "I have no earlier version of that text before me. Which words shall it have?"
    material = material_for(turn)
    if material and any(material.holds(str(item.get("text"))) for item in read):
        return (
            "That text is quoted from what you pasted: I can shorten it, add to it or replace words, but not say it "
            "differently. What shall I change?"
        )
    return "That would change nothing: the text already is like that. What else shall I change?"


def _revising(stored: Stored, new: Stored | None, wanted: Wanted) -> Call:
    new = new or stored
    values: dict[str, Any] = {"content_id": stored.content_id, "text": new.text, "reason": reason_of(wanted)}
    for name in ("title", "subject", "voice"):
        if getattr(new, name) != getattr(stored, name):
            values[name] = getattr(new, name)
    if new.hashtags != stored.hashtags:
        values["hashtags"] = list(new.hashtags)
    return Call("revise_draft", values)


def after_revising(turn: Turn) -> Step:
    """Show what was changed, and say what was not."""
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
    wanted = read_wanted(asked_for(turn))
    if lost := unknown_channels(wanted, [item.platform for item in cards]) if cards and not problems else []:
        problems.append(f"I changed nothing for {listed([channel(name) for name in lost])}: {_why_lost(turn, lost)}")
    if turn.others_follow:
        offer = ""
    return say(lead if cards else "", shown_cards(cards), *problems, offer if cards else "What shall I change instead?")


def _why_lost(turn: Turn, lost: Sequence[str]) -> str:
    shown = {item.label for item in ever_shown(turn)}
    if any(label(name) in shown for name in lost):
        return "what is scheduled has to come off the calendar first, or it already is like that."
    return "there is no such draft here."
