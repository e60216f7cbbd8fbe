"""From what is stored of a post or email to the act of putting it out."""

from collections.abc import Sequence

from core.errors import Rejected
from db.email_campaigns import EmailCampaign
from db.social_posts import PlatformResult, PostMedia, SocialPost
from tools.approval.act import Act
from tools.approval.planned_acts import effect_of
from tools.outside.contract import Media, Post


def act_of_post(post: SocialPost, result: PlatformResult, key: str, media: Sequence[Media]) -> Act:
    """Return the act of putting a stored post out on one of its accounts.

    ``key`` is the delivery's; ``media`` are the files of ``post.content.media`` as they were fetched just now.
    """
    content = post.content
    return Act(
        effect=effect_of(result.platform),
        campaign_id=post.campaign_id,
        request_id=post.request_id,
        subject_id=post.post_id,
        platform=result.platform,
        account_id=result.account_id,
        publish_at=post.schedule.publish_at,
        post=Post(
            key=key,
            text=content.message,
            title=content.title,
            link=content.link,
            hashtags=tuple(content.hashtags),
            media=as_approved(content.media, media),
        ),
    )


def act_of_email(email: EmailCampaign, key: str, media: Sequence[Media]) -> Act:
    """Return the act of sending a stored email; as for a post."""
    content = email.content
    return Act(
        effect="send",
        campaign_id=email.marketing_campaign_id,
        request_id=email.request_id,
        subject_id=email.campaign_id,
        platform="email",
        account_id=email.account_id,
        publish_at=email.schedule.send_at,
        post=Post(
            key=key,
            text=content.text_content,
            title=content.subject or None,
            link=content.link,
            hashtags=tuple(content.hashtags),
            media=as_approved(content.media, media),
            recipients=tuple(email.recipients.addresses),
        ),
    )


def as_approved(stored: Sequence[PostMedia], media: Sequence[Media]) -> tuple[Media, ...]:
    """Return the fetched files; Rejected where one is missing or is not the one that lay there when it was asked."""
    if [item.url for item in stored] != [item.url for item in media]:
        raise Rejected("Not every attachment could be fetched, so nothing was put out.")
    for wanted, found in zip(stored, media, strict=True):
        if wanted.sha256 != found.digest:
            raise Rejected(f"The file at {found.url[:200]} is not the one that was approved. Ask for approval again.")
    return tuple(media)
