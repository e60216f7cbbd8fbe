"""Approval rules: what goes out without asking, what never goes out, who approves; and the back-test."""

from typing import Annotated, Any, Final, cast

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from core.ids import derived_id, new_id
from core.scope import Scope
from core.timezones import known_zone
from db.approval_requests import ApprovalStep
from db.approval_rules import ApprovalMode, ApprovalRules, Guardrails, PolicyRow
from db.audit_log import AUDIT_LOG, AuditEntry
from db.campaigns import CAMPAIGNS
from db.settings import SETTINGS, AccountSettings
from server.auth.caller import Caller, InPerson
from server.by_hand import HandWork
from server.problems import responses
from server.rest.text import Line, PathId, one_line
from server.services import Parts, Services
from tools.approval.backtest import DAYS, Tried, back_test
from tools.approval.policy import in_words, untrue
from tools.approval.rules import RulesInForce, rules_in_force

LONGEST_TEXT: Final = 500
router = APIRouter(prefix="/api/v1", tags=["Approvals"])


def _readable(given: Any) -> Any:
    """Refuse texts that nobody can read or that are too long, wherever they stand."""
    _require_readable(given)
    return given


def _require_readable(given: object) -> None:
    if isinstance(given, str):
        if len(given) > LONGEST_TEXT:
            raise ValueError(f"holds a text of more than {LONGEST_TEXT} characters")
        one_line(given)
    elif isinstance(given, dict):
        for value in cast("dict[object, object]", given).values():
            _require_readable(value)
    elif isinstance(given, list):
        for value in cast("list[object]", given):
            _require_readable(value)


def _true_row(row: PolicyRow) -> PolicyRow:
    """Refuse a row that would not rule as it reads."""
    if why := untrue(row):
        raise ValueError(why)
    return row


Readable = BeforeValidator(_readable)
Row = Annotated[PolicyRow, AfterValidator(_true_row)]


class RowView(PolicyRow):
    """One row of the policy, and the same as a sentence."""

    in_words: str


class RulesView(BaseModel):
    """The rules as they stand. ``table`` is the policy that rules: the first row that fits."""

    mode: ApprovalMode
    table: list[RowView]
    written_by_hand: bool
    steps: list[ApprovalStep]
    guardrails: list[Guardrails]
    timezone: str
    stopped: bool

    @classmethod
    def of(cls, rules: RulesInForce) -> "RulesView":
        """Show the rules in force."""
        return cls(
            mode=rules.mode,
            table=[RowView(**row.model_dump(), in_words=in_words(row)) for row in rules.table],
            written_by_hand=rules.has_rows,
            steps=list(rules.steps),
            guardrails=[each.guardrails for each in rules.every],
            timezone=rules.timezone,
            stopped=rules.halt.since is not None,
        )


class RulesChange(BaseModel):
    """The new rules, whole. Without rows, the mode's own table rules."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"mode": "hybrid", "guardrails": {"words": ["cheap"]}}]}
    )

    mode: ApprovalMode | None = None
    rows: Annotated[list[Row], Field(max_length=100), Readable] = Field(default_factory=list[PolicyRow])
    steps: Annotated[list[ApprovalStep], Field(max_length=5), Readable] = Field(default_factory=list[ApprovalStep])
    guardrails: Annotated[Guardrails, Readable] = Field(default_factory=Guardrails)
    timezone: Annotated[Line, Field(max_length=64), AfterValidator(known_zone)] | None = None

    def rules(self) -> ApprovalRules:
        """Return them as they are stored."""
        return ApprovalRules.model_validate(self.model_dump())


class BackTestAsked(BaseModel):
    """Which policy to try: a mode, or rows of one's own."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"mode": "full_auto"}]})

    mode: ApprovalMode = "semi_auto"
    rows: Annotated[list[Row], Field(max_length=100), Readable] = Field(default_factory=list[PolicyRow])
    campaign_id: Annotated[Line, Field(max_length=64)] | None = None
    days: Annotated[int, Field(ge=1, le=365)] = DAYS


class UnaskedView(BaseModel):
    """A post that would have gone out without asking, and what a person decided in truth."""

    approval_id: str
    platform: str
    publish_at: str
    text: str
    decided: str
    edited: bool
    why: str


class BackTestView(BaseModel):
    """What a policy would have sent. ``against`` is what people had rejected, changed or let expire.

    ``truncated``: there were too many requests to look at all; the oldest are not counted.
    """

    days: int
    posts: int
    would_ask: int
    would_refuse: int
    without_asking: list[UnaskedView]
    against: list[UnaskedView]
    truncated: bool


@router.get("/approval-rules", operation_id="get_approval_rules", responses=responses(), summary="The account's rules")
async def get_rules(scope: Caller, parts: Parts) -> RulesView:
    """Return what goes out without asking, what never goes out, and who approves."""
    return RulesView.of(await rules_in_force(parts.database, scope))


@router.put("/approval-rules", operation_id="put_approval_rules", responses=responses(), summary="Change them")
async def put_rules(body: RulesChange, scope: InPerson, parts: Parts) -> RulesView:
    """Replace the account's rules. Only a person who has logged in may.

    What a policy has let pass and they no longer do is taken off the calendar and asked of people.
    """
    scope.require_decide()
    settings = await _settings(parts, scope)
    changes = {"approval": body.rules().model_dump(exclude_none=True)}
    await parts.repository(SETTINGS, scope).update(settings.settings_id, changes)
    await _audit(parts, scope, "approval_rules_changed", "settings", settings.settings_id, changes)
    await HandWork(parts, scope).tightened()
    return RulesView.of(await rules_in_force(parts.database, scope))


@router.get(
    "/campaigns/{campaign_id}/approval-rules",
    operation_id="get_campaign_approval_rules",
    responses=responses(404),
    summary="A campaign's rules",
)
async def get_campaign_rules(campaign_id: PathId, scope: Caller, parts: Parts) -> RulesView:
    """Return the rules in force for a campaign: its own where it has some, the account's otherwise."""
    campaign = await parts.repository(CAMPAIGNS, scope).get(campaign_id)
    return RulesView.of(await rules_in_force(parts.database, scope, campaign))


@router.put(
    "/campaigns/{campaign_id}/approval-rules",
    operation_id="put_campaign_approval_rules",
    responses=responses(404),
    summary="Change them",
)
async def put_campaign_rules(campaign_id: PathId, body: RulesChange, scope: InPerson, parts: Parts) -> RulesView:
    """Replace a campaign's own rules. Only a person who has logged in may."""
    scope.require_decide()
    changes = {"approval": body.rules().model_dump(exclude_none=True)}
    campaign = await parts.repository(CAMPAIGNS, scope).update(campaign_id, changes)
    await _audit(parts, scope, "approval_rules_changed", "campaign", campaign_id, changes)
    await HandWork(parts, scope).tightened(campaign_id)
    return RulesView.of(await rules_in_force(parts.database, scope, campaign))


@router.post(
    "/approval-rules/back-test", operation_id="back_test_policy", responses=responses(404), summary="Try a policy"
)
async def try_policy(body: BackTestAsked, scope: Caller, parts: Parts) -> BackTestView:
    """Say what a policy would have sent without asking. It changes nothing."""
    if body.campaign_id:
        await parts.repository(CAMPAIGNS, scope).get(body.campaign_id)
    tried = Tried(body.mode, body.rows)
    done = await back_test(parts.database, scope, tried, campaign_id=body.campaign_id, days=body.days)
    return BackTestView(
        days=done.days,
        posts=done.posts,
        would_ask=done.would_ask,
        would_refuse=done.would_refuse,
        without_asking=[UnaskedView.model_validate(one, from_attributes=True) for one in done.unasked],
        against=[UnaskedView.model_validate(one, from_attributes=True) for one in done.against],
        truncated=done.truncated,
    )


async def _settings(parts: Services, scope: Scope) -> AccountSettings:
    repository = parts.repository(SETTINGS, scope)
    found = await repository.find_one({})
    return found or await repository.insert_once(AccountSettings(settings_id=derived_id("set", scope.user_id)))


async def _audit(
    parts: Services, scope: Scope, action: str, resource: str, resource_id: str, changes: dict[str, Any]
) -> None:
    entry = AuditEntry(
        audit_id=new_id("aud"),
        action=action,
        resource_type=resource,
        resource_id=resource_id,
        actor_id=scope.actor_id,
        changes=changes,
    )
    await parts.repository(AUDIT_LOG, scope).insert(entry)
