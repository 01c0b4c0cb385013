import gzip
import io
import json
import tracemalloc
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.reading import Limits, read
from rag.reading.jsonl import jsonl_articles, record_article
from rag.types import Article, Skipped

LINE = {"title": "Talks", "text": "They met.\r\nThey left."}


def lines(*records):
    return "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records).encode()


def from_bytes(raw, **limits):
    return list(jsonl_articles(io.BytesIO(raw), "a.jsonl", Limits(**limits)))


def test_every_key_is_taken_and_others_are_ignored():
    record = {
        "id": "7", "title": "T", "text": "Body.", "source": "The Paper", "url": "https://p.example/1", "found_for": [1],
        "authors": ["Jane Doe", "Li Wei"], "published": "2023-06-19T23:30:00-04:00", "section": "World",
    }  # fmt: skip
    assert record_article(record) == Article(
        "7", "T", "Body.", "The Paper", "https://p.example/1", ("Jane Doe", "Li Wei"), date(2023, 6, 19), "World", None
    )


def test_the_least_an_article_needs_is_a_text():
    article = record_article({"text": "Body.", "title": None, "published": "None", "authors": None, "url": ""})
    assert (article.title, article.published, article.authors, article.url) == ("", None, (), None)
    assert article.id.startswith("article-")


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ([], ()),
        ("[]", ()),
        ("", ()),
        ("None", ()),
        ("A. Writer", ("A. Writer",)),
        ("['A. Writer']", ("A. Writer",)),
        ("['A. Writer', \"Conan O'Brien\"]", ("A. Writer", "Conan O'Brien")),
        (r"['Conan O\'Brien']", ("Conan O'Brien",)),
        ('["A", "B"]', ("A", "B")),
        ("[not a list", ("[not a list",)),
        ("[" * 5000, ("[" * 5000,)),
    ],
)
def test_authors_are_read_however_exports_write_them(authors, names):
    assert record_article({**LINE, "authors": authors}).authors == names


def test_a_byte_order_mark_crlf_and_blank_lines_are_fine():
    raw = b"\xef\xbb\xbf" + json.dumps(LINE).encode() + b"\r\n\r\n  \n" + json.dumps({**LINE, "id": "b"}).encode()
    first, second = from_bytes(raw)
    assert (first.text, second.id) == ("They met.\nThey left.", "b")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{'title': 1}", "not JSON: Expecting property name"),
        ('{"title": "t", "text": "x"', "not JSON"),
        ("[1, 2]", r"is \[1, 2\]; each line must be one JSON object"),
        ("null", "is None"),
        ({"title": "t"}, "text is missing"),
        ({"title": "t", "text": 5}, "text is 5; it must be a string"),
        ({"title": ["t"], "text": "x"}, r"title is \['t'\]"),
        ({"title": "t", "text": " \n"}, "text is empty"),
        ({**LINE, "published": "yesterday"}, "published is 'yesterday'"),
        ({**LINE, "published": 20230619}, "published is 20230619"),
        ({**LINE, "authors": [1]}, r"authors is \[1\]"),
        ({**LINE, "id": ""}, "id is ''"),
        ({**LINE, "id": 5}, "id is 5"),
        ({**LINE, "url": "javascript:alert(1)"}, "url is 'javascript"),
        ({**LINE, "source": {"a": 1}}, "source is"),
        ('{"title": "t", "text": "\\ud800"}', r"text has the character U\+D800"),
        ('{"title": "t", "text": "a\\u0000b"}', r"text has the character U\+0000"),
        ("[" * 100_000, "RecursionError"),
        ('{"text": ' + "1" * 5000 + "}", "not JSON that can be read"),
    ],
)
def test_a_bad_line_is_skipped_with_its_number_and_value_and_reading_goes_on(bad, reason):
    before, skipped, after = from_bytes(lines({**LINE, "id": "a"}, "", bad, {**LINE, "id": "b"}))
    assert (before.id, after.id) == ("a", "b")
    assert (skipped.origin, skipped.line) == ("a.jsonl", 3)
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(skipped.reason)
    assert str(skipped).startswith("a.jsonl:3: ")
    assert len(skipped.reason) < 300


def test_a_line_that_is_not_utf8_is_skipped_alone():
    skipped, article = from_bytes(b'{"text": "caf\xe9"}\n' + lines(LINE))
    assert skipped == Skipped("a.jsonl", 1, "is not UTF-8: byte 0xe9 at position 13; save it as UTF-8")
    assert article.title == "Talks"


def test_a_utf16_file_is_told_once():
    (skipped,) = from_bytes(lines(LINE, LINE).decode().encode("utf-16"))
    assert (skipped.line, "UTF-16" in skipped.reason) == (1, True)


def test_a_line_at_the_limit_is_read_and_one_byte_more_is_not():
    line = lines(LINE)
    (article,) = from_bytes(line + b"\n", line_bytes=len(line) + 1)
    assert article.title == "Talks"
    skipped, after = from_bytes(line + b" \n" + line, line_bytes=len(line))
    assert (skipped.line, "longer than" in skipped.reason, after.title) == (1, True, "Talks")


def test_a_hundred_megabyte_line_is_never_held(tmp_path):
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(lines(LINE) + b'\n{"text": "')
        for _ in range(100):
            out.write(b"x" * 2**20)
        out.write(b'"}\n' + lines({**LINE, "id": "after"}))
    tracemalloc.start()
    before, skipped, after = read(path, limits=Limits(line_bytes=2**20))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (before.title, skipped.line, after.id) == ("Talks", 2, "after")
    assert skipped.reason == "line is longer than 1 MiB, the most that is read; split it"
    assert peak_bytes < 10 * 2**20


def test_a_gzip_that_ends_early_keeps_what_came_before(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    records = [{**LINE, "id": f"n{number}", "section": f"{number * 7919}"} for number in range(20_000)]
    whole = gzip.compress(lines(*records))
    path.write_bytes(whole[: len(whole) // 2])
    *articles, skipped = read(path)
    assert [article.id for article in articles] == [f"n{number}" for number in range(len(articles))]
    assert len(articles) > 1000
    assert (skipped.origin, skipped.line) == (str(path), len(articles) + 1)
    assert f"the {len(articles)} lines before it were read" in skipped.reason


def test_damaged_or_no_gzip_data_is_told(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(lines(LINE))
    assert list(read(path)) == [
        Skipped(
            str(path),
            1,
            "is damaged from here on (Not a gzipped file (b'{\"')); nothing of it was read; get the file anew",
        )
    ]
    damaged = bytearray(gzip.compress(lines(LINE), mtime=0))
    damaged[15] ^= 0xFF
    path.write_bytes(damaged)
    assert any(isinstance(item, Skipped) and "damaged" in item.reason for item in read(path))


def test_lines_with_the_same_id_all_come_in_order():
    assert [article.text for article in from_bytes(lines(*({"id": "a", "text": text} for text in "xyz")))] == [
        "x",
        "y",
        "z",
    ]


def test_a_json_file_holds_one_article_or_a_list(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(lines({**LINE, "id": "one"}))
    assert [article.id for article in read(path)] == ["one"]
    path.write_text(json.dumps([{**LINE, "id": "one"}, 5, {**LINE, "id": "two"}]))
    one, skipped, two = read(path)
    assert (one.id, two.id) == ("one", "two")
    assert skipped.reason.startswith("item 2: is 5")
    path.write_text("{")
    (skipped,) = read(path)
    assert "not JSON" in skipped.reason


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("id", "title", "source", "url", "authors", "published", "section")


@given(
    st.fixed_dictionaries({"text": st.text() | JSON_VALUES}, optional=dict.fromkeys(KEYS, JSON_VALUES)) | JSON_VALUES
)
def test_any_json_value_gives_an_article_that_can_be_stored_or_a_read_error(record):
    try:
        article = record_article(record)
    except ReadError:
        return
    for value in (article.id, article.title, article.text, article.source or "", *article.authors):
        assert "\0" not in value.encode("utf-8").decode("utf-8")


@given(st.binary(max_size=200))
def test_any_bytes_give_articles_and_skipped_lines(raw):
    for item in from_bytes(raw):
        assert isinstance(item, Article | Skipped)
