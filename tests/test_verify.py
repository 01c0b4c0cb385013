from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.link import text_fragment_link
from rag.errors import ArticleNotFound
from rag.types import Answer, Article, Citation, Models, Sentence, Statement, text_digest
from rag.verify import CitationCheck, VerifyReport, verify

TEXT = "Blinken met Xi. He raised fentanyl. He raised trade. Both left."
#       0             15 16             35 36            52 53       63
SPANS = ((0, 15), (16, 35), (36, 52), (53, 63))
STORY = Article("bbc-1", "Blinken meets Xi", TEXT, "BBC", "https://bbc.example/1", published=date(2023, 6, 19))
OTHER = Article("ap-2", "Tides", "The tides are due.", "AP", "https://ap.example/2", published=date(2023, 6, 19))


class Shelf:
    """An index of these articles, each with its sentences."""

    def __init__(self, *articles, spans=SPANS):
        self._articles = articles
        self._spans = spans

    def article(self, id_or_url):
        for article in self._articles:
            if id_or_url in (article.id, article.url):
                return article
        raise ArticleNotFound(id_or_url)

    def sentences(self, article_id):
        return tuple(Sentence(article_id, i, *span) for i, span in enumerate(self._spans))


SHELF = Shelf(STORY, OTHER)


def cite(number, first, last):
    start, end = SPANS[first][0], SPANS[last][1]
    ordinals = tuple(range(first, last + 1))
    return Citation(number, STORY.id, STORY.title, STORY.source, STORY.url, STORY.published, ordinals, start, end,
                    TEXT[start:end], STORY.digest, 0.9, text_fragment_link(STORY.url, TEXT[start:end]))  # fmt: skip


def answer_with(*citations, text=None, statements=None):
    if statements is None:
        statements = tuple(Statement(c.quote, (c.number,), 0.9) for c in citations)
    abstained = not statements
    text = " ".join(f"{c.quote} [{c.number}]" for c in citations) if text is None else text
    return Answer("q", "q", None, text, abstained, 0.9, statements, citations, (), 3, Models("e", "m"))


GOOD = answer_with(cite(1, 1, 1), cite(2, 2, 3))


def test_a_true_answer_is_ok_citation_by_citation():
    assert verify(GOOD, SHELF) == VerifyReport(True, (CitationCheck(1, "bbc-1", "ok"), CitationCheck(2, "bbc-1", "ok")))


def test_an_abstention_without_citations_is_ok():
    assert verify(answer_with(text="The articles don't say."), SHELF) == VerifyReport(True, ())


TAMPERED = [
    ("quote", "He raised fentanyl!", "wrong", "other words at 16–35 than the quote; the quote stands nowhere"),
    ("quote", "He raised trade.", "wrong", "other words at 16–35 than the quote; the quote stands at 36."),
    ("quote", "he raised fentanyl.", "wrong", "nowhere"),
    ("quote", "", "wrong", "nowhere"),
    ("start", 15, "wrong", "the quote stands at 16."),
    ("start", 17, "wrong", "the quote stands at 16."),
    ("start", 35, "wrong", "The span 35–35 is not one of the article's text, which has 63 characters."),
    ("end", 34, "wrong", "the quote stands at 16."),
    ("end", 64, "wrong", "The span 16–64 is not one"),
    ("digest", text_digest(TEXT + " "), "changed", "another one now; the quote still stands at the same place, 16–35."),
    ("digest", "sha256:0", "wrong", "'sha256:0' is not a digest"),
    ("sentences", (2,), "wrong", "Sentences [2] stand at 36–52, not at 16–35."),
    ("sentences", (0, 1), "wrong", "Sentences [0, 1] stand at 0–35, not at 16–35."),
    ("sentences", (), "wrong", "names no sentence"),
    ("sentences", (1, 1), "wrong", "do not follow one another"),
    ("sentences", (4,), "wrong", "has 4 sentences (from 0), so not all of [4]."),
    ("sentences", (-3,), "wrong", "has 4 sentences (from 0), so not all of [-3]."),
    ("article_id", "nobody", "missing", "No article 'nobody' is in the index any more."),
    ("article_id", "ap-2", "changed", "another one now; the quote stands nowhere in it."),
    ("article_id", "https://bbc.example/1", "missing", "the address belongs to 'bbc-1'."),
    (
        "title",
        "Xi meets Blinken",
        "changed",
        "the title is 'Xi meets Blinken' here and 'Blinken meets Xi' in the index.",
    ),
    ("source", "Reuters", "changed", "the source is 'Reuters' here and 'BBC' in the index."),
    ("source", None, "changed", "the source is empty here and 'BBC' in the index."),
    (
        "url",
        "https://evil.example",
        "wrong",
        "The link 'https://bbc.example/1#:~:text=He%20raised%20fentanyl.' is not the one that its address",
    ),
    ("published", date(2023, 6, 20), "changed", "published is '2023-06-20' here and '2023-06-19' in the index."),
    ("link", "https://evil.example/1#:~:text=He", "wrong", "'https://evil.example/1#:~:text=He' is not the one that"),
    ("link", "https://bbc.example/2", "wrong", "is not the one that its address and quote make"),
    ("link", None, "wrong", "is not the one that"),
    ("support", 1.5, "wrong", "support 1.5 is not in [0, 1]"),
    ("support", float("nan"), "wrong", "support nan is not in [0, 1]"),
]


@pytest.mark.parametrize(("field", "value", "status", "detail"), TAMPERED)
def test_tampering_with_any_field_is_caught_in_that_citation_alone(field, value, status, detail):
    tampered = replace(GOOD, citations=(replace(GOOD.citations[0], **{field: value}), GOOD.citations[1]))
    report = verify(tampered, SHELF)
    assert not report.ok
    assert [(c.number, c.status) for c in report.citations if c.article_id] == [(1, status), (2, "ok")]
    assert detail in report.citations[0].detail


def test_an_article_whose_address_is_another_one_now_has_changed():
    link = text_fragment_link("https://bbc.example/old", GOOD.citations[0].quote)
    old = replace(GOOD.citations[0], url="https://bbc.example/old", link=link)
    check = verify(answer_with(old), SHELF).citations[0]
    assert (check.status, check.detail) == (
        "changed",
        "Text and quote stand, but the url is 'https://bbc.example/old' here and 'https://bbc.example/1' in the index.",
    )


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.lists(st.integers(0, 4), max_size=3).map(tuple))
def test_a_verbatim_quote_is_ok_only_where_it_is_exactly_the_sentences_named(start, end, sentences):
    quote = TEXT[start:end]
    link = text_fragment_link(STORY.url, quote)
    quoted = replace(cite(1, 1, 1), start=start, end=end, quote=quote, sentences=sentences, link=link)
    whole = {
        (tuple(range(i, j + 1)), SPANS[i][0], SPANS[j][1]) for i in range(len(SPANS)) for j in range(i, len(SPANS))
    }
    assert verify(answer_with(quoted), SHELF).citations[0].ok == ((sentences, start, end) in whole)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (TEXT + " More.", "the quote still stands at the same place, 16–35."),
        ("Now. " + TEXT, "the quote still stands in it, now at 21–40."),
        ("All is retracted.", "the quote stands nowhere in it."),
    ],
)
def test_a_changed_article_is_told_with_whether_the_quote_still_stands(text, detail):
    report = verify(answer_with(cite(1, 1, 1)), Shelf(replace(STORY, text=text)))
    expected = CitationCheck(1, "bbc-1", "changed", f"The article's text is another one now; {detail}")
    assert report == VerifyReport(False, (expected,))


def test_a_removed_article_is_missing():
    assert [c.status for c in verify(GOOD, Shelf(OTHER)).citations] == ["missing", "missing"]


def test_a_citation_without_address_needs_no_link():
    plain = replace(STORY, url=None)
    citation = replace(cite(1, 1, 1), url=None, link=None)
    assert verify(answer_with(citation), Shelf(plain)).ok
    assert not verify(answer_with(replace(citation, link="https://bbc.example/1")), Shelf(plain)).ok


def extra(answer):
    return [(c.number, c.status, c.detail) for c in verify(answer, SHELF).citations if c.article_id == ""]


WORDED = replace(GOOD, models=Models("e", "m", "openai:gpt"))  # a language model's words need not be the quote's


def test_a_marker_without_a_citation_is_wrong():
    for answer in (GOOD, WORDED):
        found = extra(replace(answer, text=answer.text + " [3][2]"))
        assert (3, "wrong", "The answer has the marker [3], but no citation 3.") in found


def test_brackets_that_an_article_has_itself_are_no_markers():
    quote = "See note [7] for that."
    shelf = Shelf(replace(STORY, text=quote), spans=((0, 22),))
    link = text_fragment_link(STORY.url, quote)
    citation = replace(cite(1, 0, 0), start=0, end=22, quote=quote, digest=text_digest(quote), link=link)
    shown = (Statement("See note for that.", (1,), 0.9),)
    assert verify(answer_with(citation, text="See note for that. [1]", statements=shown), shelf).ok
    worded = replace(answer_with(citation), models=WORDED.models)
    assert verify(worded, shelf).ok
    assert not verify(replace(worded, text=quote + " [7]"), shelf).ok


def test_a_statement_with_a_number_that_has_no_citation_or_with_none_is_wrong():
    statements = (Statement("Untrue.", (1, 9), 0.9), Statement("Unbacked.", (), 0.9))
    answer = answer_with(cite(1, 1, 1), text="Untrue. [1] Unbacked.", statements=statements)
    assert extra(replace(answer, models=WORDED.models)) == [
        (9, "wrong", "Statement 1 names citation 9, which is not there."),
        (0, "wrong", "Statement 2 has no citation."),
    ]


def test_a_statement_that_is_no_quote_of_its_citations_is_wrong_unless_a_language_model_worded_it():
    lie = (Statement("Blinken took bribes.", (1,), 0.9), GOOD.statements[1])
    forged = replace(GOOD, statements=lie, text="Blinken took bribes. [1] He raised trade. Both left. [2]")
    assert extra(forged) == [(0, "wrong", "Statement 1, 'Blinken took bribes.', is not what a citation of it quotes.")]
    swapped = (replace(GOOD.statements[0], citations=(2,)), replace(GOOD.statements[1], citations=(1,)))
    assert len(extra(replace(GOOD, statements=swapped, text="x"))) == 3
    assert verify(replace(forged, models=WORDED.models), SHELF).ok


def test_an_answer_that_is_not_its_statements_with_their_markers_is_wrong():
    forged = replace(GOOD, text="Blinken is a criminal. [1]")
    assert extra(forged) == [(0, "wrong", "The answer's text is not its statements, each with its markers.")]


def test_an_answer_that_states_nothing_or_cites_nothing_is_wrong():
    assert [c[1:] for c in extra(replace(GOOD, statements=(), citations=(), text="Blinken is a thief."))] == [
        ("wrong", "It is said to answer, but states nothing that could be checked.")
    ]
    assert not verify(replace(GOOD, statements=()), SHELF).ok


def test_an_abstention_that_states_or_cites_something_is_wrong():
    detail = "It is said to abstain, but has 2 statements and 2 citations."
    assert extra(replace(GOOD, abstained=True)) == [(0, "wrong", detail)]


def test_a_citation_that_no_statement_names_is_wrong():
    unused = replace(GOOD, statements=GOOD.statements[:1], text="He raised fentanyl. [1]")
    assert extra(unused) == [(2, "wrong", "No statement names citation 2.")]


@pytest.mark.parametrize("figure", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_probability_out_of_range_is_wrong(figure):
    assert [c[1] for c in extra(replace(GOOD, confidence=figure))] == ["wrong"]
    statements = (replace(GOOD.statements[0], support=figure), GOOD.statements[1])
    assert [c[1] for c in extra(replace(GOOD, statements=statements))] == ["wrong"]


def test_a_generation_that_the_index_has_not_reached_is_wrong():
    assert verify(GOOD, SHELF, newest=3).ok
    report = verify(GOOD, SHELF, newest=2)
    assert [c.detail for c in report.citations if not c.ok] == [
        "It claims generation 3, but the index has come to 2 only: it is not from this index."
    ]


def test_a_number_used_for_two_citations_is_wrong():
    assert extra(answer_with(cite(1, 1, 1), cite(1, 2, 2)))[0] == (1, "wrong", "2 citations have the number 1.")


RAISED = "He raised fentanyl."


def said(text, *citations):
    """An answer of one statement with these citations."""
    numbers = tuple(c.number for c in citations)
    statement = Statement(text, numbers, 0.9)
    return answer_with(*citations, text=text + " " + "".join(f"[{n}]" for n in numbers), statements=(statement,))


def from_outlet(number, source, quote=RAISED):
    link = text_fragment_link(None, quote)
    article = Article(source, "T", quote, source, published=STORY.published)
    return Citation(number, source, "T", source, None, STORY.published, (0,), 0, len(quote), quote, article.digest, 0.9,
                    link), article  # fmt: skip


def in_outlets(text, *quotes):
    """Tell what is wrong with the wording of a statement that cites a sentence of each of three outlets."""
    made = [from_outlet(n, source, quote) for n, (source, quote) in enumerate(zip("ABC", quotes, strict=True), start=1)]
    shelf = Shelf(*(article for _, article in made), spans=((0, len(quotes[0])),))
    return [c.detail for c in verify(said(text, *(c for c, _ in made)), shelf).citations if c.article_id == ""]


@pytest.mark.parametrize("text", [RAISED, RAISED + " (reported 19 Jun 2023)", "19 Jun 2023: " + RAISED])
def test_a_quote_may_be_said_with_the_day_of_its_article(text):
    assert verify(said(text, cite(1, 1, 1)), SHELF).ok


@pytest.mark.parametrize(
    "text",
    [
        RAISED + " (reported 20 Jun 2023)",
        "20 Jun 2023: " + RAISED,
        RAISED + " (reported 19 June 2023)",
        RAISED + " (reported 19 Jun 2023) (reported 19 Jun 2023)",
        "19 Jun 2023: " + RAISED + " (reported 19 Jun 2023)",
        RAISED + " (3 outlets)",
        RAISED + " (1 outlets)",
        "In June: " + RAISED,
        "He raised fentanyl. (reported 19 Jun 2023).",
        "",
    ],
)
def test_a_quote_may_be_said_with_nothing_else(text):
    assert not verify(said(text, cite(1, 1, 1)), SHELF).ok


def test_the_day_is_that_of_the_quotes_own_article():
    other = replace(STORY, id="cnn-1", url=None, published=date(2023, 6, 21))
    citation = replace(cite(2, 2, 2), article_id="cnn-1", url=None, link=None, published=other.published)
    shelf = Shelf(STORY, other)
    assert verify(said("He raised trade. (reported 21 Jun 2023)", cite(1, 1, 1), citation), shelf).ok
    assert not verify(said("He raised trade. (reported 19 Jun 2023)", cite(1, 1, 1), citation), shelf).ok


def test_outlets_count_where_their_sentences_can_say_the_same():
    same = (RAISED, "BEIJING — He raised fentanyl.", "He raised fentanyl, he said.")
    assert in_outlets(RAISED + " (3 outlets)", *same) == []
    assert in_outlets(RAISED, *same) == []
    assert in_outlets(RAISED + " (reported 19 Jun 2023)", *same) == []
    assert in_outlets(RAISED + " (3 outlets, reported 19 Jun 2023)", *same) == []
    wrong = f"Statement 1, '{RAISED} (4 outlets)', is not what a citation of it quotes."
    assert in_outlets(RAISED + " (4 outlets)", *same) == [wrong]
    assert len(in_outlets(RAISED + " (3 outlets)", RAISED, RAISED, "Both left the hall.")) == 1
