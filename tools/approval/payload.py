"""The canonical form of what a person approves, its hash, and the ids of what an approval leads to."""

import hashlib
from typing import Any

import rfc8785
from pydantic import BaseModel

from core.errors import InvalidInput
from core.ids import derived_id


class ApprovedPayload(BaseModel):
    """A payload that knows what a person may change in it while approving."""

    def problems_of_edit(self, original: BaseModel) -> list[str]:  # noqa: ARG002 - what others compare with
        """Return what stands against approving this in place of ``original``, as sentences."""
        return []


def payload_hash(payload: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of the payload's canonical JSON (RFC 8785): equal content, equal hash."""
    try:
        return hashlib.sha256(rfc8785.dumps(payload)).hexdigest()
    except rfc8785.CanonicalizationError as error:
        raise InvalidInput(f"This can't be approved as it is: {error}.") from error


def execution_id(request_id: str) -> str:
    """Return the call id under which an approved request is carried out, by whoever does it."""
    return derived_id("call", request_id, "execute")


def effect_id(prefix: str, request_id: str, position: int) -> str:
    """Return the id of the post an approval's payload names at ``position`` (from 0). An approval leads to no other."""
    return derived_id(prefix, execution_id(request_id), str(position + 1))
