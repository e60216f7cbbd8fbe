"""What an approval would do, in words to be heard: what, where, when, to whom, and what it costs."""

import re
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.json_text import inner_list, inner_object
from core.money import Money
from db.approval_requests import ApprovalRequest
from tools.account_names import AccountNames, posts_of
from tools.approval.act import moment_of_payload
from tools.platforms.catalogue import BY_NAME

MOST_POSTS: Final = 5
LONGEST_TEXT: Final = 500
LINK: Final = re.compile(r"https?://(?:www\.)?([^\s/]+)\S*")
UNSPEAKABLE: Final = re.compile(r"[^\w\s.,;:!?'’£$€%&()\-]+")


def read_back(request: ApprovalRequest, timezone: str, accounts: AccountNames) -> list[str]:
    """Return the sentences, one thing each. Texts are read as data, cut where they are long."""
    posts = posts_of(request)
    sentences = [speakable(request.summary) or "Something waits for your decision."]
    sentences += [_post(post, timezone, accounts.of(post)) for post in posts[:MOST_POSTS]]
    if len(posts) > MOST_POSTS:
        sentences.append(f"And {len(posts) - MOST_POSTS} more, which I don't read out.")
    budget = inner_object(request.content.get("budget"))
    if budget.get("currency"):
        cost = Money(int(budget.get("amount_minor", 0)), str(budget["currency"]))
        sentences.append(f"It would cost {cost}.")
    return sentences


def speakable(text: str) -> str:
    """Return a text as a voice can read it: links by their site, no signs and pictures, cut where it is long."""
    plain = LINK.sub(r"a link to \1", text)
    plain = " ".join(UNSPEAKABLE.sub(" ", plain).split())
    return plain if len(plain) <= LONGEST_TEXT else plain[:LONGEST_TEXT].rsplit(" ", 1)[0] + ", and so on"


def _post(post: Mapping[str, Any], timezone: str, account: str) -> str:
    platform = str(post.get("platform", ""))
    label = BY_NAME[platform].label if platform in BY_NAME else platform
    moment = moment_of_payload(post.get("publish_at"))
    when = ""
    if moment:
        local = moment.astimezone(ZoneInfo(timezone))
        when = f" on {local:%A} {local.day} {local:%B} at {local:%H:%M}"
    people = inner_list(post.get("recipients"))
    to = f" to {len(people)} {'person' if len(people) == 1 else 'people'}" if people else ""
    subject = f" Subject: {speakable(str(post['subject']))}." if post.get("subject") else ""
    place = f" Account: {speakable(account)}." if account else ""
    return f"{label}{to}{when}.{place}{subject} It says: {speakable(str(post.get('text', '')))}"
