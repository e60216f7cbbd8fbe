"""What the reader of intents needs to know about a Turn."""

from agents.language.intent import read_intent
from agents.language.situation import Reading, Situation, open_question
from agents.models.offline.reading import Turn


def reading_of(turn: Turn) -> Reading:
    """How the person's message reads where the conversation stands."""
    last = next((said for said in reversed(turn.history) if said.by == "assistant"), None)
    speaker = last.agent if last else None
    return read_intent(
        turn.text,
        Situation(
            last_agent=speaker,
            asked=open_question(turn.asked, speaker),
            last_answer=last.text if last else "",
            brief_started=any(turn.brief.values()),
            ready_to_plan=turn.ready,
            has_plan=turn.campaign is not None,
            has_drafts=any(said.agent == "writer" for said in turn.history),
            pending_approvals=len(turn.pending),
        ),
    )
