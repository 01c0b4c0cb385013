"""The page on a real Rag, with questions asked in vain; its index is made where it is started.

`python -m tests.page.saved_page`; settings come from RAG_….
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from rag.api import Rag
from rag.chain import make_constraints
from rag.saved import VainQuestions
from rag.settings import Settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.page.fake_rag import PAYLOAD
from tests.test_api import ARTICLES

VAIN = ("Who designed the Brackwater dam?", "How high is the Brackwater dam?", f"Who besieged {PAYLOAD}?")


def main() -> None:
    """Serve until interrupted."""
    from app import launch

    rag = Rag(Settings(index=Path("index")), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles(ARTICLES)
    vain = VainQuestions(rag.settings.index)
    for n, question in enumerate(VAIN):
        given = make_constraints(sources=[PAYLOAD] if PAYLOAD in question else [])
        vain.record(question, given, rag.generation, day=date.today() - timedelta(days=40 * n))
    launch(rag, port=0)


if __name__ == "__main__":
    main()
