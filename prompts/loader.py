"""Loads prompt files: Markdown with front-matter, checked once. Values are put in as they are, never as template."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict

from core.errors import InvalidInput

PLACEHOLDER = re.compile(r"\{\{([a-z_]+)\}\}")
PART = re.compile(r"\{\{part:([a-z_]+)\}\}")


class FrontMatter(BaseModel):
    """The head of a prompt file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: int
    summary: str
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A checked prompt. ``digest`` names its exact text and is stored with every answer it produced."""

    name: str
    version: int
    summary: str
    variables: frozenset[str]
    text: str
    digest: str

    def render(self, **values: str) -> str:
        """Return the text with every variable replaced. A placeholder inside a value stays as it is."""
        if values.keys() != self.variables:
            raise InvalidInput(f"The prompt {self.name} takes exactly {sorted(self.variables)}.")
        return PLACEHOLDER.sub(lambda found: values[found.group(1)], self.text)


@cache
def load(name: str) -> Prompt:
    """Read ``prompts/<name>.md``. InvalidInput when its declared variables are not those it uses."""
    raw = resources.files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")
    return parse(raw)


def parse(raw: str) -> Prompt:
    """Check a prompt file's text and resolve the parts it includes."""
    _, head, body = raw.split("---\n", 2)
    front = FrontMatter.model_validate(yaml.safe_load(head))
    text = PART.sub(lambda found: _part(found.group(1)), body).strip()
    used = set(PLACEHOLDER.findall(text))
    if used != set(front.variables):
        raise InvalidInput(f"The prompt {front.name} declares {sorted(front.variables)} and uses {sorted(used)}.")
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Prompt(front.name, front.version, front.summary, frozenset(used), text, digest)


def _part(name: str) -> str:
    return resources.files("prompts").joinpath("parts", f"{name}.md").read_text(encoding="utf-8").strip()
