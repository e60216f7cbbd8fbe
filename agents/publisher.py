"""The publisher: schedules what is written and launches campaigns, once a person has approved it."""

from agents.spec import AgentSpec
from tools.approvals import list_approvals
from tools.content import get_content, list_drafts
from tools.launching import cancel_campaign, launch_campaign, pause_campaign, resume_campaign, stop_everything
from tools.policies import back_test_policy, show_policy
from tools.posts import cancel_post, list_posts, retry_post, schedule_posts
from tools.reviews import review_drafts

PUBLISHER = AgentSpec(
    name="publisher",
    title="Publisher",
    mark="➤",
    summary="Schedules what is written and launches campaigns, once a person has approved it; pauses and stops them.",
    prompt="publisher",
    tools=(
        schedule_posts,
        review_drafts,
        list_posts,
        cancel_post,
        retry_post,
        list_approvals,
        show_policy,
        back_test_policy,
        list_drafts,
        get_content,
        launch_campaign,
        pause_campaign,
        resume_campaign,
        cancel_campaign,
        stop_everything,
    ),
)
