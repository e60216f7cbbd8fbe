"""Mails of the house to people about their own account. What they say is put together when they are sent."""

from datetime import timedelta
from typing import Any

from pydantic import Field

from db.collection import Collection, Index, Retention
from db.outgoing import Outgoing


class NotificationMail(Outgoing):
    """One mail about one event to one person. ``about`` is the id it is about; ``data`` are the event's own facts.

    ``approver`` is how the step of an approval names this person. No link that lets anybody do something is kept here.
    """

    mail_id: str
    event_id: str
    event_type: str
    topic: str
    address: str
    name: str = ""
    approver: str | None = None
    about: str
    data: dict[str, Any] = Field(default_factory=dict[str, Any])


NOTIFICATION_MAILS = Collection(
    name="notification_mails",
    model=NotificationMail,
    id_field="mail_id",
    id_prefix="nml",
    indexes=(Index(("due_at",)), Index(("user_id",))),
    retention=Retention("finished_at", timedelta(days=30)),
)
