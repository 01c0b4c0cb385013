"""Who is waited for: whoever checks or rebuilds views. Another writer is not."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.errors import IndexLocked
from rag.index import lock
from rag.index.lock import writer_lock, writer_lock_if_free
from tests.index.corpus import build, make_article


def take(folder: Path) -> bool:
    with writer_lock(folder, wait_s=0.01):
        return True


def test_a_writer_waits_for_whoever_rebuilds_a_view_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = f"structures of index {tmp_path} are being checked or rebuilt by process {os.getpid()}; waiting"
    with ThreadPoolExecutor(1) as pool:
        with writer_lock_if_free(tmp_path) as held:
            assert held
            waiting = pool.submit(take, tmp_path)
            while said not in caplog.text and not waiting.done():
                time.sleep(0.01)
            assert said in caplog.text
        assert waiting.result(30)
    assert caplog.text.count("waiting") == 1


def test_a_writer_that_has_waited_long_enough_names_what_it_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "VIEWS_WAIT_S", 0)
    with (
        writer_lock(tmp_path, for_views=True),
        pytest.raises(IndexLocked, match=f"being checked or rebuilt by process {os.getpid()}. Wait until"),
    ):
        take(tmp_path)


def test_another_writer_is_refused_at_once_and_so_is_a_reader_who_would_rebuild_a_view(tmp_path: Path) -> None:
    with writer_lock(tmp_path), writer_lock_if_free(tmp_path) as held:
        assert not held
        with pytest.raises(IndexLocked, match=f"is being written to by process {os.getpid()}; only one writer"):
            take(tmp_path)
    with writer_lock_if_free(tmp_path), writer_lock_if_free(tmp_path) as held:
        assert not held


def test_rebuilding_the_views_is_told_from_writing(tmp_path: Path) -> None:
    index, holder = build(tmp_path, [make_article(i) for i in range(3)]), tmp_path / "writer.pid"
    told: list[str] = []
    index.rebuild_views(lambda done, total: told.append(holder.read_text()))
    with index.writer():
        told.append(holder.read_text())
    assert told == [f"{os.getpid()} views", str(os.getpid())]
