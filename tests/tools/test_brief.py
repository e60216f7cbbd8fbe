"""The brief over several messages: merged, corrected, withdrawn."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ToolInputError
from core.events import ContextChanged
from db.conversations import CONVERSATIONS
from db.repository import Repository
from tests.tools.conftest import PLAN, READY, Desk
from tools.brief import ORDER, UpdateBrief, merged, missing, normalised_context, update_brief, zone
from tools.campaigns import create_campaign_plan


async def stored_context(desk: Desk) -> dict[str, object]:
    found = await Repository(desk.database, CONVERSATIONS, desk.scope).get(desk.conversation_id)
    return found.context.model_dump()


async def test_facts_of_several_messages_add_up_until_a_plan_can_be_made(desk: Desk) -> None:
    first = await desk.call(
        update_brief,
        product="second bakery in Leeds",
        event_date="2026-12-03",
        goal_value=200,
        goal_metric="visitors",
        ask_next="target_audience",
    )
    assert first["missing"] == ["target_audience", "budget", "channels"]
    assert first["ready_to_plan"] is False
    assert first["brief"]["objective"] == "200 visitors"
    assert first["brief"]["timeline"] == "event on 3 December 2026"
    assert first["collected_info"]["asked"] == "target_audience"
    second = await desk.call(update_brief, target_audience="local families", budget="£1500", channels="IG and email")
    assert second["ready_to_plan"] is True
    assert second["missing"] == []
    assert second["brief"]["channels"] == ["instagram", "email"]
    assert second["brief"]["budget"] == "£1,500"
    assert second["collected_info"]["asked"] is None
    assert (second["collected_info"]["budget_minor"], second["collected_info"]["currency"]) == (150_000, "GBP")
    assert await stored_context(desk) == desk.context


async def test_missing_fields_come_in_the_order_to_ask(desk: Desk) -> None:
    result = await desk.call(update_brief, location="Leeds")
    assert result["missing"] == list(ORDER)
    assert result["collected_info"]["asked"] == "product"


async def test_a_change_is_stored_told_and_kept_in_the_running_turn(desk: Desk) -> None:
    ctx = desk.call_context()
    same = ctx.context
    await update_brief.function(ctx, UpdateBrief.model_validate({"product": "bread"}))
    assert ctx.context is same
    assert same["campaign_brief"] == {"product": "bread"}
    assert ctx.events == [ContextChanged(same)]


async def test_a_repeated_call_changes_nothing_and_tells_nothing(desk: Desk) -> None:
    arguments = {"product": "bread", "additional_context": "parking behind the shop", "budget": "€500"}
    await desk.call(update_brief, "call_1", **arguments)
    before = await desk.everything()
    desk.clock.advance(timedelta(hours=1))
    ctx = desk.call_context("call_1")
    result = await update_brief.function(ctx, UpdateBrief.model_validate(arguments))
    assert result["changed"] == []
    assert ctx.events == []
    assert await desk.everything() == before


async def test_corrections_keep_words_and_figures_in_step(ready: Desk) -> None:
    assert (await ready.call(update_brief, budget="2000"))["brief"]["budget"] == "£2,000"
    moved = await ready.call(update_brief, event_date="2026-12-05")
    assert moved["brief"]["timeline"] == "event on 5 December 2026"
    assert moved["changed"] == ["timeline", "event_date"]
    more = await ready.call(update_brief, goal_value="300")
    assert more["brief"]["objective"] == "300 visitors on the opening weekend"


async def test_withdrawn_fields_are_missing_again(ready: Desk) -> None:
    result = await ready.call(update_brief, clear=["budget", "email"])
    assert result["missing"] == ["budget"]
    assert result["ready_to_plan"] is False
    assert "budget_minor" not in result["collected_info"]
    assert result["brief"]["channels"] == ["instagram"]
    result = await ready.call(update_brief, clear="timeline, instagram")
    assert result["missing"] == ["budget", "timeline", "channels"]
    assert "event_date" not in result["collected_info"]


async def test_no_budget_is_an_answer(ready: Desk) -> None:
    result = await ready.call(update_brief, budget="none")
    assert result["collected_info"]["budget_minor"] == 0
    assert result["ready_to_plan"] is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"event_date": "2025-12-03"}, "in the past"),
        ({"start_date": "2026-12-10", "end_date": "2026-12-01"}, "is after"),
        ({"start_date": "2026-12-10"}, "after the event"),
        ({"budget": "flexible"}, "no amount"),
        ({"clear": ["weather"]}, "neither a field"),
    ],
)
async def test_what_can_not_be_is_refused_and_nothing_stored(
    ready: Desk, arguments: dict[str, Any], words: str
) -> None:
    before = await ready.everything()
    with pytest.raises(ToolInputError, match=words):
        await ready.call(update_brief, **arguments)
    assert await ready.everything() == before


async def test_a_budget_without_currency_asks_for_it(desk: Desk) -> None:
    with pytest.raises(ToolInputError, match="currency"):
        await desk.call(update_brief, budget="2000")
    assert (await desk.call(update_brief, budget="2000", currency="eur"))["brief"]["budget"] == "€2,000"


async def test_a_new_date_wins_over_a_stored_start_that_no_longer_fits(ready: Desk) -> None:
    await ready.call(update_brief, start_date="2026-12-02")
    result = await ready.call(update_brief, event_date="2026-12-01")
    assert "start_date" not in result["collected_info"]


async def test_a_plan_that_no_longer_fits_is_named(ready: Desk) -> None:
    plan = await ready.call(create_campaign_plan, **PLAN)
    result = await ready.call(update_brief, budget="£2,000", channels=["instagram"])
    assert result["campaign_affected"] == {
        "campaign_id": plan["campaign_id"],
        "name": "Leeds opening",
        "no_longer_fits": ["budget", "channels"],
        "next": "revise_campaign",
    }
    assert "campaign_affected" not in await ready.call(update_brief, location="Leeds")


def test_an_unknown_timezone_is_utc() -> None:
    assert zone("Mars/Olympus").key == "UTC"
    assert zone("").key == "UTC"


TODAY = date(2026, 11, 20)
TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "Nd", "Zs")), min_size=1, max_size=30).filter(str.strip)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "product": TEXTS,
            "target_audience": TEXTS,
            "objective": TEXTS,
            "additional_context": TEXTS,
            "goal_value": st.integers(0, 10**9),
            "event_date": st.dates(min_value=TODAY, max_value=TODAY + timedelta(days=300)),
            "channels": st.lists(st.sampled_from(["instagram", "email", "tiktok"]), min_size=1, max_size=3),
        },
    )
)
def test_merging_twice_is_merging_once(changes: dict[str, object]) -> None:
    params = UpdateBrief.model_validate(changes)
    once = merged(normalised_context(READY), params, TODAY)
    assert merged(once, params, TODAY) == once
    assert once["ready_to_plan"] is (missing(once) == [])
