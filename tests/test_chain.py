from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import GenericFakeChatModel
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag.answering.steps import Steps
from rag.api import Rag
from rag.chain import AnswerChain, RagRetriever
from rag.errors import QuestionInvalid
from rag.llm import WrittenSteps
from rag.llm.model import LangChainModel
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


class Runs(BaseCallbackHandler):
    """Keeps every run that starts: its name, and its parent's; and what each ended with."""

    def __init__(self) -> None:
        self.names: dict[Any, str] = {}
        self.parents: list[tuple[str, str | None]] = []
        self.ended: list[tuple[str, Any]] = []

    def _started(self, name: str, run_id: Any, parent_run_id: Any) -> None:
        self.names[run_id] = name
        self.parents.append((name, self.names[parent_run_id] if parent_run_id else None))

    def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
        self._started(kwargs["name"], kwargs["run_id"], kwargs["parent_run_id"])

    def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
        self._started("chat model", kwargs["run_id"], kwargs["parent_run_id"])

    def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        self.ended.append((self.names[kwargs["run_id"]], outputs))

    def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:
        self.ended.append((self.names[kwargs["run_id"]], error))


def run(chain: Any, how: str, question: str) -> tuple[Runs, Any]:
    seen = Runs()
    result = getattr(chain, how)(question, config={"callbacks": [seen]})
    return seen, list(result)[-1] if how == "stream" else result


@pytest.mark.parametrize("how", ["invoke", "stream"])
def test_callbacks_see_one_run_and_below_it_each_step_by_name_and_in_order(opened: Rag, how: str):
    seen, answer = run(opened.chain, how, "Who met Xi?")
    assert [name for name, parent in seen.parents if parent is None] == ["rag"]
    assert [(name, parent) for name, parent in seen.parents if name in STEPS] == [(name, "rag") for name in STEPS]
    assert seen.ended[-1] == ("rag", answer)


@pytest.mark.parametrize("how", ["invoke", "stream"])
def test_the_run_of_a_language_model_is_below_the_one_run(opened: Rag, how: str):
    model = LangChainModel("fake", GenericFakeChatModel(messages=iter(["NOT IN THE ARTICLES"])), 10)
    chain = AnswerChain(WrittenSteps(Steps(opened.encoder, opened.model), model), opened.snapshot)
    seen, answer = run(chain, how, "Who met Xi?")
    assert answer.abstained
    assert [name for name, parent in seen.parents if parent is None] == ["rag"]
    assert "chat model" in [name for name, _ in seen.parents]


@pytest.mark.parametrize("how", ["invoke", "stream"])
def test_a_question_that_cannot_be_read_ends_the_run_with_its_error(opened: Rag, how: str):
    seen = Runs()
    with pytest.raises(QuestionInvalid) as refused:
        list(getattr(opened.chain, how)("?", config={"callbacks": [seen]}))
    assert seen.ended[-1] == ("rag", refused.value)
