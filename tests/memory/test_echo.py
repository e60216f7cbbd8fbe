"""What was recalled is told apart from what is new."""

from memory.echo import echoed, fresh_part, is_echo

KNOWN = ["Our opening hours are 9 to 5 on weekdays.", "We never use the word cheap in our adverts."]


def test_repeated_memory_is_an_echo() -> None:
    assert is_echo("Your opening hours are 9 to 5 on weekdays", KNOWN)


def test_new_number_is_no_echo() -> None:
    assert not is_echo("Our opening hours are 10 to 5 on weekdays", KNOWN)


def test_something_else_is_no_echo() -> None:
    assert echoed("The summer sale starts with a street party", KNOWN) == 0
    assert not is_echo("The summer sale starts with a street party", KNOWN)


def test_only_the_new_sentences_of_an_answer_are_left() -> None:
    answer = "You never use the word cheap in adverts. So the headline promises fair prices for honest sourdough bread."

    assert fresh_part(answer, KNOWN) == "So the headline promises fair prices for honest sourdough bread."


def test_answer_that_only_recalls_leaves_nothing() -> None:
    assert fresh_part("You told me: your opening hours are 9 to 5 on weekdays. Anything else?", KNOWN) == ""


def test_without_sources_everything_is_new() -> None:
    assert fresh_part("Anything at all", []) == "Anything at all"
