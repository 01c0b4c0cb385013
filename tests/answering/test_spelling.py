import pytest

from rag.answering.spelling import respelled
from rag.types import Article
from tests.index.corpus import build


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    texts = ["The minister gave a speech about tariffs."] * 3 + ["Otto Bramwell came.", "The spinach was eaten."]
    texts += [f"Ida Thompsen spoke, report {i}." for i in range(4)]
    articles = [Article(f"a{i}", f"Report {i}", f"{text} Part {i}.") for i, text in enumerate(texts)]
    index = build(tmp_path_factory.mktemp("index"), articles)
    yield index.snapshot()
    index.close()


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("what was in his speach", "what was in his speech"),
        ("what was said of tarifs?", "what was said of tariffs?"),
        ("what did thompson say", "what did Thompsen say"),
    ],
)
def test_a_word_that_no_passage_has_is_spelled_as_the_articles_spell_it(snapshot, question, read):
    assert respelled(question, snapshot) == read


@pytest.mark.parametrize(
    "question",
    [
        "What did Thompson say?",  # may be somebody else
        'Who wrote "a speach to remember"?',
        "did bramwel come",  # one passage only
        "who ate the zucchini",
        "what is a speeches-writer",
        "who gave the speeches",  # another form is no misspelling
        "",
    ],
)
def test_names_quotations_and_what_is_like_nothing_stay(snapshot, question):
    assert respelled(question, snapshot) == question
