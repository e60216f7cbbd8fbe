"""Writes the pieces of a campaign: each paid for from the budget, written by the writer, and there once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from core.errors import BudgetExceeded, ToolFailed
from core.ids import derived_id
from core.money import Money
from db.campaigns import Campaign
from db.content_library import CONTENT_LIBRARY, Content
from db.repository import Repository
from tools.approval.act import Act
from tools.platforms.catalogue import BY_NAME
from tools.runner import call_position
from tools.spending.ledger import entry_of
from tools.spending.prices import unit_prices
from workflows.campaigns.course import Course, Ground
from workflows.campaigns.layout import Piece, Work

REMEMBERED: Final = 8
# How a piece is asked for, and asked for again where the writer repeats itself: platforms refuse the same text twice.
MANNERS: Final = (("", ""), ("short ", ""), ("long ", " with more detail"), ("short ", " without emojis"), ("", ""))
NOUNS: Final = {"email": "email", "blog": "article", "seo_content": "article"}


class Writing:
    """The writer's part of a campaign."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._parts = ground.parts

    async def write(self, course: Course, work: Work) -> dict[str, Any]:
        """Write all pieces of a task; return their contents by piece, and what the budget had no room for.

        What can't go out without a picture is written and not paid for: ``bare``, until somebody attaches one.

        Halted while the campaign stands still. A repeat finds what is written and pays for nothing twice.
        """
        campaign = await self._ground.campaign(course)
        context = await self._ground.context(course, campaign)
        made: dict[str, str] = {}
        bare: dict[str, str] = {}
        unpaid: list[str] = []
        said_before: list[str] = []
        earlier: dict[str, list[Content]] = {}
        for piece in work.pieces:
            if not await self._affordable(course, piece):
                unpaid.append(piece.piece_id)
                continue
            content = await self._piece(course, campaign, piece, context, earlier.get(piece.platform, []))
            if content is None:
                said_before.append(piece.piece_id)
            elif BY_NAME[piece.platform].needs_media and not has_media(content):
                earlier.setdefault(piece.platform, []).append(content)
                bare[piece.piece_id] = content.content_id
            elif await self.paid(course, campaign, piece):
                earlier.setdefault(piece.platform, []).append(content)
                made[piece.piece_id] = content.content_id
            else:
                await self._put_away(course, content)
                unpaid.append(piece.piece_id)
        if work.pieces and not made and not unpaid and not bare:
            raise ToolFailed("There is nothing new to say.")
        found = {"contents": made, "unpaid": unpaid, "said_before": said_before, "kinds": counted(work, made)}
        return found | ({"bare": bare} if bare else {})

    async def _affordable(self, course: Course, piece: Piece) -> bool:
        """Whether a piece is paid for, or could be: what counts is the charge, once the text is there."""
        campaign = await self._ground.campaign(course)
        price = (await unit_prices(self._parts.database)).of(piece.kind, campaign.budget.currency)
        charged = entry_of(course.campaign_id, piece.piece_id) in campaign.charges
        return charged or price <= campaign.budget.remaining_minor

    async def paid(self, course: Course, campaign: Campaign, piece: Piece) -> bool:
        """Pay for a piece, once; whether the budget has room for it."""
        currency = campaign.budget.currency
        price = Money((await unit_prices(self._parts.database)).of(piece.kind, currency), currency)
        if not price.minor:
            return True
        act = Act("spend", course.campaign_id, campaign.execution.request_id, amount=price)
        permit = await self._parts.authority.permit(course.scope, act)
        try:
            await self._parts.ledger.commit(
                course.scope,
                course.campaign_id,
                price,
                permit,
                key=piece.piece_id,
                item=piece.kind,
                subject_id=piece.piece_id,
            )
        except BudgetExceeded:
            return False
        return True

    async def _piece(
        self,
        course: Course,
        campaign: Campaign,
        piece: Piece,
        context: Mapping[str, Any],
        earlier: Sequence[Content],
    ) -> Content | None:
        """Return the text of a piece, from an earlier attempt or written now. None: the writer only repeats itself."""
        said = {content.content.text for content in earlier}
        refused: list[Content] = []
        for attempt, manner in enumerate(MANNERS):
            errand_id = derived_id("msg", piece.piece_id, str(attempt))
            content = await self._stored(course, errand_id)
            if content is None:
                await self._ask_writer(course, campaign, piece, context, [*earlier, *refused], errand_id, manner)
                content = await self._stored(course, errand_id)
            if content is None:
                raise ToolFailed(f"The writer has brought nothing for {BY_NAME[piece.platform].label}.")
            if content.content.text not in said:
                return content
            refused.append(content)
            await self._put_away(course, content)
        return None

    async def _put_away(self, course: Course, content: Content) -> None:
        await self._contents(course).update(content.content_id, {"status": "archived"})

    async def _ask_writer(
        self,
        course: Course,
        campaign: Campaign,
        piece: Piece,
        context: Mapping[str, Any],
        earlier: Sequence[Content],
        errand_id: str,
        manner: tuple[str, str],
    ) -> None:
        label = BY_NAME[piece.platform].label
        instruction = f"Write a {manner[0]}new {label} {NOUNS.get(piece.kind, 'post')}{manner[1]}."
        one_channel = {**context, "campaign_brief": {**context["campaign_brief"], "channels": [piece.platform]}}
        errand = self._ground.errand(campaign, errand_id, "writer", instruction, one_channel)
        phase = f" in the phase “{piece.phase}”" if piece.phase else ""
        before = tuple((instruction, _shown(label, content)) for content in earlier[-REMEMBERED:])
        task = f"For the campaign “{campaign.name}”{phase}; it goes out on {piece.at[:10]}. Save one draft, no more."
        await self._parts.headless.work(course.scope, replace(errand, before=before, task=task))

    async def _stored(self, course: Course, errand_id: str) -> Content | None:
        """Return what the errand has brought: its first draft, or the shorter one after a refusal."""
        for number in (1, 2):
            wanted = derived_id(CONTENT_LIBRARY.id_prefix, call_position(errand_id, "save_draft", number), "1")
            if found := await self._contents(course).find_one({"content_id": wanted}):
                return found
        return None

    def _contents(self, course: Course) -> Repository[Content]:
        return Repository(self._parts.database, CONTENT_LIBRARY, course.scope)


def _shown(label: str, content: Content) -> str:
    """An earlier text as the writer shows its drafts, so that it knows what was said already."""
    lines = "\n".join(f"> {line}" for line in content.content.text.splitlines())
    return f"**{label}** · {len(content.content.text)} characters\n\n{lines}"


def has_media(content: Content) -> bool:
    """Whether a picture or video is attached."""
    return bool(content.content.image_url or content.content.video_url)


def counted(work: Work, made: Mapping[str, str]) -> dict[str, int]:
    """Count what was made by its kind."""
    kinds: dict[str, int] = {}
    for piece in work.pieces:
        if piece.piece_id in made:
            kinds[piece.kind] = kinds.get(piece.kind, 0) + 1
    return kinds
