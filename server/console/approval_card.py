"""An approval request as people decide on it: what would go out as it will appear, its cost, who asked, the steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from markupsafe import Markup

from core.json_text import inner_list, inner_object
from core.money import Money
from core.scope import Scope
from db.approval_requests import ApprovalRequest, Change, Signature
from server.console.words import counted, named
from server.rendering import as_it_appears
from tools.account_names import AccountNames, posts_of
from tools.approval.act import moment_of_payload
from tools.approval.difference import called
from tools.approval.signers import Signers, objection
from tools.approvals import as_it_stands
from tools.platforms.catalogue import BY_NAME

HIDDEN: Final = frozenset({"posts", "budget", "audience", "estimate_minor", "campaign_id", "launch"})
MOST_NAMED: Final = 20
ASKS: Final[Mapping[str, str]] = {
    "campaign_plan": "Launch a campaign",
    "content": "Content",
    "budget": "Spend money",
    "publish": "Publish",
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a post. ``picture`` says whether it can be shown."""

    url: str
    content_type: str
    picture: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """One post as it will appear. ``html`` is sanitised. ``length`` and ``limit`` as its platform counts."""

    index: int
    platform: str
    label: str
    account: str
    subject: str
    text: str
    html: Markup | None
    tags: tuple[str, ...]
    link: str
    media: tuple[Attachment, ...]
    people: tuple[str, ...]
    at: datetime | None
    length: int
    limit: int


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step of several approvers: ``done``, ``now`` or ``later``."""

    name: str
    state: str
    who: tuple[str, ...]
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One difference. Times are times, so that they read like all others."""

    label: str
    before: str | None
    after: str | None
    before_at: datetime | None
    after_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApprovalShown:
    """A request with all a decision needs. ``why_not`` says why this person may not decide; empty if they may."""

    request: ApprovalRequest
    asks: str
    posts: tuple[Preview, ...]
    cost: str
    facts: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    changes: tuple[ChangeShown, ...]
    steps: tuple[StepShown, ...]
    decided_by: str
    why_not: str

    @property
    def open(self) -> bool:
        """Whether somebody can decide it still."""
        return self.request.status == "pending"

    @property
    def goes_to(self) -> str:
        """The accounts it goes out on, in short."""
        names = list(dict.fromkeys(post.account for post in self.posts if post.account))
        return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of those a request speaks of: names by user id, who may decide, and what accounts are called."""

    people: Mapping[str, str]
    signers: Signers
    accounts: AccountNames


def shown(request: ApprovalRequest, scope: Scope, known: Known, now: datetime) -> ApprovalShown:
    """Prepare a request for a page."""
    people, accounts = known.people, known.accounts
    content = request.content
    rest = {name: value for name, value in content.items() if name not in HIDDEN and value not in (None, "", [], {})}
    return ApprovalShown(
        request=as_it_stands(request, now),
        asks=ASKS[request.request_type],
        posts=tuple(_preview(index, post, accounts) for index, post in enumerate(posts_of(request))),
        cost=_cost(content),
        facts=(
            *([("Audience", str(content["audience"]))] if content.get("audience") else []),
            *((named(name), _plain(value)) for name, value in rest.items() if not isinstance(value, list)),
        ),
        lists=tuple(
            (named(name), tuple(_plain(one) for one in inner_list(value)))
            for name, value in rest.items()
            if isinstance(value, list)
        ),
        changes=tuple(_change(change) for change in accounts.differences(request.difference)),
        steps=_steps(request, people),
        decided_by=_who(request.approved_by, people),
        why_not=_why_not(request, scope, known.signers),
    )


def _preview(index: int, post: Mapping[str, Any], accounts: AccountNames) -> Preview:
    name, text = str(post.get("platform", "")), str(post.get("text", ""))
    tags = tuple(map(str, inner_list(post.get("hashtags"))))
    link = str(post.get("link") or "")
    platform = BY_NAME.get(name)
    html = as_it_appears(post)
    measure = platform.measure(text, tags, link or None) if platform else None
    files = [inner_object(item) for item in inner_list(post.get("media"))]
    return Preview(
        index=index,
        platform=name,
        label=platform.label if platform else named(name),
        account=accounts.of(post),
        subject=str(post.get("subject") or ""),
        text=text,
        html=Markup(html) if html is not None else None,  # noqa: S704 - sanitised where it was rendered
        tags=tuple(tag if tag.startswith("#") else f"#{tag}" for tag in tags if tag not in text),
        link=link,
        media=tuple(
            Attachment(str(item.get("url")), kind, kind.startswith("image/"))
            for item in files
            for kind in [str(item.get("content_type", ""))]
        ),
        people=tuple(map(str, inner_list(post.get("recipients")))),
        at=moment_of_payload(post.get("publish_at")),
        length=measure.characters if measure else len(text),
        limit=measure.limit if measure else 0,
    )


def _cost(content: Mapping[str, Any]) -> str:
    budget = inner_object(content.get("budget"))
    currency = str(budget.get("currency") or "")
    if not currency:
        return "Nothing is spent"
    most = Money(_minor(budget.get("amount_minor")), currency)
    making = content.get("estimate_minor")
    return f"At most {most}" + (f"; making the posts takes about {Money(_minor(making), currency)}" if making else "")


def _minor(value: object) -> int:
    return value if isinstance(value, int) else 0


def _change(change: Change) -> ChangeShown:
    timed = change.field == "publish_at"
    return ChangeShown(
        label=f"{change.where} {called(change.field)}".strip(),
        before=change.before,
        after=change.after,
        before_at=moment_of_payload(change.before) if timed else None,
        after_at=moment_of_payload(change.after) if timed else None,
    )


def _steps(request: ApprovalRequest, people: Mapping[str, str]) -> tuple[StepShown, ...]:
    signed = {signature.step: signature for signature in request.signatures}
    found: list[StepShown] = []
    for index, step in enumerate(request.steps):
        waits = request.status == "pending" and index == request.step
        state = "done" if index < request.step else "now" if waits else "later"
        who = tuple(_who(one, people) for one in step.approvers)
        signature = signed.get(step.name)
        if signature:
            signature = signature.model_copy(update={"by": _who(signature.by, people)})
        found.append(StepShown(step.name, state, who, signature))
    return tuple(found)


def _why_not(request: ApprovalRequest, scope: Scope, signers: Signers) -> str:
    if not scope.may_write:
        return "You may read this but not decide. Ask the account's owner for the user role."
    return (objection(request, scope.actor_id, signers) or "") if request.status == "pending" else ""


def _who(actor: str | None, people: Mapping[str, str]) -> str:
    return "a voice call" if actor == "voice_approval" else people.get(actor or "", actor or "")


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        inner = inner_object(value)
        if all(isinstance(count, int) for count in inner.values()):
            return ", ".join(f"{named(name)}: {counted(count, 'piece')}" for name, count in inner.items())
    return orjson.dumps(value).decode()
