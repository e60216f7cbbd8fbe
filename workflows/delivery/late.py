"""A post that did not go out in time is asked for anew: the same post, at the next such time of day.

Its time has passed by hours, or the rules have been tightened since they let it pass.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from agents.headless import Errand, Headless
from agents.turns.notice import Notice
from agents.turns.notices import Notices
from core.ids import derived_id
from core.json_text import json_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.client import Database
from db.deliveries import Delivery
from db.delivery_store import DeliveryStore
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from tools.approval.requests import CARE, CARRIED_BY, ApprovalRequests
from tools.platforms.email import left_of
from tools.renewal import interrupt_of
from workflows.delivery.notes import DurableNotes

Late: TypeAlias = Callable[[Scope, Delivery], Awaitable[None]]
SOON: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
PUBLISHER: Final = "publisher"
ENDED: Final = frozenset({"published", "sent", "cancelled"})


class AskedAgain:
    """Asks, once for each time a delivery was too late."""

    def __init__(self, database: Database, headless: Headless, notices: Notices) -> None:
        self._database = database
        self._headless = headless
        self._notices = notices

    async def ask(self, scope: Scope, delivery: Delivery) -> None:
        """Prepare the post for its next time and ask a person, by the tool and runner every post goes through.

        Nothing is asked where its text is gone or may not go out any more: then the failed post says enough.
        """
        content_id, earlier, recipients = await self._source(scope, delivery)
        if content_id is None:
            return
        call_id = call_of(delivery)
        errand = Errand(
            errand_id=call_id,
            agent=PUBLISHER,
            instruction="",
            context={},
            campaign_id=delivery.campaign_id,
            conversation_id=delivery.conversation_id or "",
        )
        context = self._headless.tool_context(scope, errand, call_id)
        at = next_time(delivery.publish_at, self._database.clock.now())
        requests = Repository(self._database, APPROVAL_REQUESTS, scope)
        request = await requests.find_one({"request_id": renewal_of(delivery)})
        if request is None:
            items = [{"content_id": content_id, "publish_at": at.isoformat()}]
            arguments = {"items": items, "recipients": recipients or None}
            outcome = await self._headless.house.runner.call("schedule_posts", arguments, context)
            asked = (json_object(outcome.content) or {}).get("approval_id")
            request = await requests.find_one({"request_id": str(asked)}) if asked else None
        if request is None or request.status != "pending":
            return
        await requests.change(request.request_id, {f"metadata.{CARRIED_BY}": CARE})
        if earlier is not None:
            await self._replace(scope, delivery, earlier, request)
        if delivery.conversation_id:
            why = delivery.reason or "It was too late for that post."
            text = f"{why} {request.summary} Nothing goes out until you approve it."
            notice = Notice(derived_id("ntc", call_id), PUBLISHER, text=text, interrupt=interrupt_of(request))
            await self._notices.tell(scope, delivery.conversation_id, notice)

    async def _replace(self, scope: Scope, late: Delivery, earlier: str, request: ApprovalRequest) -> None:
        """Withdraw the approval the post was late on, unless something else is still to go out, or be found, by it.

        Then it stays for those; the late post is past the time it was approved for, so that it is not covered any more.
        """
        where = {"request_id": earlier}
        posts = await Repository(self._database, SOCIAL_POSTS, scope).find(where)
        emails = await Repository(self._database, EMAIL_CAMPAIGNS, scope).find(where)
        states = {str(result.status) for post in posts if post.post_id != late.post_id for result in post.platforms}
        states |= {str(email.status) for email in emails if email.campaign_id != late.post_id}
        if states <= ENDED:
            await Repository(self._database, APPROVAL_REQUESTS, scope).change(
                earlier, {"superseded_by": request.request_id}
            )
            await ApprovalRequests(self._database).void(scope, earlier, f"Asked anew as {request.request_id}.")

    async def _source(self, scope: Scope, delivery: Delivery) -> tuple[str | None, str | None, list[str]]:
        """Return the content and the approval of a delivery's post, and whom an email has not gone to yet."""
        if delivery.post_id.startswith(EMAIL_CAMPAIGNS.id_prefix):
            emails = Repository(self._database, EMAIL_CAMPAIGNS, scope)
            email = await emails.find_one({"campaign_id": delivery.post_id})
            if email is None:
                return None, None, []
            left = left_of(email.recipients.addresses, DurableNotes(DeliveryStore(self._database), delivery))
            return email.content_id, email.request_id, left
        post = await Repository(self._database, SOCIAL_POSTS, scope).find_one({"post_id": delivery.post_id})
        return (post.content_id, post.request_id, []) if post else (None, None, [])


def call_of(late: Delivery) -> str:
    """Return the id of the tool call that asks anew for a delivery, once for each time it was too late."""
    return derived_id("call", late.delivery_id, "late", str(late.settled))


def renewal_of(late: Delivery) -> str:
    """Return the id of the approval that is asked for in place of the one a delivery was late on."""
    return derived_id(APPROVAL_REQUESTS.id_prefix, call_of(late), "1")


def next_time(meant: datetime, now: datetime) -> datetime:
    """Return the first moment at the same time of day that leaves a person an hour to decide."""
    days = max((now + SOON - meant) // DAY + 1, 0)
    return meant + days * DAY
