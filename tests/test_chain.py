from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag.api import Rag
from rag.chain import RagRetriever
from rag.settings import Settings
from rag.types import Article
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.test_api import ARTICLES


@pytest.fixture
def opened(tmp_path: Path) -> Rag:
    made = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    made.add_articles([*ARTICLES, Article("rain", "Rain", "It rained in Beijing all day.")])
    return made


class TestConformance(RetrieversIntegrationTests):
    """langchain-tests' own conformance class for retrievers."""

    @pytest.fixture(autouse=True)
    def _index(self, opened: Rag) -> None:
        TestConformance.opened = opened

    @property
    def retriever_constructor(self) -> Callable[..., RagRetriever]:
        return lambda **kwargs: self.opened.retriever(**kwargs)

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {}

    @property
    def retriever_query_example(self) -> str:
        return "the meeting in Beijing"


def test_documents_carry_text_and_exact_place(opened: Rag):
    [first, *_] = opened.retriever(k=1).invoke("How long did Xi's meeting last?")
    article = opened.article(first.metadata["article_id"])
    assert article.text[first.metadata["start"] : first.metadata["end"]] == first.page_content
    assert first.metadata["published"] == "2023-06-19"
    assert first.metadata["generation"] == opened.generation


STEPS = ["standalone", "retrieve", "evidence", "answer", "check"]


class Names(BaseCallbackHandler):
    """Keeps the name of every run that starts."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
        self.names.append(kwargs["name"])


@pytest.mark.parametrize("how", ["invoke", "stream"])
def test_callbacks_see_each_step_by_name_and_in_order(opened: Rag, how: str):
    seen = Names()
    result = getattr(opened.chain, how)("Who met Xi?", config={"callbacks": [seen]})
    if how == "stream":
        list(result)
    assert [name for name in seen.names if name in STEPS] == STEPS
