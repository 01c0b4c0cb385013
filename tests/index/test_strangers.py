"""What others do to an index: databases that are not ours, full disks, huge limits, texts nobody can see or encode."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import ArticleNotFound, IndexDamaged, IndexNotWritable
from rag.index import Index, lexical, vectors, word_folder, writes
from rag.index.log import Log, Transaction
from rag.types import Article, Constraints
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import build, make_article, make_draft

ENCODER = BagOfWordsEncoder()
ZEBRAS = make_article(30, "Zebras graze on the bridge.")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pristine") / "index"
    build(path, [make_article(i) for i in range(6)]).close()
    return path


@pytest.fixture
def path(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "index"))


def run_sql(path: Path, *statements: str) -> None:
    with sqlite3.connect(path / "articles.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def fill(transaction: Transaction) -> None:
    writes.first_generation(transaction, ENCODER.identity)


STRANGERS = {
    "a table": ["CREATE TABLE x (y)"],
    "a table and a version": ["CREATE TABLE x (y)", "PRAGMA user_version = 1"],
    "an application id alone": ["PRAGMA application_id = 77", "PRAGMA user_version = 0"],
}


@pytest.mark.parametrize("with_views", [False, True])
@pytest.mark.parametrize("name", STRANGERS)
def test_another_programs_database_is_refused_and_left_as_it_is(
    path: Path, tmp_path: Path, name: str, with_views: bool
) -> None:
    folder = path if with_views else tmp_path / "other"
    folder.mkdir(exist_ok=True)
    for file in folder.glob("articles.db*"):
        file.unlink()
    run_sql(folder, *STRANGERS[name])
    before = (folder / "articles.db").read_bytes()
    create = (lambda folder: Index.open_or_create(folder, ENCODER.identity), lambda folder: Log.create(folder, fill))
    for opening in (Index.open, *create):
        with pytest.raises(IndexDamaged, match=r"articles\.db is another program's database; choose another folder"):
            opening(folder)
    assert (folder / "articles.db").read_bytes() == before


def test_a_creation_killed_before_its_first_transaction_goes_on(tmp_path: Path) -> None:
    run_sql(tmp_path, "PRAGMA journal_mode = WAL", "CREATE TABLE x (y)", "DROP TABLE x")
    assert Index.open_or_create(tmp_path, ENCODER.identity).snapshot().generation == 0


def test_a_creation_that_fails_on_its_way_leaves_no_half_of_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(writes, "first_generation", failing(OSError(28, "No space left on device")))
        with pytest.raises(IndexNotWritable, match="No space left"):
            Index.open_or_create(tmp_path, ENCODER.identity)
    assert Index.open_or_create(tmp_path, ENCODER.identity).snapshot().generation == 0


def test_a_lost_database_is_named_alike_by_readers_and_writers(path: Path) -> None:
    for file in path.glob("articles.db*"):
        file.unlink()
    for content in (None, b""):
        if content is not None:
            (path / "articles.db").write_bytes(content)
        messages = []
        for opening in (Index.open, lambda folder: Index.open_or_create(folder, ENCODER.identity)):
            with pytest.raises(IndexDamaged, match=r"gone or empty, but lexical is there.*Restore") as caught:
                opening(path)
            messages.append(str(caught.value))
        assert messages[0] == messages[1]


@pytest.mark.parametrize("k", [10**9, 10**30])
def test_more_than_there_is_can_be_asked_for(path: Path, k: int) -> None:
    index = Index.open(path)
    with index.writer() as writer:
        writer.commit([make_draft(ZEBRAS, ENCODER)], ["article-001"])
    snapshot, vector = index.snapshot(), ENCODER.encode(["old bridge"])[0]
    n = snapshot.n_passages
    assert n == 11
    for constraints in (Constraints(), Constraints(sources=("BBC",))):
        found = snapshot.search_dense(vector, k, constraints)
        assert found == snapshot.search_dense(vector, n, constraints) != []
        found = snapshot.search_words("old bridge report", k, constraints)
        assert found == snapshot.search_words("old bridge report", n, constraints) != []
    assert len(snapshot.search_dense(vector, k)) == n
    assert len(snapshot.word_view.candidates(["bridg"], k, Constraints())) == snapshot.count_with_words("bridge")
    assert snapshot.articles(limit=k) == snapshot.articles()
    assert snapshot.articles(offset=k) == []


NO_SPACE = "An IO error occurred: 'No space left on device (os error 28)'"


def failing(error: Exception) -> object:
    def fail(*args: object, **named: object) -> None:
        raise error

    return fail


FAILURES = {
    "tantivy cannot open its folder": (lexical.tantivy, "Index", ValueError(NO_SPACE)),
    "the manifest cannot be written": (word_folder, "write_atomically", OSError(28, "No space left on device")),
    "the checkpoint cannot be flushed": (vectors, "put_in_place", OSError(28, "No space left on device")),
    "the checkpoint cannot be recorded": (vectors, "record_checkpoint", IndexNotWritable("database or disk is full")),
    "the log cannot be tidied": (Log, "checkpoint", IndexNotWritable("database or disk is full")),
}


@pytest.mark.parametrize("name", FAILURES)
def test_an_addition_that_is_committed_succeeds_though_what_follows_fails(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    where, attribute, error = FAILURES[name]
    index = Index.open(path)
    shutil.rmtree(path / "lexical")  # both views have to be written anew
    monkeypatch.setattr(vectors, "REPLAY_FLOOR", 1)
    monkeypatch.setattr(vectors, "REPLAY_SHARE", 0)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        if attribute == "Index":
            patch.setattr(word_folder, "new_index", full_disk_for_folders())
        else:
            patch.setattr(where, attribute, failing(error))
        with index.writer() as writer:
            assert writer.commit([make_draft(ZEBRAS, ENCODER)]) == 3
        assert "o space left" in caplog.text or "disk is full" in caplog.text
        assert index.snapshot().count_with_words("zebra") == 1  # served from memory
    healed = Index.open(path)
    assert healed.snapshot().count_with_words("zebra") == 1
    assert healed.check().ok
    assert not list(path.glob("*.tmp"))


def full_disk_for_folders() -> object:
    """Let tantivy itself fail: a folder that is no folder is the one IO error that needs no full disk."""
    real = lexical.new_index

    def new_index(folder: Path | None = None) -> object:
        return real(folder) if folder is None else real(folder / "No space left on it")

    return new_index


def test_tantivys_own_io_error_is_an_unusable_view(tmp_path: Path) -> None:
    with pytest.raises(lexical.ViewUnusable, match="cannot be written"):
        lexical.new_index(tmp_path / "nothing" / "there")


def test_a_commit_that_finds_no_space_changes_nothing(path: Path) -> None:
    index = Index.open(path)
    with pytest.raises(IndexNotWritable, match="full"), Log(path).transaction() as transaction:
        fill_up(transaction)
    assert index.snapshot().generation == 2
    assert Index.open(path).check().ok


def fill_up(transaction: Transaction) -> None:
    (pages,) = transaction.rows("PRAGMA page_count")[0]
    transaction.rows(f"PRAGMA max_page_count = {pages}")
    change = writes.begin(transaction)
    for i in range(100):
        writes.put_article(change, make_draft(make_article(100 + i, "Zebras graze. " * 100), ENCODER))
    writes.finish(change)


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={request.param}k"
    done = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not done or done.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("small_disk", [150, 250, 300, 400, 500, 700], indirect=True)
def test_on_a_disk_that_fills_up_every_addition_either_succeeds_or_changes_nothing(small_disk: Path) -> None:
    path, generations, full = small_disk / "index", 0, 0
    expected: set[str] = set()
    for i in range(40):
        article = make_article(i, f"Zebra number {i} grazes. " + f"Word{i} is here. " * 400)
        try:
            index = Index.open_or_create(path, ENCODER.identity)
            with index.writer() as writer:
                writer.commit([make_draft(article, ENCODER, per_passage=9)])
        except IndexNotWritable:
            full += 1
            if full > 3:
                break
            continue
        expected.add(article.id)
        generations += 1
        assert {a.id for a in index.snapshot().articles()} == expected
        assert index.snapshot().count_with_words("zebra") == len(expected)
        index.close()
    assert full
    if expected:
        assert {a.id for a in Index.open(path).snapshot().articles()} == expected


LONE = "bri\ud800dge"


def test_lookups_by_text_that_is_no_unicode_find_nothing(path: Path) -> None:
    index = Index.open(path)
    snapshot = index.snapshot()
    with pytest.raises(ArticleNotFound, match=r"ud800"):
        snapshot.article(LONE)
    assert snapshot.articles(query=LONE) == []
    assert snapshot.search_words(LONE, 3) == snapshot.search_words("bri\ufffddge", 3)
    assert snapshot.count_with_words(LONE) == snapshot.count_with_words("bri\ufffddge") == 0
    for names, n in ((("\ud800",), 0), (("\ud800", "BBC"), 3)):
        constraints = Constraints(sources=names)
        assert len({c.article.id for c in contexts(index, "report bridge old", constraints)}) == n
        vector = ENCODER.encode(["old bridge"])[0]
        assert len(snapshot.search_dense(vector, 99, constraints)) == 2 * n
    with index.writer() as writer:
        assert writer.find(id=LONE, url=LONE, origin=LONE, digest=LONE) == []
        with pytest.raises(ArticleNotFound):
            writer.commit([], [LONE])
        with pytest.raises(ValueError, match="no valid Unicode"):
            writer.commit([make_draft(make_article(9, source=LONE), ENCODER)])


def contexts(index: Index, question: str, constraints: Constraints) -> list[object]:
    hits = index.snapshot().search_words(question, 99, constraints)
    return list(index.snapshot().contexts([number for number, _ in hits]))


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"], ids=ascii)
def test_characters_that_are_not_seen_hide_no_word(tmp_path: Path, unseen: str) -> None:
    hidden = Article("hidden", "T", f"The nego{unseen}tiator left the U.{unseen}S.{unseen} today.")
    index = build(tmp_path, [hidden, Article("plain", "T", "The negotiator came.")])
    snapshot = index.snapshot()
    assert snapshot.count_with_words("negotiator") == snapshot.count_with_words(f"negotia{unseen}tor") == 2
    assert snapshot.count_with_words("US") == 1
    assert len(snapshot.search_words("negotiator", 5)) == len(snapshot.search_words(f"negotia{unseen}tor", 5)) == 2
    assert snapshot.contexts([1])[0].passage.text == f"The nego{unseen}tiator left the U.{unseen}S."
    assert snapshot.article("hidden") == hidden


def test_a_word_view_of_the_format_before_is_built_anew(path: Path) -> None:
    manifest = path / "lexical" / "generation.json"
    assert f'"format": "{lexical.FORMAT}"' in manifest.read_text()
    manifest.write_text(manifest.read_text().replace(f'"{lexical.FORMAT}"', '"1/' + lexical.FORMAT[2:] + '"'))
    before = {file.name for file in (path / "lexical").iterdir()}
    Index.open(path).snapshot()
    assert before.isdisjoint({f.name for f in (path / "lexical").glob("*.term")})
    assert f'"format": "{lexical.FORMAT}"' in manifest.read_text()


def test_a_text_that_was_tampered_with_is_never_handed_out_for_citing(path: Path) -> None:
    run_sql(path, "UPDATE articles SET text = replace(text, 'report', 'rumour'), url = 'u' WHERE id = 'article-002'")
    index = Index.open(path)
    snapshot = index.snapshot()
    number = next(n for n in range(1, 13) if n in passages_of(snapshot.word_view.ids(), index, "article-002"))
    for reading in (
        lambda: snapshot.article("article-002"),
        lambda: snapshot.article("u"),
        lambda: snapshot.sentences("article-002"),
        lambda: snapshot.contexts([number]),
    ):
        with pytest.raises(IndexDamaged, match=r"text of article 'article-002' no longer has its recorded digest.*rag"):
            reading()
    assert snapshot.article("article-003").id == "article-003"
    with index.writer() as writer:
        assert writer.id_of("u") == "article-002"  # so that it can be removed
        writer.commit([make_draft(make_article(2), ENCODER)])
    assert index.snapshot().article("article-002") == make_article(2)


def passages_of(ids: list[int], index: Index, article_id: str) -> set[int]:
    return {p.id for p in index.snapshot().texts(ids) if p.article_id == article_id}


def test_check_never_advises_to_run_check(path: Path) -> None:
    run_sql(path, "UPDATE vectors SET vector = x'00' WHERE passage = 3")
    (problem, *_) = problems = Index.open(path).check().problems
    assert (problem.where, problem.what) == ("articles.db, article 'article-001'", "a vector has 1 bytes, not 128")
    assert not any("Run `rag check`" in str(p) or "`rag check` names" in str(p) for p in problems)
    (path / "articles.db").write_bytes(b"no database, " * 999)
    with pytest.raises(IndexDamaged, match=r"backup") as caught:
        Index.open(path)
    assert "rag check" not in str(caught.value)


def test_a_folder_in_the_place_of_a_checkpoint_is_named_and_replaced(path: Path) -> None:
    (file,) = path.glob("vectors-*.faiss")
    file.unlink()
    file.mkdir()
    (file / "x").touch()
    index = Index.open(path)
    (problem,) = index.check().problems
    assert (problem.where, problem.what) == (file.name, "is a folder, where a file was written")
    newest = path / f"vectors-{index.snapshot().generation}.faiss"
    assert newest.is_file()  # healed at opening
    newest.unlink()
    newest.mkdir()
    assert index.check(repair=True).ok
    assert newest.is_file()


def test_a_day_or_an_article_that_is_gone_is_told_as_damage_wherever_it_is_read(path: Path) -> None:
    run_sql(path, "UPDATE articles SET published = '2023-01- 3' WHERE id = 'article-002'")
    index = Index.open(path)
    with pytest.raises(IndexDamaged, match="Article 'article-002' cannot be read from the log"):
        index.snapshot().texts(index.snapshot().word_view.ids())
    run_sql(path, "UPDATE articles SET published = '0' WHERE id = 'article-002'")
    with pytest.raises(IndexDamaged, match=r"an article whose day cannot be read.*Run `rag check` to learn which"):
        index.status()
    assert "article 'article-002'" in str(index.check().problems[0])
    run_sql(path, "PRAGMA foreign_keys = OFF", "UPDATE passages SET article = 99 WHERE id = 1")
    with pytest.raises(IndexDamaged, match="passage 1 is of an article that is not there"):
        index.snapshot().texts([1])
