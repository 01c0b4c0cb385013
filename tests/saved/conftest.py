"""An index of two short articles whose encoder and evidence model are fakes with meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.api import Rag
from rag.settings import Settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.test_api import ARTICLES


class CountingRag(Rag):
    """Counts the questions that were answered in full."""

    n_answered = 0

    def ask(self, question, **given):
        self.n_answered += 1
        return super().ask(question, **given)


def opened(folder: Path) -> CountingRag:
    return CountingRag(Settings(index=folder), BagOfWordsEncoder(), WordOverlapEvidence())


@pytest.fixture
def rag(tmp_path: Path) -> CountingRag:
    made = opened(tmp_path / "index")
    made.add_articles(ARTICLES)
    return made
