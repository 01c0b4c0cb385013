"""Fixtures shared by all tests: the real encoder, and where the data sets are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Before any library reads them: no test talks to the model hub, and a fork after tokenising prints no warning.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "true"
# What one run has encoded is nothing to the next; the tests of the vector cache name folders of their own.
os.environ["RAG_VECTOR_CACHE_MB"] = "0"

from rag.encoding import load_encoder
from rag.encoding.text_encoder import TextEncoder
from rag.evaluation import data_folder
from rag.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_settings() -> Settings:
    """Settings with the user's cache (RAG_CACHE), so that the model is converted once and not once a run."""
    return load_settings()


@pytest.fixture(scope="session")
def real_encoder(real_settings: Settings) -> TextEncoder:
    """The default encoder on the default engine."""
    return load_encoder(real_settings)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of data sets; tests that need it are skipped where it is absent."""
    path = data_folder()
    if not path.is_dir():
        pytest.skip(f"no data sets in {path} (set RAG_DATA)")
    return path
