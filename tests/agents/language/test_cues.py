"""Cues are searched for in lower-case text, so that their patterns have to be in lower case too."""

import re

from agents.language.cues import CUES, find_cues

CAPITAL = re.compile(r"(?<!\\)[A-Z]")


def test_patterns_are_in_lower_case_and_find_capitals_too() -> None:
    assert not [name for name, pattern in CUES if CAPITAL.search(pattern)]
    assert find_cues("PLEASE SCHEDULE the Newsletter")
    assert find_cues("PLEASE SCHEDULE the Newsletter") == find_cues("please schedule the newsletter")
