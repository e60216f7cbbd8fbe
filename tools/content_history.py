"""Earlier versions of a content: one of them put back, and what differs between two, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal, TypeAlias

from core.errors import NotFound, ToolInputError
from db.content_library import CONTENT_LIBRARY, Content, ContentBody
from db.content_versions import CONTENT_VERSIONS
from tools.content import put_revised
from tools.tool import ToolContext

PieceKind: TypeAlias = Literal["same", "gone", "new"]
KEPT: Final = ("title", "subject", "hashtags", "voice", "call_to_action")
TOLD: Final = {"title": "Title", "subject": "Subject", "text": "Text", "hashtags": "Hashtags", "link": "Link"} | {
    "image_url": "Picture", "video_url": "Video", "voice": "Voice", "call_to_action": "Call to action",
}  # fmt: skip
# Past this many words a comparison word by word takes too long to wait for; lines are compared then.
MOST_WORDS: Final = 6_000
_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is in both, only in the earlier or only in the later one."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """What differs in one field, as people call it."""

    field: str
    pieces: Sequence[Piece]


async def restore_version(ctx: ToolContext, content_id: str, version_id: str) -> dict[str, Any]:
    """Make a content say again what it said in an earlier version, as a new version.

    It is a change like any other: approvals of the present version are withdrawn and asked anew.
    """
    content = await ctx.repository(CONTENT_LIBRARY).get(content_id)
    earlier = await ctx.repository(CONTENT_VERSIONS).get(version_id)
    if earlier.content_id != content_id:
        raise NotFound("There is no such version of it. Choose one of its earlier versions.")
    said = said_in(content, earlier.snapshot)
    if not differences(content, said):
        raise ToolInputError(f"It says what it said in version {earlier.version} already.")
    return await put_revised(ctx, content, said, f"Version {earlier.version} put back")


def said_in(content: Content, snapshot: dict[str, Any]) -> Content:
    """Return a content with what a version's snapshot says in place of what it says now."""
    fields: dict[str, Any] = {name: snapshot.get(name) for name in KEPT}
    fields["hashtags"] = list(snapshot.get("hashtags") or [])
    return content.model_copy(update=fields | {"content": ContentBody.model_validate(snapshot.get("content") or {})})


def differences(before: Content, after: Content) -> list[FieldDifference]:
    """Return the fields that differ, each word by word."""
    found: list[FieldDifference] = []
    for name, label in TOLD.items():
        old, new = _told(before, name), _told(after, name)
        if old != new:
            found.append(FieldDifference(label, list(compared(old, new))))
    return found


def compared(before: str, after: str) -> Iterator[Piece]:
    """Return two texts as one sequence of pieces; together they are both texts, whole."""
    cut = _WORDS if max(len(before), len(after)) <= MOST_WORDS * 6 else _LINES
    old, new = cut.findall(before), cut.findall(after)
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[old_from:old_to]))
            continue
        if old_to > old_from:
            yield Piece("gone", "".join(old[old_from:old_to]))
        if new_to > new_from:
            yield Piece("new", "".join(new[new_from:new_to]))


def _told(content: Content, name: str) -> str:
    if name == "hashtags":
        return " ".join(content.hashtags)
    if name in {"text", "link", "image_url", "video_url"}:
        return str(getattr(content.content, name) or "")
    return str(getattr(content, name) or "")
