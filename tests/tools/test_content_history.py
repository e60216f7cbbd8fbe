"""Earlier versions: put back whole, and compared so that both texts can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFound, ToolInputError
from core.ids import new_id
from db.approval_requests import APPROVAL_REQUESTS
from db.content_library import CONTENT_LIBRARY
from db.content_versions import CONTENT_VERSIONS
from db.repository import Repository
from tests.tools.conftest import Desk
from tests.tools.test_renewal import two_asked
from tools.content import revise_draft
from tools.content_history import compared, differences, restore_version


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_comparison_holds_both_texts_whole(before: str, after: str) -> None:
    pieces = list(compared(before, after))
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_a_changed_word_is_one_piece() -> None:
    told = [(piece.kind, piece.text) for piece in compared("We open at nine.", "We open at eight!")]
    assert told == [("same", "We open at "), ("gone", "nine."), ("new", "eight!")]


async def test_a_version_put_back_says_all_of_it_again_and_is_asked_anew(ready: Desk) -> None:
    (first, second), asked = await two_asked(ready)
    await ready.call(revise_draft, content_id=first, text="Warm bread.", hashtags=["#Leeds"], title="Hello")
    contents = Repository(ready.database, CONTENT_LIBRARY, ready.scope)
    changed = await contents.get(first)
    context = ready.call_context()
    stored = await Repository(ready.database, CONTENT_VERSIONS, ready.scope).find({}, sort=[("version", 1)])
    await restore_version(context, first, stored[0].version_id)
    back = await contents.get(first)
    assert (back.content.text, back.hashtags, back.title, back.version) == ("Bread 0.", [], None, 3)
    assert [found.field for found in differences(changed, back)] == ["Title", "Text", "Hashtags"]
    (waiting,) = await Repository(ready.database, APPROVAL_REQUESTS, ready.scope).find({"status": "pending"})
    assert waiting.content["posts"][0]["text"] == "Bread 0."
    assert waiting.request_id not in {asked.request_id, *context.withdrawn}
    with pytest.raises(ToolInputError, match="already"):
        await restore_version(ready.call_context(), first, stored[0].version_id)
    for content_id, version_id in ((second, stored[0].version_id), (first, new_id("ver"))):
        with pytest.raises(NotFound):
            await restore_version(ready.call_context(), content_id, version_id)
