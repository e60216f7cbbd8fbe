"""Sentences people give rules in, sentences that only sound like it, and sentences that are none."""

from typing import Any

import pytest

from db.approval_rules import Guardrails
from tools.approval.spoken_rules import in_words, read_rules, rules_apart

RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ('Never say "cheap" or "bargain".', {"words": ["cheap", "bargain"]}),
    ("Do not use the word “artisanal”.", {"words": ["artisanal"]}),
    ("avoid the word cheap", {"words": ["cheap"]}),
    ("Please avoid the words cheap, bargain and discount in our posts.", {"words": ["cheap", "bargain", "discount"]}),
    ("never say cheap", {"words": ["cheap"]}),
    ("don't mention Greggs", {"words": ["Greggs"]}),
    ("Don’t ever use it, but never use the phrase low cost.", {"words": ["low cost"]}),
    ("you must not mention the price", {"words": ["price"]}),
    ("Never claim “organic”.", {"claims": ["organic"]}),
    ("Never claim organic", {"claims": ["organic"]}),
    ("never claim that our bread is organic", {"claims": ["organic"]}),
    ("Don't claim to be the best in town", {"claims": ["the best"]}),
    ("do not promise free delivery", {"claims": ["free delivery"]}),
    ("We must never guarantee results", {"claims": ["results"]}),
    ("don't email acme.com", {"audiences": ["acme.com"]}),
    ("Never write to bob@rival.co.uk or anyone at rival.example.", {"audiences": ["bob@rival.co.uk", "rival.example"]}),
    ("no emails to acme.com please", {"audiences": ["acme.com"]}),
    ("exclude @acme.com", {"audiences": ["acme.com"]}),
    ("not before 9am", {"quiet_from": 0, "quiet_to": 9}),
    ("Nothing before 9:30 in the morning", {"quiet_from": 0, "quiet_to": 10}),
    ("don't post anything before 9am or after 8pm", {"quiet_from": 20, "quiet_to": 9}),
    ("no posts after 20:00", {"quiet_from": 20, "quiet_to": 24}),
    ("Never send emails between 10pm and 7am.", {"quiet_from": 22, "quiet_to": 7}),
    ("only post between 9am and 5pm", {"quiet_from": 17, "quiet_to": 9}),
    ("don't publish before noon", {"quiet_from": 0, "quiet_to": 12}),
    ("never post on Sundays", {"quiet_days": [6]}),
    ("No emails at weekends", {"quiet_days": [5, 6]}),
    ("nothing on Mondays or Tuesdays", {"quiet_days": [0, 1]}),
    ("no more than £50 a day", {"most_a_day_minor": 5_000}),
    ("Spend at most 40 pounds per day.", {"most_a_day_minor": 4_000}),
    ("never spend more than £5 per post", {"most_minor": 500}),
    ("max £12.50/day", {"most_a_day_minor": 1_250}),
    (
        "Warm tone. Never claim organic. Not before 9am; not after 8pm. No more than £50 a day",
        {"claims": ["organic"], "quiet_from": 20, "quiet_to": 9, "most_a_day_minor": 5_000},
    ),
)
NONE = (
    "Say hello to everybody.",
    "Our shop is not before the bridge but after it.",
    "The sale starts on 3 December, not before 9 December.",
    "We open at 9am.",
    "Post it on Sunday at 10am.",
    "don't forget to mention the free parking",
    "Never mind the last one.",
    "I don't use Twitter.",
    "People never mention our coffee.",
    "Why don't you mention the offer?",
    "don't schedule it yet",
    "Don't post on Facebook.",
    "The budget is no more than £1,500.",
    "Don't worry about the budget.",
    "Write to hello@bakery.example for a table.",
    "not before long we will open a third one",
    "don't email it to me",
)
UNREAD = (
    "Don't make any health claims.",
    "don't email existing customers",
    "Never target children.",
    "Never post about politics.",
    "don't publish pictures of our staff",
    "no more than £200 a week",
    "never say anything about the merger",
    "Don't spend more than 50 dollars a day.",
)


@pytest.mark.parametrize(("said", "held"), RULES)
def test_a_rule_in_a_sentence_is_held_in_code(said: str, held: dict[str, Any]) -> None:
    told = read_rules(said, currency="GBP")
    assert told.rails.model_dump(exclude_defaults=True) == held
    assert told.unread == []
    assert rules_apart(f"{said}\nOur bakery opens.")[1].endswith("Our bakery opens.")
    assert len(in_words(told.rails, "GBP")) >= len(set(held) - {"quiet_to"})


@pytest.mark.parametrize("said", NONE)
def test_what_is_no_rule_forbids_nothing(said: str) -> None:
    told = read_rules(said, currency="GBP")
    assert (told.rails, told.sentences, told.unread) == (Guardrails(), [], [])


@pytest.mark.parametrize("said", UNREAD)
def test_what_sounds_like_a_rule_and_cant_be_held_is_named(said: str) -> None:
    told = read_rules(said, currency="GBP")
    assert told.rails == Guardrails()
    assert told.unread == [said.rstrip() if said.endswith(".") else said]


def test_the_same_rule_twice_is_one_and_is_not_called_unread() -> None:
    told = read_rules("Never say cheap.", "never say cheap", currency="GBP")
    assert (told.rails.words, told.unread) == (["cheap"], [])
