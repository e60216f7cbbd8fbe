"""The permit to do one thing outside the house. Whatever publishes, sends, spends or launches takes one."""

from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Final, Literal

from core.errors import Forbidden
from tools.approval.act import Act
from tools.approval.rules import RulesInForce
from tools.outside.contract import Access, Post

MINT: Final = object()


@dataclass(frozen=True, slots=True)
class DayLimit:
    """The most that may be spent on a day of the customer's, in minor units."""

    day: str
    most_minor: int


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a permit was made on: the rules as they were, and for a policy's the modes the plan was approved in."""

    rules: RulesInForce
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Permit:
    """Says that exactly ``act`` may be done now. Only the Authority makes one; there is no way to change one.

    ``by`` says whether a person approved it or a policy allowed it, ``why`` in which words, ``request_id`` by which
    approval. For spending, ``limit`` is what the rules allow for the day. As long as the ``grounds`` are the same, the
    rules would say the same.
    """

    act: Act
    by: Literal["approval", "policy"]
    why: str
    granted_at: datetime
    request_id: str | None
    limit: DayLimit | None = None
    grounds: Grounds | None = field(default=None, repr=False)
    mint: InitVar[object] = field(kw_only=True)

    def __post_init__(self, mint: object) -> None:
        if mint is not MINT:
            raise TypeError("A permit is made by the Authority alone.")

    @property
    def post(self) -> Post:
        """What may be put out; Forbidden if the permit is for something else."""
        if self.act.effect not in {"publish", "send"} or self.act.post is None:
            raise Forbidden("This permit is not for putting something out, so nothing was.")
        return self.act.post

    def removal_on(self, platform: str, access: Access) -> str:
        """Return which post may be taken back on this account, by the platform's id; Forbidden for anything else."""
        act = self.act
        if act.effect != "take_down" or act.platform_post_id is None:
            raise Forbidden("This permit is not for taking something down, so nothing was.")
        if (act.platform, act.account_id) != (platform, access.account_id):
            raise Forbidden("This permit is for another account, so nothing was taken down.")
        return act.platform_post_id

    def post_on(self, platform: str, access: Access) -> Post:
        """Return what may be put out on this account; Forbidden if the permit names another one."""
        if (self.act.platform, self.act.account_id) != (platform, access.account_id):
            raise Forbidden("This permit is for another account, so nothing was put out.")
        return self.post
