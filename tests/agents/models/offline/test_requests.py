"""What is read past typos and pasted text, and which of several changes is meant for which draft."""

import pytest

from agents.models.offline.changes import wanted_for
from agents.models.offline.copywriting import problems_of
from agents.models.offline.pasted import draft_from, material_in, own_words
from agents.models.offline.requests import read_wanted
from agents.models.offline.spelling import corrected
from tools.platforms.catalogue import CATALOGUE

ARTICLE = (
    "Make a post of this for every channel please.\n\nSeven things we learnt from our first year\n\n"
    + "We opened with 3 tables and 1 oven. Nobody came on Mondays. We now close on Mondays and bake for 40 offices. "
    * 4
    + "\n\nThe whole story: https://example.org/year-one"
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("plna pls", "plan please"), ("wirte teh posts funny", "write the posts funny"), ("shrter", "shorter"),
        ("shedule them tmrw mornign", "schedule them tomorrow morning"),
        ("planes, dishes and wrote, from Kazan", "planes, dishes and wrote, from Kazan"),
        ("what's waiting for me?", "what's waiting for me?"),
        ("crafts and sweets for a cancer charity", "crafts and sweets for a cancer charity"),
        ("see https://shedule.example/plna or @wirte #plna", "see https://shedule.example/plna or @wirte #plna"),
    ],
)  # fmt: skip
def test_slips_are_read_and_words_left_alone(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


@pytest.mark.parametrize(
    "text", ["free coffee for the first 50", "first month free", "our first year", "the first 100 guests"]
)
def test_first_of_something_is_no_draft(text: str) -> None:
    assert read_wanted(f"mention {text}").targets == ()


@pytest.mark.parametrize("text", ["the first one please", "make the first shorter", "first draft, no emojis"])
def test_first_draft_is_meant(text: str) -> None:
    assert read_wanted(text).targets == (0,)


@pytest.mark.parametrize(
    "text",
    [
        "off with the emojis",
        "too many emojis",
        "no emojis please",
        "get rid of the emojis",
        "enough with emojis",
        "don't use emojis",
        "never use any emoji",
    ],
)
def test_emoji_are_unwanted_in_many_words(text: str) -> None:
    assert read_wanted(text).emoji == "none"


@pytest.mark.parametrize("text", ["it is too much long", "way too long", "much too wordy", "too long, all of them"])
def test_too_long_means_shorter(text: str) -> None:
    assert read_wanted(text).length == "short"


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("make em funny", "playful"),
        ("not too formal", "friendly"),
        ("make them calmer", "warm"),
        ("less salesy", "plain"),
    ],
)
def test_voices_in_everyday_words(text: str, voice: str) -> None:
    assert read_wanted(text).voice == (voice,)


def test_each_channel_gets_its_own_change() -> None:
    text = "shorten the email, change the tiktok to more professional and tell me what is on the calendar"
    whole = read_wanted(text)
    assert wanted_for(text, "email", whole).length == "short"
    assert wanted_for(text, "email", whole).voice == ()
    assert wanted_for(text, "tiktok", whole).voice == ("professional",)


def test_one_change_for_several_channels_is_for_all() -> None:
    text = "make instagram and email shorter"
    whole = read_wanted(text)
    assert wanted_for(text, "instagram", whole) == wanted_for(text, "email", whole) == whole


def test_what_is_pasted_is_told_from_what_is_said() -> None:
    assert own_words(ARTICLE) == "Make a post of this for every channel please."
    found = material_in(ARTICLE)
    assert found is not None
    assert found.title == "Seven things we learnt from our first year"
    assert found.link == "https://example.org/year-one"
    assert material_in("write a post about our sale") is None


@pytest.mark.parametrize("platform", [platform.name for platform in CATALOGUE])
def test_quoted_drafts_fit_every_platform(platform: str) -> None:
    found = material_in(ARTICLE)
    assert found is not None
    draft = draft_from(found, platform)
    assert problems_of(draft) == []
    assert draft.text


def test_the_source_is_no_channel() -> None:
    assert read_wanted("turn this blog post into posts for LinkedIn and X").channels == ("linkedin", "twitter")
