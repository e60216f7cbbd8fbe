"""What approvals, edits, rejections and figures teach, in words that hold nothing of the account."""

import pytest

from memory.outcomes import Measured, Text, from_decision, from_edit, from_figures, from_rejection, rate, texts_of

POST = Text("instagram", "Come in 🎉! We open on Saturday.", hashtags=5)


def test_approval_speaks_for_the_form_and_rejection_against_it() -> None:
    for_it, against = from_decision("approved", [POST]), from_decision("rejected", [POST])

    assert {lesson.key for lesson in for_it} == {
        "instagram:length:short",
        "instagram:hashtags:many hashtags",
        "instagram:emojis:yes",
    }
    assert all(lesson.worked for lesson in for_it)
    assert not any(lesson.worked for lesson in against)


def test_edit_shows_what_people_take_out() -> None:
    before = Text("instagram", "Come in! 🎉🎉 " + "We have a lot to tell you. " * 8, hashtags=6)
    after = Text("instagram", "Come in. We have a lot to tell you.", hashtags=2)

    assert {lesson.key.partition(":")[2]: lesson.worked for lesson in from_edit(before, after)} == {
        "edit:shorter": True,
        "edit:fewer emojis": True,
        "edit:fewer hashtags": True,
        "edit:fewer exclamation marks": True,
    }


def test_edit_the_other_way_counts_against_it() -> None:
    (lesson,) = from_edit(Text("email", "Short."), Text("email", "Short. " * 30))

    assert (lesson.key, lesson.worked) == ("email:edit:shorter", False)


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        ("Too long, please shorten it", "too long"),
        ("sounds pushy", "too salesy"),
        ("no emojis please", "emojis"),
        ("wrong day, Friday is better", "timing"),
        ("that's not our tone", "off brand"),
    ],
)
def test_reason_comes_down_to_a_known_one(reason: str, key: str) -> None:
    assert f"instagram:rejected:{key}" in {lesson.key for lesson in from_rejection(reason, ["instagram"])}


def test_reason_nobody_knows_teaches_nothing() -> None:
    assert from_rejection("Zorblax", ["instagram"]) == []


def test_learnings_hold_nothing_of_the_text_they_came_from() -> None:
    secret = Text("instagram", "Zorblax Ltd of Quenby pays 48,123 to @zorblax, see https://zorblax.example “Ha”")
    lessons = [
        *from_decision("approved", [secret]),
        *from_edit(secret, Text("instagram", "Zorblax!")),
        *from_rejection("Zorblax says too long", ["instagram"]),
    ]

    assert "zorblax" not in repr(lessons).lower()
    assert "48" not in repr(lessons)


def test_posts_are_compared_with_the_accounts_own_usual() -> None:
    posts = [Measured(f"pst_{count}", POST, engagement) for count, engagement in enumerate((1.0, 2.0, 3.0, 9.0))]

    as_usual = Measured("pst_4", POST, 2.5)

    taught = dict(from_figures([*posts[1:], as_usual], posts))

    assert set(taught) == {"pst_1", "pst_2", "pst_3", "pst_4"}
    assert taught["pst_4"] == []
    assert all(lesson.worked for lesson in taught["pst_3"])
    assert not any(lesson.worked for lesson in taught["pst_1"])


def test_few_posts_teach_nothing() -> None:
    few = [Measured("pst_1", POST, 1.0), Measured("pst_2", POST, 9.0)]
    assert from_figures(few, few) == []


def test_rate_of_few_outcomes_stays_near_even() -> None:
    assert rate(0, 0) == 0.5
    assert 0.5 < rate(1, 1) < rate(9, 9) < 1


def test_texts_are_read_from_what_was_approved() -> None:
    payload = {"posts": [{"platform": "email", "text": "Hello", "hashtags": ["#a"]}, "nonsense", {"text": 3}]}

    assert texts_of(payload) == [Text("email", "Hello", 1)]
    assert texts_of({}) == []
