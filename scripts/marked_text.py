"""Text between a pair of markers in a Markdown file: the parts of a document that are written by a script."""

import re


def _pattern(mark: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {mark}:begin -->\n)(.*?)(\n?<!-- {mark}:end -->)", re.DOTALL)


def between(text: str, mark: str) -> str:
    """Return what stands between the markers; KeyError when they are not there."""
    match = _pattern(mark).search(text)
    if match is None:
        raise KeyError(f"There is no <!-- {mark}:begin --> … <!-- {mark}:end --> in this text.")
    return match[2]


def replace_between(text: str, mark: str, content: str) -> str:
    """Return ``text`` with ``content`` between the markers; KeyError when they are not there."""
    between(text, mark)
    return _pattern(mark).sub(lambda match: f"{match[1]}{content}\n{match[3].lstrip()}", text, count=1)
