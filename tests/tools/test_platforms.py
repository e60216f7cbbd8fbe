"""Every platform of the catalogue behaves like a platform, and the known limits are right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.platform import Platform
from tools.platforms.catalogue import BY_NAME, CATALOGUE, find_platform

every_platform = pytest.mark.parametrize("platform", CATALOGUE, ids=lambda platform: platform.name)


def longest(platform: Platform) -> int:
    return platform.limit if isinstance(platform.limit, int) else platform.limit("")


def heading(platform: Platform) -> dict[str, str]:
    return {field: "A heading" for field in platform.needs if field != "media"}


@every_platform
def test_a_text_at_the_limit_is_taken_and_one_more_is_not(platform: Platform) -> None:
    limit = longest(platform)
    assert (
        platform.problems("a" * limit, title=heading(platform).get("title"), subject=heading(platform).get("subject"))
        == []
    )
    told = platform.problems(
        "a" * (limit + 1), title=heading(platform).get("title"), subject=heading(platform).get("subject")
    )
    assert len(told) == 1
    assert f"{limit:,}" in told[0]
    assert f"{limit + 1:,}" in told[0]


@every_platform
def test_an_empty_text_is_refused(platform: Platform) -> None:
    assert any("empty" in problem for problem in platform.problems("  "))


@every_platform
def test_every_name_and_alias_finds_the_platform(platform: Platform) -> None:
    for name in (platform.name, platform.label, platform.name.upper(), *platform.aliases):
        assert find_platform(name) is platform


@every_platform
def test_limits_are_described_with_where_they_come_from(platform: Platform) -> None:
    told = platform.described()
    assert told["text"]["limit"] == longest(platform)
    assert told["can_be_scheduled"] is platform.postable
    assert platform.sources
    assert all(source.startswith("https://") for source in platform.sources)


@given(
    st.sampled_from(CATALOGUE),
    st.text(max_size=400),
    st.lists(st.from_regex(r"#[a-z]{1,8}", fullmatch=True), max_size=8),
)
def test_measures_agree_with_themselves(platform: Platform, text: str, hashtags: list[str]) -> None:
    measure = platform.measure(text, hashtags)
    assert measure.remaining == measure.limit - measure.characters
    assert measure.characters >= platform.measure(text).characters or platform.name == "google_ads"
    too_long = any(
        "at most" in problem and "The text has" in problem for problem in platform.problems(text, hashtags=hashtags)
    )
    assert too_long == (measure.remaining < 0)


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("twitter", 280),
        ("instagram", 2_200),
        ("linkedin", 3_000),
        ("facebook", 63_206),
        ("tiktok", 2_200),
        ("youtube", 5_000),
        ("threads", 500),
        ("pinterest", 500),
        ("whatsapp", 4_096),
        ("sms", 1_530),
        ("google_ads", 90),
    ],
)
def test_known_limits(name: str, limit: int) -> None:
    assert longest(BY_NAME[name]) == limit


def test_hashtags_become_part_of_a_caption_once() -> None:
    instagram = BY_NAME["instagram"]
    assert instagram.composed("Come by #Leeds", ["#leeds", "#Bread"]) == "Come by #Leeds\n\n#Bread"
    assert instagram.measure("Come by #Leeds", ["#leeds", "#Bread"]).hashtags == 2


def test_too_many_hashtags_are_told_with_the_number() -> None:
    told = BY_NAME["instagram"].problems("Hi", hashtags=[f"#tag{letter}" for letter in "abcdef"])
    assert told == ["6 hashtags are too many: Instagram takes at most 5."]


def test_a_link_counts_on_x_and_has_its_own_field_on_facebook() -> None:
    link = "https://example.com/a/long/path/to/the/menu"
    assert BY_NAME["twitter"].measure("Menu", link=link).characters == 4 + 2 + 23
    assert BY_NAME["facebook"].measure("Menu", link=link).characters == 4


def test_sms_limit_depends_on_the_alphabet() -> None:
    sms = BY_NAME["sms"]
    assert sms.measure("a" * 200).note == "2 messages (GSM-7)"
    assert sms.measure("ż" * 71).limit == 670
    assert sms.problems("ż" * 671)


def test_email_needs_a_subject_within_the_line_length() -> None:
    email = BY_NAME["email"]
    assert email.problems("Hello") == ["Email needs a subject."]
    assert email.problems("Hello", subject="s" * 998) == []
    assert "998" in email.problems("Hello", subject="s" * 999)[0]


def test_google_ads_takes_lists_of_short_lines() -> None:
    ads = BY_NAME["google_ads"]
    assert ads.problems("Fresh bread daily.\nOpen from 7.", title="Fresh bread\nLeeds bakery") == []
    assert "30" in ads.problems("Fresh bread daily.", title="h" * 31)[0]
    assert "4" in ads.problems("a\nb\nc\nd\ne", title="Bread")[0]


def test_youtube_refuses_angle_brackets() -> None:
    assert "<" in BY_NAME["youtube"].problems("a < b", title="Title")[0]


@pytest.mark.parametrize("name", ["myspace", "", "radio", "{'$ne': null}"])
def test_an_unknown_channel_is_none(name: str) -> None:
    assert find_platform(name) is None
