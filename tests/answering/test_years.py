from datetime import date

import pytest

from rag.answering.years import of_the_year
from rag.types import Article, Passage, PassageInContext, Reading, Sentence


def read(text: str, question: str, published: date | None = None, title: str = "The regatta") -> tuple[float, float]:
    """Return the relevance of a passage of one sentence and the sentence's probability, both 0.6 before."""
    article = Article("a", title, text, "The Tern", published=published)
    passage = Passage(1, article.id, 0, 0, 0, len(text), text)
    reading = Reading(PassageInContext(article, passage, (Sentence(article.id, 0, 0, len(text)),)), 0.6, (0.6,))
    (found,) = of_the_year([reading], question)
    return found.relevance, found.sentences[0]


AS_IT_WAS = (0.6, 0.6)


@pytest.mark.parametrize(
    ("text", "question", "published"),
    [
        ("Harrow won the regatta.", "Who won the regatta?", date(2020, 5, 1)),
        ("Harrow won the regatta.", "Who won the regatta in 2023?", date(2023, 5, 1)),
        ("Harrow won the regatta.", "Who won the regatta in 2023?", date(2020, 5, 1)),
        ("Harrow won the regatta in 2023.", "Who won the regatta in 2023?", date(2020, 5, 1)),
        ("Harrow won in 2023, as it had in 2021.", "Who won the regatta in 2023?", None),
        ("Harrow won.", "Who won the regatta in 2023?", None),
        ("Harrow won.", "How many of the 2,023 boats came in?", date(2020, 5, 1)),
        ("Harrow won.", "Did the prize rise to $2023?", date(2020, 5, 1)),
    ],
)
def test_what_is_of_the_year_asked_about_or_of_no_year_stays(text, question, published):
    assert read(text, question, published) == AS_IT_WAS


def test_a_sentence_of_another_year_is_doubted_in_an_article_of_the_year_too():
    relevance, sentence = read("Harrow won in 2020.", "Who won the regatta in 2023?", date(2023, 5, 1))
    assert relevance == 0.6
    assert sentence < 0.2
    both, _ = read("Harrow won in 2020.", "Who won the regatta in 2020 and in 2023?", date(2023, 5, 1))
    assert both == 0.6
