"""Rules on any text file of the repository: its size, and words that mean nothing outside of one machine or one day."""

import re
from collections.abc import Iterator

from scripts.lint.source import Problem, Rule, Source

MODULE_LINES = 400
TEST_LINES = 600
SIZED = (".py", ".js", ".mjs", ".css")

# Written so that no pattern matches this file.
MACHINE_PATH = re.compile(r"(?<![\w.~$}])/(?:work|root|home)(?=/)")
REGISTRY = re.compile(
    r"(?:files[.]pythonhosted|test[.]pypi|pypi|registry[.]npmjs|registry[.]yarnpkg|proxy[.]golang)[.]org"
)
PASSING = re.compile(
    r"\b(?:issue|session|seed|helper) #?[0-9]+\b|\bshared/(?:design|seeds|bench)\b|\b(?:TO[D]O|FIX[M]E)\b"
    r"|\b(?:data-model|stack|style)[.]md\b"
)


def size(source: Source) -> Iterator[Problem]:
    """One idea a file: a module of ours stays readable at one sitting."""
    if not source.path.endswith(SIZED) or source.path.startswith("bench/data/"):
        return
    limit = TEST_LINES if source.folder == "tests" else MODULE_LINES
    if (lines := len(source.lines)) > limit:
        yield 1, f"{lines} lines, at most {limit} are allowed; split it by its nouns."


def machine_path(source: Source) -> Iterator[Problem]:
    """Nothing depends on where one machine keeps its files."""
    for number, line in enumerate(source.lines, 1):
        if match := MACHINE_PATH.search(line):
            yield number, f"'{match[0]}' is a path of one machine."


def registry(source: Source) -> Iterator[Problem]:
    """Where packages come from is the business of whoever installs them."""
    for number, line in enumerate(source.lines, 1):
        if match := REGISTRY.search(line):
            yield number, f"'{match[0]}' names a package registry; leave that to the installer's own settings."


def passing_words(source: Source) -> Iterator[Problem]:
    """The repository explains itself: no references to trackers, plans or work to come."""
    if source.path.startswith("bench/data/"):
        return
    for number, line in enumerate(source.lines, 1):
        if match := PASSING.search(line):
            yield number, f"'{match[0]}' means nothing to a reader of the repository; say what is meant."


TEXT_RULES = (
    Rule("size", size),
    Rule("machine-path", machine_path),
    Rule("registry", registry),
    Rule("passing-words", passing_words),
)
