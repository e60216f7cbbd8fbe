"""What a large account loses by choosing candidates by the signs of vectors before it compares exactly.

``python -m bench memory_candidates`` embeds 100,000 mixed turns with the local embedder and asks the questions of our
own conversations, once through both steps and once exactly. ``--memories N`` takes fewer.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figures, percentile
from db.vector import Floats
from memory.embedders.wordllama import MODEL, WordLlamaEmbedder
from memory.indexes.exact import CANDIDATES, Matrix
from memory.memories import NEAREST
from memory.trial.layout import read_conversations
from memory.trial.scale import mixed_turns

DATA = Path(__file__).parent / "data" / "memory"
MEMORIES = 100_000
AT_ONCE = 2000
FIRST = 10
MOST_LOST = 1.0


def lost(exact: Sequence[str], found: Sequence[str], count: int) -> float:
    """Return the share of the nearest ``count`` that was not found among as many."""
    wanted = set(exact[:count])
    return 1 - len(wanted & set(found[:count])) / len(wanted)


def filled(texts: Sequence[str], embedder: WordLlamaEmbedder) -> tuple[Matrix, Matrix]:
    """Return the vectors of the texts, searched in two steps and exactly."""
    quick, exact = Matrix(embedder.dimensions), Matrix(embedder.dimensions, large=len(texts))
    for start in range(0, len(texts), AT_ONCE):
        vectors = embedder.embed_now(texts[start : start + AT_ONCE])
        names = [str(start + place) for place in range(len(vectors))]
        quick.put(names, vectors)
        exact.put(names, vectors)
    return quick, exact


def timed(matrix: Matrix, vectors: Floats) -> tuple[list[Sequence[str]], float]:
    """Return what is nearest to each, and the processor time it took in the middle, in milliseconds."""
    found: list[Sequence[str]] = []
    times: list[float] = []
    for vector in vectors:
        began = time.process_time()
        found.append(matrix.nearest(vector, NEAREST).memory_ids)
        times.append((time.process_time() - began) * 1000)
    return found, percentile(times, 0.5)


def main() -> int:
    """Measure and print; 1 if more is lost than may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memories", type=int, default=MEMORIES)
    count: int = parser.parse_args().memories
    conversations = read_conversations(DATA)
    embedder = WordLlamaEmbedder()
    quick, exact = filled([turn.content for turn in mixed_turns(conversations, count, 1)], embedder)
    questions = [question.text for conversation in conversations for question in conversation.questions]
    vectors = embedder.embed_now(questions)
    true, exactly_ms = timed(exact, vectors)
    found, quickly_ms = timed(quick, vectors)
    figures = Figures()
    figures.title(f"{count:,} memories, {len(questions)} questions, {MODEL}")
    figures.tell("candidates", f"{CANDIDATES:,}")
    for nearest in (FIRST, NEAREST):
        share = sum(lost(one, other, nearest) for one, other in zip(true, found, strict=True)) / len(true)
        figures.at_most(f"lost of the nearest {nearest}", share * 100, MOST_LOST, " %")
    figures.tell("processor time in two steps, and exactly", f"{quickly_ms:.2f} ms, {exactly_ms:.2f} ms")
    return 1 if figures.missed else 0


if __name__ == "__main__":
    sys.exit(main())
