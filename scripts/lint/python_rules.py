"""Rules on the syntax tree of our own Python modules."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from scripts.lint.source import Problem, Rule, Source

VAGUE_NAMES = frozenset({"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"})
RAW_CALLS = frozenset({"raw", "get_collection", "get_database"})
CLIENTS = frozenset({"AsyncMongoClient", "MongoClient"})
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb", "putenv"})
NOW = frozenset(
    {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
)
MAKE_PERMITS = frozenset({"tools/approval/permit.py", "tools/approval/authority.py", "tests/permits.py"})
PUT_OUT = frozenset({"workflows/delivery/attempt.py"})
SKIPS = frozenset({"skip", "skipif", "xfail", "importorskip"})


def _dotted(node: ast.expr) -> tuple[str, ...]:
    """Return the names of ``a.b.c``, or nothing for any other expression before the first dot."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return tuple(reversed(names))


def raw_collections(source: Source) -> Iterator[Problem]:
    """Documents are reached through a Repository, which adds the tenant; raw handles stay inside db/."""
    if source.folder in {"db", "scripts"} or source.path.startswith("tests/db/"):
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        name = _dotted(node.func)[-1:]
        called = name[0] if name else ""
        if isinstance(node.func, ast.Attribute) and called in RAW_CALLS:
            yield node.lineno, f".{called}() goes around the tenant; use a Repository with the caller's scope."
        elif called in CLIENTS:
            yield node.lineno, f"{called} is made in db/ only."


def environment(source: Source) -> Iterator[Problem]:
    """The environment and .env are read in one place."""
    if not source.is_product or source.path == "core/settings.py":
        return
    advice = "belongs in core/settings.py; take a Settings instead."
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=attr) if attr in ENVIRONMENT:
                yield node.lineno, f"os.{attr} {advice}"
            case ast.ImportFrom(module="os", names=names) if {alias.name for alias in names} & ENVIRONMENT:
                yield node.lineno, f"Reading the environment {advice}"
            case ast.ImportFrom(module="dotenv" | "pydantic_settings") | ast.Import(names=[ast.alias(name="dotenv")]):
                yield node.lineno, f"Reading settings {advice}"
            case _:
                pass


def clock(source: Source) -> Iterator[Problem]:
    """Time comes from an injected clock, so that tests can move it."""
    if not source.is_product or source.path == "core/clock.py":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and (name := _dotted(node.func))[-2:] in NOW:
            yield node.lineno, f"{'.'.join(name)}() reads the machine's clock; take a core.clock.Clock."


def module_name(source: Source) -> Iterator[Problem]:
    """A module is named by its noun."""
    for part in PurePosixPath(source.path).with_suffix("").parts:
        if part.removeprefix("test_") in VAGUE_NAMES:
            yield 1, f"'{part}' says nothing about what is inside; name the module by its noun."


def module_docstring(source: Source) -> Iterator[Problem]:
    """A module says what its job is; only an empty one has nothing to say."""
    if source.folder == "tests" or not source.text.strip():
        return
    docstring = ast.get_docstring(source.tree)
    if docstring is None:
        yield 1, "A module starts with one to three sentences on its job."


def skipped_tests(source: Source) -> Iterator[Problem]:
    """A test runs or is not there."""
    if source.folder != "tests":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and _dotted(node)[:1] == ("pytest",):
            yield node.lineno, f"pytest.{node.attr} hides a test; make it run or remove it."


def patched_modules(source: Source) -> Iterator[Problem]:
    """A test passes its double in; it does not reach into a module."""
    if source.folder != "tests":
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="monkeypatch"), attr="setattr" | "setitem" | "delattr")):
                yield node.lineno, "Pass the double instead of patching a module."
            case ast.ImportFrom(module="unittest.mock") | ast.ImportFrom(module="unittest"):
                yield node.lineno, "Pass the double instead of patching a module."
            case _:
                pass


def permits(source: Source) -> Iterator[Problem]:
    """Only the deliverer puts things out, only with a permit, and only the authority makes one."""
    if source.path in MAKE_PERMITS or source.path.startswith("tests/tools/approval/"):
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.ImportFrom(module="tools.approval.permit", names=names) if {alias.name for alias in names} & {
                "MINT"
            }:
                yield node.lineno, "Permits are made by tools/approval/authority.py alone."
            case ast.Call(func=ast.Name(id="Permit")):
                yield node.lineno, "Permits are made by tools/approval/authority.py alone."
            case ast.Call(func=ast.Attribute(attr="publish"), args=args, keywords=keywords) if (
                source.is_product and len(args) + len(keywords) > 1 and source.path not in PUT_OUT
            ):
                yield node.lineno, "Only workflows/delivery puts things out; give it a delivery."
            case _:
                pass


PYTHON_RULES = (
    Rule("raw-collection", raw_collections),
    Rule("environment", environment),
    Rule("clock", clock),
    Rule("module-name", module_name),
    Rule("module-docstring", module_docstring),
    Rule("skipped-test", skipped_tests),
    Rule("patched-module", patched_modules),
    Rule("permit", permits),
)
