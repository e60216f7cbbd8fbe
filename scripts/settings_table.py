"""Writes what people read about the settings from core/settings.py: README's table and .env.example.

``python -m scripts.settings_table`` rewrites both files where they are out of step.
"""

import json
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from core.settings import Settings
from scripts.marked_text import replace_between

MARK = "settings"
HEAD = """\
# Settings of Marketing Minds. Copy this file to .env and uncomment what you change.
# The environment wins over .env. Made from core/settings.py by `python -m scripts.settings_table`.
"""


def _name(attribute: str, field: FieldInfo) -> str:
    return field.alias or attribute.upper()


def _default(field: FieldInfo) -> str:
    """Return the default as it would be written in .env; empty when there is none."""
    value: object = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool | list | dict):
        return json.dumps(value)
    return "" if value is None else str(value)


def _described(attribute: str, field: FieldInfo) -> str:
    if not field.description:
        raise ValueError(f"The setting {attribute} needs a description: it is what people read.")
    return field.description


def table() -> str:
    """Return the Markdown table of all settings, in the order of the class."""
    rows = ["| setting | default | what it does |", "|---|---|---|"]
    for attribute, field in Settings.model_fields.items():
        default = f"`{value}`" if (value := _default(field)) else "not set"
        rows.append(f"| `{_name(attribute, field)}` | {default} | {_described(attribute, field)} |")
    return "\n".join(rows)


def example() -> str:
    """Return the text of .env.example."""
    blocks = [
        f"# {_described(attribute, field)}\n# {_name(attribute, field)}={_default(field)}\n"
        for attribute, field in Settings.model_fields.items()
    ]
    return "\n".join([HEAD, *blocks])


def main() -> None:
    """Rewrite README.md and .env.example in the working directory."""
    readme = Path("README.md")
    readme.write_text(replace_between(readme.read_text("utf-8"), MARK, table()), "utf-8")
    Path(".env.example").write_text(example(), "utf-8")


if __name__ == "__main__":
    main()
