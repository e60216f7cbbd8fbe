"""How an approval request looks in Slack: exactly what would happen, and the buttons; or who decided, and when."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from core.json_text import inner_list, inner_object
from core.money import Money
from db.approval_requests import ApprovalRequest
from server.slack.escaping import escaped
from server.slack.markdown import LONGEST_SECTION, SlackText, shortened
from tools.account_names import AccountNames, posts_of
from tools.approval.act import moment_of_payload
from tools.approval.difference import called
from tools.platforms.catalogue import BY_NAME

MOST_SECTIONS: Final = 40
LONGEST_TEXT: Final = 3_000
HIDDEN: Final = frozenset({"posts", "audience", "budget", "mode"})
WAYS: Final = {"slack": " in Slack", "link": " by a link", "voice": ""}
MARKS: Final = {"approved": "✅", "rejected": "⛔", "expired": "⌛", "cancelled": "↩️"}


def shown_of(request: ApprovalRequest) -> str:
    """Return a digest of everything a card tells that may change."""
    told = (request.status, str(request.step), request.payload_hash, str(request.resolved_at), request.void_reason)
    return hashlib.sha256("\x1f".join(map(str, told)).encode()).hexdigest()[:32]


def value_of(request: ApprovalRequest) -> str:
    """Return what a button carries: which request, in exactly which form."""
    return f"{request.request_id} {request.payload_hash}"


def open_card(request: ApprovalRequest, accounts: AccountNames) -> SlackText:
    """Return a request with its buttons. One too long to be shown whole is decided on its page."""
    sections = list(_preview(request, accounts))
    whole = len(sections) <= MOST_SECTIONS
    title = f"*Waiting for your approval*\n{escaped(request.summary)}"
    blocks = [_section(part) for part in shortened(title, LONGEST_SECTION)]
    blocks += [_section(part) for part in sections[:MOST_SECTIONS]]
    if request.steps:
        step = request.steps[request.step]
        blocks.append(_note(f"Step {request.step + 1} of {len(request.steps)}: {escaped(step.name)}"))
    if not whole:
        blocks.append(_note("There is more than fits here. Open the page to see all of it and decide."))
    blocks.append(_note(f"Open until {_date(request.expires_at)}. Nothing happens before somebody approves it."))
    blocks.append({"type": "actions", "block_id": f"decide {request.request_id}", "elements": _buttons(request, whole)})
    return SlackText(f"Waiting for your approval: {escaped(request.summary)}"[:LONGEST_TEXT], blocks)


def closed_card(request: ApprovalRequest, who: str) -> SlackText:
    """Return a request that was decided or closed, without buttons. ``who`` is in Slack's own form already."""
    words = outcome_of(request, who)
    blocks = [_section(part) for part in shortened(f"~{_flat(request.summary)}~", LONGEST_SECTION)]
    blocks += [_section(part) for part in shortened(words, LONGEST_SECTION)]
    return SlackText(f"{escaped(request.summary)}\n{words}"[:LONGEST_TEXT], blocks)


def outcome_of(request: ApprovalRequest, who: str) -> str:
    """Say what became of a request, who decided it, where and when."""
    mark = MARKS.get(request.status, "")
    when = f" on {_date(request.resolved_at)}" if request.resolved_at else ""
    match request.status:
        case "approved" | "rejected":
            way = WAYS.get(request.decided_via or "", " in the app")
            why = request.rejection_reason or request.approval_notes
            reason = f"\n> {escaped(' '.join(why.split()))}" if why else ""
            return f"{mark} *{request.status.capitalize()}* by {who}{way}{when}{reason}"
        case "expired":
            return f"{mark} *Expired:* nobody decided in time."
        case _:
            why = request.void_reason or "It was changed after it was asked."
            return f"{mark} *Withdrawn.* {escaped(why)}"


def _buttons(request: ApprovalRequest, whole: bool) -> list[dict[str, Any]]:
    value = value_of(request)
    approve = _button("approve", "Approve", value, "primary")
    reject = _button("reject", "Reject…", value, "danger")
    if not whole:
        return [_button("page", "Open the page", value), reject]
    return [approve, reject, _button("edit", "Edit…", value)]


def _button(action: str, label: str, value: str, style: str = "") -> dict[str, Any]:
    button: dict[str, Any] = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": label},
        "value": value,
    }
    return button | ({"style": style} if style else {})


def _preview(request: ApprovalRequest, accounts: AccountNames) -> Iterator[str]:
    """Yield what would happen, word for word, in sections."""
    for post in posts_of(request):
        yield from shortened(_post(post, accounts.of(post)), LONGEST_SECTION)
        quoted = escaped(str(post.get("text", "")))
        for part in shortened(quoted, LONGEST_SECTION - 500):
            yield "\n".join(f"> {line}".rstrip() for line in part.split("\n"))[:LONGEST_TEXT]
    if facts := "\n".join(_facts(request.content)):
        yield from shortened(facts, LONGEST_SECTION)
    for change in accounts.differences(request.difference):
        place = escaped(f"{change.where} {called(change.field)}".strip())
        before = f"~{_flat(change.before)}~ " if change.before is not None else ""
        after = escaped(change.after) if change.after is not None else ""
        yield from shortened(f"*Changed: {place}*\n{before}{after}", LONGEST_SECTION)


def _post(post: Mapping[str, Any], account: str) -> str:
    moment = moment_of_payload(post.get("publish_at"))
    lines = [f"*{escaped(_label(post))}* · {_date(moment) if moment else 'no time given'}"]
    if account:
        lines.append(f"Account: {escaped(account)}")
    if post.get("subject"):
        lines.append(f"Subject: {escaped(str(post['subject']))}")
    if tags := inner_list(post.get("hashtags")):
        lines.append(escaped(" ".join(map(str, tags))))
    if post.get("link"):
        lines.append(f"Link: {escaped(str(post['link']))}")
    lines += [f"Attachment: {escaped(str(inner_object(file).get('url')))}" for file in inner_list(post.get("media"))]
    if people := inner_list(post.get("recipients")):
        named = ", ".join(map(str, people[:20])) + (" …" if len(people) > 20 else "")
        lines.append(f"To {len(people)}: {escaped(named)}")
    return "\n".join(lines)


def _facts(content: Mapping[str, Any]) -> Iterator[str]:
    if content.get("audience"):
        yield f"*Audience:* {escaped(str(content['audience']))}"
    budget = inner_object(content.get("budget"))
    if budget.get("currency"):
        yield f"*Cost:* {escaped(str(Money(int(budget.get('amount_minor', 0)), str(budget['currency']))))}"
    if content.get("mode"):
        yield f"*Mode:* {escaped(str(content['mode']))}"
    for name, value in content.items():
        if name not in HIDDEN and value not in (None, "", []):
            told = value if isinstance(value, str) else orjson.dumps(value).decode()
            yield f"*{escaped(name.replace('_', ' ').capitalize())}:* {escaped(told)}"


def _label(post: Mapping[str, Any]) -> str:
    name = str(post.get("platform", ""))
    return BY_NAME[name].label if name in BY_NAME else name


def _date(moment: datetime) -> str:
    """Return a time that Slack shows in the reader's own timezone."""
    fallback = f"{moment:%d %B %Y at %H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def _flat(text: str) -> str:
    return escaped(" ".join(text.split()).replace("~", "-"))


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _note(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
