"""Fixtures of the contract suites."""

import pytest

from memory.embedders.wordllama import WordLlamaEmbedder


@pytest.fixture(scope="session")
def embedder() -> WordLlamaEmbedder:
    """The local embedder, loaded once."""
    return WordLlamaEmbedder()
