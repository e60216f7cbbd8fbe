"""Permits for tests of what happens once something is permitted; who permits what is tested in tests/tools/approval."""

from datetime import UTC, datetime

from tools.approval.act import Act
from tools.approval.permit import MINT, Permit
from tools.outside.contract import Access, Post


def permitted(platform: str, access: Access, post: Post) -> Permit:
    """Return the permit to put this out on this account."""
    act = Act(
        effect="send" if platform == "email" else "publish",
        request_id="apr_test",
        platform=platform,
        account_id=access.account_id,
        post=post,
    )
    return Permit(act, "approval", "A test allows it.", datetime.now(UTC), "apr_test", mint=MINT)


def removal(platform: str, access: Access, platform_post_id: str) -> Permit:
    """Return the permit to take this post down on this account."""
    act = Act(
        effect="take_down",
        request_id="apr_test",
        platform=platform,
        account_id=access.account_id,
        platform_post_id=platform_post_id,
    )
    return Permit(act, "approval", "A test allows it.", datetime.now(UTC), "apr_test", mint=MINT)
