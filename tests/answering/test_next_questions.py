from datetime import date

import pytest

from rag.api import Rag
from rag.settings import Settings
from rag.types import Article, Turn
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence

STORY = Article(
    "story",
    "Ostley mayor resigns after the flood",
    "Ann Holub, the mayor of Ostley, stepped down in June.\n"
    "Later Karl Garrow lost a house.\n"
    "Later Holub and Garrow met.\n"
    "Ann Holub was charged with fraud on Tuesday in Harrow.\n"
    "Karl Garrow, a professor of geology, drew maps.\n"
    "Karl Garrow warned that the flood was only the first.\n",
    "Ostley Post",
    published=date(2023, 6, 20),
)
ELSEWHERE = Article(
    "elsewhere",
    "Cheese fair opens",
    "The cheese fair opened.\nMary Pell won the Cheese Prize on Monday.\nOf the Cheese Prize many had heard.",
    "Brie Times",
    published=date(2023, 6, 22),
)


@pytest.fixture
def opened(tmp_path):
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles([STORY, ELSEWHERE])
    return rag


def conversation(answer):
    return (Turn("user", answer.question), Turn("assistant", answer.text))


def test_what_stands_beside_the_cited_sentence_and_is_answered_by_it_is_offered(opened):
    answer = opened.ask("Who stepped down as the mayor of Ostley in June?")
    found = list(opened.next_questions(answer, history=conversation(answer)))
    assert "What was Ann Holub charged with?" in found
    assert "What did Karl Garrow say about the flood?" in found
    assert len(found) <= 3
    cited = {citation.quote for citation in answer.citations}
    for question in found:
        reply = opened.ask(question, history=conversation(answer))
        assert not reply.abstained
        assert reply.citations[0].quote not in cited


def test_a_question_of_the_conversation_is_not_offered_again(opened):
    answer = opened.ask("Who stepped down as the mayor of Ostley in June?")
    asked = (Turn("user", "what was Ann Holub charged with"), Turn("assistant", "Fraud."), *conversation(answer))
    assert "What was Ann Holub charged with?" not in list(opened.next_questions(answer, history=asked))


def test_a_sentence_that_was_told_already_makes_no_question(opened):
    answer = opened.ask("Who stepped down as the mayor of Ostley in June?")
    told = (Turn("assistant", "Ann Holub was charged with fraud on Tuesday in Harrow. [1]"), *conversation(answer))
    assert "What was Ann Holub charged with?" not in list(opened.next_questions(answer, history=told))


def test_nothing_leads_on_from_an_abstention(opened):
    answer = opened.ask("How tall is the lighthouse of Brackwater?")
    assert answer.abstained
    assert list(opened.next_questions(answer, history=conversation(answer))) == []


def test_a_question_that_the_filters_leave_unanswered_is_not_offered(opened):
    answer = opened.ask("Who stepped down as the mayor of Ostley in June?")
    found = list(opened.next_questions(answer, history=conversation(answer), sources=["Brie Times"]))
    assert found == []


def test_an_article_removed_since_the_answer_is_no_error(opened):
    answer = opened.ask("Who stepped down as the mayor of Ostley in June?")
    opened.remove("story")
    assert list(opened.next_questions(answer, history=conversation(answer))) == []


def test_the_questions_to_begin_with_are_answered_each_by_its_own_article(opened):
    found = opened.first_questions()
    assert found
    cited = [opened.ask(question).citations[0].article_id for question in found]
    assert len(set(cited)) == len(cited)


def test_no_language_model_is_asked(tmp_path):
    settings = Settings(index=tmp_path / "index", llm="openai:none")
    rag = Rag(settings, BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles([STORY])
    answer = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence()).ask(
        "Who stepped down as the mayor of Ostley in June?"
    )
    assert list(rag.next_questions(answer, history=conversation(answer)))
