"""Puts a mail together from the documents as they are when it is sent; nothing is sent of what is past."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.json_text import inner_list
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.notification_mails import NotificationMail
from db.repository import Repository
from db.settings import SETTINGS
from db.social_accounts import SOCIAL_ACCOUNTS
from tools.account_names import account_names, posts_of
from tools.approval.act import moment_of_payload
from tools.approval.signed_links import LONGEST, SignedLinks
from tools.approval.timezones import zone_of_request
from tools.platforms.catalogue import BY_NAME
from workflows.mails.letters import Card, Letter

MOST_CARDS: Final = 6
LONGEST_TEXT: Final = 900


class Writing:
    """Writes letters. ``base`` is the address people reach the server by."""

    def __init__(self, database: Database, links: SignedLinks, base: str) -> None:
        self._database = database
        self._links = links
        self._base = base

    async def letter(self, scope: Scope, mail: NotificationMail) -> Letter | None:
        """Return what a mail says now; None where there is nothing left to say."""
        if mail.topic == "approvals":
            return await self._approval(scope, mail)
        if mail.topic == "posts":
            return self._post(mail)
        return await self._campaign(scope, mail)

    async def _approval(self, scope: Scope, mail: NotificationMail) -> Letter | None:
        request = await Repository(self._database, APPROVAL_REQUESTS, scope).find_one({"request_id": mail.about})
        if request is None or request.status != "pending" or request.expires_at <= self._database.clock.now():
            return None
        approver = mail.approver or mail.address
        named = request.steps[request.step].approvers if request.steps else []
        if named and approver not in named:
            return None
        token, grant = self._links.make(request, approver, LONGEST)
        account, timezone = await self._account(scope), await zone_of_request(self._database, scope, request)
        posts = posts_of(request)
        accounts = await account_names(Repository(self._database, SOCIAL_ACCOUNTS, scope), [request])
        cards = [_card(post, timezone, accounts.of(post)) for post in posts[:MOST_CARDS]]
        still = "still waits" if mail.event_type == "approval.reminded" else "waits"
        sentences = [request.summary or "Something waits for you."]
        if len(posts) > MOST_CARDS:
            sentences.append(f"Shown here are {MOST_CARDS} of {len(posts)}; the page shows all of them.")
        sentences.append(
            f"Nothing goes out before you decide. The link is for you alone and works until "
            f"{_when(grant.expires_at, timezone)}."
        )
        return Letter(
            subject=f"{account}: {_what(request)} {still} for your decision",
            heading=f"{_what(request)[:1].upper()}{_what(request)[1:]} {still} for you",
            sentences=sentences,
            cards=cards,
            button=("Look at it and decide", f"{self._base}/approve/{token}"),
        )

    def _post(self, mail: NotificationMail) -> Letter:
        platform = str(mail.data.get("platform", ""))
        label = BY_NAME[platform].label if platform in BY_NAME else platform
        reason = str(mail.data.get("reason") or "")
        if mail.event_type == "post.failed":
            heading = f"A post for {label} did not go out"
            after = "Mend what is named, then try it again from the app or ask the publisher to."
        else:
            heading = f"Nobody can tell whether a post for {label} went out"
            after = "Look there, then say in the app what you found. It is not sent again by itself."
        sentences = [sentence for sentence in (reason, after) if sentence]
        return Letter(heading, heading, sentences, button=("Open Marketing Minds", f"{self._base}/"))

    async def _campaign(self, scope: Scope, mail: NotificationMail) -> Letter | None:
        campaign = await Repository(self._database, CAMPAIGNS, scope).find_one({"campaign_id": mail.about})
        if campaign is None:
            return None
        done = "is complete" if mail.event_type == "campaign.completed" else "has ended"
        heading = f"“{campaign.name}” {done}"
        told = str(mail.data.get("message") or "")
        sentences = [told, "The report is in its conversation."] if told else ["The report is in its conversation."]
        return Letter(heading, heading, sentences, button=("Read the report", f"{self._base}/"))

    async def _account(self, scope: Scope) -> str:
        settings = await Repository(self._database, SETTINGS, scope).find_one({})
        return (settings.branding.company_name if settings else None) or "Marketing Minds"


def _what(request: ApprovalRequest) -> str:
    posts = len(inner_list(request.content.get("posts")))
    match request.request_type:
        case "campaign_plan":
            return "a plan and its budget"
        case "budget":
            return "a budget"
        case "content":
            return "a text"
        case "publish":
            return "a post" if posts <= 1 else f"a set of {posts} posts"


def _card(post: Mapping[str, Any], timezone: str, account: str) -> Card:
    platform = str(post.get("platform", ""))
    label = BY_NAME[platform].label if platform in BY_NAME else platform
    moment = moment_of_payload(post.get("publish_at"))
    text = str(post.get("text", ""))
    subject = f"{post['subject']}\n\n" if post.get("subject") else ""
    shown = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT].rsplit(" ", 1)[0] + " …"
    where = ", ".join(filter(None, (label, _when(moment, timezone) if moment else "", account)))
    return Card(where, subject + shown)


def _when(moment: datetime, timezone: str) -> str:
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({timezone})"
