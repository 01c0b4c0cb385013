"""What happens to the files between two openings: killed writers, and torn, stale, deleted and tampered views."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import IndexLocked
from rag.index import Index, store, vectors, word_folder
from rag.index.lock import writer_lock
from tests.damage import empty, flip, truncate
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import answers, build, make_article, make_draft

ENCODER = BagOfWordsEncoder()
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with a checkpoint at generation 4 of 6, removals on both sides of it."""
    path = tmp_path_factory.mktemp("pristine") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "REPLAY_FLOOR", 14)
        index = build(path, [make_article(i) for i in range(12)])
        with index.writer() as writer:
            writer.commit([make_draft(make_article(1, "A rocket bridge. New."), ENCODER)], ["article-000"])
            writer.commit([make_draft(make_article(20), ENCODER)], ["article-011"])
    index.close()
    return path


@pytest.fixture
def path(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "index"))


@pytest.fixture(scope="module")
def expected(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> list[list[tuple[str, int, float]]]:
    return answers(Index.open(Path(shutil.copytree(pristine, tmp_path_factory.mktemp("expected") / "index"))))


def checkpoint(path: Path) -> Path:
    (file,) = path.glob("vectors-*.faiss")
    return file


def largest_segment_file(path: Path) -> Path:
    return max((path / "lexical").glob("*.term"), key=lambda file: file.stat().st_size)


def stale_word_view(path: Path) -> None:
    """Put back the word view of a smaller index: another log's, with a generation this log has too."""
    other = path.with_name("other")
    build(other, [make_article(i) for i in range(3)]).close()
    shutil.rmtree(path / "lexical")
    shutil.copytree(other / "lexical", path / "lexical")


def older_checkpoint(path: Path) -> None:
    """Put the file of an earlier generation under the name of the newest."""
    other = path.with_name("other")
    build(other, [make_article(i) for i in range(3)]).close()
    shutil.copy(checkpoint(other), checkpoint(path))


def manifest_of_nothing(path: Path) -> None:
    (path / "lexical" / "generation.json").write_text("{}")


def unsealed_commit(path: Path) -> None:
    """What a writer leaves that is killed between tantivy's commit and the manifest."""
    before = (path / "lexical" / "generation.json").read_bytes()
    index = Index.open(path)
    with index.writer() as writer:
        writer.commit([], ["article-020"])
        writer.commit([make_draft(make_article(20), ENCODER)])
    index.close()
    (path / "lexical" / "generation.json").write_bytes(before)


def half_a_commit(path: Path) -> None:
    """What a writer leaves that is killed within tantivy's commit: files that the next commit would want to write."""
    before = Path(shutil.copytree(path / "lexical", path.with_name("lexical")))
    index = Index.open(path)
    with index.writer() as writer:
        writer.commit([], ["article-010"])
    index.close()
    for file in (path / "lexical").glob("*.del"):
        shutil.copy(file, before)
    shutil.rmtree(path / "lexical")
    before.rename(path / "lexical")
    with sqlite3.connect(path / "articles.db") as connection:  # the log is put back too: only the file is left over
        connection.execute("UPDATE articles SET removed = NULL WHERE removed = 7")
        connection.execute("UPDATE passages SET removed = NULL WHERE removed = 7")
        connection.execute("DELETE FROM generations WHERE generation = 7")
    connection.close()


FAULTS: dict[str, tuple[Callable[[Path], object], str | None]] = {
    "nothing": (lambda path: None, None),
    "checkpoint truncated": (lambda path: truncate(checkpoint(path)), "vectors-4.faiss"),
    "checkpoint flipped": (lambda path: flip(checkpoint(path)), "vectors-4.faiss"),
    "checkpoint emptied": (lambda path: empty(checkpoint(path)), "vectors-4.faiss"),
    "checkpoint deleted": (lambda path: checkpoint(path).unlink(), "vectors-4.faiss"),
    "checkpoint older": (older_checkpoint, "vectors-4.faiss"),
    "words truncated": (lambda path: truncate(largest_segment_file(path)), "lexical/"),
    "words flipped": (lambda path: flip(largest_segment_file(path)), "lexical/"),
    "words file deleted": (lambda path: largest_segment_file(path).unlink(), "lexical/"),
    "words deleted": (lambda path: shutil.rmtree(path / "lexical"), "lexical/"),
    "words meta emptied": (lambda path: empty(path / "lexical" / "meta.json"), "lexical/"),
    "words meta truncated": (lambda path: truncate(path / "lexical" / "meta.json"), "lexical/"),
    "words manifest emptied": (lambda path: empty(path / "lexical" / "generation.json"), "lexical/"),
    "words manifest of nothing": (manifest_of_nothing, "lexical/"),
    "words of another index": (stale_word_view, None),
    "words committed, not sealed": (unsealed_commit, None),
    "words half committed": (half_a_commit, None),
    "leftovers": (lambda path: [(path / n).write_text("x") for n in ("vectors-9.faiss.tmp", "x.tmp")], None),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_damaged_view_is_found_by_check_and_healed_at_opening_without_a_word(
    path: Path, expected: list[list[tuple[str, int, float]]], name: str
) -> None:
    damage, where = FAULTS[name]
    damage(path)
    index = Index.open(path)
    problems = index.check().problems
    assert [problem.where for problem in problems] == ([where] if where else [])
    assert all(problem.repairable for problem in problems)
    assert answers(index) == expected
    index.close()
    again = Index.open(path)
    assert again.check().ok
    assert again.snapshot().vector_view.from_log is False
    assert answers(again) == expected


@pytest.mark.parametrize("name", FAULTS)
def test_a_damaged_view_is_repaired_by_check(
    path: Path, expected: list[list[tuple[str, int, float]]], name: str
) -> None:
    damage, where = FAULTS[name]
    damage(path)
    index = Index.open(path)
    report = index.check(repair=True)
    assert report.ok
    assert [(problem.where, problem.action) for problem in report.repaired] == (
        [(where, "rebuilt from the log")] if where else []
    )
    assert index.check().ok
    assert answers(index) == expected


@pytest.mark.parametrize("name", FAULTS)
def test_a_damaged_view_does_not_stop_a_writer(path: Path, name: str) -> None:
    FAULTS[name][0](path)
    index = Index.open(path)
    with index.writer() as writer:
        generation = writer.commit(
            [make_draft(make_article(30, "Zebras graze on the bridge."), ENCODER)], ["article-010"]
        )
    assert generation == index.snapshot().generation
    assert not list(path.glob("*.tmp"))
    assert index.snapshot().count_with_words("zebra") == 1
    hits = index.snapshot().search_words("zebras", 5)
    assert [c.article.id for c in index.snapshot().contexts([number for number, _ in hits])] == ["article-030"]


def test_views_are_not_judged_while_a_writer_is_at_work(path: Path) -> None:
    shutil.rmtree(path / "lexical")
    with writer_lock(path):
        assert Index.open(path).check().ok
    assert [problem.where for problem in Index.open(path).check().problems] == ["lexical/"]


def test_readers_serve_from_memory_while_a_writer_holds_the_lock(
    path: Path, expected: list[list[tuple[str, int, float]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TORN_WAIT_S", 0.05)
    shutil.rmtree(path / "lexical")
    checkpoint(path).unlink()
    with writer_lock(path):
        assert answers(Index.open(path)) == expected
        assert not (path / "lexical").exists()
    assert answers(Index.open(path)) == expected
    assert (path / "lexical").exists()
    assert checkpoint(path).name == "vectors-6.faiss"


def test_a_reader_whose_word_view_is_behind_searches_what_was_added_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index.open(path)
    with monkeypatch.context() as patch, index.writer() as writer:
        patch.setattr(word_folder.WordFolder, "catch_up", lambda *args: None)  # as if killed right after the commit
        writer.commit([make_draft(make_article(30, "Zebras graze."), ENCODER)], ["article-020"])
        snapshot = Index.open(path).snapshot()
        behind = answers(Index.open(path))
        assert (snapshot.word_view.base_generation, snapshot.generation) == (6, 7)
        assert snapshot.count_with_words("zebra") == 1
        assert snapshot.word_view.ids() == snapshot.vector_view.ids().tolist()
    healed = Index.open(path)
    assert answers(healed) == behind
    assert healed.snapshot().word_view.base_generation == 7


def test_a_full_disk_leaves_a_view_behind_and_loses_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    index = Index.open(path)
    with monkeypatch.context() as patch, index.writer() as writer:
        patch.setattr(word_folder.WordFolder, "catch_up", full)
        assert writer.commit([make_draft(make_article(30, "Zebras graze."), ENCODER)]) == 7
    assert "No space left on device" in caplog.text
    assert Index.open(path).snapshot().count_with_words("zebra") == 1


def test_damage_of_the_log_is_reported_article_by_article(path: Path) -> None:
    with sqlite3.connect(path / "articles.db") as connection:
        connection.execute("UPDATE articles SET text = replace(text, 'report', 'rumour') WHERE id = 'article-002'")
        connection.execute("UPDATE articles SET sentences = x'00' WHERE id = 'article-003' AND removed IS NULL")
        connection.execute("UPDATE articles SET published = '2023-99-01' WHERE id = 'article-004'")
        of = "(SELECT row FROM articles WHERE id = '{}')"
        connection.execute(f"UPDATE passages SET last = 77 WHERE article = {of.format('article-006')}")
        connection.execute(
            "UPDATE vectors SET vector = zeroblob(128) WHERE passage IN"
            f" (SELECT id FROM passages WHERE article = {of.format('article-007')})"
        )
        connection.execute("UPDATE generations SET n_articles = 99 WHERE generation = 6")
    connection.close()
    report = Index.open(path).check(repair=True)
    found = {
        problem.where.removeprefix("articles.db").removeprefix(", article "): problem.what
        for problem in report.problems
    }
    assert list(found) == [f"'article-00{i}'" for i in (2, 3, 4, 6, 7)] + [""]
    assert "its text has digest sha256:" in found["'article-002'"]
    assert "names sentences 0 to 77 of 4" in found["'article-006'"]
    assert found["'article-007'"] == "a vector is not of unit length"
    assert "generation 6 records totals (99," in found[""]
    assert not any(problem.repairable for problem in report.problems)


def test_a_page_of_the_database_overwritten_is_reported_not_raised(path: Path) -> None:
    Index.open(path).close()
    size = (path / "articles.db").stat().st_size
    with (path / "articles.db").open("r+b") as file:
        file.seek(size // 2 // 4096 * 4096)
        file.write(b"\xff" * 8192)
    report = Index.open(path).check()
    assert report.problems
    assert not any(problem.repairable for problem in report.problems)
    assert "restore articles.db from a backup" in str(report.problems[0])


WRITER = """
import sys
from pathlib import Path
from rag.index import Index, vectors
from tests.damage import empty, flip, truncate
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import make_article, make_draft

vectors.REPLAY_FLOOR = 10
encoder = BagOfWordsEncoder()
index = Index.open_or_create(Path(sys.argv[1]), encoder.identity)
with index.writer() as writer:
    start = writer.generation
    for n in range(start, start + 1000):
        drafts = [make_draft(make_article(n * 5 + i), encoder) for i in range(5)]
        remove = [f"article-{n * 5 - 1:03}"] if n else []
        print(writer.commit(drafts, remove), flush=True)
"""


def start_writer(path: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )


def test_a_writer_killed_at_any_moment_leaves_a_clean_index_with_all_it_had_committed(tmp_path: Path) -> None:
    path, moments = tmp_path / "index", random.Random(7)
    for _ in range(5):
        process = start_writer(path)
        assert process.stdout is not None
        last = int(process.stdout.readline())  # it is at work
        time.sleep(moments.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)
        last = max([last, *map(int, process.stdout.read().split())])
        process.wait()
        process.stdout.close()
        index = Index.open(path)
        assert index.check().problems == ()
        snapshot = index.snapshot()
        assert snapshot.generation in (last, last + 1)  # the next may have been committed and not yet reported
        n = snapshot.generation
        expected = [i for i in range(5 * n) if (i + 1) % 5 or i == 5 * n - 1]
        assert sorted(article.id for article in snapshot.articles()) == sorted(f"article-{i:03}" for i in expected)
        assert snapshot.word_view.ids() == snapshot.vector_view.ids().tolist()
        assert index.check().problems == ()
        index.close()


def test_another_process_is_refused_while_one_writes_and_let_in_once_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "index"
    process = start_writer(path)
    assert process.stdout is not None
    process.stdout.readline()
    index = Index.open(path)
    with pytest.raises(IndexLocked, match=f"{path} is being written to by process {process.pid}"), index.writer():
        pytest.fail("two writers at once")
    process.kill()
    process.stdout.read()
    process.wait()
    process.stdout.close()
    with index.writer() as writer:
        assert writer.generation >= 1


def test_the_manifest_names_every_file_of_the_word_view(path: Path) -> None:
    manifest = json.loads((path / "lexical" / "generation.json").read_text())
    there = {f.name for f in (path / "lexical").iterdir() if f.suffix in {".term", ".idx", ".fast", ".store", ".pos"}}
    assert manifest["generation"] == 6
    assert {name for name in manifest["files"] if name.rpartition(".")[2] != "del"} - there <= {
        name for name in manifest["files"] if name.endswith(".fieldnorm")
    }
