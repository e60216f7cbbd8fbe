"""How far a reading of a CRM has come: what its job keeps, so that another process goes on where one was cut off."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from db.zoho_crm_records import Module
from db.zoho_tokens import ZohoToken


class Mark(BaseModel):
    """Until when a module is in step, and when it was last read from its beginning."""

    model_config = ConfigDict(frozen=True)

    since: datetime
    whole: datetime


class Course(BaseModel):
    """A reading under way, or, without ``module``, what the last one has left.

    ``connection`` names the connection it is about. ``part``: records first, then those that were deleted; the place in
    it is ``page_token``, or ``page``. ``since`` None: the module is read from its beginning. ``started`` is when
    reading the module began, ``counts`` what was stored and removed, ``problems`` the modules that can't be read.
    """

    connection: str = ""
    marks: dict[Module, Mark] = Field(default_factory=dict[Module, Mark])
    module: Module | None = None
    part: Literal["records", "deleted"] = "records"
    page_token: str | None = None
    page: int = 1
    since: datetime | None = None
    started: datetime | None = None
    counts: dict[str, int] = Field(default_factory=dict[str, int])
    problems: dict[Module, str] = Field(default_factory=dict[Module, str])

    @classmethod
    def of(cls, payload: Mapping[str, Any], token: ZohoToken) -> "Course":
        """Return what a job has kept of this connection; a new course where it is about an earlier one."""
        try:
            kept = cls.model_validate(payload)
        except ValidationError:
            kept = cls()
        own = connection_of(token)
        return kept if kept.connection == own else cls(connection=own)

    def kept(self) -> dict[str, Any]:
        """Return it as a job keeps it."""
        return self.model_dump(mode="json")

    def count(self, what: str, number: int) -> None:
        """Add to what was done."""
        if number:
            self.counts[what] = self.counts.get(what, 0) + number


def connection_of(token: ZohoToken) -> str:
    """Return what tells one connection from another: connecting again after it was ended begins anew."""
    return f"{token.account_id} {token.created_at.isoformat()}"
