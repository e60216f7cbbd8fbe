"""Slack workspaces the app is installed in, and who is who there."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from db.slack_installations import SLACK_INSTALLATIONS, SlackInstallation
from db.slack_links import SLACK_LINKS, SlackLink
from server.auth.caller import Caller, InPerson
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, PathId
from server.services import Parts

router = APIRouter(prefix="/api/v1/slack", tags=["Slack"])


class WorkspaceView(BaseModel):
    """A workspace the app is installed in. ``broken`` says why it works no longer; installing again mends it."""

    installation_id: str
    team_id: str
    team_name: str
    bot_user_id: str
    scopes: list[str]
    installed_by: str
    installed_at: datetime
    broken: str | None

    @classmethod
    def of(cls, installation: SlackInstallation) -> "WorkspaceView":
        """Show an installation, without its token."""
        return cls(**installation.model_dump(include=set(cls.model_fields)))


class SlackLinkView(BaseModel):
    """A Slack user, and whom of the account they act as."""

    link_id: str
    team_id: str
    slack_user_id: str
    slack_name: str
    actor_id: str
    linked_at: datetime

    @classmethod
    def of(cls, link: SlackLink) -> "SlackLinkView":
        """Show a link."""
        return cls(**link.model_dump(include=set(cls.model_fields)))


class SlackView(BaseModel):
    """Whether the app can be installed from here, and where to go for it."""

    ready: bool = Field(description="Whether the operator has registered an app at Slack.")
    install_at: str = Field(description="Open this in a browser you are logged in with.")


@router.get("", operation_id="get_slack", responses=responses(), summary="Whether Slack is set up")
async def about(_: Caller, parts: Parts) -> SlackView:
    """Return how the app is installed in a workspace."""
    return SlackView(ready=parts.slack.installs.ready, install_at="/slack/install")


@router.get("/workspaces", operation_id="list_slack_workspaces", responses=responses(), summary="List them")
async def workspaces(scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None) -> PageView[WorkspaceView]:
    """Return the workspaces of the account."""
    page = await parts.repository(SLACK_INSTALLATIONS, scope).page({}, limit=limit, cursor=cursor)
    return page_view(page, WorkspaceView.of)


@router.delete(
    "/workspaces/{installation_id}",
    operation_id="uninstall_slack",
    status_code=204,
    responses=responses(404),
    summary="Take the app out of a workspace",
)
async def uninstall(installation_id: PathId, scope: InPerson, parts: Parts) -> Response:
    """Uninstall the app there, and forget the token, the links and the threads. Conversations stay."""
    await parts.slack.installs.uninstall(scope, installation_id)
    return Response(status_code=204)


@router.get("/links", operation_id="list_slack_links", responses=responses(), summary="List who is linked")
async def links(
    scope: Caller,
    parts: Parts,
    mine: Annotated[bool, Query(description="Only your own.")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[SlackLinkView]:
    """Return which Slack user acts as whom."""
    where = {"actor_id": scope.actor_id} if mine else {}
    page = await parts.repository(SLACK_LINKS, scope).page(where, limit=limit, cursor=cursor)
    return page_view(page, SlackLinkView.of)


@router.delete(
    "/links/{slack_link_id}",
    operation_id="unlink_slack",
    status_code=204,
    responses=responses(404),
    summary="Undo a link",
)
async def unlink(slack_link_id: PathId, scope: InPerson, parts: Parts) -> Response:
    """Let a Slack user act as nobody: one's own, or for the account's owner any of the account."""
    await parts.slack.links.unlink(scope, slack_link_id)
    return Response(status_code=204)
