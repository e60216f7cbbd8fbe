"""Which route of the REST interface does what each tool does, and why some tools and some routes stand alone.

``tests/server/test_rest_parity.py`` holds each tool to its routes, and both lists to what there is.
"""

from typing import Final

API: Final = "/api/v1"

ROUTES: Final[dict[str, tuple[str, ...]]] = {
    "update_brief": ("PATCH /conversations/{conversation_id}/brief",),
    "create_campaign_plan": ("POST /campaigns",),
    "revise_campaign": ("PATCH /campaigns/{campaign_id}",),
    "list_campaigns": ("GET /campaigns",),
    "get_campaign": ("GET /campaigns/{campaign_id}",),
    "request_budget": ("POST /campaigns/{campaign_id}/budget",),
    "launch_campaign": ("POST /campaigns/{campaign_id}/launch",),
    "pause_campaign": ("POST /campaigns/{campaign_id}/pause",),
    "resume_campaign": ("POST /campaigns/{campaign_id}/resume",),
    "cancel_campaign": ("POST /campaigns/{campaign_id}/cancel",),
    "stop_everything": ("POST /halt",),
    "estimate_cost": ("GET /campaigns/{campaign_id}/estimate",),
    "save_draft": ("POST /content",),
    "revise_draft": ("PATCH /content/{content_id}",),
    "list_drafts": ("GET /content",),
    "get_content": ("GET /content/{content_id}",),
    "set_journey": ("PATCH /content/{content_id}/journey",),
    "platform_limits": ("GET /platforms",),
    "review_drafts": ("POST /content/reviews",),
    "schedule_posts": ("POST /posts",),
    "list_posts": ("GET /calendar", "GET /posts"),
    "cancel_post": ("POST /posts/{post_id}/cancel",),
    "retry_post": ("POST /posts/{post_id}/retry",),
    "list_approvals": ("GET /approvals",),
    "show_policy": ("GET /approval-rules", "GET /campaigns/{campaign_id}/approval-rules"),
    "back_test_policy": ("POST /approval-rules/back-test",),
    "query_metrics": ("GET /figures",),
    "draw_chart": ("POST /charts",),
    "search_crm": ("GET /crm/records",),
    "remember": ("POST /memory",),
    "recall_memory": ("GET /memory",),
    "correct_memory": ("PATCH /memory/{memory_id}",),
    "forget_memory": ("DELETE /memory/{memory_id}",),
    "switch_memory": ("PATCH /memory/settings",),
}

NO_ROUTE: Final[dict[str, str]] = {
    "explain_answer": "It is about the answer a turn has just given; that turn's messages and events say the same.",
    "set_timezone": "A person says it of themselves, with all else they do: PATCH /me, which is no work of the team's.",
}

PEOPLE: Final = "People alone decide what goes out and by which rules; no model can."
TALK: Final = "It is the conversation that tools are called in."
PLACE: Final = "Where posts go is chosen by people; a tool asks for the account that was chosen."
MEND: Final = "It mends what went wrong outside, after a person has looked."

NO_TOOL: Final[dict[str, str]] = {
    "POST /conversations": TALK,
    "DELETE /conversations/{conversation_id}": TALK,
    "POST /conversations/{conversation_id}/messages": TALK,
    "POST /conversations/{conversation_id}/cancel": TALK,
    "DELETE /halt": PEOPLE,
    "POST /approvals/{approval_id}/decision": PEOPLE,
    "POST /approvals/{approval_id}/links": PEOPLE,
    "POST /approvals/{approval_id}/voice-checks": PEOPLE,
    "POST /approvals/{approval_id}/voice": PEOPLE,
    "PUT /approval-rules": PEOPLE,
    "PUT /campaigns/{campaign_id}/approval-rules": PEOPLE,
    "POST /approvals/{approval_id}/account": PLACE,
    "POST /posts/{post_id}/account": PLACE,
    "POST /posts/{post_id}/reschedule": "A tool asks for another time with schedule_posts, or cancels and schedules.",
    "POST /posts/{post_id}/resolve": MEND,
    "POST /content/{content_id}/versions/{version_id}/restore": "A tool writes the earlier text with revise_draft.",
    "POST /links/{link_id}/check": MEND,
    "POST /conversions": "A shop's server reports what was sold; nothing said in a conversation is a sale.",
    "POST /memory/hygiene": "It is done every night by itself.",
}

# Groups of routes, by their tag in the interface's description, that are no work of the team's.
OTHER_GROUPS: Final[dict[str, str]] = {
    "Accounts": "Who somebody is, and what is theirs.",
    "Members": "Who works in an account.",
    "API keys": "What lets programs in.",
    "Connections": "Logins at other platforms.",
    "CRM": "The login at a CRM; what was read there is found by a tool.",
    "Slack": "Where the app is installed.",
    "Webhooks": "Where else events are told.",
    "Calendar": "Private addresses for calendar programs.",
    "Jobs": "The house's own work.",
    "Sites": "Pages that carry the widget.",
    "Widget": "The same conversations and decisions, for visitors.",
}
