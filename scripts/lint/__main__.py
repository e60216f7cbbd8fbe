"""Runs every house rule over the repository; prints each finding and fails if there is one."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.lint.python_rules import PYTHON_RULES
from scripts.lint.source import Finding, Source, repository_files
from scripts.lint.text_rules import TEXT_RULES


def lint(sources: Iterable[Source]) -> Iterator[Finding]:
    """Yield what every rule finds, file by file."""
    for source in sources:
        for rule in TEXT_RULES:
            yield from rule.findings(source)
        if not source.is_python:
            continue
        try:
            for rule in PYTHON_RULES:
                yield from rule.findings(source)
        except SyntaxError as error:
            yield Finding(source.path, error.lineno or 1, "syntax", f"This is no Python: {error.msg}.")


def main() -> int:
    """Check the working tree this is started in; 1 if anything is wrong."""
    findings = list(lint(repository_files(Path.cwd())))
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
