"""What the documents say is so: commands exist, links lead somewhere, generated parts are in step."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from core.settings import Settings
from scripts import collections_table
from scripts.lint.source import PRODUCT
from scripts.marked_text import between, replace_between
from scripts.settings_table import MARK, example, table

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), ROOT / "bench" / "README.md"]
TARGET = re.compile(r"^([a-z]+):.*## (.+)$", re.MULTILINE)
CODE = re.compile(r"```(?:sh|console)\n(.*?)```|`([^`\n]+)`", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def commands(text: str) -> set[str]:
    """Return what a document asks people to run: the first words of each command in its code."""
    found: set[str] = set()
    for block, inline in CODE.findall(text):
        for line in (block or inline).splitlines():
            if match := re.match(
                r"(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?(make [a-z]+|marketing-minds [a-z]+|python -m [a-z._]+)\b", line
            ):
                found.add(match[1])
    return found


def targets() -> dict[str, str]:
    return dict(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))


def documented_commands(program: str) -> list[str]:
    texts = [path.read_text("utf-8") for path in DOCUMENTS]
    return sorted({command for text in texts for command in commands(text) if command.startswith(program)})


def broken_links(path: Path) -> list[str]:
    return [link for link in LINK.findall(path.read_text("utf-8")) if not (path.parent / link).exists()]


def test_commands_are_found_in_blocks_and_in_lines() -> None:
    text = "Run `make run` or\n```sh\nMM_PORT=1 .venv/bin/marketing-minds serve --x\n# make it\n```\nand make no sense."
    assert commands(text) == {"make run", "marketing-minds serve"}


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("[here](a.md) [there](b.md) [web](https://example.com)")
    assert broken_links(document) == ["b.md"]


@pytest.mark.parametrize("command", documented_commands("make"))
def test_a_make_target_that_is_written_about_exists(command: str) -> None:
    assert command.removeprefix("make ") in targets()


@pytest.mark.parametrize("command", documented_commands("marketing-minds"))
def test_a_product_command_that_is_written_about_exists(command: str) -> None:
    program = str(Path(sys.executable).with_name("marketing-minds"))
    shown = subprocess.run([program, *command.split()[1:], "--help"], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert command in shown.stdout


@pytest.mark.parametrize("command", documented_commands("python"))
def test_a_module_that_is_written_about_exists(command: str) -> None:
    assert find_spec(command.rsplit(maxsplit=1)[-1]) is not None


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    assert broken_links(path) == []


def test_make_help_prints_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"install", "run", "test", "check", "fmt", "bench", "help"} <= set(targets())
    for target, words in targets().items():
        assert re.search(rf"^make {target} +{re.escape(words)}$", shown, re.MULTILINE)


def test_the_table_of_settings_is_in_step() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert between(readme, MARK) == table(), "Run: python -m scripts.settings_table"


def test_the_table_of_collections_is_in_step() -> None:
    page = (ROOT / collections_table.PAGE).read_text("utf-8")
    assert between(page, collections_table.MARK) == collections_table.table(), (
        "Run: python -m scripts.collections_table"
    )


def test_the_example_of_settings_is_in_step() -> None:
    assert (ROOT / ".env.example").read_text("utf-8") == example(), "Run: python -m scripts.settings_table"


def test_the_example_uncommented_gives_the_defaults(tmp_path: Path) -> None:
    lines = [re.sub(r"^# (?=[A-Z_]+=)", "", line) for line in example().splitlines()]
    (tmp_path / ".env").write_text("\n".join(lines))
    uncommented = Settings(_env_file=tmp_path / ".env")  # pyright: ignore[reportCallIssue]
    assert uncommented == Settings(_env_file=None)  # pyright: ignore[reportCallIssue]


def test_every_setting_has_one_row() -> None:
    rows = table().splitlines()[2:]
    assert len(rows) == len(Settings.model_fields)
    assert [
        field.alias for field in Settings.model_fields.values() if not field.alias or f"`{field.alias}`" not in table()
    ] == []


def test_text_between_markers_is_replaced_and_the_rest_is_kept() -> None:
    text = "before\n<!-- x:begin -->\nold\n<!-- x:end -->\nafter\n"
    assert between(text, "x") == "old"
    assert replace_between(text, "x", "new\\1") == text.replace("old", "new\\1")
    assert replace_between(replace_between(text, "x", ""), "x", "new") == text.replace("old", "new")
    with pytest.raises(KeyError):
        between(text, "y")


def test_every_decision_has_its_parts() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text("utf-8")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives", "What enforces it"], path.name
        assert f"]({path.relative_to(ROOT / 'docs')})" in (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_hooks_and_the_gate_call_make_targets() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    called = [hook["entry"].removeprefix("make ") for hook in hooks]
    called += re.findall(r"exec make ([a-z]+)", (ROOT / ".ci" / "run").read_text("utf-8"))
    assert {"check", "test"} <= set(called) <= set(targets())
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_written_about_exist(path: Path) -> None:
    named = re.findall(
        rf"`((?:{'|'.join((*PRODUCT, 'tests', 'bench', 'scripts', 'docs'))})/[\w./-]*)`", path.read_text("utf-8")
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md"])
def test_every_package_has_its_line(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    assert [package for package in PRODUCT if f"| `{package}/` |" not in text] == []
