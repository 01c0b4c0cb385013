"""What the campaigns of asking and adding work on: the articles and questions of evals/, and the models to ask with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from rag.api import Rag
from rag.reading import read
from rag.settings import Settings
from rag.types import Article

ROOT = Path(__file__).parents[2]
Models = Literal["whole", "encoder", "fake"]
"""The shipped encoder and evidence model; the encoder, with evidence by words in common; that and a bag of words."""


def articles() -> list[Article]:
    """Return the articles of evals/mini and seeds/."""
    found = [item for path in ("evals/mini/articles.jsonl", "seeds") for item in read(ROOT / path)]
    return [item for item in found if isinstance(item, Article)]


def questions() -> list[str]:
    """Return the questions of evals/mini and evals/seed, as they are asked alone."""
    files = (ROOT / "evals" / name / "questions.jsonl" for name in ("mini", "seed"))
    return [json.loads(line)["question"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def opened(path: Path, models: Models) -> Rag:
    """Open the index in `path`; no vectors come from the cache."""
    from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence

    settings = Settings(index=path, vector_cache_mb=0)
    given: dict[Models, tuple[Any, Any]] = {
        "whole": (None, None),
        "encoder": (None, WordOverlapEvidence()),
        "fake": (BagOfWordsEncoder(), WordOverlapEvidence()),
    }
    return Rag(settings, *given[models])
