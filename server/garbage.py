"""When Python looks for garbage that refers to itself: in larger batches, and never among what lives to the end."""

import gc
from typing import Final

NEW_OBJECTS: Final = 50_000
YOUNG_ROUNDS: Final = 20
OLD_ROUNDS: Final = 10


def look_less_often() -> None:
    """Call before anything is put together: a start makes hundreds of thousands of objects that all stay."""
    gc.set_threshold(NEW_OBJECTS, YOUNG_ROUNDS, OLD_ROUNDS)


def never_look_among_these() -> None:
    """Call once everything is put together; without it the search takes about a seventh of a turn's processor time."""
    gc.collect()
    gc.freeze()
