import pytest

from rag.api import Rag
from rag.settings import Settings
from tests.evaluation.made import QUAKE, TALKS, write_set
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence


@pytest.fixture
def evalset(tmp_path):
    return write_set(tmp_path / "tiny")


@pytest.fixture
def opened(tmp_path):
    """An index of the tiny set's articles, with fakes for models."""
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles([TALKS, QUAKE])
    return rag
