"""The compressed structure, on small indexes: the size from which it is used is lowered."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.index import Draft, Index, structure, vectors
from rag.index.draft import Span
from rag.types import Article, Constraints, EncoderIdentity
from tests.index.test_faults import empty, flip, truncate

DIMENSION, PER_ARTICLE = 64, 10
IDENTITY = EncoderIdentity("clusters", "sha256:0", "mean", "float", DIMENSION, 256)


def clustered(n: int, seed: int) -> NDArray[np.float16]:
    """Return unit vectors around 200 centres, as passages lie around their topics: neighbours at a cosine near 0.8."""
    centres = np.random.default_rng(0).standard_normal((200, DIMENSION))
    rng = np.random.default_rng(seed)
    made = centres[rng.integers(200, size=n)] + 0.5 * rng.standard_normal((n, DIMENSION))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float16)


def draft(number: int, own: NDArray[np.float16]) -> Draft:
    """Return article `number`, dated as many days into 2023, with a sentence and a passage for each vector."""
    text = "Word. " * len(own)
    sentences = [(6 * i, 6 * i + 5) for i in range(len(own))]
    spans = [Span(i, i, *sentence) for i, sentence in enumerate(sentences)]
    article = Article(
        f"a-{number:04}",
        "",
        text,
        source=("BBC", "CNN")[number % 2],
        published=date(2023, 1, 1) + timedelta(days=number),
    )
    return Draft(article, sentences, spans, [bytes([i] * 16) for i in range(len(own))], own)


def drafts(first: int, last: int) -> list[Draft]:
    return [draft(number, clustered(PER_ARTICLE, 1000 + number)) for number in range(first, last)]


QUESTIONS = clustered(60, 7).astype(np.float32)


def recall(index: Index, allowed: Callable[[Article], bool], constraints: Constraints = Constraints()) -> float:
    """Return recall@10 against numpy, and assert that whatever is found is allowed and has its exact score."""
    snapshot, shares = index.snapshot(), []
    live = [a for a in snapshot.articles() if allowed(a)]
    ids = {(a.id, i): None for a in live for i in range(PER_ARTICLE)}
    stored = np.concatenate([clustered(PER_ARTICLE, 1000 + int(a.id[2:])) for a in live]).astype(np.float64)
    names = list(ids)
    for question in QUESTIONS:
        cosines = stored @ question.astype(np.float64)
        best = {names[i] for i in np.argsort(-cosines)[:10]}
        hits = snapshot.search_dense(question, 10, constraints)
        contexts = snapshot.contexts([number for number, _ in hits])
        found = [(context.article.id, context.passage.first) for context in contexts]
        assert [score for _, score in hits] == pytest.approx([cosines[names.index(n)] for n in found], abs=1e-9)
        shares.append(len(best.intersection(found)) / 10)
    return float(np.mean(shares))


@pytest.fixture
def compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compress 1,000 passages and more, and look into a part of the lists, as in large indexes."""
    monkeypatch.setattr(structure, "COMPRESSED_FROM", 1000)
    monkeypatch.setattr(structure, "PROBED", 20)
    monkeypatch.setattr(vectors, "SCORED_DIRECTLY", 200)
    monkeypatch.setattr(vectors, "REPLAY_FLOOR", 100)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 3,500 passages in 64 lists, with some added and some removed since the checkpoint."""
    path = tmp_path_factory.mktemp("grown") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "COMPRESSED_FROM", 1000)
        index = Index.open_or_create(path, IDENTITY)
        with index.writer() as writer:
            writer.commit(drafts(0, 330))
            writer.commit(drafts(330, 350), [f"a-{number:04}" for number in range(0, 50, 10)])
    index.close()
    return path


@pytest.fixture
def path(grown: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(grown, tmp_path / "index"))


def anything(article: Article) -> bool:
    return True


@pytest.mark.parametrize(
    ("n", "n_lists"),
    [(0, 0), (131_071, 0), (131_072, 512), (524_287, 512), (1_000_000, 1024), (5_000_000, 2048), (9_000_000, 4096)],
)
def test_the_number_of_lists_grows_in_steps_with_the_square_root_of_the_size(n: int, n_lists: int) -> None:
    assert structure.n_lists_for(n, 384) == n_lists
    assert structure.n_lists_for(n, 383) == 0


@pytest.mark.usefixtures("compressed")
def test_a_compressed_index_finds_what_exact_search_finds(path: Path) -> None:
    index = Index.open(path)
    view = index.snapshot().vector_view
    assert (view.base.structure.n_lists, len(view.base.ids), len(view.added), len(view.dead)) == (64, 3300, 200, 50)
    assert view.base.structure.index.pq.M * view.base.structure.index.pq.nbits == 4 * DIMENSION // 2
    assert recall(index, anything) >= 0.98
    assert index.check().ok


FILTERS: list[tuple[Constraints, Callable[[Article], bool]]] = [
    (Constraints(sources=("bbc",)), lambda a: a.source == "BBC"),
    (Constraints(since=date(2023, 3, 1), until=date(2023, 4, 30)), lambda a: 59 <= int(a.id[2:]) < 120),
    (Constraints(as_of=date(2023, 1, 12)), lambda a: int(a.id[2:]) <= 11),  # few enough to be scored directly
    (Constraints(since=date(2023, 11, 28)), lambda a: int(a.id[2:]) >= 331),  # all of them added since the checkpoint
]


@pytest.mark.usefixtures("compressed")
@pytest.mark.parametrize(("constraints", "allowed"), FILTERS, ids=lambda value: str(value)[:60])
def test_a_compressed_index_finds_among_what_is_allowed_and_nothing_else(
    path: Path, constraints: Constraints, allowed: Callable[[Article], bool]
) -> None:
    assert recall(Index.open(path), allowed, constraints) >= 0.98


@pytest.mark.usefixtures("compressed")
def test_a_few_allowed_passages_are_scored_without_the_structure(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure.Structure, "search", None)
    constraints, allowed = FILTERS[2]
    assert recall(Index.open(path), allowed, constraints) == 1.0


@pytest.mark.usefixtures("compressed")
def test_nothing_allowed_is_nothing_found(path: Path) -> None:
    snapshot = Index.open(path).snapshot()
    assert snapshot.search_dense(QUESTIONS[0], 10, Constraints(sources=("nobody",))) == []
    assert len(snapshot.search_dense(QUESTIONS[0], 9999)) == snapshot.n_passages == 3450


@pytest.mark.usefixtures("compressed")
def test_a_checkpoint_takes_over_what_the_last_one_learnt_until_the_index_has_grown_past_a_step(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, learnt = Index.open(path), []
    learn = structure.empty

    def counted(n_lists: int, *rest: object) -> structure.Structure:
        learnt.append(n_lists)
        return learn(n_lists, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(structure, "empty", counted)
    with index.writer() as writer:
        writer.commit(drafts(350, 400), ["a-0001"])
    again = Index.open(path)
    view = again.snapshot().vector_view
    assert (learnt, view.base.structure.n_lists, len(view.base.ids), view.n_replayed) == ([], 64, 3940, 0)
    assert again.check().ok
    assert recall(again, anything) >= 0.98
    with index.writer() as writer:
        writer.commit(drafts(400, 900))
    assert learnt == [128]
    assert recall(Index.open(path), anything) >= 0.98


@pytest.mark.usefixtures("compressed")
def test_an_index_that_has_shrunk_is_exact_again(path: Path) -> None:
    index = Index.open(path)
    with index.writer() as writer:
        writer.commit([], [a.id for a in index.snapshot().articles() if a.id > "a-0090"])
    again = Index.open(path)
    assert again.snapshot().vector_view.base.structure.n_lists == 0
    assert recall(again, anything) == 1.0


def delete(file: Path) -> None:
    file.unlink()


@pytest.mark.usefixtures("compressed")
@pytest.mark.parametrize("damage", [truncate, flip, empty, delete])
def test_a_damaged_compressed_checkpoint_is_found_by_check_and_healed_at_opening(
    path: Path, damage: Callable[[Path], None]
) -> None:
    (file,) = path.glob("vectors-*.faiss")
    damage(file)
    index = Index.open(path)
    assert [problem.where for problem in index.check().problems] == [file.name]
    assert recall(index, anything) >= 0.98
    index.close()
    again = Index.open(path)
    assert again.check().ok
    assert again.snapshot().vector_view.from_log is False
    assert recall(again, anything) >= 0.98


@pytest.mark.usefixtures("compressed")
def test_bytes_that_are_not_the_recorded_ones_are_never_parsed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file,) = path.glob("vectors-*.faiss")
    flip(file)

    def parsed(data: object) -> None:
        pytest.fail("parsed")

    monkeypatch.setattr(structure, "parse", parsed)
    assert Index.open(path).snapshot().vector_view.from_log


@pytest.mark.usefixtures("compressed")
def test_building_anew_gives_the_same_file(path: Path) -> None:
    index, files = Index.open(path), []
    for _ in range(2):
        index.rebuild_views()
        (file,) = path.glob("vectors-*.faiss")
        files.append(file.read_bytes())
    assert files[0] == files[1]


@pytest.mark.usefixtures("compressed")
def test_copies_of_one_passage_are_ordered_by_article_even_at_the_cut(path: Path) -> None:
    index, copy = Index.open(path), clustered(1, 5)
    with index.writer() as writer:
        writer.commit([draft(number, copy) for number in range(990, 900, -1)])
    hits = index.snapshot().search_dense(copy[0].astype(np.float32), 5)
    contexts = index.snapshot().contexts([number for number, _ in hits])
    assert [context.article.id for context in contexts] == [f"a-{number:04}" for number in range(901, 906)]


@pytest.mark.usefixtures("compressed")
def test_a_search_leaves_the_number_of_threads_as_it_was(path: Path) -> None:
    before = structure.faiss.omp_get_max_threads()
    snapshot = Index.open(path).snapshot()
    structure.faiss.omp_set_num_threads(3)
    snapshot.search_dense(QUESTIONS[0], 10)
    found = structure.faiss.omp_get_max_threads()
    structure.faiss.omp_set_num_threads(before)
    assert found == 3


@pytest.mark.usefixtures("compressed")
def test_no_more_is_replayed_than_a_question_can_be_compared_with(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "REPLAY_SHARE", 1.0)
    monkeypatch.setattr(vectors, "REPLAY_MOST", 300)
    index, replayed = Index.open(path), []
    for first in (350, 353):
        with index.writer() as writer:
            writer.commit(drafts(first, first + 3))
        replayed.append(Index.open(path).snapshot().vector_view.n_replayed)
    assert replayed == [280, 0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the one file that is always full is Linux's")
@pytest.mark.parametrize("n", [1, 20_000])
def test_a_full_disk_is_told_as_the_system_tells_it(n: int) -> None:
    made = structure.empty(0, DIMENSION, clustered(0, 1))
    made.add(np.arange(n), clustered(n, 1))
    with pytest.raises(OSError) as caught:  # noqa: PT011 - its number says which
        made.write(Path("/dev/full"))
    assert caught.value.errno == errno.ENOSPC


def test_what_is_written_is_what_faiss_writes_and_reads(tmp_path: Path) -> None:
    made = structure.empty(0, DIMENSION, clustered(0, 1))
    made.add(np.arange(500), clustered(500, 1))
    made.write(tmp_path / "ours")
    structure.faiss.write_index(made.index, str(tmp_path / "theirs"))
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "theirs").read_bytes()
    again = structure.parse((tmp_path / "ours").read_bytes())
    assert again.search(QUESTIONS[0], 5, None, np.zeros(0, np.int64)) == made.search(
        QUESTIONS[0], 5, None, np.zeros(0, np.int64)
    )
