"""What Slack sends, read into what we keep of it: who did what, where, and an id that a repeat of it has too."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from core.ids import derived_id
from core.json_text import inner_list, inner_object
from db.slack_inbox import SLACK_INBOX, SlackArrival
from server.slack.escaping import plain_text

SPOKEN: Final = frozenset({None, "file_share", "thread_broadcast"})
LONGEST_TEXT: Final = 32_000
DIRECT: Final = "im"


def of_event(team_id: str, body: Mapping[str, Any], now: datetime) -> SlackArrival | None:
    """Return what an event tells; None if it is nothing for us."""
    event = inner_object(body.get("event"))
    match event.get("type"):
        case "app_mention" if event.get("channel_type") != DIRECT and not _text(event, "channel").startswith("D"):
            return _message(team_id, body, event, "mention", now)
        case "message" if event.get("channel_type") == DIRECT:
            return _message(team_id, body, event, "direct", now)
        case "assistant_thread_started":
            return _assistant(team_id, event, now)
        case "app_uninstalled":
            return _lifecycle("uninstalled", team_id, body, now)
        case "tokens_revoked" if inner_list(inner_object(event.get("tokens")).get("bot")):
            return _lifecycle("revoked", team_id, body, now)
        case _:
            return None


def of_command(team_id: str, body: Mapping[str, Any], now: datetime) -> SlackArrival:
    """Return what a slash command asks. Slack gives each use of one a trigger of its own."""
    user, channel = _text(body, "user_id"), _text(body, "channel_id")
    return SlackArrival(
        arrival_id=_id(team_id, "command", _text(body, "trigger_id"), user),
        kind="command",
        team_id=team_id,
        slack_user_id=user,
        channel_id=channel,
        text=plain_text(_text(body, "text"))[:LONGEST_TEXT],
        place=f"command {user}",
        fields={"command": _text(body, "command"), "trigger": _id(team_id, _text(body, "trigger_id"))},
        response_url=_text(body, "response_url") or None,
        happened_at=now,
    )


def of_action(team_id: str, body: Mapping[str, Any], now: datetime) -> SlackArrival:
    """Return which button was pressed under which message."""
    action = inner_object(next(iter(inner_list(body.get("actions"))), None))
    user, container = inner_object(body.get("user")), inner_object(body.get("container"))
    channel = _text(inner_object(body.get("channel")), "id") or _text(container, "channel_id")
    message_ts = _text(container, "message_ts")
    name, value = _text(action, "action_id"), _text(action, "value")
    return SlackArrival(
        arrival_id=_id(team_id, "action", _text(user, "id"), message_ts, name, value, _text(action, "action_ts")),
        kind="action",
        team_id=team_id,
        slack_user_id=_text(user, "id"),
        channel_id=channel,
        thread_ts=_text(container, "thread_ts"),
        ts=message_ts,
        external=_elsewhere(team_id, user),
        place=f"action {message_ts}",
        fields={"action": name, "value": value[:2000]},
        response_url=_text(body, "response_url") or None,
        happened_at=now,
    )


def of_submission(team_id: str, body: Mapping[str, Any], now: datetime) -> SlackArrival:
    """Return what was filled in in a modal."""
    view, user = inner_object(body.get("view")), inner_object(body.get("user"))
    kept: dict[str, Any] = {}
    for block_id, actions in inner_object(inner_object(view.get("state")).get("values")).items():
        for action in inner_object(actions).values():
            kept[str(block_id)] = inner_object(action).get("value")
    about = inner_object(_json(_text(view, "private_metadata")))
    return SlackArrival(
        arrival_id=_id(team_id, "submission", _text(view, "id"), _text(view, "root_view_id"), _text(user, "id")),
        kind="submission",
        team_id=team_id,
        slack_user_id=_text(user, "id"),
        channel_id=_text(about, "channel"),
        ts=_text(about, "ts"),
        external=_elsewhere(team_id, user),
        place=f"action {_text(about, 'ts')}",
        fields={
            "view": _text(view, "callback_id"),
            "about": _text(view, "private_metadata")[:3000],
            "values": orjson.dumps(kept).decode(),
        },
        happened_at=now,
    )


def _message(
    team_id: str, body: Mapping[str, Any], event: Mapping[str, Any], how: str, now: datetime
) -> SlackArrival | None:
    """Return what a person said. Changes of messages and what programs say are nothing for us."""
    if event.get("subtype") not in SPOKEN or event.get("bot_id") or not event.get("user"):
        return None
    channel, ts, thread_ts = _text(event, "channel"), _text(event, "ts"), _text(event, "thread_ts")
    if not channel or not ts:
        return None
    files = inner_list(event.get("files"))
    return SlackArrival(
        arrival_id=_id(team_id, "message", channel, ts),
        kind="message",
        team_id=team_id,
        slack_user_id=_text(event, "user"),
        channel_id=channel,
        thread_ts=thread_ts,
        ts=ts,
        text=_text(event, "text")[:LONGEST_TEXT],
        external=bool(body.get("is_ext_shared_channel")) or _elsewhere(team_id, event),
        place=f"{channel} {thread_ts or (ts if how == 'mention' else '')}",
        fields={"how": how, "files": str(len(files))},
        happened_at=now,
    )


def _assistant(team_id: str, event: Mapping[str, Any], now: datetime) -> SlackArrival | None:
    thread = inner_object(event.get("assistant_thread"))
    channel, thread_ts, user = _text(thread, "channel_id"), _text(thread, "thread_ts"), _text(thread, "user_id")
    if not channel or not thread_ts:
        return None
    return SlackArrival(
        arrival_id=_id(team_id, "assistant", channel, thread_ts),
        kind="assistant",
        team_id=team_id,
        slack_user_id=user,
        channel_id=channel,
        thread_ts=thread_ts,
        ts=thread_ts,
        place=f"{channel} {thread_ts}",
        happened_at=now,
    )


def _lifecycle(kind: Any, team_id: str, body: Mapping[str, Any], now: datetime) -> SlackArrival:
    told: Any = body.get("event_time")
    moment = datetime.fromtimestamp(told, UTC) if isinstance(told, int) and 0 < told < 2**33 else now
    return SlackArrival(
        arrival_id=_id(team_id, kind, _text(body, "event_id")),
        kind=kind,
        team_id=team_id,
        place="installation",
        happened_at=moment,
    )


def _elsewhere(team_id: str, who: Mapping[str, Any]) -> bool:
    """Whether Slack says that somebody belongs to another workspace."""
    said = {_text(who, name) for name in ("team", "team_id", "user_team", "source_team")} - {""}
    return any(one != team_id for one in said)


def _id(*cause: str) -> str:
    return derived_id(SLACK_INBOX.id_prefix, *cause)


def _text(thing: Mapping[str, Any], name: str) -> str:
    value = thing.get(name)
    return value if isinstance(value, str) else ""


def _json(text: str) -> Any:
    try:
        return orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        return {}
