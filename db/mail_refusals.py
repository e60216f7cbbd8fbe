"""Which mails of the house an address does not want, account by account."""

from db.collection import Collection, Index, OwnedDocument


class MailRefusal(OwnedDocument):
    """One topic that one address does not want to hear of. ``address`` is in lower case."""

    refusal_id: str
    address: str
    topic: str


MAIL_REFUSALS = Collection(
    name="mail_refusals",
    model=MailRefusal,
    id_field="refusal_id",
    id_prefix="mrf",
    indexes=(Index(("user_id",)),),
)
