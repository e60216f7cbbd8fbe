"""What models may pass: lenient in form, strict in meaning."""

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from core.ids import derived_id, new_id
from tools.arguments import Arguments, CampaignId, Channels, Count, Day, Limit, Line, Link, Moment, Prose, Words
from tools.catalogue import CATALOGUE


class Sample(Arguments):
    """One field of each kind."""

    line: Line | None = None
    prose: Prose | None = None
    channels: Channels | None = None
    words: Words | None = None
    count: Count | None = None
    limit: Limit = 10
    day: Day | None = None
    moment: Moment | None = None
    campaign_id: CampaignId | None = None
    link: Link | None = None


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("line", "  two\nlines ", "two lines"),
        ("line", 1500, "1500"),
        ("prose", "a\r\nb\x00\u202e", "a\nb"),
        ("channels", "IG, X (Twitter) and e-mail", ["instagram", "twitter", "email"]),
        ("channels", ["Insta", "FB"], ["instagram", "facebook"]),
        ("words", "one, two", ["one", "two"]),
        ("words", '["one", "two"]', ["one", "two"]),
        ("count", "1,000 visitors", 1_000),
        ("count", "5k", 5_000),
        ("count", 200.0, 200),
        ("limit", "5", 5),
        ("day", "2026-12-03T10:00:00Z", date(2026, 12, 3)),
        ("day", "3rd December 2026", date(2026, 12, 3)),
        ("day", "December 3, 2026", date(2026, 12, 3)),
        ("moment", "2026-12-03 18:30", "2026-12-03T18:30:00"),
        ("moment", "2026-12-03", "2026-12-03"),
        ("moment", "2026-12-03T18:30:00Z", "2026-12-03T18:30:00+00:00"),
        ("line", None, None),
        ("line", "  ", None),
        ("link", "https://example.com/a?b=c", "https://example.com/a?b=c"),
    ],
)
def test_sloppy_but_clear_arguments_are_understood(field: str, written: Any, read: Any) -> None:
    assert getattr(Sample.model_validate({field: written}), field) == read


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("line", {"$ne": None}),
        ("line", ["a"]),
        ("line", "x" * 301),
        ("line", True),
        ("channels", "myspace"),
        ("channels", []),
        ("channels", {"$gt": ""}),
        ("count", -1),
        ("count", "many"),
        ("count", 10**13),
        ("limit", 51),
        ("limit", 0),
        ("day", "tomorrow"),
        ("day", "03/12/2026"),
        ("day", 20261203),
        ("moment", "ten o'clock"),
        ("moment", {"$date": 0}),
        ("campaign_id", "cmp_1"),
        ("campaign_id", derived_id("pst", "another")),
        ("campaign_id", {"$ne": None}),
        ("link", "javascript:alert(1)"),
        ("unknown", "value"),
        ("user_id", "usr_1"),
    ],
)
def test_garbage_is_refused(field: str, written: Any) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate({field: written})


def test_an_id_may_come_quoted_or_in_capitals() -> None:
    campaign_id = new_id("cmp")
    assert Sample.model_validate({"campaign_id": f"`{campaign_id.upper()}`"}).campaign_id == campaign_id


def test_the_schema_holds_what_a_model_has_to_read_and_no_more() -> None:
    shapes = Sample.model_json_schema()["properties"]
    assert shapes["line"] == {"type": "string", "minLength": 1, "maxLength": 300}
    assert shapes["limit"] == {"type": "integer", "minimum": 1, "maximum": 50, "default": 10}


@pytest.mark.parametrize("tool", CATALOGUE, ids=lambda tool: tool.name)
@pytest.mark.parametrize("garbage", [[], "text", 5, {"user_id": "usr_1"}, {"nonsense": 1}, {"limit": {"$gt": 0}}])
def test_every_tool_refuses_garbage_as_a_validation_error(tool: Any, garbage: Any) -> None:
    model: type[BaseModel] = tool.params
    with pytest.raises(ValidationError):
        model.model_validate(garbage)
