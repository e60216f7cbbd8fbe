"""Routes as the supervisor's prompt asks: the best reading of the message, as one call of ``route``."""

from agents.models.offline.reading import Turn
from agents.models.offline.situation import reading_of
from agents.models.offline.step import Step, call


def decide(turn: Turn) -> Step:
    """Name the agents for the newest message."""
    reading = reading_of(turn)
    return call("route", agents=list(reading.agents), reason=reading.reason)
