"""The team. Graph nodes, routing text and documentation follow from this list."""

from agents.analyst import ANALYST
from agents.publisher import PUBLISHER
from agents.spec import AgentSpec
from agents.strategist import STRATEGIST
from agents.writer import WRITER

ROSTER: tuple[AgentSpec, ...] = (STRATEGIST, WRITER, PUBLISHER, ANALYST)
