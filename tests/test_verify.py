from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
                    TEXT[start:end], STORY.digest, 0.9, "https://bbc.example/1#:~:text=He")  # fmt: skip


def answer_with(*citations, text=None, statements=None):
    if statements is None:
        statements = tuple(Statement(c.quote, (c.number,), 0.9) for c in citations)
    text = " ".join(f"{c.quote} [{c.number}]" for c in citations) if text is None else text
    return Answer("q", "q", None, text, False, 0.9, statements, citations, (), 3, Models("e", "m"))


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
        "changed",
        "the url is 'https://evil.example' here and 'https://bbc.example/1' in the index.",
    ),
    ("published", date(2023, 6, 20), "changed", "published is '2023-06-20' here and '2023-06-19' in the index."),
    ("link", "https://evil.example/1#:~:text=He", "changed", "does not lead to 'https://bbc.example/1'."),
]


@pytest.mark.parametrize(("field", "value", "status", "detail"), TAMPERED)
def test_tampering_with_any_field_is_caught_in_that_citation_alone(field, value, status, detail):
    tampered = replace(GOOD, citations=(replace(GOOD.citations[0], **{field: value}), GOOD.citations[1]))
    report = verify(tampered, SHELF)
    assert not report.ok
    assert [(c.number, c.status) for c in report.citations] == [(1, status), (2, "ok")]
    assert detail in report.citations[0].detail


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.lists(st.integers(0, 4), max_size=3).map(tuple))
def test_a_verbatim_quote_is_ok_only_where_it_is_exactly_the_sentences_named(start, end, sentences):
    quoted = replace(cite(1, 1, 1), start=start, end=end, quote=TEXT[start:end], sentences=sentences)
    whole = {
        (tuple(range(i, j + 1)), SPANS[i][0], SPANS[j][1]) for i in range(len(SPANS)) for j in range(i, len(SPANS))
    }
    assert verify(answer_with(quoted), SHELF).ok == ((sentences, start, end) in whole)


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


def test_a_marker_without_a_citation_is_wrong():
    answer = replace(GOOD, text=GOOD.text + " [3][2]")
    assert extra(answer) == [(3, "wrong", "The answer has the marker [3], but no citation 3.")]


def test_brackets_that_an_article_has_itself_are_no_markers():
    quote = "See note [7] for that."
    shelf = Shelf(replace(STORY, text=quote), spans=((0, 22),))
    citation = replace(cite(1, 0, 0), start=0, end=22, quote=quote, digest=text_digest(quote))
    assert verify(answer_with(citation), shelf).ok
    assert not verify(replace(answer_with(citation), text=quote + " [7]"), shelf).ok


def test_a_statement_with_a_number_that_has_no_citation_or_with_none_is_wrong():
    statements = (Statement("Untrue.", (1, 9), 0.9), Statement("Unbacked.", (), 0.9))
    assert extra(answer_with(cite(1, 1, 1), text="Untrue. [1] Unbacked.", statements=statements)) == [
        (9, "wrong", "Statement 1 names citation 9, which is not there."),
        (0, "wrong", "Statement 2 has no citation."),
    ]


def test_a_number_used_for_two_citations_is_wrong():
    assert extra(answer_with(cite(1, 1, 1), cite(1, 2, 2))) == [(1, "wrong", "2 citations have the number 1.")]
