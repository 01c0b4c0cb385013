import gzip
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.reading import Limits, read
from rag.types import Article, Skipped
from tests.reading.make_pdf import make_pdf
from tests.reading.test_html import page


def test_a_folder_is_read_in_the_order_of_names_with_all_kinds(tmp_path):
    files = {
        "a.txt": b"One\n\nBody.",
        "b.md": b"# Two\n\nBody.",
        "c.html": page().encode(),
        "d.pdf": make_pdf([["Four."]]),
        "e.jsonl": b'{"title": "Five", "text": "Body."}\n{"title": "Six", "text": "Body."}',
        "f.txt.gz": gzip.compress(b"Seven\n\nBody."),
        "sub/a.unknown": b"Eight\n\nBody.",
        "sub/b": b"Nine\n\nBody.",
        "sub/deep/C.TXT": b"Ten\n\nBody.",
        ".hidden/x.txt": b"No\n\nBody.",
        "sub/.hidden.txt": b"No\n\nBody.",
    }
    for name, raw in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(raw)
    articles = list(read(tmp_path))
    titles = ["One", "Two", "Blinken in Beijing", "d", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
    assert [article.title for article in articles] == titles
    assert [article.origin for article in articles[:4]] == [str(tmp_path / name) for name in list(files)[:4]]
    assert [article.origin for article in articles[4:6]] == [None, None]


def test_bad_files_are_skipped_with_path_and_reason_and_the_others_are_read(tmp_path):
    bad = {
        "a.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0",
        "b.txt": b" \n",
        "c.html": b"<html></html>",
        "d.pdf": b"%PDF-1.4 broken",
        "e.txt.gz": gzip.compress(b"x" * 1000)[:-20],
        "f.txt": b"x" * 3000,
        "g.txt.gz": gzip.compress(b"x" * 50_000_000),
        "h.xml": b"<note>not a feed</note>",
        "i.txt": b"date 2023-02-30\nTitle\nBody.",
        "j.md": b"---\ndate: yesterday\n---\nBody.",
    }
    for name, raw in bad.items():
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "z.txt").write_bytes(b"Good\n\nBody.")
    *skipped, article = read(tmp_path, limits=Limits(file_bytes=2000))
    assert [item.origin for item in skipped] == [str(tmp_path / name) for name in bad]
    reasons = [
        "binary data", "is empty", "no main text", "not a PDF", "damaged gzip", "larger than", "larger than",
        "no entries", "2023-02-30", "date is 'yesterday'",
    ]  # fmt: skip
    assert [reason for item, reason in zip(skipped, reasons, strict=True) if reason not in item.reason] == []
    assert ".jsonl" in skipped[0].reason
    assert article.title == "Good"


def test_a_bad_file_named_explicitly_is_skipped_too(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"")
    assert list(read(path)) == [Skipped(str(path), None, "is empty; there is nothing to read")]


@pytest.mark.parametrize("target", ["", "no/such/file.txt", "a\0b"])
def test_a_target_that_is_not_there_is_an_error(target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReadError, match=r"no file or folder|neither a path nor an address"):
        list(read(target))


def test_a_pipe_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ReadError, match="neither a file nor a folder"):
        list(read(tmp_path / "pipe.txt"))
    (skipped,) = read(tmp_path)
    assert "not a regular file" in skipped.reason


def test_a_file_or_folder_that_may_not_be_read_is_an_error_by_itself(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    monkeypatch.setattr(os, "access", lambda *_: False)
    for target in (path, tmp_path):
        with pytest.raises(ReadError, match="permissions forbid it"):
            list(read(target))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_in_a_folder_that_may_not_be_read_is_skipped(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x")
    (tmp_path / "a.txt").chmod(0)
    (skipped,) = read(tmp_path)
    assert "Permission denied" in skipped.reason


def test_links_are_followed_and_loops_end(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_bytes(b"One\n\nBody.")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "z.txt").symlink_to("sub/a.txt")
    (tmp_path / "y.txt").symlink_to("nowhere")
    skipped, linked, article = read(tmp_path)
    assert (skipped.origin, "link to nothing" in skipped.reason) == (str(tmp_path / "y.txt"), True)
    assert [linked.origin, article.origin] == [str(tmp_path / "z.txt"), str(tmp_path / "sub" / "a.txt")]
    assert linked.id == article.id


def test_a_folder_without_files_is_told(tmp_path):
    (tmp_path / ".hidden").touch()
    (skipped,) = read(tmp_path)
    assert "no files that are not hidden" in skipped.reason


def test_a_relative_path_becomes_an_absolute_origin(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"One\n\nBody.")
    monkeypatch.chdir(tmp_path)
    (article,) = read("./a.txt")
    assert article.origin == str(tmp_path / "a.txt")


def test_a_file_name_that_is_not_utf8_does_no_harm(tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb") as out:
        out.write(b"They met.")
    (article,) = read(tmp_path)
    assert (article.title, article.origin) == ("caf\ufffd", f"{tmp_path}/caf\ufffd.txt")
    article.origin.encode("utf-8")


@settings(deadline=None, max_examples=80)
@given(
    st.binary(max_size=200), st.sampled_from(["txt", "md", "html", "pdf", "jsonl", "json", "xml", "jsonl.gz", "bin"])
)
def test_any_bytes_under_any_suffix_are_read_or_skipped(tmp_path_factory, raw, suffix):
    path = tmp_path_factory.mktemp("any") / f"a.{suffix}"
    path.write_bytes(raw)
    for item in read(path):
        assert isinstance(item, Article | Skipped)


def test_importing_the_package_imports_none_of_the_libraries_behind_it():
    heavy = "trafilatura httpx pypdf feedparser dateparser yaml markdown_it charset_normalizer lxml ssl numpy"
    code = f"import sys, rag.reading; print([name for name in {heavy.split()} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
