"""Who may sign the step of a request that waits: whoever is named for it, and nobody twice where others could."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from db.approval_requests import ApprovalRequest

# The email addresses, by user id, of the people of an account who may decide.
Signers: TypeAlias = Mapping[str, str]
NOBODY_KNOWN: Final[Signers] = {}


def objection(request: ApprovalRequest, actor_id: str, signers: Signers) -> str | None:
    """Return why this person may not sign the step that waits; None if they may.

    A person is their user id as well as their email address. Where somebody has signed an earlier step, the next one is
    for somebody else, unless there is nobody else who could: nobody else named for it, or nobody else in the account.
    """
    if not request.steps or request.step >= len(request.steps):
        return None
    step = request.steps[request.step]
    named = {_person(one, signers) for one in step.approvers}
    person = _person(actor_id, signers)
    if named and person not in named:
        return f"The step “{step.name}” is for others to decide: {', '.join(step.approvers)}."
    signed = {_person(signature.by, signers): signature.step for signature in request.signatures}
    others = (named or {_person(one, signers) for one in signers}) - signed.keys()
    if person in signed and others:
        who = ", ".join(sorted(signers.get(one, one) for one in others)[:5])
        return (
            f"You have signed the step “{signed[person]}” already, and each step takes another person. The step "
            f"“{step.name}” is for others to decide: {who}."
        )
    return None


def _person(told: str, signers: Signers) -> str:
    """Return the user id of somebody who is named by it or by their email address; other addresses in small letters."""
    if told in signers:
        return told
    plain = told.strip().casefold()
    return next((user_id for user_id, email in signers.items() if email.casefold() == plain), plain)
