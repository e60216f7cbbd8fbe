"""The page behind a signed link: what would leave the house, as it will appear, and the decision. It has no script."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from core.json_text import inner_list, inner_object
from core.money import Money
from db.approval_requests import ApprovalRequest, Change
from server.rendering import as_it_appears
from tools.account_names import AccountNames, posts_of
from tools.approval.act import moment_of_payload
from tools.approval.difference import called
from tools.platforms.catalogue import BY_NAME

HEAD: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
    '<title>{title}</title><link rel="icon" href="/assets/mark.svg"><link rel="stylesheet" href="/assets/tokens.css">'
    '<link rel="stylesheet" href="/assets/approve.css"></head><body><main>'
    '<p class="brand"><img src="/assets/mark.svg" width="20" height="20" alt="">'
    "Marketing Minds</p>"
)
FOOT: Final = "</main></body></html>"
DONE: Final[Mapping[str, tuple[str, str]]] = {
    "approved": ("approved", "Approved"),
    "rejected": ("rejected", "Rejected"),
    "expired": ("closed", "Expired: nobody decided in time"),
    "cancelled": ("closed", "Withdrawn: it was changed after you were asked"),
}
KINDS: Final = {"campaign_plan": "plan", "content": "content", "budget": "budget", "publish": "posts"}
HIDDEN: Final = frozenset({"posts", "audience", "budget", "mode"})


def page_of(
    request: ApprovalRequest, token: str, account: str, timezone: str, accounts: AccountNames, *, error: str = ""
) -> str:
    """Return the page on which a pending request is decided, or that says what became of it."""
    posts = posts_of(request)
    parts = [HEAD.format(title=escape(f"Approval for {account}"))]
    parts.append(f"<header><h1>{escape(_heading(request, posts))}</h1>{_who(request, account, timezone)}</header>")
    if error:
        parts.append(f'<p class="done closed" role="alert">{escape(error)}</p>')
    if request.status != "pending":
        parts.append(_outcome(request, timezone))
    parts += [_post(post, f"/approve/{token}/media/{index}", timezone, accounts) for index, post in enumerate(posts)]
    parts.append(_facts(request))
    if request.difference:
        parts.append(_changes(accounts.differences(request.difference)))
    if request.status == "pending":
        parts.append(_choices(request, posts, token))
    return "".join([*parts, FOOT])


def notice(title: str, message: str) -> str:
    """Return a page that only says something."""
    return (
        f"{HEAD.format(title=escape(title))}<h1>{escape(title)}</h1>"
        f'<p class="done closed" role="alert">{escape(message)}</p>{FOOT}'
    )


def _heading(request: ApprovalRequest, posts: Sequence[Mapping[str, Any]]) -> str:
    if request.status != "pending":
        return DONE[request.status][1].partition(":")[0]
    if posts:
        labels = list(dict.fromkeys(_label(post) for post in posts))
        count = "this post" if len(posts) == 1 else f"these {len(posts)} posts"
        return f"Shall {count} go out on {' and '.join(labels)}?"
    return f"Shall this {KINDS[request.request_type]} go ahead?"


def _who(request: ApprovalRequest, account: str, timezone: str) -> str:
    asked = f"Asked for {account} by the {request.requested_by} on {_when(request.created_at, timezone)}."
    until = f" Open until {_when(request.expires_at, timezone)}." if request.status == "pending" else ""
    step = f" Step: {request.steps[request.step].name}." if request.steps and request.status == "pending" else ""
    return f'<p class="quiet">{escape(asked + until + step)}</p>'


def _outcome(request: ApprovalRequest, timezone: str) -> str:
    style, words = DONE[request.status]
    by = f" by {request.approved_by}" if request.approved_by and request.status in {"approved", "rejected"} else ""
    when = f" on {_when(request.resolved_at, timezone)}" if request.resolved_at else ""
    why = request.rejection_reason or request.approval_notes
    note = f" “{why}”" if why else ""
    return f'<p class="done {style}" role="status">{escape(f"{words}{by}{when}.{note}")}</p>'


def _post(post: Mapping[str, Any], files_at: str, timezone: str, accounts: AccountNames) -> str:
    moment = moment_of_payload(post.get("publish_at"))
    when = _when(moment, timezone) if moment else ("no time given" if "publish_at" in post else "")
    heading = f"<h3>{escape(str(post['subject']))}</h3>" if post.get("subject") else ""
    html = as_it_appears(post)
    text = (
        f'<div class="prose" dir="auto">{html}</div>'
        if html is not None
        else f'<p class="text" dir="auto">{escape(str(post.get("text", "")))}</p>'
    )
    tags = " ".join(map(str, inner_list(post.get("hashtags"))))
    files = [inner_object(item) for item in inner_list(post.get("media"))]
    pictures = "".join(
        f'<img src="{files_at}/{number}" alt="Attachment {number + 1}">'
        if str(item.get("content_type", "")).startswith("image/")
        else f'<p class="link">Video: {escape(str(item.get("url")))}</p>'
        for number, item in enumerate(files)
    )
    facts = [("Account", told)] if (told := accounts.of(post)) else []
    people = inner_list(post.get("recipients"))
    if people:
        facts.append((f"To {len(people)}", ", ".join(map(str, people[:20])) + (" …" if len(people) > 20 else "")))
    return (
        f'<article class="card"><header><h2>{escape(_label(post))}</h2>'
        f'<span class="quiet">{escape(when)}</span></header>'
        f'<div class="body">{heading}{text}{pictures}'
        + (f'<p class="tags">{escape(tags)}</p>' if tags else "")
        + (f'<p class="link">{escape(str(post["link"]))}</p>' if post.get("link") else "")
        + f"{_list(facts)}</div></article>"
    )


def _facts(request: ApprovalRequest) -> str:
    content = request.content
    facts: list[tuple[str, object]] = []
    if content.get("audience"):
        facts.append(("Audience", content["audience"]))
    budget = inner_object(content.get("budget"))
    cost = Money(int(budget.get("amount_minor", 0)), str(budget["currency"])) if budget.get("currency") else None
    facts.append(("Cost", str(cost) if cost else "nothing"))
    if content.get("mode"):
        facts.append(("Mode", content["mode"]))
    others = {name: value for name, value in content.items() if name not in HIDDEN}
    facts += [(name.replace("_", " ").capitalize(), _plain(value)) for name, value in others.items()]
    return f'<section class="card"><div class="body">{_list(facts)}</div></section>'


def _changes(changes: Sequence[Change]) -> str:
    rows = "".join(
        f"<li><strong>{escape(f'{change.where} {called(change.field)}'.strip())}</strong>"
        + (f"<del>{escape(change.before)}</del>" if change.before is not None else "")
        + (f"<ins>{escape(change.after)}</ins>" if change.after is not None else "")
        + "</li>"
        for change in changes
    )
    heading = "<header><h2>What changed since it was asked before</h2></header>"
    return f'<section class="card">{heading}<ul class="changes">{rows}</ul></section>'


def _choices(request: ApprovalRequest, posts: Sequence[Mapping[str, Any]], token: str) -> str:
    action = f'<form method="post" action="/approve/{token}">'
    shown = f'<input type="hidden" name="payload_hash" value="{request.payload_hash}">'
    approve = (
        f'{action}{shown}<input type="hidden" name="decision" value="approve">'
        '<button class="primary">Approve exactly this</button></form>'
    )
    fields = "".join(
        f'<label>{escape(_label(post))}<textarea name="text_{index}" maxlength="20000" rows="5">'
        f"{escape(str(post.get('text', '')))}</textarea></label>"
        for index, post in enumerate(posts)
    )
    edit = (
        f"<details><summary>Change the text, then approve</summary>{action}{shown}"
        f'<input type="hidden" name="decision" value="approve">{fields}'
        "<button>Approve with these changes</button></form>"
        "</details>"
        if fields
        else ""
    )
    reject = (
        f'<details><summary>Reject</summary>{action}{shown}<input type="hidden" name="decision" value="reject">'
        '<label>What should change?<textarea name="notes" maxlength="2000" rows="3"></textarea></label>'
        "<button>Reject with this reason</button></form></details>"
    )
    return f'<section class="choices" aria-label="Your decision">{approve}{edit}{reject}</section>'


def _label(post: Mapping[str, Any]) -> str:
    name = str(post.get("platform", ""))
    return BY_NAME[name].label if name in BY_NAME else name


def _list(facts: Sequence[tuple[str, object]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>' for name, value in facts)}</dl>"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _when(moment: datetime, timezone: str) -> str:
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{local:%a} {local.day} {local:%b %Y at %H:%M} ({timezone})"
