"""Drafts: every voice on every platform within its limits, in words of its own, from the facts and nothing else."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models.offline.copywriting import Emoji, Length, Order, problems_of, write
from agents.models.offline.facts import Facts, facts_of
from agents.models.offline.voices import voice_named, voice_of, voices, voices_in
from tests.agents.models.offline.prompting import BAKERY, BAKERY_INFO
from tools.counting import EMOJI
from tools.platforms.catalogue import CATALOGUE

LENGTHS: tuple[Length, ...] = ("short", "normal", "long")
VOICE_NAMES = sorted(voices())
PLATFORMS = [platform.name for platform in CATALOGUE]


def _bakery(**brief: str) -> Facts:
    facts = facts_of(BAKERY | brief, BAKERY_INFO, extras=("free coffee for the first 50 guests",))
    assert facts is not None
    return facts


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("voice", VOICE_NAMES)
def test_every_voice_fits_every_platform(voice: str, platform: str) -> None:
    for length in LENGTHS:
        for variant in range(3):
            draft = write(Order(platform, _bakery(), voices()[voice], variant, length))
            assert problems_of(draft) == []
            assert "{" not in draft.text + draft.title + draft.subject
            assert "[" not in draft.text, "no placeholders"
            assert "!" not in draft.text


@settings(max_examples=120, deadline=None)
@given(
    platform=st.sampled_from(PLATFORMS),
    voice=st.sampled_from(VOICE_NAMES),
    product=st.text(min_size=1, max_size=200),
    audience=st.text(max_size=80),
    extra=st.text(max_size=160),
    link=st.sampled_from(["", "https://example.org/a/rather/long/path/to/somewhere?with=a&query=1"]),
)
def test_drafts_fit_whatever_the_brief_says(
    platform: str, voice: str, product: str, audience: str, extra: str, link: str
) -> None:
    brief = {"product": product, "target_audience": audience}
    facts = facts_of(brief, BAKERY_INFO, extras=(extra,), link=link)
    if facts is not None:
        assert problems_of(write(Order(platform, facts, voices()[voice])), link) == []


@pytest.mark.parametrize("product", ["パン" * 12, "秋の新しいライ麦パンと季節の野菜スープの特別セットのご案内"])
def test_wide_characters_fit_into_google_ads(product: str) -> None:
    facts = facts_of({"product": product}, BAKERY_INFO)
    assert facts is not None
    assert problems_of(write(Order("google_ads", facts, voices()[VOICE_NAMES[0]])), "") == []


def test_voices_use_different_words() -> None:
    for platform in ("instagram", "twitter", "email", "linkedin"):
        texts = [write(Order(platform, _bakery(), voices()[name])).text for name in VOICE_NAMES]
        assert len(set(texts)) == len(VOICE_NAMES)
        words = [set(re.findall(r"\w+", text.lower())) for text in texts]
        shared = words[0].intersection(*words[1:])
        own = [mine - shared for mine in words]
        for number, mine in enumerate(own):
            for other in own[number + 1 :]:
                assert len(mine & other) / len(mine | other) < 0.5


def test_text_says_what_the_brief_says_and_no_more() -> None:
    text = write(Order("instagram", _bakery(), voices()["friendly"])).text
    assert "second bakery opens in Leeds on Thursday 3 December" in text
    assert "free coffee for the first 50 guests" in text
    assert "1,500" not in text, "the budget is nobody's business"
    assert "200" not in text, "nor is the goal"


@pytest.mark.parametrize(
    ("brief", "info", "news"),
    [
        ({"product": "second bakery"}, {"location": "Leeds"}, "our second bakery is opening in Leeds"),
        ({"product": "opening of our new shop in York"}, {"event_date": "2026-12-05", "location": "York"},
         "our new shop opens in York on Saturday 5 December"),
        ({"product": "yoga classes"}, {"event_date": "2027-01-04"}, "our yoga classes take place on Monday 4 January"),
        ({"product": "summer sale"}, {"start_date": "2027-06-01", "end_date": "2027-06-05"},
         "our summer sale runs from Tuesday 1 June to Saturday 5 June"),
        ({"product": "podcast launch"}, {"start_date": "2027-03-01", "end_date": "2027-03-31"},
         "our podcast launches in March"),
        ({"product": "yoga studio"}, {"start_date": "2027-03-01", "end_date": "2027-03-09"},
         "we'd like you to meet our yoga studio"),
        ({"product": "accounting software"}, {"location": "UK"}, "we'd like you to meet our accounting software"),
        ({"product": "Bright Books"}, {}, "we'd like you to meet Bright Books"),
        ({"product": "café"}, {"event_date": "2026-12-05", "location": "Berlin"},
         "our café opens in Berlin on Saturday 5 December"),
    ],
)  # fmt: skip
def test_news_reads_as_a_sentence(brief: dict[str, str], info: dict[str, str], news: str) -> None:
    facts = facts_of(brief, info)
    assert facts is not None
    assert facts.news == news


def test_internal_notes_stay_out_of_the_text() -> None:
    brief = BAKERY | {"additional_context": "Our competitor is next door. Free parking behind the shop."}
    facts = facts_of(brief, BAKERY_INFO)
    assert facts is not None
    assert facts.extras == ("Free parking behind the shop",)


def test_nothing_known_gives_no_facts() -> None:
    assert facts_of({}, {}) is None


@pytest.mark.parametrize(("emoji", "has"), [("none", False), ("auto", True), ("more", True)])
def test_emoji_follow_the_order(emoji: Emoji, has: bool) -> None:
    text = write(Order("instagram", _bakery(), voices()["warm"], emoji=emoji)).text
    assert bool(EMOJI.search(text)) is has


def test_variants_differ() -> None:
    assert len({write(Order("twitter", _bakery(), voices()["friendly"], variant)).text for variant in range(3)}) == 3


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("make it warm and playful", ("warm", "playful")), ("more formal please", ("formal",)),
        ("keep it professional", ("professional",)), ("a cheeky caption", ("cheeky",)),
        ("write a post for our luxury spa", ()), ("what kind of post would you write?", ()),
        ("not too formal", ("friendly",)), ("a bit funnier", ("playful",)), ("simple language, please", ()),
        ("in a direct tone", ("bold",)), ("urgent!", ("urgent",)),
    ],
)  # fmt: skip
def test_voice_is_read_from_the_message(text: str, names: tuple[str, ...]) -> None:
    assert voices_in(text) == names


def test_two_voices_blend() -> None:
    blend = voice_of(("warm", "playful"))
    assert blend.hooks == voices()["warm"].hooks
    assert blend.calls == voices()["playful"].calls
    assert voice_named(blend.name) == blend
    assert voice_named("no such thing") == voices()["friendly"]


def test_start_date_alone_is_enough() -> None:
    facts = facts_of({"product": "book fair"}, {"start_date": "2027-02-01"})
    assert facts is not None
    assert facts.start == date(2027, 2, 1)
