"""Fits the weights of recall on our own conversations: ``python -m scripts.fit_recall`` prints the best it finds.

One weight after another is set to each of a few values, and the value is kept that finds clearly more of the evidence
in ``bench/data/memory/tune``. The conversations in ``held_out`` are measured at the end and decide nothing.
"""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from db.vector import Floats, products
from memory.account import Account
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.lexicon import Lexicon, Meaning
from memory.memories import NEAREST
from memory.query import Reading, read_question
from memory.ranking import WEIGHTS, Places, Weights, rank
from memory.recollection import Query
from memory.trial.evidence import FEW, MANY
from memory.trial.layout import ADVERSARIAL, merged, read_conversations

DATA: Final = Path(__file__).parents[1] / "bench" / "data" / "memory"
NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
ROUNDS: Final = 2
# A value has to find this much more, or it is chance.
CLEARLY: Final = 0.0015
VALUES: Final[dict[str, tuple[float, ...]]] = {
    "dense": (0.2, 0.3, 0.4, 0.5, 0.6),
    "before": (0.25, 0.3, 0.35, 0.4, 0.5, 0.6),
    "after": (0.05, 0.1, 0.15, 0.2, 0.3),
    "answer": (0.1, 0.2, 0.3, 0.35, 0.4, 0.5),
    "two_before": (0.0, 0.1, 0.15, 0.2, 0.3),
    "session": (0.0, 0.05, 0.1, 0.15, 0.2),
    "speaker": (0.3, 0.5, 0.7, 0.9, 1.2),
    "time": (0.0, 0.1, 0.2, 0.3, 0.5),
    "number": (0.1, 0.2, 0.3, 0.5, 0.7),
    "day": (0.2, 0.4, 0.8, 1.0),
    "emptiness": (0.3, 0.5, 0.6, 0.7, 0.85),
    "empty_words": (2.0, 3.0, 5.0, 8.0),
}


@dataclass(frozen=True, slots=True)
class Found:
    """Shares of evidence among the first, and of questions with any."""

    few: float
    many: float
    hit: float

    @property
    def value(self) -> float:
        """What is fitted."""
        return self.few + self.many + self.hit / 2


class Trial:
    """The conversations of a folder as one account, ranked without a database."""

    def __init__(self, folder: Path, embedder: WordLlamaEmbedder) -> None:
        conversation = merged(read_conversations(folder))
        self._account = Account(Lexicon(embedder.embed_now))
        memories = [turn.memory("all") for turn in conversation.turns]
        self._account.put(
            [
                {
                    "memory_id": memory.message_id,
                    "user_id": "usr",
                    "memory_type": memory.memory_type,
                    "content": memory.content,
                    "metadata": {
                        "conversation_id": memory.conversation_id,
                        "speaker": memory.speaker,
                        "timestamp": memory.timestamp,
                    },
                }
                for memory in memories
            ]
        )
        vectors = embedder.embed_now([memory.content for memory in memories])
        self._asked = [question for question in conversation.questions if question.category != ADVERSARIAL]
        self._read: list[tuple[Reading, list[Meaning], tuple[Places, Floats]]] = []
        for question in self._asked:
            reading = read_question(question.text, self._account.speakers, NOW.date())
            similar = products(vectors, embedder.embed_now([reading.topic])[0])
            near = np.argsort(-similar)[:NEAREST]
            meanings = [self._account.lexicon.meaning(word) for word in reading.words]
            self._read.append((reading, meanings, (near, similar[near])))

    def measure(self, weights: Weights) -> Found:
        """Ask every question."""
        few = many = hit = 0.0
        fits = self._account.wanted(Query(""))
        for question, (reading, meanings, near) in zip(self._asked, self._read, strict=True):
            best = rank(self._account, reading, meanings, near, fits, NOW.toordinal(), MANY, weights)
            ids = [self._account.memory_id(ranked.slot) for ranked in best]
            share = len(question.evidence.intersection(ids)) / len(question.evidence)
            few += len(question.evidence.intersection(ids[:FEW])) / len(question.evidence)
            many += share
            hit += share > 0
        count = len(self._asked)
        return Found(few / count, many / count, hit / count)


def fit(trial: Trial, weights: Weights) -> Weights:
    """Return the weights that find the most."""
    best = trial.measure(weights).value
    for number in range(ROUNDS):
        names = list(VALUES)
        random.Random(number).shuffle(names)
        for name in names:
            for value in VALUES[name]:
                tried = replace(weights, **{name: value})
                found = trial.measure(tried).value
                if found > best + CLEARLY:
                    best, weights = found, tried
    return weights


def main() -> int:
    """Fit and print."""
    embedder = WordLlamaEmbedder()
    tune, held_out = Trial(DATA / "tune", embedder), Trial(DATA / "held_out", embedder)
    fitted = fit(tune, WEIGHTS)
    for words, weights in (("in use", WEIGHTS), ("fitted", fitted)):
        print(words, weights)
        for name, trial in (("tune", tune), ("held out", held_out)):
            found = trial.measure(weights)
            print(f"  {name:<9} recall@5 {found.few:.1%}  recall@10 {found.many:.1%}  hit@10 {found.hit:.1%}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
