"""The application: every edge over the services it is given. Building it connects to nothing."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.routing import Route

from server import pages
from server.completions import routes as completions
from server.console.app import add_console
from server.live import ag_ui, sockets
from server.mcp.endpoint import PATH, McpEndpoint
from server.middleware import Guard
from server.oauth import routes as oauth
from server.problems import Problem, add_problem_handlers
from server.rest import (
    accounts,
    api_keys,
    approval_links,
    approval_rules,
    approvals,
    audit,
    calendar,
    campaign_control,
    campaigns,
    charts,
    connections,
    content,
    conversations,
    conversions,
    crm,
    figures,
    health,
    jobs,
    links,
    media,
    memory,
    memory_settings,
    notifications,
    posts,
    settings,
    sites,
    slack_workspaces,
    team,
    visitors,
    voice,
    webhooks,
)
from server.services import Services
from server.slack import routes as slack
from server.voice import routes as telephone
from server.widget import routes as widget
from server.widget import script
from server.widget import sockets as widget_sockets
from server.widget import team as widget_team
from server.widget.cross_origin import WidgetAnywhere

DESCRIPTION: Final = """\
A strategist, a writer, a publisher and an analyst in one conversation.

Lists take `limit` and `cursor` and answer `{items, next_cursor}`, newest first. Times are UTC. Errors are RFC 9457
problem details with a stable `code`. Log in at `/api/v1/auth/token` and send the
token, or an API key, as `Authorization: Bearer`.
Conversations can be followed live at `WS /api/v1/conversations/{id}/ws?after=<seq>`.
"""
TAGS: Final = [
    {"name": "Accounts", "description": "Registering, logging in, one's own data."},
    {"name": "Members", "description": "The people who work in an account."},
    {"name": "API keys", "description": "Keys for programs that call in a person's name."},
    {"name": "Conversations", "description": "Talking with the team."},
    {"name": "Campaigns", "description": "Briefs, plans, budgets and results."},
    {"name": "Content", "description": "Drafts and their versions."},
    {"name": "Posts", "description": "What is scheduled and what became of it."},
    {"name": "Connections", "description": "Accounts on other platforms."},
    {"name": "CRM", "description": "The customer's CRM, and what was read of it."},
    {"name": "Slack", "description": "Workspaces the app is installed in, and who is who there."},
    {"name": "Links", "description": "Links that were sent out, and who followed them."},
    {"name": "Conversions", "description": "Sales and sign-ups, with what they brought and cost."},
    {"name": "Charts", "description": "Figures, and what was drawn of them, with the rows behind."},
    {"name": "Approvals", "description": "What waits for a person."},
    {"name": "Jobs", "description": "What is due when, and what has failed for good."},
    {"name": "Calendar", "description": "What goes out when, and private links for calendar programs."},
    {"name": "Webhooks", "description": "Addresses of one's own that are told what happens."},
    {"name": "Memory", "description": "What is remembered, in people's hands."},
    {"name": "AG-UI", "description": "The same conversations for AG-UI clients."},
    {"name": "Chat completions", "description": "The same conversations as an OpenAI-compatible model."},
    {"name": "Sites", "description": "Pages that carry the widget."},
    {"name": "Widget", "description": "What the widget itself asks, with its own tokens, from a site's own pages."},
    {"name": "Health", "description": "Alive, ready, figures."},
]
ROUTERS: Final = (
    accounts.router,
    team.router,
    settings.router,
    audit.router,
    api_keys.router,
    conversations.router,
    campaigns.router,
    campaign_control.router,
    campaign_control.halt,
    campaign_control.costs,
    content.router,
    posts.router,
    crm.router,
    connections.router,
    links.router,
    charts.router,
    figures.router,
    conversions.router,
    approvals.router,
    approval_links.router,
    approval_links.public,
    approval_rules.router,
    jobs.router,
    calendar.router,
    calendar.public,
    notifications.router,
    notifications.public,
    webhooks.router,
    voice.router,
    telephone.router,
    memory_settings.router,
    memory.router,
    ag_ui.router,
    completions.router,
    sockets.router,
    health.router,
    links.public,
    media.router,
    oauth.router,
    sites.router,
    visitors.router,
    widget.router,
    widget_team.router,
    widget_sockets.router,
    script.router,
    slack.router,
    slack_workspaces.router,
    pages.router,
)


def create_app(services: Services) -> FastAPI:
    """Build the application over its services."""
    app = FastAPI(
        title="Marketing Minds",
        version="0.1.0",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.services = services
    for router in ROUTERS:
        app.include_router(router)
    add_console(app)
    app.router.routes.append(Route(PATH, McpEndpoint(services), include_in_schema=False))
    add_problem_handlers(app)
    _describe_problems(app)
    if services.settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=services.settings.allowed_origins,
            allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Accept"],
        )
    app.add_middleware(WidgetAnywhere)
    app.add_middleware(Guard, metrics=services.metrics)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Put the problem document, which routes only refer to, into the interface description."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = describe()
            components = schema.setdefault("components", {}).setdefault("schemas", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            components.update(problem.pop("$defs", {}))
            components["Problem"] = problem
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]
