"""What changed between two payloads, for the person who decides again."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from core.json_text import inner_list, inner_object
from db.approval_requests import Change
from tools.platforms.catalogue import BY_NAME

IDENTIFIED_BY: Final = ("content_id", "task_id", "id", "name")
UNTOLD: Final = frozenset({"content_id", "version", "task_id", "launch"})
LONGEST: Final = 2_000
CALLED: Final = {"publish_at": "time", "account_id": "account", "amount_minor": "amount", "estimate_minor": "estimate"}


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return every field that differs; parts of lists are matched by their ids, whatever their order."""
    return list(_differences("", before, after))


def in_words(changes: list[Change]) -> str:
    """Say in a few words what changed; nothing for no change."""
    if not changes:
        return ""
    told = list(dict.fromkeys(f"{change.where} {called(change.field)}".strip() for change in changes))
    return f"Changed: {', '.join(told[:5])}{' and more' if len(told) > 5 else ''}."


def called(field: str) -> str:
    """Return what people call a field of a payload."""
    return CALLED.get(field, field.replace("_", " "))


def _differences(where: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for field in dict.fromkeys([*before, *after]):
        old, new = before.get(field), after.get(field)
        if old == new or field in UNTOLD:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(f"{where} {field}".strip(), inner_object(old), inner_object(new))
        elif _identified(old) and _identified(new):
            yield from _of_lists(inner_list(old), inner_list(new))
        else:
            yield Change(where=where, field=field, before=_plain(old), after=_plain(new))


def _of_lists(before: list[Any], after: list[Any]) -> Iterator[Change]:
    old = {_id_of(inner_object(item)): inner_object(item) for item in before}
    new = {_id_of(inner_object(item)): inner_object(item) for item in after}
    for key in dict.fromkeys([*old, *new]):
        if key not in new:
            yield Change(where=_title(old[key]), field="left out", before=_plain(old[key].get("text") or key))
        elif key not in old:
            yield Change(where=_title(new[key]), field="added", after=_plain(new[key].get("text") or key))
        else:
            yield from _differences(_title(new[key]), old[key], new[key])


def _identified(value: Any) -> bool:
    items = inner_list(value)
    return bool(items) and all(_id_of(inner_object(item)) for item in items)


def _id_of(item: Mapping[str, Any]) -> str | None:
    return next((str(item[name]) for name in IDENTIFIED_BY if item.get(name)), None)


def _title(item: Mapping[str, Any]) -> str:
    platform = BY_NAME.get(str(item.get("platform")))
    if platform is not None:
        return platform.label
    return str(item.get("platform") or item.get("name") or item.get("description") or _id_of(item))[:60]


def _plain(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
