"""The questions that the first issue names, asked of the seed article with the real encoder and the shipped weights."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.api import Rag, open_index
from rag.types import Answer, Article, Turn

ROOT = Path(__file__).parent.parent
RECORDS = [json.loads(line) for line in (ROOT / "evals/seed/questions.jsonl").read_text(encoding="utf-8").splitlines()]
OF_THE_ISSUE = [record for record in RECORDS if record["id"].startswith("issue-")]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Rag:
    rag = open_index(tmp_path_factory.mktemp("index"))
    rag.add(ROOT / "seeds")
    return rag


def ask(rag: Rag, record: dict) -> Answer:
    history = [Turn(turn["role"], turn["content"]) for turn in record.get("history", [])]
    return rag.ask(record["question"], history=history, as_of=record.get("as_of"))


def is_right(record: dict, answer: Answer, article: Article) -> bool:
    """An answerable question is right if one of its first two citations is gold; another if it abstains."""
    if not record["answerable"]:
        return answer.abstained
    spans = [(at, at + len(e["quote"])) for e in record["evidence"] if (at := article.text.find(e["quote"])) >= 0]
    return any(c.start < end and c.end > start for c in answer.citations[:2] for start, end in spans)


@pytest.mark.parametrize("record", OF_THE_ISSUE, ids=lambda record: record["question"])
def test_the_first_two_citations_hold_the_sentence_that_answers_or_the_question_is_declined(seeded: Rag, record: dict):
    answer = ask(seeded, record)
    assert is_right(record, answer, seeded.articles()[0]), answer.text


def test_every_citation_is_verbatim_and_verifies(seeded: Rag):
    n_citations = 0
    for record in RECORDS[::4]:
        answer = ask(seeded, record)
        n_citations += len(answer.citations)
        assert seeded.verify(answer).ok
        for citation in answer.citations:
            assert seeded.article(citation.article_id).text[citation.start : citation.end] == citation.quote
    assert n_citations > 20


def test_the_gold_of_the_set_names_the_article_as_it_is_read(seeded: Rag):
    ids = {e["article_id"] for record in RECORDS for e in record.get("evidence", [])}
    assert ids == {seeded.articles()[0].id}


def test_asking_imports_no_torch(seeded: Rag):
    code = (
        "import sys; from rag.cli import main\n"
        f"sys.argv = ['rag', 'ask', 'What did China reject?', '--json', '--index', {str(seeded.settings.index)!r}]\n"
        "try: main()\n"
        "except SystemExit as end: print([m for m in ('torch', 'gradio') if m in sys.modules], end.code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    answer, modules = done.stdout.splitlines()
    assert "rejected a proposal" in json.loads(answer)["answer"]
    assert modules == "[] 0"
