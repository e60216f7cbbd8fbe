"""The windows a button opens: a reason for rejecting, and the texts of posts to change before approving."""

from typing import Any, Final

import orjson

from core.json_text import inner_list, inner_object
from db.approval_requests import ApprovalRequest
from db.slack_inbox import SlackArrival
from tools.platforms.catalogue import BY_NAME

LONGEST_INPUT: Final = 3_000
MOST_INPUTS: Final = 20


def editable(request: ApprovalRequest) -> bool:
    """Whether the texts of a request fit into Slack's inputs."""
    texts = texts_of(request)
    return 0 < len(texts) <= MOST_INPUTS and all(len(text) <= LONGEST_INPUT for text in texts)


def texts_of(request: ApprovalRequest) -> list[str]:
    """Return the texts of the posts a request is about."""
    return [str(inner_object(post).get("text", "")) for post in inner_list(request.content.get("posts"))]


def reject_modal(request: ApprovalRequest, arrival: SlackArrival) -> dict[str, Any]:
    """Return the window that asks for the reason."""
    reason = _input("reason", "What should change?", "", required=False, longest=2_000)
    return _modal("reject", "Reject", "Reject", [reason], request, arrival)


def edit_modal(request: ApprovalRequest, arrival: SlackArrival) -> dict[str, Any]:
    """Return the window with the texts."""
    inputs: list[dict[str, Any]] = []
    for number, post in enumerate(map(inner_object, inner_list(request.content.get("posts")))):
        name = str(post.get("platform", ""))
        label = BY_NAME[name].label if name in BY_NAME else name
        inputs.append(_input(f"text_{number}", label[:150] or "Post", str(post.get("text", "")), longest=LONGEST_INPUT))
    return _modal("edit", "Change and approve", "Approve", inputs, request, arrival)


def edits_of(request: ApprovalRequest, values: dict[str, Any]) -> dict[str, Any] | None:
    """Return the posts with the texts of the window, where one differs."""
    posts = [inner_object(post) for post in inner_list(request.content.get("posts"))]
    given = [values.get(f"text_{number}") for number in range(len(posts))]
    texts = [text if isinstance(text, str) else post.get("text") for text, post in zip(given, posts, strict=True)]
    if all(text == post.get("text") for text, post in zip(texts, posts, strict=True)):
        return None
    return {"posts": [post | {"text": text} for text, post in zip(texts, posts, strict=True)]}


def _modal(
    name: str, title: str, submit: str, inputs: list[dict[str, Any]], request: ApprovalRequest, arrival: SlackArrival
) -> dict[str, Any]:
    about = {
        "approval_id": request.request_id,
        "payload_hash": request.payload_hash,
        "channel": arrival.channel_id,
        "ts": arrival.ts,
        "thread_ts": arrival.thread_ts,
    }
    summary = {"type": "section", "text": {"type": "plain_text", "text": request.summary[:2_900] or "This request"}}
    return {
        "type": "modal",
        "callback_id": name,
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": submit},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": orjson.dumps(about).decode(),
        "blocks": [summary, *inputs],
    }


def _input(name: str, label: str, text: str, *, longest: int, required: bool = True) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": "value", "multiline": True}
    element |= {"max_length": longest} | ({"initial_value": text} if text else {})
    return {
        "type": "input",
        "block_id": name,
        "optional": not required,
        "label": {"type": "plain_text", "text": label},
        "element": element,
    }
