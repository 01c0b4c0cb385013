from datetime import date

import pytest

from rag.api import Rag
from rag.errors import IndexNotFound, QuestionInvalid
from rag.settings import Settings
from rag.support import choose, claim_of
from rag.support.judge import coverage, lacking
from rag.types import Article, Constraints
from tests.evaluation.made import QUAKE, TALKS
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence


@pytest.fixture
def opened(tmp_path):
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles([TALKS, QUAKE])
    return rag


@pytest.mark.parametrize(
    ("question", "choice", "claim"),
    [
        ("Who won the vote?", "Ann Lee", "Ann Lee won the vote."),
        ("What caused the delay?", "A balloon", "A balloon caused the delay."),
        ("Who is Moritz Rudolf?", "A fellow", "Who is Moritz Rudolf? A fellow"),
        ("What did China reject?", "A proposal", "What did China reject? A proposal"),
        ("Who's next?", "Ann", "Who's next? Ann"),
        ("Which city hosted the talks?", "Beijing", "Which city hosted the talks? Beijing"),
        ("The talks were held in ____.", "Beijing", "The talks were held in Beijing."),
        ("The talks were held in ___?", "Beijing", "The talks were held in Beijing."),
        ("A quake hit Hatay. Who helped?", "Ann", "A quake hit Hatay. Who helped? Ann"),
        ("Who won \\1 ___?", r"\g<0>", r"Who won \1 \g<0>."),
    ],
)
def test_a_question_and_a_choice_become_a_claim(question, choice, claim):
    assert claim_of(question, choice) == claim


def test_a_claim_in_the_articles_words_is_supported_by_its_sentence(opened):
    found = opened.support("The meeting with Xi lasted 35 minutes.")
    assert (found.verdict, found.support, found.threshold) == ("supported", 1.0, 0.5)
    citation = found.citations[0]
    assert citation.quote == "The meeting with Xi lasted 35 minutes."
    assert opened.article(citation.article_id).text[citation.start : citation.end] == citation.quote
    assert found.generation == opened.generation
    assert set(found.timings_ms) == {"retrieve", "evidence", "total"}


@pytest.mark.parametrize(
    "claim",
    ["The meeting with Xi lasted 50 minutes.", "The meeting with Putin lasted 35 minutes.", "Bananas ripen slowly."],
)
def test_a_claim_with_another_figure_or_name_is_not_found(opened, claim):
    found = opened.support(claim)
    assert (found.verdict, found.citations) == ("not found", ())
    assert found.support < found.threshold


def test_a_claim_is_not_backed_by_what_was_published_later(opened):
    assert opened.support("Xi met Blinken in Beijing", as_of="2023-06-19").verdict == "supported"
    found = opened.support("Xi met Blinken in Beijing", as_of="2023-06-18")
    assert (found.verdict, found.as_of) == ("not found", date(2023, 6, 18))


@pytest.mark.parametrize(("claim", "says"), [("?!", "has no words"), ("x" * 2001, "2,001 characters; 2,000 are read")])
def test_a_claim_that_cannot_be_read_is_refused(opened, claim, says):
    with pytest.raises(QuestionInvalid, match=says):
        opened.support(claim)


def test_without_an_index_there_is_nothing_to_support_anything(tmp_path):
    with pytest.raises(IndexNotFound):
        Rag(Settings(index=tmp_path / "none")).support("Xi met Blinken")


def test_coverage_looks_at_the_sentence_its_neighbours_and_the_title(opened):
    (context,) = opened.snapshot().contexts([opened.search("Xi")[0].passage.id])
    rarity = type("Even", (), {"of": staticmethod(lambda _: 1.0)})()
    # stems: "rain" stands in the third sentence, "minutes" in the second, "Hatay" nowhere, "talks" in the title
    assert coverage("rain minutes", context, rarity) == [0.5, 1.0, 1.0]
    assert coverage("Hatay talks", context, rarity) == [0.5, 0.5, 0.5]
    assert coverage("of the", context, rarity) == [1.0, 1.0, 1.0]


def test_names_and_figures_that_a_passage_lacks_are_named(opened):
    (context,) = opened.snapshot().contexts([opened.search("Xi")[0].passage.id])
    assert lacking("Anthony Blinken met Xi for 35 minutes", context) == []  # one word of a name is enough
    assert lacking("Xi met Vladimir Putin for 50 minutes", context) == ["Vladimir Putin", "50"]


def test_the_choice_is_the_one_whose_claim_stands_in_the_articles(opened):
    found = opened.choose("How many people were killed in the quake?", ["At least 7", "At least 5", "Nobody"])
    assert (found.index, found.text) == (1, "At least 5")
    assert len(found.scores) == 3
    assert max(found.scores) == found.scores[1]


def test_of_equal_choices_the_first_is_chosen(opened):
    snapshot = opened.snapshot()
    even = choose("Who?", ["a", "b"], snapshot, opened.encoder, score=lambda *_: [0.5, 0.5])
    assert (even.index, even.scores) == (0, (0.5, 0.5))
    assert choose("Who?", ["a", "b"], snapshot, opened.encoder, score=lambda *_: [0.1, 0.2]).index == 1


def test_a_passage_of_the_days_before_counts_more(tmp_path):
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles(
        [
            Article("old", "Cup", "Ann won the cup.", published=date(2023, 1, 1)),
            Article("new", "Cup", "Bo won the cup.", published=date(2023, 6, 1)),
        ]
    )
    assert rag.choose("Who won the cup?", ["Ann", "Bo"], as_of="2023-06-02").index == 1
    assert rag.choose("Who won the cup?", ["Ann", "Bo"], as_of="2023-01-02").index == 0


def test_constraints_are_those_of_a_question(opened):
    until = Constraints(as_of=date(2023, 3, 1))
    found = choose("Where?", ["Beijing", "Hatay"], opened.snapshot(), opened.encoder, until)
    assert found.text == "Hatay"
