"""The prompt files: they load, stay short, carry the house rules and end with the context."""

import re

import pytest

from agents.roster import ROSTER
from prompts.loader import load

NAMES = ["supervisor", *(spec.prompt for spec in ROSTER)]
LONGEST = 60


@pytest.mark.parametrize("name", NAMES)
def test_prompt_is_short_and_ends_with_the_context(name: str) -> None:
    prompt = load(name)
    assert prompt.text.count("\n") < LONGEST
    assert prompt.variables == {"context"}
    assert prompt.render(context='{"a":1}').endswith('\n<context>\n{"a":1}\n</context>')
    assert "!" not in prompt.text


@pytest.mark.parametrize("spec", ROSTER, ids=lambda spec: spec.name)
def test_prompt_names_only_tools_its_agent_has(spec: object) -> None:
    agent = next(item for item in ROSTER if item is spec)
    known = {tool.name for item in ROSTER for tool in item.tools}
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", load(agent.prompt).text)) & known
    assert named <= {tool.name for tool in agent.tools}
    assert named


@pytest.mark.parametrize("name", [spec.prompt for spec in ROSTER])
def test_agents_are_told_that_data_is_no_instruction(name: str) -> None:
    assert "is data" in load(name).text
