"""Catalogues are explicit lists, and nothing that was declared is missing from them."""

import importlib
from types import ModuleType
from typing import Any

import agents
import db
import tools
import tools.platforms
from agents.roster import ROSTER
from agents.spec import AgentSpec
from core.ids import PUBLIC_ID
from db.catalogue import CATALOGUE as COLLECTIONS
from db.collection import Collection
from prompts.loader import load
from tests.rules.declarations import forgotten, modules_below
from tools.catalogue import CATALOGUE as TOOLS
from tools.platform import Platform
from tools.platforms.catalogue import CATALOGUE as PLATFORMS
from tools.tool import Tool


def test_a_forgotten_entry_is_found() -> None:
    module = ModuleType("newcomer")
    vars(module).update({"LISTED": 1.5, "FORGOTTEN": 2.5, "OTHER": "text"})
    assert forgotten([module], float, [vars(module)["LISTED"]]) == ["newcomer.FORGOTTEN"]


def test_every_collection_is_in_the_catalogue() -> None:
    kind: type[Collection[Any]] = Collection
    assert forgotten(modules_below(db), kind, COLLECTIONS) == []


def test_a_collection_lies_in_the_file_of_its_name() -> None:
    for collection in COLLECTIONS:
        module = importlib.import_module(f"db.{collection.name}")
        assert any(value is collection for value in vars(module).values()), f"{collection.name} lies elsewhere."


def test_names_and_prefixes_of_collections_are_unique() -> None:
    names = [collection.name for collection in COLLECTIONS]
    prefixes = [collection.id_prefix for collection in COLLECTIONS]
    assert len(set(names)) == len(names)
    assert len(set(prefixes)) == len(prefixes)
    assert all(PUBLIC_ID.match(f"{prefix}_{'0' * 32}") for prefix in prefixes)


def test_every_agent_is_in_the_roster_and_has_its_prompt() -> None:
    assert forgotten(modules_below(agents), AgentSpec, ROSTER) == []
    names = [agent.name for agent in ROSTER]
    assert len(set(names)) == len(names)
    for agent in ROSTER:
        assert load(agent.prompt).name == agent.prompt


def test_every_tool_is_in_the_catalogue_and_some_agent_may_call_it() -> None:
    assert forgotten(modules_below(tools), Tool, TOOLS) == []
    names = [tool.name for tool in TOOLS]
    assert len(set(names)) == len(names)
    assert {tool.name for agent in ROSTER for tool in agent.tools} == set(names)


def test_every_platform_is_in_the_catalogue() -> None:
    assert forgotten(modules_below(tools.platforms), Platform, PLATFORMS) == []
    names = [platform.name for platform in PLATFORMS]
    assert len(set(names)) == len(names)
