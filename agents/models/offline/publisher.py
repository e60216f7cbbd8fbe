"""The publisher by rule: schedules drafts, shows the calendar and what waits, cancels, and reports decisions."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from agents.language.campaign_orders import campaign_order
from agents.language.dates import find_dates
from agents.language.refusals import HOLD, TIMING
from agents.models.offline import course
from agents.models.offline.calendar import lead, line, meant, table
from agents.models.offline.drafts import already_shown, label
from agents.models.offline.phrasing import clock, listed, moment, plain, sentence
from agents.models.offline.reading import Turn, Used
from agents.models.offline.requests import read_wanted
from agents.models.offline.revising import REVISED, refusal_in
from agents.models.offline.selection import chosen, nothing_left
from agents.models.offline.spelling import corrected
from agents.models.offline.step import Call, Step, call, say
from agents.models.offline.talk import asks_identity, identity, says_yes
from agents.models.offline.timing import USUAL, read_times
from agents.models.offline.values import mappings

_CALENDAR = re.compile(
    r"\b(?:what(?:'s| is| do we have)?|which|show|list|see|view|any(?:thing)?|when(?:'s| is| "
    r"are| does| do| will)?|is|are|how many|calendar)\b[^.\n]{0,50}"
    r"\b(?:scheduled?|calendar|queued?|planned|going out|lined up|coming up|goes? out|"
    r"published|posts?)\b|^\W*(?:the )?(?:calendar|schedule)\W*$|"
    r"\b(?:my|our|the|editorial|content) calendar\b",
    re.IGNORECASE,
)
_SCHEDULE = re.compile(
    r"\b(?:schedule|publish|post|send|queue|put|plan|get|push|release|upload|share|go live|launch)\b", re.IGNORECASE
)
_ASKS = re.compile(
    r"^\W*(?:what|which|when|is|are|show|list|any|do we|have|how many|did|was|were)\b|\?\s*$", re.IGNORECASE
)
_POLITE = re.compile(r"^\W*(?:can|could|would|will) (?:you|we)\b|\bplease\b", re.IGNORECASE)
_CANCEL = re.compile(
    r"\b(?:cancel|unschedule|un-schedule|take (?:it |that |them |this |the [\w "
    r"]{1,30})?(?:down|off|out)|remove|delete|withdraw|pull|stop|call off|"
    r"(?:don'?t|do not) (?:post|send|publish|schedule))\b",
    re.IGNORECASE,
)
_WAITING = re.compile(r"\b(?:wait(?:ing)?|pending|approvals?|to approve|need(?:s)? my|sign[- ]off)\b", re.IGNORECASE)
_WHO_DECIDED = re.compile(
    r"\bwho(?:'s| has| have|m)? (?:approved|signed|agreed)\b|"
    r"\b(?:was|were|is|are|has|have) (?:it|that|this|them|they|those|these|the \w+|any of \w+)(?: all)?(?: been)? "
    r"approved\b(?=[^.!]*\?)",
    re.IGNORECASE,
)
_PROPOSED_AT = re.compile(r" on \w{3} \d{1,2} \w{3} \d{4} at (\d\d:\d\d)")
_DECIDING = re.compile(
    (r"\b(?:approved?|reject(?:ed)?|decline|i agree)\b"),
    re.IGNORECASE,
)
_AGREES = re.compile(r"\b(?:go ahead|looks? (?:good|great|fine)|lgtm|happy with)\b", re.IGNORECASE)
_MOVE = re.compile(r"\b(?:move|re-?schedule|postpone|delay|shift|push back|bring forward)\b", re.IGNORECASE)
CHANGED_SINCE = (
    "Nothing was scheduled: a text was changed after you were asked to approve it. Say “schedule them”, and I ask you "
    "again with the new text."
)
PASSED = "That time has passed already, so I took the next one that suits."
_ID = re.compile(r"\b(?:cnt|pst|eml|apr|cmp)_[0-9a-f]{32}\b")


def decide(turn: Turn) -> Step:
    """Take the next step of the publisher's turn."""
    if not turn.used:
        refused = refusal_in(turn.earlier)
        return _ask_again(turn, refused) if refused else _open(turn)
    last = turn.used[-1]
    match last.tool:
        case "list_drafts":
            return _choose(turn, last)
        case "schedule_posts":
            return _after_scheduling(turn, last)
        case "list_posts":
            return _after_posts(turn, last)
        case "cancel_post":
            return _reschedule(turn) if _moves(turn) else _after_cancelling(turn)
        case "list_approvals":
            return say(_waiting(turn, last))
        case tool if tool in course.TOOLS.values():
            return course.told(last)
        case _:
            return say(last.error or "That is done.")


def _open(turn: Turn) -> Step:
    text = corrected(turn.text)
    if asks_identity(text):
        return say(identity())
    if turn.campaign and (order := campaign_order(turn.text)):
        return course.ordered(order)
    if _moves(turn) or (_CANCEL.search(text) and not _ASKS.match(text)):
        return call("list_posts", status="scheduled", limit=50)
    if _WHO_DECIDED.search(text) and not turn.pending:
        return call("list_approvals", status="approved", limit=3)
    if _WHO_DECIDED.search(text) or (_is_question(text) and _WAITING.search(text)):
        return call("list_approvals")
    if _is_question(text) or (_CALENDAR.search(text) and not _SCHEDULE.search(text)):
        return call("list_posts", **_span(turn))
    agrees = _AGREES.search(text) is not None
    if (_DECIDING.search(text) or (agrees and not _was_offered(turn))) and not _SCHEDULE.search(text):
        return call("list_approvals")
    return call("list_drafts", limit=30) if _wants_scheduling(turn, text) else say(_no_order(turn))


def _wants_scheduling(turn: Turn, text: str) -> bool:
    """Whether the message asks for posts to go out: in words, by naming a time or a draft, or by a yes to the offer."""
    if _SCHEDULE.search(text) or turn.task or ((says_yes(text) or _AGREES.search(text)) and _was_offered(turn)):
        return True
    wanted = read_wanted(text)
    if wanted.changes_something:
        return False
    times = read_times(text, turn.today)
    return bool(times.common or times.by_channel or wanted.targets or wanted.every or wanted.channels)


def _was_offered(turn: Turn) -> bool:
    last = turn.last_answer()
    return any(words in last for words in ("schedule", "Shall I ask again", "Which one: the first"))


def _no_order(turn: Turn) -> str:
    if refused := re.match(r"Not approved: “(?P<reason>[^”]+)”", turn.last_answer()):
        return _rejected(refused["reason"])
    if read_wanted(turn.text).is_change:
        return (
            "A change to a text is the writer's work: say what should change, for instance “make the email shorter”. "
            "Nothing was scheduled."
        )
    return "I schedule posts, show the calendar and cancel. Say “schedule them” or “show the calendar”."


def _moves(turn: Turn) -> bool:
    text = corrected(turn.text)
    return _MOVE.search(text) is not None and not _is_question(text)


def _is_question(text: str) -> bool:
    return _ASKS.search(text) is not None and _POLITE.search(text) is None


def _span(turn: Turn) -> dict[str, Any]:
    days = [found for found in find_dates(turn.text, turn.today) if found.first]
    if not days or days[0].first is None:
        return {}
    first, last = days[0].first, days[0].last or days[0].first
    return {"since": first.isoformat(), "until": last.isoformat()}


def _choose(turn: Turn, listing: Used) -> Step:
    if not listing.ok:
        return say(f"I could not look up the drafts: {_readable(listing.error)}")
    drafts = mappings(listing.result.get("drafts"))
    wanted = read_wanted(turn.text)
    found = chosen(turn, drafts, wanted) if drafts else []
    if isinstance(found, str):
        return say(found)
    if not found:
        return say(nothing_left(turn, wanted))
    return call("schedule_posts", items=_items(turn, found))


def _items(turn: Turn, drafts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    times = read_times(corrected(turn.text), turn.today, _hour_proposed(turn))
    items: list[dict[str, Any]] = []
    for draft in drafts:
        at = times.of(str(draft.get("platform")))
        items.append({"content_id": draft["content_id"]} | ({"publish_at": at} if at else {}))
    return items


def _hour_proposed(turn: Turn) -> str:
    """The time of day that was just proposed, which another day alone leaves as it is; else the usual one."""
    proposed = set(_PROPOSED_AT.findall(turn.last_answer("publisher"))) if turn.pending else set[str]()
    return proposed.pop() if len(proposed) == 1 else USUAL


def _after_scheduling(turn: Turn, last: Used) -> Step:
    result = last.result
    if not last.ok:
        return _corrected(turn, last)
    if isinstance(result.get("scheduled"), list):
        return say(_done(turn, mappings(result["scheduled"])))
    if result.get("status") == "rejected":
        reason = plain(result.get("reason"), 300)
        return _at_the_wanted_time(turn, last, reason) or say(_rejected(reason))
    if result.get("status") in {"expired", "cancelled"}:
        return say("The request ran out before anyone decided, so nothing was scheduled. Shall I ask again?")
    return say(f"{sentence(plain(result.get('summary'), 400))} It waits for your approval; nothing goes out before.")


def _ask_again(turn: Turn, refused: Used) -> Step:
    """Ask anew for what the writer has just revised; where nothing was, say what is missing."""
    items = [dict(item) for item in mappings(refused.arguments.get("items"))]
    if items and REVISED in turn.last_answer("writer"):
        return call("schedule_posts", items=items)
    return say("Nothing was scheduled. Tell the writer what to change, and I ask again before anything goes out.")


def _at_the_wanted_time(turn: Turn, last: Used, reason: str) -> Step | None:
    """Ask anew for the time a rejection names, where that is all it asks for."""
    wanted = read_wanted(reason)
    said = mappings(last.arguments.get("items"))
    hours = {str(item.get("publish_at") or "")[11:16] for item in said} - {""}
    times = read_times(corrected(reason), turn.today, hours.pop() if len(hours) == 1 else USUAL)
    if wanted.voice or wanted.length or not TIMING.search(reason) or not (times.common or times.by_channel):
        return None
    items = [
        {"content_id": item.get("content_id"), "publish_at": times.common or item.get("publish_at")} for item in said
    ]
    return call("schedule_posts", items=items) if items else None


def _done(turn: Turn, scheduled: Sequence[Mapping[str, Any]]) -> str:
    rows = sorted(scheduled, key=lambda item: str(item.get("publish_at")))
    lines = [
        f"- **{label(str(item.get('platform')))}:** {moment(str(item.get('publish_at')), turn.timezone)}"
        for item in rows
    ]
    lead = turn.choose(
        "done", ("Approved, and on the calendar:", "Thank you. Now on the calendar:", "That's on the calendar:")
    )
    parts = [lead, "\n".join(lines), f"Times are {turn.timezone.replace('_', ' ')}."]
    if unconnected := sorted(
        {label(str(item.get("platform"))) for item in scheduled if not item.get("account_id") and _needs_account(item)}
    ):
        parts.append(f"No account is connected for {listed(unconnected)} yet: connect one before then.")
    return "\n\n".join(parts)


def _rejected(reason: str) -> str:
    if not reason:
        return "Not approved, so nothing was scheduled. What should change: the text, the time or the channel?"
    wanted = read_wanted(reason)
    told = f"Not approved: “{reason.rstrip('.')}”. Nothing was scheduled."
    if HOLD.search(reason) and not wanted.changes_something:
        return f"{told} The drafts are kept: say “schedule them” when you are ready."
    if TIMING.search(reason) and not wanted.voice and not wanted.length:
        return f"{told} Tell me the time you would like, and I'll prepare it again."
    return f"{told} Shall the writer revise the texts with this reason? I ask again before anything goes out."


def _corrected(turn: Turn, last: Used) -> Step:
    if "was changed or removed after" in last.error:
        return say(CHANGED_SINCE)
    return _once_more(turn, last)


def _once_more(turn: Turn, last: Used) -> Step:
    """Once: leave out what can't be scheduled, or move what lies in the past. Then say what is wrong."""
    items = mappings(last.arguments.get("items"))
    if len(turn.calls("schedule_posts")) == 1 and items:
        if "in the past" in last.error:
            moved = [_moved(item, turn.today) for item in items]
            return Step(PASSED, (Call("schedule_posts", {"items": moved}),))
        bad = set(_ID.findall(last.error))
        kept = [item for item in items if item.get("content_id") not in bad]
        if bad and kept and len(kept) < len(items):
            return call("schedule_posts", items=kept)
    return say(f"I could not prepare that: {_readable(last.error)}", _hint(last.error))


def _moved(item: Mapping[str, Any], today: date) -> dict[str, Any]:
    at = str(item.get("publish_at") or "")
    if not at:
        return dict(item)
    clock = at[11:16] or "10:00"
    later = "18:00" if at.startswith(today.isoformat()) and clock < "12:00" else None
    day = today if later else today + timedelta(days=1)
    return dict(item) | {"publish_at": f"{day.isoformat()}T{later or clock}"}


def _hint(error: str) -> str:
    if "lready scheduled" in error:
        return "Say “cancel it” if it should come off the calendar first."
    return "Tell me what to change, and I'll try again."


def _readable(error: str) -> str:
    text = _ID.sub("that one", re.sub(r" in apr_[0-9a-f]{32}", "", error))
    return re.sub(r"\b(?:list_drafts|list_posts|save_draft|revise_draft|cancel_post)\b[^.]*\.?", "", text).strip()


def _after_posts(turn: Turn, last: Used) -> Step:
    if not last.ok:
        return say(f"I could not look at the calendar: {_readable(last.error)}")
    posts = mappings(last.result.get("posts"))
    if _moves(turn) or (_CANCEL.search(turn.text) and not _ASKS.match(turn.text)):
        return _taking_off(turn, posts)
    if not posts:
        nothing = f"Nothing is on the calendar {'then' if _span(turn) else 'yet'}."
        if turn.pending:
            waiting = "\n".join(f"- {plain(item.get('summary'), 300)}" for item in turn.pending)
            return say(nothing, f"Waiting for your approval:\n\n{waiting}")
        return say(f"{nothing} Shall I schedule the drafts?" if already_shown(turn) else nothing)
    more = "There are more; name a day or a week to see them." if last.result.get("more") else ""
    return say(lead(turn, posts), table(turn, posts), more)


def _taking_off(turn: Turn, posts: Sequence[Mapping[str, Any]]) -> Step:
    moving = _moves(turn)
    if not posts and moving:
        return say("Nothing is scheduled, so there is nothing to move. For another campaign date, tell the strategist.")
    if not posts:
        return say("Nothing is scheduled, so there is nothing to cancel.")
    found = meant(turn, posts, dated=not moving)
    if isinstance(found, str):
        return say(found)
    if moving and _new_times(turn) is None:
        return say(f"{line(turn, found[0])}: to which day and time shall it move?")
    return Step(calls=tuple(Call("cancel_post", {"post_id": post["post_id"]}) for post in found if post.get("post_id")))


def _new_times(turn: Turn, now: str = "") -> str | None:
    """When a post is to go out that goes out ``now``: another day alone leaves its time of day."""
    hour = clock(now, turn.timezone) or USUAL
    return read_times(corrected(turn.text), turn.today, hour).common


def _reschedule(turn: Turn) -> Step:
    """Ask for approval of the new time of what has just been taken off the calendar."""
    listing = turn.worked("list_posts")
    at = {str(post.get("post_id")): str(post.get("publish_at") or "") for post in _posts_of(listing)}
    items = [
        {"content_id": item, "publish_at": _new_times(turn, at.get(str(used.arguments.get("post_id")), ""))}
        for used in turn.calls("cancel_post")
        if used.ok and (item := used.result.get("content_id"))
    ]
    if not items:
        return _after_cancelling(turn)
    words = "It is off the calendar until you approve the new time."
    return Step(
        words if len(items) == 1 else words.replace("It is", "They are"), (Call("schedule_posts", {"items": items}),)
    )


def _after_cancelling(turn: Turn) -> Step:
    tried = turn.calls("cancel_post")
    done = sum(used.ok for used in tried)
    by_id = {str(post.get("post_id")): post for post in _posts_of(turn.worked("list_posts"))}
    lines = [f"- {line(turn, by_id.get(str(used.arguments.get('post_id')), {}))}" for used in tried if used.ok]
    problems = [_readable(used.error) for used in tried if not used.ok]
    first = "Cancelled; its draft is kept:" if done == 1 else "Cancelled; the drafts are kept:"
    return say(first if done else "", "\n".join(lines), *problems)


def _posts_of(listing: Used | None) -> Sequence[Mapping[str, Any]]:
    return mappings(listing.result.get("posts")) if listing else []


def _decided(turn: Turn, last: Used) -> str:
    """What was approved last, and when: a person decides, never one of the team."""
    items = mappings(last.result.get("approvals"))
    if not items:
        return "Nothing was approved so far."
    lines = [
        f"- {plain(item.get('summary'), 300)} Approved on {moment(str(item.get('decided_at')), turn.timezone)}."
        for item in items
    ]
    return "\n".join(["Approved last:", "", *lines, "", "Who it was stands in the audit log of the console."])


def _waiting(turn: Turn, last: Used) -> str:
    items = mappings(last.result.get("approvals"))
    if last.arguments.get("status") == "approved":
        return _decided(turn, last)
    if items and _WHO_DECIDED.search(turn.text):
        lines = "\n".join(f"- {plain(item.get('summary'), 300)}" for item in items)
        return f"Nobody has yet. Waiting for you:\n\n{lines}\n\nApprove or reject on the card."
    deciding = _DECIDING.search(turn.text) is not None
    if not items:
        return "Nothing is waiting for a decision." + (
            " Say “schedule them” and I'll prepare the drafts." if deciding else ""
        )
    lines = "\n".join(f"- {plain(item.get('summary'), 300)}" for item in items)
    how = "Approve or reject on the card; nothing goes out before."
    if deciding or says_yes(turn.text):
        how = (
            "Which one do you mean? Decide on its card, or name it: “approve the email”."
            if len(items) > 1
            else "Did you mean to decide that? Say “approve” or “reject, because …”, or use its card."
        )
    return f"Waiting for you:\n\n{lines}\n\n{how}"


def _needs_account(item: Mapping[str, Any]) -> bool:
    return str(item.get("platform")) not in {"email", "blog", "sms"}
