"""What a rule looks at and what it says: a file of the repository, and a finding on one of its lines."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

PRODUCT = ("core", "db", "memory", "prompts", "tools", "agents", "workflows", "server", "sandbox")
ALLOWED = re.compile(r"#\s*lint: allow (?P<rule>[a-z-]+): (?P<reason>\S+ \S+.*)")


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks one rule. ``line`` counts from 1."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass(frozen=True)
class Source:
    """A text file, named by its path inside the repository."""

    path: str
    text: str

    @property
    def folder(self) -> str:
        """The top-level folder, empty for files beside the README."""
        parts = PurePosixPath(self.path).parts
        return parts[0] if len(parts) > 1 else ""

    @property
    def is_python(self) -> bool:
        """Whether this is a Python module."""
        return self.path.endswith(".py")

    @property
    def is_product(self) -> bool:
        """Whether this ships, unlike tests, benchmarks and scripts."""
        return self.folder in PRODUCT

    @cached_property
    def lines(self) -> list[str]:
        """The text line by line."""
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of a Python module."""
        return ast.parse(self.text, filename=self.path)

    def allows(self, rule: str, line: int) -> bool:
        """Whether the line carries an escape for ``rule`` with a reason of at least two words."""
        if not 0 < line <= len(self.lines):
            return False
        match = ALLOWED.search(self.lines[line - 1])
        return match is not None and match["rule"] == rule


Problem = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named check that yields ``(line, message)`` for every place that breaks it."""

    name: str
    check: Callable[[Source], Iterable[Problem]]

    def findings(self, source: Source) -> Iterator[Finding]:
        """Yield what is wrong and not excused on its own line."""
        for line, message in self.check(source):
            if not source.allows(self.name, line):
                yield Finding(source.path, line, self.name, message)


def repository_files(root: Path) -> list[Source]:
    """Return every text file that is in the repository or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    sources: list[Source] = []
    for name in sorted(set(listed.stdout.decode().split("\0")) - {""}):
        path = root / name
        if not path.is_file():
            continue
        try:
            sources.append(Source(name, path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return sources
