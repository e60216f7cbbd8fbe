"""How well memory finds things again, as docs/memory.md publishes it; a test holds the two together."""

from typing import Final

# A step of the search, and what share of the evidence is among the first five and ten, and of questions with any.
FIGURES: Final[tuple[tuple[str, int, int, int], ...]] = (
    ("By meaning alone", 37, 46, 48),
    ("By words", 62, 69, 74),
    ("All of it: words, meaning, neighbours, who, when", 82, 87, 92),
)
QUESTIONS: Final = 179
