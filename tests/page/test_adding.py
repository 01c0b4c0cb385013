from __future__ import annotations

import json
from datetime import date

import pytest

from rag.errors import ReadError
from rag.page.adding import pasted, telling, uploaded, written_day
from tests.page.fake_rag import AddProgress


def test_the_lines_of_a_file_keep_no_origin_and_what_was_skipped_names_the_file_alone(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text(json.dumps({"id": "a", "title": "T", "text": "Body."}) + "\n{broken\n", encoding="utf-8")
    article, skipped = uploaded(str(path), "news.jsonl")
    assert (article.id, article.origin) == ("a", None)
    assert (skipped.origin, skipped.line) == ("news.jsonl", 2)


def test_a_file_that_is_one_article_is_known_by_the_name_it_was_uploaded_under(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("Title\nBody.", encoding="utf-8")
    assert [article.origin for article in uploaded(str(path), "story.txt")] == ["upload:story.txt"]


def test_days_are_read_or_refused_in_words():
    assert written_day(" 2023-06-19 ") == date(2023, 6, 19)
    assert written_day(" ") is None
    with pytest.raises(ReadError, match="'19 June' cannot be read"):
        written_day("19 June")


def test_a_paste_takes_what_its_boxes_say():
    article = pasted("Body of it.", " A title ", "2023-06-19")
    assert (article.title, article.text, article.published) == ("A title", "Body of it.", date(2023, 6, 19))
    with pytest.raises(ReadError):
        pasted(" ", "", "")


def test_progress_runs_from_file_to_file_and_never_beyond():
    told = []
    tell = telling(lambda share, words: told.append((share, words)), "b.txt", 1, 4)
    tell(AddProgress("reading", 0, None))
    tell(AddProgress("encoding", 500, 1000))
    tell(AddProgress("encoding", 1200, 1000))
    tell(AddProgress("saving", 7, None))
    assert told == [
        (0.25, "Reading b.txt"),
        (0.375, "Encoding b.txt 500 of 1,000"),
        (0.5, "Encoding b.txt 1,200 of 1,000"),
        (0.25, "Saving b.txt 7"),
    ]
