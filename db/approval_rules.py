"""What an account or a campaign lets leave the house without asking, what may never leave it, and who approves."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from db.approval_requests import ApprovalStep
from db.collection import Part

MOST_MINOR: Final = 10**15
Weekday: TypeAlias = Annotated[int, Field(ge=0, le=6)]
ApprovalMode: TypeAlias = Literal["full_auto", "semi_auto", "hybrid"]


class PolicyRow(Part):
    """One row of a policy: if everything it names fits, it rules. The first row that fits rules.

    ``from_hour`` to ``to_hour`` are whole hours in the rules' timezone, the last one not included. ``up_to_minor`` is
    refused in new rows, and a stored row that has it fits nothing: a policy lets only posts and emails pass, which cost
    nothing.
    """

    effect: Literal["publish", "send", "spend", "launch", "any"] = "any"
    channel: str = "any"
    up_to_minor: int | None = Field(default=None, ge=0, le=MOST_MINOR)
    risk: Literal["low", "high", "any"] = "any"
    from_hour: int | None = Field(default=None, ge=0, le=23)
    to_hour: int | None = Field(default=None, ge=1, le=24)
    ruling: Literal["ask", "allow"]
    why: str = Field(default="", max_length=300)


class Guardrails(Part):
    """What may not go out, whoever or whatever wrote it, and whoever approved it.

    ``words`` and ``claims`` may stand in no text; ``audiences`` are addresses or domains that get no mail. Between
    ``quiet_from`` and ``quiet_to`` (hours), and on ``quiet_days`` (0: Monday), nothing goes out unless a person has
    approved that very time. ``most_minor`` is the largest single amount, ``most_a_day_minor`` the most of one day.
    """

    words: list[str] = Field(default_factory=list[str], max_length=500)
    claims: list[str] = Field(default_factory=list[str], max_length=500)
    audiences: list[str] = Field(default_factory=list[str], max_length=500)
    quiet_from: int | None = Field(default=None, ge=0, le=23)
    quiet_to: int | None = Field(default=None, ge=0, le=24)
    quiet_days: list[Weekday] = Field(default_factory=list[int], max_length=7)
    most_minor: int | None = Field(default=None, ge=0, le=MOST_MINOR)
    most_a_day_minor: int | None = Field(default=None, ge=0, le=MOST_MINOR)


class ApprovalRules(Part):
    """The rules of one account or campaign. Where a campaign names none, those of its account are used.

    ``rows`` stand in place of what ``mode`` compiles to. ``steps`` are who approves, in turn. Without a ``timezone``
    hours are read where the campaign was launched, or where the account's owner is.
    """

    mode: ApprovalMode | None = None
    rows: list[PolicyRow] = Field(default_factory=list[PolicyRow], max_length=100)
    steps: list[ApprovalStep] = Field(default_factory=list[ApprovalStep], max_length=5)
    guardrails: Guardrails = Field(default_factory=Guardrails)
    timezone: str | None = None
