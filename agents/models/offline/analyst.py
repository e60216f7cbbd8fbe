"""The analyst by rule: reads metric, period and grouping from the question, and answers from the rows it gets back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.language.brief import read_brief
from agents.language.channels import mentions
from agents.language.crm_questions import crm_question
from agents.models.offline import crm
from agents.models.offline.figures import answer, drawn, name_of, span, wanted
from agents.models.offline.phrasing import capital, listed, plain
from agents.models.offline.plans import shown_figures
from agents.models.offline.questions import GENERAL, named_metrics, read_question
from agents.models.offline.reading import Turn, Used
from agents.models.offline.recalled import known_answer
from agents.models.offline.step import Step, call, say
from agents.models.offline.talk import asks_identity, identity
from agents.models.offline.values import mappings

_TARGET = re.compile(
    (
        r"\b(?:targets?|goals?|kpis?|on track|against (?:the )?plan|plan(?:ned)?|budget left|"
        r"remaining budget|how much (?:budget|money) is left)\b"
    ),
    re.IGNORECASE,
)
_UNKNOWN = re.compile(r"\b(?:new followers|followers|rankings|reviews|downloads|installs)\b", re.IGNORECASE)


def decide(turn: Turn) -> Step:
    """Take the next step of the analyst's turn."""
    if not turn.used:
        return _open(turn)
    last = turn.used[-1]
    match last.tool:
        case "query_metrics":
            return _after_query(turn, last)
        case "search_crm":
            return _after_crm(turn, last)
        case "draw_chart":
            return _after_chart(turn, last)
        case "get_campaign":
            return say(
                shown_figures(last.result)
                if last.ok
                else "There is no campaign here yet, so there are no targets to set figures against."
            )
        case "list_campaigns" | "list_posts":
            return say(last.error or "That is all there is.")
        case _:
            return say(last.error)


def _open(turn: Turn) -> Step:
    if asks_identity(turn.text):
        return say(identity())
    asks_targets = re.search(r"\b(?:targets?|kpis?|goals?)\b", turn.text, re.IGNORECASE)
    if turn.campaign and _TARGET.search(turn.text) and (asks_targets or not named_metrics(turn.text)):
        return call("get_campaign")
    if not named_metrics(turn.text) and _is_brief_talk(turn):
        return say(
            "That reads like a change to the brief, not a question about figures. Tell the "
            "strategist, for instance “make the budget £2,000”."
        )
    if not named_metrics(turn.text) and (told := known_answer(turn)):
        return say(told, "That is what I was told, not a figure.")
    if "search_crm" in turn.tools and (module := crm_question(turn.text)):
        return crm.ask(turn, module)
    question = read_question(turn)
    if question.chart and "draw_chart" in turn.tools:
        return call("draw_chart", **question.drawing())
    return call("query_metrics", **question.query())


def _after_crm(turn: Turn, last: Used) -> Step:
    """Tell what was found; without a CRM, leads are a figure like any other."""
    if not last.ok:
        return say(f"I could not look that up: {last.error}")
    if last.result.get("connected") is False and named_metrics(turn.text):
        return call("query_metrics", **read_question(turn).query())
    return crm.told(turn, last)


def _is_brief_talk(turn: Turn) -> bool:
    if turn.text.rstrip().endswith("?") or re.search(
        r"\b(?:how|what|which|show|compare|best|worst)\b", turn.text, re.IGNORECASE
    ):
        return False
    found = read_brief(turn.text, today=turn.today, known={**turn.brief, **turn.info}).values
    return bool({"budget", "goal_value", "event_date", "channels", "target_audience"} & set(found))


def _after_query(turn: Turn, last: Used) -> Step:
    if not last.ok:
        if len(turn.calls("query_metrics")) == 1:
            return call("query_metrics", metrics=list(GENERAL), group_by="total")
        return say(f"I could not look that up: {last.error}")
    lines = [line for line in mappings(last.result.get("rows")) if isinstance(line.get("values"), dict)]
    if not lines:
        return say(_nothing(turn, last), plain(last.result.get("note"), 600) if last.result.get("accounts") else "")
    return say(*answer(turn, last, _asked_about(turn, lines)))


def _after_chart(turn: Turn, last: Used) -> Step:
    """Show the chart; where none could be drawn, the figures themselves."""
    if not last.ok:
        return call("query_metrics", **read_question(turn).query())
    if not last.result.get("chart_id"):
        note = plain(last.result.get("note"), 600)
        return say(_nothing(turn, last), "" if note.startswith("Nothing is stored") else note)
    return say(*drawn(turn, last))


def _asked_about(turn: Turn, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    named = {item.channel for item in mentions(turn.text)}
    kept = [row for row in rows if str(row.get("key")) in named]
    return kept or rows


def _nothing(turn: Turn, last: Used) -> str:
    asked = [plain(last.arguments.get("metric"))] if last.tool == "draw_chart" else wanted(last)
    about = listed([name_of(metric) for metric in asked], "or")
    dated = any(last.arguments.get(name) for name in ("since", "until", "period"))
    when = f" {span(turn, last)}" if dated and last.result.get("period") else " so far"
    first = turn.choose("none", (f"There are no figures{when} for {about}.", f"Nothing is stored{when} for {about}."))
    unknown = _UNKNOWN.search(turn.text)
    if unknown and not named_metrics(turn.text):
        first = (
            f"{capital(unknown.group().lower())} are not among the figures stored here, and there are no others yet."
        )
    return f"{first} Figures come in once approved posts have gone out on a connected account, so I won't guess."
