"""Channels a text names without choosing them."""

from datetime import date

import pytest

from agents.language.brief import read_brief

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("Email for now, perhaps LinkedIn next year", ["email"]),
        ("Facebook, and at some point YouTube", ["facebook"]),
        ("instagram first, tiktok and pinterest can wait", ["instagram"]),
        ("email and instagram, leave youtube for later", ["email", "instagram"]),
        ("let's hold off on tiktok, instagram only", ["instagram"]),
        ("youtube once we can afford it, facebook for now", ["facebook"]),
        ("facebook now, instagram later in the campaign", ["facebook", "instagram"]),
        ("Instagram, maybe Facebook", ["instagram", "facebook"]),
        ("instagram first and email later this month", ["instagram", "email"]),
    ],
)
def test_a_channel_left_for_later_is_not_chosen(text: str, channels: list[str]) -> None:
    assert read_brief(text, today=TODAY, asked="channels").values["channels"] == channels


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("my nephew has YouTube, we use Facebook", ["facebook"]),
        ("our competitor is all over LinkedIn; we want Instagram", ["instagram"]),
        ("I heard about you on YouTube. We post on Facebook", ["facebook"]),
        ("WhatsApp please, builders never read emails", ["whatsapp"]),
        ("the Facebook ads flopped, so Google Ads", ["google_ads"]),
        ("we tried Pinterest last spring. YouTube this time", ["youtube"]),
        ("my son says everybody is on tiktok, but we want email", ["email"]),
        ("they get 40 mails a day, so LinkedIn", ["linkedin"]),
        ("our customers are on Facebook", ["facebook"]),
        ("we want to be seen on TikTok", ["tiktok"]),
        ("we've 900 on the email list and a Facebook page", ["email", "facebook"]),
    ],
)
def test_a_channel_named_in_passing_is_not_chosen(text: str, channels: list[str]) -> None:
    assert read_brief(text, today=TODAY).values["channels"] == channels


def test_a_known_channel_that_is_set_aside_is_taken_out_and_one_that_is_seen_somewhere_stays() -> None:
    known = {"channels": ["instagram", "tiktok"]}
    put_off = read_brief("TikTok can wait", today=TODAY, known=known)
    assert (put_off.values["channels"], put_off.removed) == (["instagram"], ("tiktok",))
    assert "channels" not in read_brief("I saw a cat on TikTok yesterday", today=TODAY, known=known).values


def test_one_channel_swapped_for_another_replaces_it() -> None:
    reading = read_brief("switch that to pinterest", today=TODAY, known={"channels": ["instagram"]})
    assert reading.values["channels"] == ["pinterest"]
