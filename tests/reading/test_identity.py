import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.reading.identity import derived_id, make_article, name_as_title, slug


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Blinken’s visit: 'candid' talks", "blinkens-visit-candid-talks"),
        ("Żółć & Café à Zürich", "zołc-cafe-a-zurich"),
        ("布林肯访华 2023", "布林肯访华-2023"),
        ("ガザ", "ガザ"),
        ("!!!", ""),
        ("word " * 30, "word-word-word-word-word-word-word-word-word-word-word-word"),
        ("x" * 100, "x" * 60),
    ],
)
def test_a_slug_is_readable_and_cut_between_words(title, expected):
    assert slug(title) == expected


def test_the_digits_are_the_sha256_of_url_or_title_and_text():
    by_url = hashlib.sha256(b"https://a.example/1").hexdigest()[:8]
    by_text = hashlib.sha256("Títle\nBody.".encode()).hexdigest()[:8]
    assert derived_id("Títle", "Body.", "https://a.example/1") == f"title-{by_url}"
    assert derived_id("Títle", "Body.", None) == f"title-{by_text}"
    assert derived_id("", "Body.", None, "my file").startswith("my-file-")
    assert derived_id("", "Body.", None).startswith("article-")


def test_a_given_id_is_kept_as_it_is():
    assert make_article(id="A b/c:1", title="t", text="x").id == "A b/c:1"


@pytest.mark.parametrize("bad", ["", "  ", "a\nb", "x" * 201, "a\u200bb\0", "\ud800"])
def test_an_id_that_cannot_be_shown_is_refused(bad):
    with pytest.raises(ReadError, match="id is "):
        make_article(id=bad, title="t", text="x")


def test_values_are_evened_out_and_the_text_is_not():
    article = make_article(
        title=" A\n title ", text=" e\u0301\r\n\r\n x ", source=" ", authors=[" Jane\tDoe ", ""], section="World\n"
    )
    assert (article.title, article.text) == ("A title", " é\n\n x ")
    assert (article.source, article.authors, article.section) == (None, ("Jane Doe",), "World")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"text": " \n"}, "text is empty"),
        ({"text": "a\0"}, r"text has .* U\+0000"),
        ({"title": "\udfff"}, r"title has .* U\+DFFF"),
        ({"title": "x" * 2001}, "2001 characters"),
        ({"url": "javascript:alert(1)"}, "url is 'javascript:alert"),
        ({"url": "www.paper.example/a"}, "http"),
        ({"url": "https://"}, "http"),
        ({"source": "a\0b"}, "source has"),
    ],
)
def test_values_that_cannot_be_used_are_named(values, message):
    with pytest.raises(ReadError, match=message):
        make_article(**{"title": "t", "text": "x", **values})


@given(st.text(), st.text(min_size=1))
def test_ids_are_reproducible_and_acceptable_as_given_ids(title, text):
    try:
        article = make_article(title=title, text=text)
    except ReadError:
        return
    assert make_article(title=title, text=text).id == article.id
    assert make_article(id=article.id, title=title, text=text) == article
    assert len(article.id) <= 69


def test_a_file_name_becomes_a_title_with_its_date_whole():
    assert name_as_title("2023-06-19-blinken_xi--beijing") == "2023-06-19 blinken xi beijing"
