"""Every error the product raises on purpose.

    AppError  code, kind, message for people
    ├ InvalidInput  NotFound  Forbidden  NotAuthenticated  LimitReached  NotConfigured  Unavailable
    ├ Conflict       ├ Halted  └ BudgetExceeded
    ├ ToolError      ├ ToolInputError (the model may correct itself)  ├ ToolFailed (final)
    │                └ ApprovalRequired (a person decides)
    ├ ModelError(retry_after): the language model did not answer
    └ PlatformError  ├ Retryable(retry_after)  ├ ReconnectNeeded  ├ Rejected  └ OutcomeUnknown (never repeated)

A docstring is the message people see when no other is given. Each edge (HTTP, WebSocket, the model, …) turns ``kind``
into its own form with one table.
"""

import inspect
from typing import Any, ClassVar, Literal

Kind = Literal[
    "invalid",
    "not_found",
    "forbidden",
    "not_authenticated",
    "conflict",
    "limit",
    "not_configured",
    "unavailable",
    "tool_input",
    "tool_failed",
    "approval_required",
    "model",
    "platform",
    "internal",
]


class AppError(Exception):
    """Something went wrong. Try again; if it stays, tell the operator the error's id."""

    code: ClassVar[str] = "internal"
    kind: ClassVar[Kind] = "internal"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or inspect.cleandoc(type(self).__doc__ or "")
        self.details: dict[str, Any] = details
        super().__init__(self.message)

    @property
    def retry_after(self) -> float | None:
        """Seconds after which a retry makes sense, where that is known."""
        value = self.details.get("retry_after")
        return float(value) if value is not None else None


class InvalidInput(AppError):
    """The request can't be used as it is. Correct the fields named and send it again."""

    code = "invalid_input"
    kind: ClassVar[Kind] = "invalid"


class NotFound(AppError):
    """There is no such thing here, or it is not yours. Check the id."""

    code = "not_found"
    kind: ClassVar[Kind] = "not_found"


class Forbidden(AppError):
    """Your role does not allow this. Ask the account's owner."""

    code = "forbidden"
    kind: ClassVar[Kind] = "forbidden"


class NotAuthenticated(AppError):
    """You are not logged in, or the login has expired. Log in again."""

    code = "not_authenticated"
    kind: ClassVar[Kind] = "not_authenticated"


class Conflict(AppError):
    """This was changed or decided by someone else in the meantime. Load it again."""

    code = "conflict"
    kind: ClassVar[Kind] = "conflict"


class Halted(Conflict):
    """This stands still at the moment: somebody paused or stopped it. Nothing goes out until it is resumed."""

    code = "halted"


class BudgetExceeded(Conflict):
    """That is more than remains of the budget. Raise the budget, or do without it."""

    code = "budget_exceeded"


class LimitReached(AppError):
    """That is more than is allowed in this time. Wait a moment and try again."""

    code = "limit_reached"
    kind: ClassVar[Kind] = "limit"


class NotConfigured(AppError):
    """This needs a setting that is missing. `marketing-minds doctor` says which."""

    code = "not_configured"
    kind: ClassVar[Kind] = "not_configured"


class Unavailable(AppError):
    """A part this needs can't be reached right now. Nothing is lost; try again in a moment."""

    code = "unavailable"
    kind: ClassVar[Kind] = "unavailable"


class ToolError(AppError):
    """A tool could not do its work."""

    code = "tool_error"
    kind: ClassVar[Kind] = "tool_failed"


class ToolInputError(ToolError):
    """The tool's arguments were not usable. Correct them and call it again."""

    code = "tool_input"
    kind: ClassVar[Kind] = "tool_input"


class ToolFailed(ToolError):
    """The tool failed for good. Say so, and don't call it again with the same arguments."""

    code = "tool_failed"
    kind: ClassVar[Kind] = "tool_failed"


class ApprovalRequired(ToolError):
    """A person has to approve this first."""

    code = "approval_required"
    kind: ClassVar[Kind] = "approval_required"


class ModelError(AppError):
    """The language model did not answer. Your message is kept; send 'retry' or try again in a moment."""

    code = "model_unavailable"
    kind: ClassVar[Kind] = "model"


class PlatformError(AppError):
    """The outside service did not do what was asked."""

    code = "platform_error"
    kind: ClassVar[Kind] = "platform"


class Retryable(PlatformError):
    """The outside service is busy or down for the moment. It will be tried again."""

    code = "platform_retryable"


class ReconnectNeeded(PlatformError):
    """The outside service no longer accepts our credentials. Connect the account again."""

    code = "platform_reconnect"


class Rejected(PlatformError):
    """The outside service refused this as it is. Change it and try again."""

    code = "platform_rejected"


class OutcomeUnknown(PlatformError):
    """The answer of the outside service was lost: it may or may not have happened. Look there before repeating it."""

    code = "platform_outcome_unknown"
