"""JSON merge patch (RFC 7386): how a person's edits change a payload."""

from collections.abc import Mapping
from typing import Any

from core.json_text import inner_object


def merged(document: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a patch: null takes a field out, an object is merged, anything else replaces."""
    result = dict(document)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merged(inner_object(result.get(key)), inner_object(value))
        else:
            result[key] = value
    return result
