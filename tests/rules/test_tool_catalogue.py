"""What a model is shown of every tool is complete, and no tool can be told whose data to touch."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, Field

import tools
from tests.rules.declarations import forgotten, modules_below
from tools.catalogue import BY_NAME, CATALOGUE
from tools.tool import TENANT_NAMES, Effect, Tool, ToolContext, tool

every_tool = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)


class Harmless(BaseModel):
    """Parameters that say nothing about whose data it is."""

    text: str = Field(description="A text.")


class Greedy(BaseModel):
    """Parameters that name the tenant."""

    user_id: str = Field(description="Whose data.")


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property of a schema, those of nested objects too."""
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part.get("properties", {}).items()


def test_a_tool_that_is_missing_from_the_catalogue_is_found() -> None:
    @tool(Effect.READ)
    async def look_around(ctx: ToolContext, params: Harmless) -> str:
        """Look around."""
        return f"{ctx.agent} {params.text}"

    newcomer = ModuleType("newcomer")
    vars(newcomer)["look_around"] = look_around
    assert forgotten([newcomer], Tool, CATALOGUE) == ["newcomer.look_around"]
    assert forgotten(modules_below(tools), Tool, CATALOGUE) == []


def test_the_catalogue_is_found_by_name() -> None:
    assert list(BY_NAME) == [entry.name for entry in CATALOGUE]


@every_tool
def test_every_parameter_is_described(entry: Tool) -> None:
    parameters = entry.schema()["function"]["parameters"]
    bare = [name for name, shape in properties(parameters) if not shape.get("description")]
    assert bare == []
    assert entry.description.endswith(".")


@every_tool
def test_unknown_parameters_are_refused_at_every_depth(entry: Tool) -> None:
    parameters = entry.schema()["function"]["parameters"]
    objects = [parameters, *parameters.get("$defs", {}).values()]
    assert all(shape["additionalProperties"] is False for shape in objects if shape.get("type") == "object")


@every_tool
def test_no_parameter_names_a_tenant(entry: Tool) -> None:
    parameters = entry.schema()["function"]["parameters"]
    assert not {name for name, _ in properties(parameters)} & TENANT_NAMES


def test_a_tool_with_a_tenant_parameter_can_not_be_declared() -> None:
    async def grab(ctx: ToolContext, params: Greedy) -> str:
        """Grab it."""
        return f"{ctx.agent} {params.user_id}"

    with pytest.raises(TypeError, match="user_id"):
        tool(Effect.READ)(grab)


def test_a_tool_without_a_docstring_can_not_be_declared() -> None:
    async def silent(ctx: ToolContext, params: Harmless) -> str:
        return f"{ctx.agent} {params.text}"

    with pytest.raises(TypeError, match="docstring"):
        tool(Effect.READ)(silent)


@every_tool
def test_what_leaves_the_house_has_a_payload_and_a_way_to_carry_it_out(entry: Tool) -> None:
    publishes = entry.effect is Effect.PUBLISH
    assert publishes == (entry.execute is not None) == (entry.payload is not None) == (entry.request_type is not None)


def test_no_tool_decides_an_approval() -> None:
    assert not [name for name in BY_NAME if "approve" in name or "decide" in name or "reject" in name]
