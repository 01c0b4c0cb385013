from contextlib import suppress
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from rag.errors import ReadError
from rag.reading.identity import Place
from rag.reading.pdf import join_lines, pdf_article
from tests.reading.make_pdf import make_pdf

PLACE = Place("/news/talks.pdf", "talks")
FULL = "This line is about as wide as the column that the text is set in, and it"
PAGES = (
    ["Talks end in Beijing", FULL, "goes on (here) and it ends.", FULL, "is the second para-"],
    ["graph of a high-", "Level text.", FULL, "is “quoted” and ends."],
)


def test_lines_become_paragraphs_across_pages():
    article = pdf_article(make_pdf(PAGES, CreationDate="D:20230619233000-04'00'"), PLACE)
    assert article.title == "Talks end in Beijing"
    assert article.text == (
        f"{FULL} goes on (here) and it ends.\n\n{FULL} is the second paragraph of a high-Level text.\n\n"
        f"{FULL} is “quoted” and ends."
    )
    assert (article.published, article.origin) == (date(2023, 6, 19), "/news/talks.pdf")


def test_the_title_of_the_metadata_wins_if_it_is_one():
    assert pdf_article(make_pdf(PAGES, Title="A better title"), PLACE).title == "A better title"
    assert pdf_article(make_pdf(PAGES, Title="A better title"), PLACE).text.startswith("Talks end in Beijing\n\n")
    assert "Talks end" not in pdf_article(make_pdf(PAGES, Title="Talks end in Beijing"), PLACE).text
    for title in ("Microsoft Word - talks.docx", "C:\\talks", "talks.indd", "Untitled"):
        assert pdf_article(make_pdf(PAGES, Title=title), PLACE).title == "Talks end in Beijing"


def test_without_title_and_date_the_file_names_it():
    article = pdf_article(make_pdf([["They met on Monday."]], CreationDate="June"), PLACE)
    assert (article.title, article.text, article.published) == ("talks", "They met on Monday.", None)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["A govern-", "ment and the government."], "A government and the government."),
        (["The US-", "led talks."], "The US-led talks."),
        (["A long-", "term plan; the long-term aim."], "A long-term plan; the long-term aim."),
        (["Soft\u00ad", "ened it."], "Softened it."),
        (["A state-of-the-", "Art Museum, and inter-", "est."], "A state-of-the-Art Museum, and interest."),
        (["They came -", "and went."], "They came - and went."),
        (["2022-", "2023 it rose."], "2022-2023 it rose."),
        (["One", "", "", "two  three "], "One\n\ntwo  three"),
        ([], ""),
    ],
)
def test_divided_words_are_put_together(lines, text):
    assert join_lines(lines) == text


def test_many_lines_are_joined_in_one_paragraph():
    assert join_lines(["word part-"] * 50_000 + ["end"]) == "word part" * 50_000 + "end"


def test_a_password_is_told_and_an_empty_one_is_no_obstacle():
    for password, readable in (("secret", False), ("", True)):
        writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf(PAGES))))
        writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
        out = BytesIO()
        writer.write(out)
        if readable:
            assert pdf_article(out.getvalue(), PLACE).title == "Talks end in Beijing"
        else:
            with pytest.raises(ReadError, match="password"):
                pdf_article(out.getvalue(), PLACE)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (make_pdf([[], []]), "no text"),
        (b"%PDF-1.4\n" + b"\xff" * 500, "not a PDF"),
        (make_pdf(PAGES)[:300], "not a PDF|no text"),
        (b"", "not a PDF"),
    ],
)
def test_scans_and_broken_files_are_refused(raw, message):
    with pytest.raises(ReadError, match=message):
        pdf_article(raw, PLACE)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(make_pdf(PAGES)) - 1), st.integers(0, 255)), max_size=12))
def test_a_damaged_file_gives_an_article_or_a_read_error(changes):
    raw = bytearray(make_pdf(PAGES))
    for position, value in changes:
        raw[position] = value
    with suppress(ReadError):
        assert pdf_article(bytes(raw), PLACE).text.strip()
