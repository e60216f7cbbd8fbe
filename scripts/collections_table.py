"""Writes docs/collections.md from db/catalogue.py: ``python -m scripts.collections_table``."""

import sys
from pathlib import Path
from typing import Any

from db.catalogue import CATALOGUE
from db.collection import Collection
from scripts.marked_text import replace_between

PAGE = Path("docs") / "collections.md"
MARK = "collections"


def _about(collection: Collection[Any]) -> str:
    """What the collection's file says it is for: its first line, without the full stop."""
    text = sys.modules[collection.model.__module__].__doc__ or ""
    return " ".join(text.strip().split("\n\n")[0].split()).rstrip(".")


def _kept(collection: Collection[Any]) -> str:
    kept = collection.retention
    if kept is None:
        return "until deleted, then until erased" if collection.soft_delete else "until deleted or erased"
    days = kept.keep.total_seconds() / 86_400
    length = f"{days:g} days" if days >= 1 else f"{kept.keep.total_seconds() / 60:g} minutes"
    some = " (some)" if kept.where else ""
    return f"{length} after `{kept.field}`{some}"


def table() -> str:
    """Return the Markdown table of all collections, by name."""
    rows = ["| collection | holds | belongs to | kept | encrypted |", "|---|---|---|---|---|"]
    for one in sorted(CATALOGUE, key=lambda collection: collection.name):
        owner = "an account" if one.tenant else "everybody"
        secrets = ", ".join(f"`{path}`" for path in one.secrets) or "–"
        rows.append(f"| `{one.name}` | {_about(one)} | {owner} | {_kept(one)} | {secrets} |")
    return "\n".join(rows)


def main() -> None:
    """Rewrite the page in the working directory."""
    PAGE.write_text(replace_between(PAGE.read_text("utf-8"), MARK, table()), "utf-8")


if __name__ == "__main__":
    main()
