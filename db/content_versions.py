"""Earlier versions of content: what it said before a change, who changed it and why."""

from typing import Any

from db.collection import Collection, Index, OwnedDocument


class ContentVersion(OwnedDocument):
    """One earlier version; ``snapshot`` holds the content's fields as they were."""

    version_id: str
    content_id: str
    version: int
    snapshot: dict[str, Any]
    reason: str = ""
    created_by: str = "ai"


CONTENT_VERSIONS = Collection(
    name="content_versions",
    model=ContentVersion,
    id_field="version_id",
    id_prefix="ver",
    indexes=(Index(("user_id",)), Index(("content_id", "version"), unique=True)),
)
