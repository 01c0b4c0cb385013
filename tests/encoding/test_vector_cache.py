from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from benchmarks.faults.damage import CUTS
from rag.api import Rag
from rag.encoding import remembering, vector_cache
from rag.encoding.vector_cache import RememberingEncoder, VectorCache, key_of
from rag.settings import Settings
from tests.conftest import ROOT
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.index.corpus import make_article

MB = 1_000_000
TEXTS = [f"Text {n} of the river and the harvest" for n in range(40)]


def rounded(texts: list[str]) -> np.ndarray:
    """What an index stores of these texts."""
    return BagOfWordsEncoder().encode(texts).astype(np.float16).astype(np.float32)


def encoder(folder: Path, max_bytes: int = 10 * MB, **given: object) -> tuple[BagOfWordsEncoder, RememberingEncoder]:
    inner = BagOfWordsEncoder(**given)  # type: ignore[arg-type]
    return inner, RememberingEncoder(inner, VectorCache(folder, max_bytes))


def numbered(numbers: range, size: int = 768) -> dict[bytes, bytes]:
    """Vectors under keys that tell their numbers."""
    return {n.to_bytes(16, "little"): random.Random(n).randbytes(size) for n in numbers}


def rows(folder: Path, sql: str = "SELECT count(*) FROM vectors") -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "vectors.db")) as connection:
        found = connection.execute(sql).fetchall()
        connection.commit()
    return found


def test_what_was_encoded_before_is_not_encoded_again_and_comes_in_the_order_asked(tmp_path: Path):
    first, cached = encoder(tmp_path)
    assert np.array_equal(cached.encode(TEXTS[:5]), rounded(TEXTS[:5]))
    assert first.n_encoded == 5
    second, cached = encoder(tmp_path)
    wanted = [TEXTS[7], TEXTS[3], TEXTS[8], TEXTS[3], TEXTS[7]]
    assert np.array_equal(cached.encode(wanted), rounded(wanted))
    assert second.n_encoded == 2  # texts 7 and 8, each once
    assert np.array_equal(cached.encode(TEXTS[:9]), rounded(TEXTS[:9]))
    assert second.n_encoded == 4  # 5 and 6 too


def test_progress_counts_what_has_to_be_encoded(tmp_path: Path):
    class Telling(BagOfWordsEncoder):
        def encode(self, texts, progress=None):
            progress(len(texts), len(texts))
            return super().encode(texts)

    told: list[tuple[int, int]] = []
    cached = RememberingEncoder(Telling(), VectorCache(tmp_path, MB))
    cached.encode(TEXTS[:2], lambda done, n: told.append((done, n)))
    cached.encode(TEXTS[:5], lambda done, n: told.append((done, n)))
    assert told == [(2, 2), (3, 3)]


def test_no_text_at_all_has_no_vectors(tmp_path: Path):
    _, cached = encoder(tmp_path)
    assert cached.encode([]).shape == (0, 64)


def test_everything_else_is_the_encoders_own(tmp_path: Path):
    inner, cached = encoder(tmp_path)
    assert cached.identity == inner.identity
    assert cached.count_tokens(["two words"]) == [2]
    assert cached.token_spans(["two words"])[0].tolist() == [[0, 3], [4, 9]]
    assert cached.encode_tokens(["two words"])[0].vectors.shape == (2, 64)
    assert not (tmp_path / "vectors.db").exists()


@pytest.mark.parametrize("other", [{"model": "other"}, {"dimension": 32}, {"max_tokens": 32}])
def test_another_encoder_shares_nothing(tmp_path: Path, other: dict[str, object]):
    encoder(tmp_path)[1].encode(TEXTS)
    inner, cached = encoder(tmp_path, **other)
    assert np.array_equal(cached.encode(TEXTS), inner.encode(TEXTS).astype(np.float16).astype(np.float32))
    assert inner.n_encoded == 2 * len(TEXTS)


def test_a_key_is_of_text_and_encoder():
    one, other = BagOfWordsEncoder().identity, BagOfWordsEncoder(model="other").identity
    keys = {key_of(text, identity) for text in ("a", "b", "a\0b", "") for identity in (one, other)}
    assert {len(key) for key in keys} == {16}
    assert len(keys) == 8
    assert key_of("a", one) == key_of("a", BagOfWordsEncoder().identity)


def opened(tmp_path: Path, name: str, mb: int = 10) -> tuple[BagOfWordsEncoder, Rag]:
    inner = BagOfWordsEncoder()
    settings = Settings(index=tmp_path / name, cache=tmp_path / "cache", vector_cache_mb=mb)
    return inner, Rag(settings, inner, WordOverlapEvidence())


def vectors(rag: Rag) -> list[bytes]:
    return [draft.vectors.tobytes() for draft in rag._opened.content().drafts()]


def test_the_seed_article_added_again_or_to_a_second_index_encodes_nothing(tmp_path: Path):
    first, rag = opened(tmp_path, "one")
    report = rag.add(ROOT / "seeds")
    assert first.n_encoded == report.n_passages > 10
    rag.remove(*report.added)
    assert rag.add(ROOT / "seeds").added == report.added
    assert first.n_encoded == report.n_passages
    second, other = opened(tmp_path, "two")
    assert other.add(ROOT / "seeds").added == report.added
    assert second.n_encoded == 0
    assert vectors(other) == vectors(rag)
    assert other.check().ok


def test_fifty_articles_in_a_second_index_encode_nothing_and_answer_the_same(tmp_path: Path):
    articles = [make_article(n) for n in range(50)]
    first, rag = opened(tmp_path, "one")
    rag.add_articles(articles)
    second, other = opened(tmp_path, "two")
    other.add_articles(articles[::-1])
    assert (first.n_encoded, second.n_encoded) == (50, 0)
    for question in ("old rocket news", "What of the harvest?"):
        first_hits, other_hits = (
            [(hit.passage.article_id, hit.passage.start, hit.score) for hit in each.search(question)]
            for each in (rag, other)
        )
        assert first_hits == other_hits


def test_questions_are_not_kept(tmp_path: Path):
    _, rag = opened(tmp_path, "one")
    rag.add_articles([make_article(n) for n in range(5)])
    rag.ask("old rocket news")
    rag.search("What of the harvest?")
    assert rows(tmp_path / "cache") == [(5,)]


def test_a_setting_turns_it_off(tmp_path: Path):
    inner, rag = opened(tmp_path, "one", mb=0)
    assert remembering(inner, rag.settings) is inner
    rag.add_articles([make_article(1)])
    assert not (tmp_path / "cache").exists()


def test_the_file_stays_within_its_bound_and_the_oldest_go(tmp_path: Path):
    cache = VectorCache(tmp_path, 2 * MB)
    for start in range(0, 10_000, 500):
        cache.put(numbered(range(start, start + 500)))
        assert (tmp_path / "vectors.db").stat().st_size <= 2 * MB
    newest = numbered(range(9_500, 10_000))
    assert cache.get(list(newest)) == newest
    [(n,)] = rows(tmp_path)
    assert 1_800 <= n <= 2_400  # of some 870 bytes each, between 0.9 and all of the bound
    kept = cache.get(list(numbered(range(10_000))))
    assert kept == numbered(range(10_000 - len(kept), 10_000))


def test_what_was_used_lately_outlives_what_was_added_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache = VectorCache(tmp_path, 2 * MB)
    monkeypatch.setattr(vector_cache, "_today", lambda: 1)
    cache.put(numbered(range(1_000)))
    monkeypatch.setattr(vector_cache, "_today", lambda: 2)
    cache.put(numbered(range(1_000, 2_000)))
    monkeypatch.setattr(vector_cache, "_today", lambda: 3)
    used = numbered(range(100))
    cache.get(list(used))
    cache.put(numbered(range(2_000, 3_000)))
    assert cache.get(list(used)) == used
    assert cache.get(list(numbered(range(100, 500)))) == {}
    assert cache.get(list(numbered(range(2_000, 3_000)))) == numbered(range(2_000, 3_000))


def test_a_lower_bound_shrinks_the_file(tmp_path: Path):
    VectorCache(tmp_path, 5 * MB).put(numbered(range(4_000)))
    assert (tmp_path / "vectors.db").stat().st_size > 3 * MB
    VectorCache(tmp_path, MB).put(numbered(range(4_000, 4_010)))
    assert (tmp_path / "vectors.db").stat().st_size <= MB
    assert VectorCache(tmp_path, MB).get(list(numbered(range(4_000, 4_010)))) == numbered(range(4_000, 4_010))


def whole(tmp_path: Path) -> bytes:
    encoder(tmp_path)[1].encode(TEXTS)
    return (tmp_path / "vectors.db").read_bytes()


def test_a_vector_that_something_has_changed_is_encoded_again(tmp_path: Path):
    data = whole(tmp_path)
    vector = rounded(TEXTS[:1]).astype("<f2").tobytes()
    at = data.index(vector) + 9
    (tmp_path / "vectors.db").write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    inner, cached = encoder(tmp_path)
    assert np.array_equal(cached.encode(TEXTS), rounded(TEXTS))
    assert inner.n_encoded == 1
    inner, cached = encoder(tmp_path)
    cached.encode(TEXTS)
    assert inner.n_encoded == 0


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: b"no database",
        lambda data: data[:100] + b"\xff" * (len(data) - 100),
        lambda data: data[:4096] + bytes(len(data) - 4096),
    ],
)
def test_a_broken_file_is_made_anew_and_nobody_notices(tmp_path: Path, broken):
    (tmp_path / "vectors.db").write_bytes(broken(whole(tmp_path)))
    for _ in range(3):  # found broken while reading, or only while writing: anew at the latest after that
        assert np.array_equal(encoder(tmp_path)[1].encode(TEXTS), rounded(TEXTS))
    inner, cached = encoder(tmp_path)
    assert np.array_equal(cached.encode(TEXTS), rounded(TEXTS))
    assert inner.n_encoded == 0


@pytest.mark.parametrize("share", CUTS)
def test_a_file_that_is_cut_off_never_changes_a_vector(tmp_path: Path, share: float):
    data = whole(tmp_path)
    (tmp_path / "vectors.db").write_bytes(data[: int(share * len(data))])
    for _ in range(3):
        assert np.array_equal(encoder(tmp_path)[1].encode(TEXTS), rounded(TEXTS))
    inner, cached = encoder(tmp_path)
    assert np.array_equal(cached.encode(TEXTS), rounded(TEXTS))
    assert inner.n_encoded == 0


def test_two_hundred_flipped_bits_never_change_a_vector(tmp_path: Path):
    data = whole(tmp_path)
    rng = random.Random(7)
    for _ in range(200):
        damaged = bytearray(data)
        damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        for ending in ("-wal", "-shm"):
            (tmp_path / f"vectors.db{ending}").unlink(missing_ok=True)
        (tmp_path / "vectors.db").write_bytes(damaged)
        assert np.array_equal(encoder(tmp_path)[1].encode(TEXTS), rounded(TEXTS))


@pytest.mark.parametrize(
    "schema", ["CREATE TABLE vectors (id INTEGER)", "CREATE VIEW vectors AS SELECT 1 AS key, 2 AS used, 3 AS vector"]
)
def test_a_table_of_another_shape_is_made_anew(tmp_path: Path, schema: str):
    with closing(sqlite3.connect(tmp_path / "vectors.db")) as connection:
        connection.execute(schema)
    for _ in range(2):
        assert np.array_equal(encoder(tmp_path)[1].encode(TEXTS), rounded(TEXTS))
    inner, cached = encoder(tmp_path)
    cached.encode(TEXTS)
    assert inner.n_encoded == 0


def test_rows_of_other_kinds_count_for_nothing(tmp_path: Path):
    whole(tmp_path)
    for value in ("7", "2.5", "x''", "'text'", "x'00'"):
        rows(tmp_path, f"UPDATE vectors SET vector = {value} WHERE rowid % 2 = 0")
        [(n_changed,)] = rows(tmp_path, "SELECT count(*) FROM vectors WHERE rowid % 2 = 0")
        inner, cached = encoder(tmp_path)
        assert np.array_equal(cached.encode(TEXTS), rounded(TEXTS))
        assert inner.n_encoded == n_changed


def test_a_folder_that_cannot_be_is_done_without(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    for _ in range(2):
        inner, cached = encoder(tmp_path / "file")
        assert np.array_equal(cached.encode(TEXTS), rounded(TEXTS))
        assert inner.n_encoded == len(TEXTS)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    connect = vector_cache._connect

    def full(file: Path) -> sqlite3.Connection:
        connection = connect(file)
        connection.execute("PRAGMA max_page_count = 5")  # SQLITE_FULL, as on a disk without room
        return connection

    monkeypatch.setattr(vector_cache, "_connect", full)
    assert np.array_equal(encoder(tmp_path)[1].encode(TEXTS), rounded(TEXTS))
    monkeypatch.undo()
    assert rows(tmp_path) == [(0,)]


def test_while_another_program_holds_it_nothing_waits_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vector_cache, "BUSY_MS", 10)
    whole(tmp_path)
    with closing(sqlite3.connect(tmp_path / "vectors.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        inner, cached = encoder(tmp_path)
        assert np.array_equal(cached.encode([*TEXTS, "one more"]), rounded([*TEXTS, "one more"]))
        assert inner.n_encoded == 1  # readers are not kept waiting by a writer
    assert rows(tmp_path) == [(len(TEXTS),)]


def _work(folder: str, number: int) -> int:
    """Put and get as one of several, on keys shared with its neighbours; count what came back wrong."""
    cache, wrong = VectorCache(Path(folder), 50 * MB), 0
    for round_ in range(10):
        own = numbered(range(100 * (number + round_), 100 * (number + round_) + 150))
        cache.put(own)
        wrong += cache.get(list(own)) != own
    return wrong


def test_several_processes_and_threads_share_it(tmp_path: Path):
    VectorCache(tmp_path, 50 * MB).put(numbered(range(1)))  # of several that make the file, all but one may go without
    with multiprocessing.get_context("spawn").Pool(3) as pool, ThreadPoolExecutor(3) as threads:
        processes = pool.starmap_async(_work, [(str(tmp_path), number) for number in range(3)])
        wrong = list(threads.map(_work, [str(tmp_path)] * 3, range(3, 6)))
        assert wrong + processes.get(60) == [0] * 6
    everything = numbered(range(1_550))
    assert VectorCache(tmp_path, 50 * MB).get(list(everything)) == everything
    assert [name for name in os.listdir(tmp_path) if "-" in name] == []  # the last one to close tidies up
