"""What is said to a person who wrote a secret into the chat. Nothing of the secret itself reaches a policy."""

from dataclasses import replace

from agents.models.offline.phrasing import listed
from agents.models.offline.reading import Turn
from agents.models.offline.step import Step, say

SECRETS = "secrets don't belong in the chat"


def told_to_keep(turn: Turn, step: Step) -> Step:
    """The answer, led by one sentence on what was left out of a message; once in a turn."""
    if step.calls or not turn.withheld or any(SECRETS in words for words in turn.said_in_turn):
        return step
    what = listed([f"the {kind}" for kind in turn.withheld])
    notice = f"I left out {what} and kept none of it: {SECRETS}, logins and keys go on the Connections page."
    return replace(step, text=say(notice, step.text).text)
