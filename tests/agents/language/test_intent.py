import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.language.intent import read_intent
from agents.language.situation import AGENTS, Situation, open_question

OFFERS_WRITING = Situation(
    "strategist", last_answer="The plan is stored. Shall I have the posts written?", has_plan=True
)
DRAFTED = Situation("writer", last_answer="Here is the caption: Warm bread, cold mornings.", has_drafts=True)
WAITING = Situation("publisher", last_answer="Please approve or reject.", has_drafts=True, pending_approvals=1)
ASKED = Situation("strategist", asked="target_audience", last_answer="Who is it for?", brief_started=True)
REJECTED = Situation("publisher", last_answer="Rejected. Shall the writer revise it?", has_drafts=True)
REPORTED = Situation("analyst", last_answer="Facebook brought 92 clicks last week.")


@pytest.mark.parametrize(
    ("text", "situation", "agents"),
    [
        ("plan a campaign for my bakery", Situation(), ("strategist",)),
        ("when are we closed on Mondays?", Situation(), ("strategist",)),
        ("who annoys us most?", Situation(), ("strategist",)),
        ("who buys from us most?", Situation(), ("analyst",)),
        ("who are our newest leads?", Situation(), ("analyst",)),
        ("how many contacts are in the CRM?", DRAFTED, ("analyst",)),
        ("write three captions", Situation(), ("writer",)),
        ("schedule the posts for friday", Situation(), ("publisher",)),
        ("how did last week's newsletter do?", Situation(), ("analyst",)),
        ("plan it and write the posts", Situation(), ("strategist", "writer")),
        ("before you publish, shorten the caption", Situation(), ("writer", "publisher")),
        ("plan the sale, write the posts and schedule them", Situation(), ("strategist", "writer", "publisher")),
        ("yes please", OFFERS_WRITING, ("writer",)),
        ("shorter", DRAFTED, ("writer",)),
        ("change it", REJECTED, ("writer",)),
        ("just estimate it then", REPORTED, ("analyst",)),
        ("actually push it back a week", OFFERS_WRITING, ("strategist",)),
        ("make the linkedin one shorter", Situation("strategist", asked="product", has_drafts=True), ("writer",)),
        ("wot next", Situation("publisher", last_answer="All three posts are scheduled."), ("strategist",)),
        ("yes", WAITING, ("publisher",)),
        ("families mostly", ASKED, ("strategist",)),
        ("and instagram?", REPORTED, ("analyst",)),
        ("shcedule teh psots", Situation(), ("publisher",)),
        ("hi", DRAFTED, ("strategist",)),
        ("what can you do?", Situation(), ("strategist",)),
    ],
)
def test_a_message_goes_to_whose_work_it_is(text: str, situation: Situation, agents: tuple[str, ...]) -> None:
    assert read_intent(text, situation).agents == agents


@pytest.mark.parametrize(
    ("text", "situation", "kind"),
    [
        ("hello there", Situation(), "greeting"),
        ("thanks a lot!", Situation(), "thanks"),
        ("who are you?", Situation(), "capabilities"),
        ("tell me a joke", Situation(), "offtopic"),
        ("approve", WAITING, "decision"),
        ("families mostly", ASKED, "answer"),
    ],
)
def test_the_kind_of_a_clear_message_is_certain(text: str, situation: Situation, kind: str) -> None:
    reading = read_intent(text, situation)
    assert (reading.kind, reading.certain) == (kind, True)


situations = st.builds(
    Situation,
    last_agent=st.sampled_from([None, *AGENTS]),
    asked=st.sampled_from([None, "budget", "voice"]),
    last_answer=st.text(max_size=80),
    has_drafts=st.booleans(),
    pending_approvals=st.integers(min_value=0, max_value=3),
)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=300), situations)
def test_any_message_finds_known_agents_and_the_same_ones_again(text: str, situation: Situation) -> None:
    reading = read_intent(text, situation)
    assert reading.agents
    assert len(set(reading.agents)) == len(reading.agents)
    assert set(reading.agents) <= set(AGENTS)
    assert 0 <= reading.confidence <= 1
    assert read_intent(text, situation) == reading


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        ("Plan the autumn launch campaign for our trail shoes.", "strategist"),
        ("Draft a friendly launch email for our trail shoes.", "writer"),
        ("Schedule the launch post for next Monday morning.", "publisher"),
        ("Show me how the spring campaign did on every channel.", "analyst"),
    ],
)
@pytest.mark.parametrize("behind", ["", " (ref strategist-12)", " (ref writer-3)", " (ref publisher-250)", " [case 7]"])
def test_a_reference_behind_a_plain_request_changes_nothing(text: str, agent: str, behind: str) -> None:
    reading = read_intent(text + behind, Situation())
    assert (reading.agents, reading.certain) == ((agent,), True)


@pytest.mark.parametrize(
    ("text", "situation", "agents"),
    [
        ("Don't post it yet, just tell me how the last one did.", WAITING, ("analyst",)),
        ("not the plan, the results please", Situation("strategist", last_answer="Noted."), ("analyst",)),
        ("before I approve, how many clicks did the last mail get?", WAITING, ("analyst",)),
        ("I don't want copy yet, let's get the strategy right", Situation(), ("strategist",)),
        ("Don't schedule anything, I only want the wording for the post.", Situation(), ("writer",)),
        ("don't publish it", WAITING, ("publisher",)),
    ],
)
def test_work_that_is_not_to_be_done_asks_nobody(text: str, situation: Situation, agents: tuple[str, ...]) -> None:
    assert read_intent(text, situation).agents == agents


@pytest.mark.parametrize(
    ("text", "situation", "agent"),
    [
        ("actually make it 2,000", REPORTED, "strategist"),
        ("actually make it 2,000", DRAFTED, "strategist"),
        ("make it £900 instead", DRAFTED, "strategist"),
        ("make it 10 instead", WAITING, "publisher"),
        ("what's planned for next week?", REPORTED, "publisher"),
        ("what's scheduled for tomorrow", DRAFTED, "publisher"),
        ("change the subject of the email", WAITING, "writer"),
        ("give me three options for facebook", REPORTED, "writer"),
        ("thanks for the numbers", REPORTED, "strategist"),
    ],
)
def test_whose_work_it_is_counts_more_than_who_spoke_last(text: str, situation: Situation, agent: str) -> None:
    assert read_intent(text, situation).agents == (agent,)


@pytest.mark.parametrize("phrase", ["use the results ", "make it ", "before i ", "thanks for the ", "and to go out "])
def test_a_very_long_repetition_is_answered(phrase: str) -> None:
    assert read_intent(phrase * (8000 // len(phrase)), Situation()).agents


@pytest.mark.parametrize(
    "text",
    [
        "Our best seller is now the cinnamon bun",
        "Hi, we bake in Leeds. Our best seller is the rye sourdough. Never use emojis. We post on Instagram and email.",
    ],
)
def test_a_fact_about_the_business_is_no_question_about_figures(text: str) -> None:
    assert read_intent(text, Situation()).agents == ("strategist",)


def test_a_question_about_what_sells_best_stays_with_the_analyst() -> None:
    assert read_intent("Which of our posts was the best seller in March?", Situation()).agents == ("analyst",)


@pytest.mark.parametrize("text", ["ok plan it", "plan it now"])
def test_question_of_the_brief_is_closed_once_another_agent_has_spoken(text: str) -> None:
    assert open_question("product", "analyst") is None
    assert open_question("product", "strategist") == "product"
    situation = Situation(last_agent="analyst", asked=open_question("product", "analyst"), brief_started=True)
    assert read_intent(text, situation).agents == ("strategist",)


def test_yes_goes_to_whom_was_offered_though_a_field_is_open() -> None:
    offer = "Noted. The drafts still say it as it was. Shall the writer bring them in line?"
    situation = Situation(last_agent="strategist", asked="budget", last_answer=offer, has_drafts=True)
    assert read_intent("yes", situation).agents == ("writer",)
