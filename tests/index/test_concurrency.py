from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from rag.index import Index, Snapshot, vectors, word_folder
from rag.types import Article
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import build, make_draft

ENCODER = BagOfWordsEncoder()


def article(i: int) -> Article:
    return Article(f"article-{i:03}", "Zebra news", f"The zebra numbered {i} grazes. It is striped.")


def found(snapshot: Snapshot) -> dict[str, int]:
    """Count the same articles in every way a question would find them."""
    question = ENCODER.encode(["zebra grazes"])[0]
    dense = snapshot.contexts([number for number, _ in snapshot.search_dense(question, 100)])
    words = snapshot.contexts([number for number, _ in snapshot.search_words("zebra grazes", 100)])
    return {
        "articles": len(snapshot.articles()),
        "dense": len({context.article.id for context in dense}),
        "words": len({context.article.id for context in words}),
        "counted": snapshot.count_with_words("zebra"),
        "n_articles": snapshot.n_articles,
    }


@pytest.mark.parametrize(("shared", "n"), [(True, 20), (False, 8)], ids=["one Index", "an Index for each thread"])
def test_every_answer_is_of_one_generation_while_a_writer_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: bool, n: int
) -> None:
    """Generation g holds g articles that all have one passage; every third commit also replaces an article."""
    monkeypatch.setattr(vectors, "REPLAY_FLOOR", 4)
    index = Index.open_or_create(tmp_path, ENCODER.identity)
    done = Event()

    def ask() -> list[int]:
        own = index if shared else Index.open(tmp_path)
        seen = []
        while not done.wait(0.01):
            snapshot = own.snapshot()
            assert set(found(snapshot).values()) == {snapshot.generation}
            assert set(found(snapshot).values()) == {snapshot.generation}
            seen.append(snapshot.generation)
        return seen

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(ask) for _ in range(8)]
        try:
            with index.writer() as writer:
                for i in range(n):
                    changed = Article("article-000", "Zebra", f"The zebra grazes again, {i} times.")
                    again = [make_draft(changed, ENCODER)] if i % 3 == 2 else []
                    assert writer.commit([make_draft(article(i), ENCODER), *again]) == i + 1
        finally:
            done.set()
        for reader in readers:
            seen = reader.result()
            assert seen == sorted(seen)  # no reader ever goes back
    assert set(found(index.snapshot()).values()) == {n}
    assert index.check().ok


def test_a_reader_shares_the_base_and_replays_only_what_changed(tmp_path: Path) -> None:
    index = Index.open_or_create(tmp_path, ENCODER.identity)
    reader = Index.open(tmp_path)
    with index.writer() as writer:
        writer.commit([make_draft(article(i), ENCODER) for i in range(5)])
        before = reader.snapshot()
        writer.commit([make_draft(article(5), ENCODER)], ["article-001"])
        after = reader.snapshot()
    assert after.vector_view.base is before.vector_view.base
    assert (after.vector_view.added.tolist(), after.vector_view.dead.tolist()) == ([6], [2])
    assert before.vector_view.n_replayed == 0
    assert set(found(after).values()) == {5}


def test_a_reader_moves_to_a_new_checkpoint_once_its_own_replay_has_grown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "REPLAY_FLOOR", 3)
    index = Index.open_or_create(tmp_path, ENCODER.identity)
    reader = Index.open(tmp_path)
    generations = []
    with index.writer() as writer:
        for i in range(9):
            writer.commit([make_draft(article(i), ENCODER)])
            generations.append(reader.snapshot().vector_view.base.generation)
    assert generations == [1, 1, 1, 1, 5, 5, 5, 5, 9]
    assert [file.name for file in tmp_path.glob("vectors-*")] == ["vectors-9.faiss"]
    assert set(found(reader.snapshot()).values()) == {9}


def test_a_second_change_hashes_only_what_it_has_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = build(tmp_path, [article(i) for i in range(6)])
    hashed: list[str] = []
    digest = word_folder.sha256_of_file

    def counted(path: Path) -> str:
        hashed.append(path.name)
        return digest(path)

    before = {path.name for path in (tmp_path / "lexical").iterdir()}
    monkeypatch.setattr(word_folder, "sha256_of_file", counted)
    with index.writer() as writer:
        writer.commit([make_draft(article(7), ENCODER)])
    assert hashed
    assert not before.intersection(hashed)
