"""The publisher by rule: schedules drafts, shows the calendar and what waits, cancels, and reports decisions."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from agents.language.dates import find_dates
from agents.models.offline.drafts import already_shown, ever_shown, of_these
from agents.models.offline.phrasing import channel, listed, moment, plain, sentence
from agents.models.offline.reading import Turn, Used
from agents.models.offline.requests import Wanted, read_wanted
from agents.models.offline.step import Call, Step, call, say
from agents.models.offline.talk import asks_identity, identity
from agents.models.offline.timing import read_times
from agents.models.offline.values import mappings
from tools.platforms.catalogue import BY_NAME

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
_DECIDING = re.compile(
    (
        r"\b(?:approved?|approve (?:it|them|all|that|this)|reject(?:ed)?|decline|i (?:approve|reject|"
        r"agree)|go ahead|looks? good|lgtm|ok to (?:send|post))\b"
    ),
    re.IGNORECASE,
)
_ONE = re.compile(r"\b(?:it|this|that|this one|that one)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|everything|every|both|each)\b", re.IGNORECASE)
_ID = re.compile(r"\b(?:cnt|pst|eml|apr|cmp)_[0-9a-f]{32}\b")
PREPARED = ("scheduled", "status", "summary", "approval_id", "reason", "decision", "notes")


def decide(turn: Turn) -> Step:
    """Take the next step of the publisher's turn."""
    if not turn.used:
        return _open(turn)
    last = turn.used[-1]
    match last.tool:
        case "list_drafts":
            return _choose(turn, last)
        case "schedule_posts":
            return _after_scheduling(turn, last)
        case "list_posts":
            return _after_posts(turn, last)
        case "cancel_post":
            return _after_cancelling(turn)
        case "list_approvals":
            return say(_waiting(turn, last))
        case _:
            return say(last.error or "That is done.")


def _open(turn: Turn) -> Step:
    text = turn.text
    if asks_identity(text):
        return say(identity())
    if _CANCEL.search(text) and not _ASKS.match(text):
        return call("list_posts", status="scheduled", limit=50)
    if _is_question(text) and _WAITING.search(text):
        return call("list_approvals")
    if _is_question(text) or (_CALENDAR.search(text) and not _SCHEDULE.search(text)):
        return call("list_posts", **_span(turn))
    if _DECIDING.search(text) and not _SCHEDULE.search(text):
        return call("list_approvals")
    return call("list_drafts", limit=30)


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
    if not drafts:
        return say("There is nothing to publish yet. Shall the writer draft something?")
    wanted = read_wanted(turn.text)
    chosen = _chosen(turn, drafts, wanted)
    if isinstance(chosen, str):
        return say(chosen)
    if not chosen:
        return say(
            f"There is no draft for "
            f"{listed([channel(name) for name in wanted.channels], 'or') or 'that'}. Shall the writer "
            f"draft one?"
        )
    return call("schedule_posts", items=_items(turn, chosen))


def _chosen(turn: Turn, drafts: Sequence[Mapping[str, Any]], wanted: Wanted) -> list[Mapping[str, Any]] | str:
    recent = of_these(drafts, already_shown(turn)) or list(drafts[:1])
    if wanted.targets:
        found = [recent[number] for number in wanted.targets if -len(recent) <= number < len(recent)]
        return found or f"There {_are(len(recent))}. Which one do you mean?"
    ours = of_these(drafts, ever_shown(turn)) or list(drafts)
    pool = recent if _ONE.search(turn.text) and not wanted.channels else ours
    if wanted.channels:
        pool = [item for name in wanted.channels for item in _for_channel(name, recent, ours, drafts)]
    pool = [item for item in pool if item.get("platform") not in wanted.refused]
    possible = [item for item in pool if _postable(item)]
    if pool and not possible:
        return (
            f"{listed(sorted({_label(item) for item in pool}))} texts are booked as adverts, not "
            f"posted. I can't schedule those."
        )
    if _ALL.search(turn.text):
        return possible[:20]
    names = [str(item.get("platform")) for item in possible]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice and len(recent) > 1:
        return (
            f"There are {names.count(twice)} drafts for {channel(twice)}. Which one: the first, the "
            f"second, or all of them?"
        )
    return [item for place, item in enumerate(possible) if names.index(names[place]) == place][:20]


def _for_channel(name: str, *pools: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The drafts for a channel from the first pool that has any."""
    for pool in pools:
        if found := [item for item in pool if item.get("platform") == name]:
            return found
    return []


def _are(count: int) -> str:
    return "is only one draft here" if count == 1 else f"are {count} drafts"


def _items(turn: Turn, drafts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    times = read_times(turn.text, turn.today)
    items: list[dict[str, Any]] = []
    for draft in drafts:
        at = times.of(str(draft.get("platform")))
        items.append({"content_id": draft["content_id"]} | ({"publish_at": at} if at else {}))
    return items


def _after_scheduling(turn: Turn, last: Used) -> Step:
    result = last.result
    if not last.ok:
        return _corrected(turn, last)
    if isinstance(result.get("scheduled"), list):
        return say(_done(turn, mappings(result["scheduled"])))
    if result.get("status") == "rejected":
        return say(_rejected(plain(result.get("reason"), 300)))
    if result.get("status") in {"expired", "cancelled"}:
        return say("The request ran out before anyone decided, so nothing was scheduled. Shall I ask again?")
    return say(f"{sentence(plain(result.get('summary'), 400))} It waits for your approval; nothing goes out before.")


def _done(turn: Turn, scheduled: Sequence[Mapping[str, Any]]) -> str:
    rows = sorted(scheduled, key=lambda item: str(item.get("publish_at")))
    lines = [f"- **{_label(item)}:** {moment(str(item.get('publish_at')), turn.timezone)}" for item in rows]
    lead = turn.choose("done", ("Approved and scheduled:", "Thank you. Scheduled:", "That's on the calendar:"))
    parts = [lead, "\n".join(lines), f"Times are {turn.timezone.replace('_', ' ')}."]
    if unconnected := sorted(
        {_label(item) for item in scheduled if not item.get("account_id") and _needs_account(item)}
    ):
        parts.append(f"No account is connected for {listed(unconnected)} yet: connect one before then.")
    return "\n\n".join(parts)


def _rejected(reason: str) -> str:
    if not reason:
        return "Not approved, so nothing was scheduled. What should change: the text, the time or the channel?"
    wanted = read_wanted(reason)
    time = re.search(
        (
            r"\b(?:time|date|day|later|earlier|too (?:early|late)|morning|evening|week|monday|tuesday|"
            r"wednesday|thursday|friday|saturday|sunday)\b"
        ),
        reason,
        re.IGNORECASE,
    )
    if time and not wanted.voice and not wanted.length:
        return (
            f"Not approved: “{reason.rstrip('.')}”. Nothing was scheduled. Tell me the time you would "
            f"like, and I'll prepare it again."
        )
    return (
        f"Not approved: “{reason.rstrip('.')}”. Nothing was scheduled. That is one for the "
        f"writer: say “change it” and the texts are revised with this reason, then I'll ask "
        f"again."
    )


def _corrected(turn: Turn, last: Used) -> Step:
    """Once: leave out what can't be scheduled, or move what lies in the past. Then say what is wrong."""
    items = mappings(last.arguments.get("items"))
    if len(turn.calls("schedule_posts")) == 1 and items:
        if "in the past" in last.error:
            moved = [_moved(item, turn.today) for item in items]
            return call("schedule_posts", items=moved)
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
    if "lready waits" in error:
        return "Decide on that one first: approve or reject it on its card."
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
    if _CANCEL.search(turn.text) and not _ASKS.match(turn.text):
        return _cancelling(turn, posts)
    if not posts:
        span = "then" if _span(turn) else "yet"
        return say(
            f"Nothing is on the calendar {span}. Shall I schedule the drafts?"
            if already_shown(turn)
            else f"Nothing is on the calendar {span}."
        )
    return say(
        _table(turn, posts), "There are more; name a day or a week to see them." if last.result.get("more") else ""
    )


def _table(turn: Turn, posts: Sequence[Mapping[str, Any]]) -> str:
    rows = ["| When | Channel | Status | Text |", "|---|---|---|---|"]
    for post in posts:
        names = listed([channel(str(item.get("platform"))) for item in _platforms(post)])
        states = listed(sorted({plain(item.get("status")) for item in _platforms(post)}))
        at = moment(str(post.get("publish_at")), turn.timezone) if post.get("publish_at") else "no time"
        rows.append(f"| {at} | {names} | {states} | {plain(post.get('text'), 60)} |")
    return "\n".join(rows)


def _cancelling(turn: Turn, posts: Sequence[Mapping[str, Any]]) -> Step:
    if not posts:
        return say("Nothing is scheduled, so there is nothing to cancel.")
    wanted = read_wanted(turn.text)
    days = {found.first for found in find_dates(turn.text, turn.today) if found.first}
    names = {*wanted.channels, *wanted.refused}
    pool = [post for post in posts if not names or names & {str(item.get("platform")) for item in _platforms(post)}]
    pool = [
        post
        for post in pool
        if not days or any(day and str(post.get("publish_at", "")).startswith(day.isoformat()) for day in days)
    ]
    if wanted.targets:
        pool = [pool[number] for number in wanted.targets if -len(pool) <= number < len(pool)]
    if not pool:
        return say("I can't find that one on the calendar:", _table(turn, posts), "Which one do you mean?")
    if len(pool) > 1 and not (
        _ALL.search(turn.text) or re.search(r"\b(?:them|posts|these|those)\b", turn.text, re.IGNORECASE)
    ):
        return say(
            "There are several:", _table(turn, pool), "Which one shall I cancel: the first, the second, or all of them?"
        )
    return Step(calls=tuple(Call("cancel_post", {"post_id": post["post_id"]}) for post in pool if post.get("post_id")))


def _after_cancelling(turn: Turn) -> Step:
    tried = turn.calls("cancel_post")
    done = sum(used.ok for used in tried)
    listing = turn.worked("list_posts")
    posts = mappings(listing.result.get("posts")) if listing else []
    by_id = {str(post.get("post_id")): post for post in posts}
    lines = [f"- {_line(turn, by_id.get(str(used.arguments.get('post_id')), {}))}" for used in tried if used.ok]
    problems = [_readable(used.error) for used in tried if not used.ok]
    lead = "Cancelled; its draft is kept:" if done == 1 else "Cancelled; the drafts are kept:"
    return say(lead if done else "", "\n".join(lines), *problems)


def _line(turn: Turn, post: Mapping[str, Any]) -> str:
    names = listed([channel(str(item.get("platform"))) for item in _platforms(post)]) or "One post"
    at = moment(str(post["publish_at"]), turn.timezone) if post.get("publish_at") else ""
    return f"{names}, {at}" if at else names


def _waiting(turn: Turn, last: Used) -> str:
    items = mappings(last.result.get("approvals"))
    deciding = _DECIDING.search(turn.text) is not None
    if not items:
        return "Nothing is waiting for a decision." + (
            " Say “schedule them” and I'll prepare the drafts." if deciding else ""
        )
    lines = "\n".join(f"- {plain(item.get('summary'), 300)}" for item in items)
    how = (
        "I can't decide for you, and words here don't count as a decision: use Approve or Reject on the card."
        if deciding
        else "Approve or reject on the card; nothing goes out before."
    )
    return f"Waiting for you:\n\n{lines}\n\n{how}"


def _platforms(post: Mapping[str, Any]) -> list[dict[str, Any]]:
    return mappings(post.get("platforms"))


def _postable(item: Mapping[str, Any]) -> bool:
    platform = BY_NAME.get(str(item.get("platform")))
    return platform is None or platform.postable


def _needs_account(item: Mapping[str, Any]) -> bool:
    return str(item.get("platform")) not in {"email", "blog", "sms"}


def _label(item: Mapping[str, Any]) -> str:
    name = str(item.get("platform"))
    return BY_NAME[name].label if name in BY_NAME else channel(name)
