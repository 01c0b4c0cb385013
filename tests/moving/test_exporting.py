from __future__ import annotations

import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from rag.errors import ExportError, IndexDamaged, IndexNotFound, MissingExtra
from rag.index.log import Log
from rag.moving import export_index, import_index, parquet
from tests.index.corpus import make_article
from tests.moving.made import FILES, build, contents


def test_an_export_is_of_one_generation_though_others_are_committed_meanwhile(
    index: Path, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def meanwhile(done: int, total: int) -> None:
        if done == 2:
            build(index, [make_article(9, "Changed. Later.")], ("article-012",))

    monkeypatch.setattr(parquet, "GROUP_PASSAGES", 9)
    monkeypatch.setattr("rag.index.reads.ARTICLE_BATCH", 2)
    assert export_index(index, tmp_path / "later", meanwhile).generation == 3
    assert contents(tmp_path / "later") == contents(export)


def test_an_earlier_export_is_replaced_and_nothing_else_is_left(index: Path, export: Path):
    (export / "notes.txt").write_text("mine")
    build(index, [], ("talks",))
    assert export_index(index, export).n_articles == 22
    assert sorted(file.name for file in export.iterdir()) == sorted([*FILES, "manifest.json", "notes.txt"])
    assert "talks" not in pq.read_table(export / "articles.parquet")["id"].to_pylist()


def test_a_full_disk_leaves_the_earlier_export_as_it_was(
    index: Path, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = contents(export)
    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(ExportError, match=r"export cannot be written: \[Errno 28\] No space left"):
        export_index(index, export)
    assert contents(export) == before
    assert sorted(file.name for file in export.iterdir()) == sorted([*FILES, "manifest.json"])


@pytest.mark.parametrize("n", range(10))
def test_an_export_that_is_cut_short_at_any_rename_does_not_lose_the_earlier_one(
    index: Path, export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n: int
):
    before = contents(export)
    build(index, [], ("talks",))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed_after(n))
        with pytest.raises(Killed):
            export_index(index, export)
    if n == 0:
        assert import_index(tmp_path / "copy", export).generation == 3
    else:
        with pytest.raises(
            ExportError, match=r"was cut short; the one before it is in earlier-export\.tmp/\. Run `rag export`"
        ):
            import_index(tmp_path / "copy", export)
    with monkeypatch.context() as patch:
        patch.setattr(pq.ParquetWriter, "write_table", full)
        with pytest.raises(ExportError, match="No space left"):
            export_index(index, export)
    assert contents(export) == before
    assert import_index(tmp_path / "other", export).generation == 3
    assert export_index(index, export).generation == 4
    assert sorted(file.name for file in export.iterdir()) == sorted([*FILES, "manifest.json"])
    assert import_index(tmp_path / "third", export).generation == 4


@pytest.mark.parametrize("n", range(10))
def test_an_export_that_fails_at_any_rename_leaves_the_earlier_one_as_it_was(
    index: Path, export: Path, monkeypatch: pytest.MonkeyPatch, n: int
):
    before = {file.name: file.read_bytes() for file in export.iterdir()}
    build(index, [], ("talks",))
    rename, calls = Path.replace, count()

    def failing(self: Path, target: Path) -> Path:
        if next(calls) == n:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        with pytest.raises(ExportError, match="Input/output error"):
            export_index(index, export)
    assert {file.name: file.read_bytes() for file in export.iterdir()} == before


class Killed(BaseException):
    """What no code survives."""


def killed_after(n: int) -> Callable[[Path, Path], Path]:
    """Return a `Path.replace` after whose first `n` calls nothing is renamed any more, as if the process were dead."""
    rename, calls = Path.replace, count()

    def replace(self: Path, target: Path) -> Path:
        if next(calls) >= n:
            raise Killed
        return rename(self, target)

    return replace


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_where_an_export_cannot_be_it_is_refused(index: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="file cannot be written"):
        export_index(index, tmp_path / "file")
    with pytest.raises(ExportError, match="is the index itself"):
        export_index(index, tmp_path / "export" / ".." / "index")
    with pytest.raises(IndexNotFound):
        export_index(tmp_path / "none", tmp_path / "export")
    assert not (tmp_path / "export").exists()


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("UPDATE articles SET text = text || '!' WHERE id = 'talks'", "'copy' no longer has its recorded digest"),
        ("UPDATE passages SET last = 99 WHERE id = 1", "passage 0 names sentences 0 to 99 of 4"),
        ("UPDATE vectors SET vector = zeroblob(128) WHERE passage = 1", "the vector of passage 0 has length 0.0000"),
        ("DELETE FROM vectors WHERE passage = 1", "A stored vector has 0 bytes, not 128"),
    ],
)
def test_a_damaged_log_is_not_exported(index: Path, tmp_path: Path, sql: str, message: str):
    with Log(index).transaction() as transaction:
        transaction.rows("PRAGMA defer_foreign_keys = ON")
        transaction.rows(sql)
    with pytest.raises(IndexDamaged) as caught:
        export_index(index, tmp_path / "export")
    assert message in str(caught.value)
    assert os.listdir(tmp_path / "export") == []


def test_without_pyarrow_its_install_command_is_told(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "rag.moving.parquet")
    monkeypatch.delattr("rag.moving.parquet")
    with pytest.raises(MissingExtra, match=r"pip install 'rag\[parquet\]'"):
        export_index(index, tmp_path / "export")
