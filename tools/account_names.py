"""What connected accounts are called where a person decides. Posts name an account by its platform's own id."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from core.json_text import inner_list, inner_object
from db.approval_requests import ApprovalRequest, Change
from db.repository import Repository
from db.social_accounts import SocialAccount

NONE: Final = "no account connected yet"
FIELD: Final = "account_id"


class AccountNames:
    """The names of some accounts. Two with one name are told apart by their handles, or by their ids."""

    def __init__(self, accounts: Iterable[SocialAccount] = ()) -> None:
        self._accounts = {(one.platform, one.account_id): one for one in accounts}

    def account(self, platform: str, account_id: str) -> SocialAccount | None:
        """Return an account by its platform's id; None if it is not connected any more."""
        return self._accounts.get((platform, account_id))

    def of(self, post: Mapping[str, Any]) -> str:
        """Return where a planned post goes; empty if its payload has no word about it, as that of a plan."""
        if FIELD not in post:
            return ""
        account_id = str(post[FIELD] or "")
        if not account_id:
            return NONE
        account = self.account(str(post.get("platform", "")), account_id)
        return called(account) if account else f"{account_id} (not connected any more)"

    def by_id(self, posts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """Return the names of the accounts that posts go to, by the ids their payloads hold."""
        return {str(post[FIELD]): self.of(post) for post in posts if post.get(FIELD)}

    def of_differences(self, changes: Iterable[Change]) -> dict[str, str]:
        """Return the names of the accounts that differences speak of, by the ids they hold."""
        known = self._known()
        told = {told for change in changes if change.field == FIELD for told in (change.before, change.after) if told}
        return {account_id: known[account_id] for account_id in sorted(told) if account_id in known}

    def differences(self, changes: Iterable[Change]) -> list[Change]:
        """Return differences with names where an account has changed."""
        known = self._known()

        def name(told: str | None) -> str | None:
            return known.get(told, told) if told is not None else None

        return [
            change.model_copy(update={"before": name(change.before), "after": name(change.after)})
            if change.field == FIELD
            else change
            for change in changes
        ]

    def _known(self) -> dict[str, str]:
        return {account_id: called(account) for (_, account_id), account in self._accounts.items()}


async def account_names(accounts: Repository[SocialAccount], requests: Iterable[ApprovalRequest]) -> AccountNames:
    """Return the names of all accounts that these requests speak of: one read, or none where they speak of none."""
    wanted: set[str] = set()
    for request in requests:
        wanted |= {str(post[FIELD]) for post in posts_of(request) if post.get(FIELD)}
        for change in request.difference:
            wanted |= {told for told in (change.before, change.after) if told and change.field == FIELD}
    if not wanted:
        return AccountNames()
    return AccountNames(await accounts.find({FIELD: {"$in": sorted(wanted)}}, limit=len(wanted) * 2))


def posts_of(request: ApprovalRequest) -> list[dict[str, Any]]:
    """Return the posts of a request's payload."""
    return [inner_object(post) for post in inner_list(request.content.get("posts"))]


def called(account: SocialAccount) -> str:
    """Return what people call an account, with what makes it the only one of its name."""
    handle = account.account_username or ""
    sign = handle if not handle or "@" in handle else f"@{handle}"
    only = sign or account.account_id
    return f"{account.account_name} ({only})" if account.account_name and account.account_name != only else only
