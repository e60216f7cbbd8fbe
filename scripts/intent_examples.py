"""The utterances the intent model learns from, and the variants of each that must be read the same way."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agents.language.evidence import weights
from agents.language.sentences import tidy
from agents.language.situation import Situation

DATA = Path(__file__).parents[1] / "bench" / "data"
JOINERS = (
    " and ",
    ", then ",
    " and then ",
    ". also ",
    ", and ",
    ". ",
    "; ",
    " & ",
    " plus ",
    ", ",
    " and also ",
    ". then ",
)
OPENERS = (
    "please ",
    "ok, ",
    "can you ",
    "hey, ",
    "could you please ",
    "hi, ",
    "now ",
    "ok now ",
    "also ",
    "great. ",
    "thanks. ",
)
CLOSERS = (
    " please",
    " pls",
    " thanks",
    " asap",
    "!",
    ".",
    " :)",
    " now",
    "?",
    " if possible",
)
CONTEXTS = (
    Situation(),
    Situation("strategist", None, "Noted.", brief_started=True),
    Situation("strategist", "budget", "What budget do you have?", brief_started=True),
    Situation("strategist", "target_audience", "Who is it for?", brief_started=True),
    Situation(
        "strategist",
        None,
        "Shall I make the plan?",
        brief_started=True,
        ready_to_plan=True,
    ),
    Situation(
        "strategist",
        None,
        "The plan is stored.",
        brief_started=True,
        ready_to_plan=True,
        has_plan=True,
    ),
    Situation(
        "writer",
        None,
        "Here is a draft.",
        brief_started=True,
        has_plan=True,
        has_drafts=True,
    ),
    Situation(
        "writer",
        None,
        "Saved. Shall we schedule them?",
        brief_started=True,
        has_drafts=True,
    ),
    Situation(
        "publisher",
        None,
        "Please approve the two posts.",
        has_drafts=True,
        pending_approvals=2,
    ),
    Situation(
        "publisher",
        None,
        "Scheduled for Friday at 9:00.",
        has_plan=True,
        has_drafts=True,
    ),
    Situation(
        "analyst",
        None,
        "Instagram brought 340 clicks last week.",
        has_plan=True,
        brief_started=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled utterance. ``free`` says that its label holds in any situation."""

    text: str
    agents: tuple[str, ...]
    kind: str
    situation: Situation
    free: bool


def examples(path: Path) -> list[Example]:
    """The labelled utterances of a file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Example(
            r["text"],
            tuple(r["agents"]),
            r.get("kind", ""),
            Situation(**r["situation"]),
            r.get("free", False),
        )
        for r in rows
    ]


def typo(text: str, rng: random.Random) -> str:
    """``text`` with one letter lost, doubled or swapped with its neighbour."""
    if len(text) < 6:
        return text
    at = rng.randrange(1, len(text) - 1)
    return rng.choice(
        (
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
        )
    )


def dressed(text: str, rng: random.Random) -> str:
    """``text`` with other manners: politeness, case, a typo."""
    if rng.random() < 0.35:
        text = rng.choice(OPENERS) + text
    if rng.random() < 0.3:
        text += rng.choice(CLOSERS)
    if rng.random() < 0.3:
        text = text.rstrip(".!?")
    if rng.random() < 0.3:
        text = typo(text, rng)
    return text.lower() if rng.random() < 0.3 else text[:1].upper() + text[1:]


FILLERS = tuple((DATA / "fillers.txt").read_text(encoding="utf-8").splitlines())


def rambled(pool: Sequence[Example], count: int, rng: random.Random) -> list[Example]:
    """Requests with a story around them: the request counts, whatever the story is about."""
    asked = [e for e in pool if e.free and e.kind == "request" and len(e.text.split()) > 2]
    made: list[Example] = []
    for e in rng.choices(asked, k=count):
        text = rng.choice(("", "", "can you ", "please ", "could you ", "so ")) + e.text[:1].lower() + e.text[1:]
        story = rng.choice(FILLERS)
        told = (
            f"{story}, {text}",
            f"{story}. {text}",
            f"{text}, {story}",
            f"{story}, {rng.choice(FILLERS)}, so {text}",
            f"{story} and {text}",
        )
        made.append(replace(e, text=rng.choice(told), situation=rng.choice(CONTEXTS)))
    return made


def variants(example: Example, rng: random.Random) -> list[Example]:
    """The example and others that must be read the same way."""
    made = [example, replace(example, text=dressed(example.text, rng))]
    if example.free:
        fitting = [c for c in CONTEXTS if c.last_agent in {None, example.agents[0]} or example.kind != "request"]
        contexts = CONTEXTS if weights(tidy(example.text)).get(example.agents[0], 0) >= 1.5 else fitting
        made += [
            replace(example, text=dressed(example.text, rng), situation=context)
            for context in rng.choices(contexts, k=4)
        ]
        made += [replace(example, situation=context) for context in rng.choices(contexts, k=2)]
    return made


def joined(pool: Sequence[Example], count: int, rng: random.Random) -> list[Example]:
    """Messages with two tasks, made of two with one each."""
    single = [e for e in pool if e.free and len(e.agents) == 1 and e.kind == "request" and 2 < len(e.text.split()) < 16]
    made: list[Example] = []
    while len(made) < count:
        one, two = rng.sample(single, 2)
        text = one.text.rstrip(".!? ") + rng.choice(JOINERS) + two.text[:1].lower() + two.text[1:]
        agents = one.agents if one.agents == two.agents else one.agents + two.agents
        made.append(Example(text, agents, "request", rng.choice(CONTEXTS), free=True))
    return made


def greeted(pool: Sequence[Example], count: int, rng: random.Random) -> list[Example]:
    """Requests with a greeting or thanks in front: the request counts."""
    single = [e for e in pool if e.free and e.kind == "request"]
    fronts = (
        "hi! ",
        "hello, ",
        "thanks! ",
        "great, thank you. ",
        "good morning, ",
        "hey team, ",
        "thanks, ",
        "perfect. ",
    )
    return [
        replace(e, text=rng.choice(fronts) + e.text, situation=rng.choice(CONTEXTS))
        for e in rng.choices(single, k=count)
    ]


def independent(name: str) -> list[Example]:
    """Utterances written by somebody else, without a label for their kind; any full sentence holds everywhere."""
    found = examples(DATA / name)
    return [replace(e, kind="", free=e.situation == Situation() and len(e.text.split()) > 4) for e in found]
