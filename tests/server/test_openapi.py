"""The interface description is precise, and a fuzzer that reads it finds no way to break the server."""

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from core.clock import ManualClock
from core.ids import PUBLIC_ID
from core.settings import Settings
from server.rest.accounts import FRESH
from tests.server.conftest import Person

PATIENCE_SECONDS = 60
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
API = "/api/v1"
# Not in the description: sockets, what OAuth lays down, and Slack's twin.
ELSEWHERE = ("…/ws", "/oauth/revoke", "/slack/_control/")
PARAMETER = re.compile(r"{\w+}")
NAMED_ROUTE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|WS) ((?:/|…/)[\w{}/.-]*)")
# Why an operation is left to its own tests. A fuzzer takes every answer of 500 and above for a break.
NOT_FUZZED = {"connect": "It calls the outside address it is given, and says with 502 that nobody answers there."}


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


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """This server is known at the platforms, so that a connection can be begun."""
    known = {
        f"{name}_client_{part}": "known" for name in ("x", "linkedin", "meta", "zoho") for part in ("id", "secret")
    }
    return settings.model_copy(
        update={name: SecretStr(word) if name.endswith("secret") else word for name, word in known.items()}
    )


def test_what_is_not_fuzzed_is_there_and_answers_for_the_outside(app: FastAPI) -> None:
    described = {operation["operationId"]: operation["responses"] for _, _, operation in operations(app)}
    assert all("502" in described[name] and why for name, why in NOT_FUZZED.items())


async def test_a_fuzzer_finds_nothing_that_breaks(
    app: FastAPI, person: Person, live: str, clock: ManualClock, tmp_path: Path
) -> None:
    page = tmp_path / "openapi.json"
    page.write_bytes(orjson.dumps(app.openapi()))
    await person.say(await person.conversation(), "Hello")
    # An old login erases nothing without the password.
    clock.advance(FRESH + timedelta(minutes=1))
    left_out = [word for name in NOT_FUZZED for word in ("--exclude-operation-id", name)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", str(page), "--url", f"http://{live}", *left_out),
        *("--header", f"Authorization: Bearer {person.token}", "--checks", CHECKS, "--phases", "coverage,fuzzing"),
        *("--max-examples", "10", "--seed", "20261120", "--no-color", "--suppress-health-check", "all"),
        *("--request-timeout", str(PATIENCE_SECONDS)),
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.server.fuzzer_forms"},  # noqa: TID251 - what processes are given
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 10 * PATIENCE_SECONDS)
    assert process.returncode == 0, out.decode()[-6000:]
