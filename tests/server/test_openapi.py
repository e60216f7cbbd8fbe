"""The interface description is precise, and a fuzzer that reads it finds no way to break the server."""

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from core.ids import PUBLIC_ID
from tests.server.conftest import Person

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
API = "/api/v1"
# Not in the description: sockets, what OAuth lays down, and Slack's twin.
ELSEWHERE = ("…/ws", "/oauth/revoke", "/slack/_control/")
PARAMETER = re.compile(r"{\w+}")
NAMED_ROUTE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|WS) ((?:/|…/)[\w{}/.-]*)")
NOT_FUZZED = ("erase_me", "export_me", "connect", "start_connection", "decide_by_recording")


def operations(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in app.openapi()["paths"].items():
        for method, described in methods.items():
            yield method, path, described


def test_every_operation_has_an_id_a_tag_a_summary_and_described_answers(app: FastAPI) -> None:
    ids = [described["operationId"] for _, _, described in operations(app)]
    assert len(set(ids)) == len(ids)
    for method, path, described in operations(app):
        assert described["tags"], path
        assert described["summary"], path
        good = next(answer for status, answer in described["responses"].items() if status.startswith("2"))
        if "204" not in described["responses"] and path != "/metrics":
            assert good["content"], f"{method} {path}"
        if path.startswith("/api/"):
            content = described["responses"]["422"]["content"]
            assert list(content) == ["application/problem+json"]


def test_paths_name_the_form_of_ids(app: FastAPI) -> None:
    for _, path, described in operations(app):
        for parameter in described.get("parameters", []):
            if parameter["in"] == "path" and parameter["name"] == "platform":
                assert "twitter" in parameter["schema"]["enum"]
            elif parameter["in"] == "path":
                assert parameter["schema"]["pattern"] == PUBLIC_ID.pattern, path


def test_every_reference_leads_somewhere(app: FastAPI) -> None:
    description = app.openapi()
    schemas = description["components"]["schemas"]
    names = set(re.findall(r"#/components/schemas/([\w.-]+)", str(description)))
    assert names <= set(schemas)
    assert "Problem" in schemas


def test_the_guide_names_every_group_of_routes_and_no_route_that_is_not_there(app: FastAPI) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "integrating.md").read_text("utf-8")
    known = [(method.upper(), PARAMETER.sub("{}", path)) for method, path, _ in operations(app)]
    groups = {path.removeprefix(API).split("/")[1] for _, path in known}
    assert [group for group in sorted(groups) if not re.search(rf"/{group}(?![\w-])", guide)] == []
    for method, written in NAMED_ROUTE.findall(guide):
        asked = PARAMETER.sub("{}", written.removeprefix(API).removeprefix("…"))
        whole = [path.removeprefix(API) for verb, path in known if verb == method]
        fits = any(path.endswith(asked) for path in whole) if written.startswith("…") else asked in whole
        assert fits or written.startswith(ELSEWHERE), f"{method} {written}"


async def test_a_fuzzer_finds_nothing_that_breaks(person: Person, live: str) -> None:
    await person.say(await person.conversation(), "Hello")
    left_out = [word for name in NOT_FUZZED for word in ("--exclude-operation-id", name)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"http://{live}/openapi.json", *left_out),
        *("--header", f"Authorization: Bearer {person.token}", "--checks", CHECKS, "--phases", "coverage,fuzzing"),
        *("--max-examples", "10", "--seed", "20261120", "--no-color", "--suppress-health-check", "all"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 300)
    assert process.returncode == 0, out.decode()[-6000:]
