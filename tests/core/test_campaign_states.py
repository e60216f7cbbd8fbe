"""The table of moves is whole, and an illegal move is told the legal ones."""

from typing import get_args

import pytest

from core.campaign_states import CAMPAIGN_MOVES, OVER, UNDER_WAY, CampaignStatus, require_move
from core.errors import Conflict


def test_every_state_is_in_the_table_and_illegal_moves_name_the_legal_ones() -> None:
    assert set(CAMPAIGN_MOVES) == set(get_args(CampaignStatus))
    for status, allowed in CAMPAIGN_MOVES.items():
        for to in CAMPAIGN_MOVES:
            if to in allowed:
                require_move(status, to)
            else:
                with pytest.raises(Conflict, match=min(allowed) if allowed else "it is over"):
                    require_move(status, to)


def test_a_finished_campaign_stays_finished_and_every_other_can_be_cancelled() -> None:
    final = {"completed", "failed", "cancelled"}
    assert {status for status, allowed in CAMPAIGN_MOVES.items() if not allowed} == final
    assert all("cancelled" in allowed for status, allowed in CAMPAIGN_MOVES.items() if status not in final)


def test_what_is_under_way_can_still_go_on_or_end() -> None:
    assert not OVER & set(UNDER_WAY)
    assert all({"failed", "cancelled"} <= CAMPAIGN_MOVES[status] for status in UNDER_WAY)
