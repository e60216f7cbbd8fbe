"""A model that works by rule with the product's own tools: the same request always gets the same reply.

``python -m sandbox.planning_model --pause 0.01`` serves it over HTTP in a process of its own and prints its address.
A request that is repeated after a crash, with or without the results of tools that had run, is answered as well.
"""

import argparse
import asyncio
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sandbox.model_server import Call, ModelServer, Request, Say, Step

BRIEF = "Our second bakery opens in Leeds: 200 visitors, £1,500, local families, Instagram and email, in six weeks."
PLAN = "Make the campaign plan."
WRITE = "Write an Instagram post and an email for it."
CHANGE = "Make the Instagram post shorter."
CHAT = "What would you say about our target audience?"
TODAY = re.compile(r'"today":"(\d{4}-\d\d-\d\d)"')
CAMPAIGN_ID = re.compile(r'"campaign":{"campaign_id":"(cmp_[0-9a-f]{32})"')
DRAFT_OF_THIS_CONVERSATION = re.compile(r'"content_id":"(cnt_[0-9a-f]{32})"(?:(?!"content_id").)*"here":true')
WORDS = 40
AGENTS = {BRIEF: "strategist", PLAN: "strategist", WRITE: "writer", CHANGE: "writer"}
REMEMBER = {"type": "function", "function": {"name": "remember"}}

Messages = list[dict[str, Any]]


def reply(request: Request, pause: float = 0.0) -> Step:
    """Decide from the newest message and from which tools have answered since."""
    messages: Messages = request["messages"]
    asked = max(index for index, message in enumerate(messages) if message["role"] == "user")
    text = str(messages[asked]["content"])
    if _offers(request, "route"):
        return Call((("route", json.dumps({"agents": [AGENTS.get(text, "strategist")], "reason": "by rule"})),))
    if request.get("tool_choice") == REMEMBER:
        return Call((("remember", json.dumps({"items": []})),))
    results = [str(message["content"]) for message in messages[asked + 1 :] if message["role"] == "tool"]
    steps: dict[str, Callable[[], list[list[tuple[str, Any]]]]] = {
        BRIEF: lambda: [[("update_brief", _brief())]],
        PLAN: lambda: [[("create_campaign_plan", _plan(_today(messages)))]],
        WRITE: lambda: [[("save_draft", _post())], [("save_draft", _email())]],
        CHANGE: lambda: [
            [("list_drafts", {"platform": "instagram", "campaign_id": _campaign(messages)})],
            [("revise_draft", _change(results))],
        ],
    }
    plan = steps.get(text, list)()
    if len(results) < len(plan):
        return Call(tuple((name, json.dumps(arguments)) for name, arguments in plan[len(results)]))
    return Say(answer(text), pause)


def answer(text: str) -> str:
    """Return what is said in the end to ``text``."""
    return " ".join([f"To “{text}”:", *(f"word{number}" for number in range(WORDS)), "Done."])


def _offers(request: Request, name: str) -> bool:
    return any(tool["function"]["name"] == name for tool in request.get("tools", ()))


def _today(messages: Messages) -> date:
    found = TODAY.search(str(messages[0]["content"]))
    if found is None:
        raise ValueError("The first message does not say which day it is.")
    return date.fromisoformat(found[1])


def _campaign(messages: Messages) -> str | None:
    found = CAMPAIGN_ID.search(str(messages[0]["content"]))
    return found[1] if found else None


def _brief() -> dict[str, Any]:
    return {
        "product": "Second bakery in Leeds",
        "objective": "200 visitors on the opening weekend",
        "target_audience": "Local families",
        "budget": "£1,500",
        "timeline": "Six weeks",
        "channels": ["instagram", "email"],
        "goal_metric": "visitors",
        "goal_value": 200,
    }


def _plan(today: date) -> dict[str, Any]:
    return {
        "name": "Leeds opening",
        "strategy": "Families nearby hear of the opening where they look every day, then get a reminder by email.",
        "tasks": [
            {"key": "posts", "agent": "writer", "description": "Write the posts."},
            {"key": "send", "agent": "publisher", "description": "Schedule them.", "depends_on": ["posts"]},
        ],
        "phases": [
            {"name": "Build-up", "start": today.isoformat(), "end": (today + timedelta(days=20)).isoformat()},
        ],
        "kpis": [{"name": "Opening visitors", "target": 200, "unit": "visitors", "why": "It is the goal."}],
    }


def _post() -> dict[str, Any]:
    return {"platform": "instagram", "text": "Fresh bread in Leeds, from six every morning.", "hashtags": ["#Leeds"]}


def _email() -> dict[str, Any]:
    return {"platform": "email", "subject": "We open in Leeds", "text": "Come and taste: the first loaf is on us."}


def _change(results: list[str]) -> dict[str, Any]:
    found = DRAFT_OF_THIS_CONVERSATION.search(results[0]) if results else None
    return {"content_id": found[1] if found else "", "text": "Fresh bread in Leeds, daily.", "reason": "Shorter"}


async def _serve(pause: float) -> None:
    async with ModelServer(lambda request: reply(request, pause)) as server:
        print(server.url, flush=True)  # noqa: T201 - how its starter learns the address
        await asyncio.Event().wait()


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between two words of an answer")
    asyncio.run(_serve(parser.parse_args().pause))


if __name__ == "__main__":
    main()
