from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rag.errors import (
    ArticleNotFound,
    EncoderMismatch,
    IndexDamaged,
    IndexLocked,
    IndexNotFound,
    IndexNotWritable,
    SchemaUnsupported,
)
from rag.index import Index
from rag.index.migrations import VERSION
from rag.types import Article
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import build, make_article, make_draft


@pytest.fixture
def encoder() -> BagOfWordsEncoder:
    return BagOfWordsEncoder()


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pristine") / "index"
    build(path, [make_article(i) for i in range(6)]).close()
    return path


@pytest.fixture
def index(pristine: Path, tmp_path: Path) -> Index:
    return Index.open(Path(shutil.copytree(pristine, tmp_path / "index")))


def test_a_new_index_is_empty_at_generation_zero(tmp_path: Path, encoder: BagOfWordsEncoder) -> None:
    snapshot = Index.open_or_create(tmp_path / "a" / "b", encoder.identity).snapshot()
    assert (snapshot.generation, snapshot.n_articles, snapshot.n_passages) == (0, 0, 0)
    assert snapshot.search_words("anything", 5) == []
    assert snapshot.search_dense(encoder.encode(["anything"])[0], 5) == []
    assert snapshot.articles() == []


def test_an_absent_index_is_reported_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match=r"no articles\.db in it.*rag add"):
        Index.open(tmp_path)


def test_a_database_whose_creation_never_finished_is_no_index_and_is_created_again(
    tmp_path: Path, encoder: BagOfWordsEncoder
) -> None:
    (tmp_path / "articles.db").touch()
    with pytest.raises(IndexNotFound, match="never finished"):
        Index.open(tmp_path)
    assert Index.open_or_create(tmp_path, encoder.identity).snapshot().generation == 0


def test_another_encoder_is_refused_with_both_names_and_the_way_out(index: Index) -> None:
    other = replace(BagOfWordsEncoder().identity, model="bge-small", precision="int8")
    with pytest.raises(EncoderMismatch) as caught:
        Index.open_or_create(index.path, other)
    assert str(caught.value) == (
        f"Index {index.path} was built with 'bag-of-words' (float) but 'bge-small' (int8) is configured; "
        "vectors of two encoders cannot be compared. Run `rag rebuild --encoder bge-small`, or set "
        "RAG_ENCODER=bag-of-words."
    )
    with pytest.raises(EncoderMismatch), index.writer(other):
        pytest.fail("a writer with another encoder was let in")


def test_a_newer_schema_is_refused_with_both_numbers(index: Index) -> None:
    index.close()
    with sqlite3.connect(index.path / "articles.db") as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(SchemaUnsupported, match=rf"schema {VERSION + 1}.* up to {VERSION}.*Upgrade rag"):
        Index.open(index.path)


def test_a_file_that_is_no_database_is_reported_as_damage(index: Index) -> None:
    index.close()
    (index.path / "articles.db").write_bytes(b"not a database, " * 1000)
    with pytest.raises(IndexDamaged, match=r"articles\.db is damaged.*backup"):
        Index.open(index.path)


def test_a_lost_database_is_not_replaced_by_an_empty_one(index: Index, encoder: BagOfWordsEncoder) -> None:
    index.close()
    for file in index.path.glob("articles.db*"):
        file.unlink()
    with pytest.raises(IndexDamaged, match="lexical is there"):
        Index.open(index.path)
    with pytest.raises(IndexDamaged, match="lexical is there"):
        Index.open_or_create(index.path, encoder.identity)
    assert not (index.path / "articles.db").exists()


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path, encoder: BagOfWordsEncoder) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(IndexNotWritable, match="cannot be written"):
        Index.open_or_create(tmp_path / "file" / "index", encoder.identity)


def test_every_commit_is_one_generation_and_one_that_changes_nothing_is_none(
    index: Index, encoder: BagOfWordsEncoder
) -> None:
    assert index.snapshot().generation == 2
    with index.writer() as writer:
        assert writer.commit([make_draft(make_article(1), encoder)]) == 2
        assert writer.commit([]) == 2
        assert writer.commit([make_draft(make_article(i), encoder) for i in (6, 7, 8)], ["article-000"]) == 3
    assert (index.snapshot().generation, index.snapshot().n_articles) == (3, 8)


@pytest.mark.parametrize("field", ["title", "source", "url", "section", "origin", "text", "authors", "published"])
def test_a_change_of_any_field_is_a_change(index: Index, encoder: BagOfWordsEncoder, field: str) -> None:
    value = {"authors": ("A. Writer",), "published": date(2020, 2, 2)}.get(field, "Something else.")
    changed = replace(make_article(1), **{field: value})
    with index.writer() as writer:
        assert writer.commit([make_draft(changed, encoder)]) == 3
    assert index.snapshot().article("article-001") == changed
    assert index.snapshot().n_articles == 6
    assert index.check().ok


def test_a_snapshot_keeps_answering_from_its_own_generation(index: Index, encoder: BagOfWordsEncoder) -> None:
    before = index.snapshot()
    question = encoder.encode(["river report"])[0]
    old = (before.articles(), before.search_words("river", 50), before.search_dense(question, 50))
    with index.writer() as writer:
        new = Article("article-000", "Fresh", "A wholly different text. Zebras graze here.")
        writer.commit([make_draft(new, encoder)], ["article-001"])
    after = index.snapshot()
    assert (before.articles(), before.search_words("river", 50), before.search_dense(question, 50)) == old
    assert before.count_with_words("zebra") == 0
    assert after.count_with_words("zebra") == 1
    assert after.article("article-000") == new
    assert before.article("article-000") == make_article(0)
    with pytest.raises(ArticleNotFound, match="'article-001'"):
        after.article("article-001")


def test_unchanged_index_gives_the_same_snapshot(index: Index) -> None:
    assert index.snapshot() is index.snapshot()


def test_removing_an_unknown_article_changes_nothing(index: Index, encoder: BagOfWordsEncoder) -> None:
    with index.writer() as writer, pytest.raises(ArticleNotFound, match="'nowhere'"):
        writer.commit([make_draft(make_article(9), encoder)], ["article-000", "nowhere"])
    assert index.snapshot().generation == 2
    assert [a.id for a in index.snapshot().articles()] == [f"article-{i:03}" for i in (5, 4, 3, 2, 1, 0)]


def test_an_article_removed_and_added_again_in_one_commit_is_there_once(
    index: Index, encoder: BagOfWordsEncoder
) -> None:
    with index.writer() as writer:
        writer.commit([make_draft(make_article(0), encoder)], ["article-000"])
        writer.commit([make_draft(make_article(9, "One."), encoder), make_draft(make_article(9, "Two."), encoder)])
    assert index.snapshot().n_articles == 7
    assert index.snapshot().article("article-009").text == "Two."
    assert index.check().ok


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"sentences": [(0, 5), (3, 9)]}, "sentence 1 starts at 3, before sentence 0 ends at 5"),
        ({"sentences": [(0, 5000)]}, r"sentence 0 is \[0, 5000\)"),
        ({"vectors": np.zeros((2, 64), np.float16)}, "length 0.0000, not 1"),
        ({"vectors": np.full((2, 64), np.nan, np.float16)}, "length nan, not 1"),
        ({"vectors": np.ones((2, 64), np.float32)}, "float32"),
        ({"vectors": np.ones((2, 32), np.float16)}, r"\(2, 32\)"),
        ({"keys": [b"short", b"short"]}, "a key has 5 bytes, not 16"),
        ({"keys": []}, "0 keys for 2 passages"),
        ({"article": make_article(9, "Half a pair \ud800 of. Two. Three. Four. And so on and on and on.")}, "Unicode"),
    ],
)
def test_a_draft_that_would_damage_the_log_is_refused_and_nothing_changes(
    index: Index, encoder: BagOfWordsEncoder, fault: dict[str, object], message: str
) -> None:
    draft = make_draft(make_article(9), encoder)
    with index.writer() as writer, pytest.raises(ValueError, match=message):
        writer.commit([make_draft(make_article(8), encoder), replace(draft, **fault)])
    assert index.snapshot().generation == 2


def test_articles_are_listed_newest_first_undated_last_then_by_id(tmp_path: Path) -> None:
    days = {"c": date(2023, 5, 1), "a": None, "b": date(2023, 6, 1), "e": date(2023, 5, 1), "d": None}
    articles = [Article(name, f"Title {name}", "Text.", source="Wire", published=day) for name, day in days.items()]
    snapshot = build(tmp_path, articles).snapshot()
    assert [article.id for article in snapshot.articles()] == ["b", "c", "e", "a", "d"]
    assert [article.id for article in snapshot.articles(offset=1, limit=2)] == ["c", "e"]
    assert snapshot.articles(offset=5) == []


def test_articles_are_found_by_words_of_title_source_or_id_in_any_case(tmp_path: Path) -> None:
    articles = [
        Article("one", "Straße in Zürich", "Text.", source="Le Monde"),
        Article("two", "Percent % and _", "Text.", source="BBC", url="https://example.org/two"),
    ]
    snapshot = build(tmp_path, articles).snapshot()
    found = {
        query: [article.id for article in snapshot.articles(query=query)]
        for query in ("STRASSE monde", "zürich bbc", "%", "EXAMPLE.org", "'; --", "")
    }
    assert found == {
        "STRASSE monde": ["one"],
        "zürich bbc": [],
        "%": ["two"],
        "EXAMPLE.org": ["two"],
        "'; --": [],
        "": ["one", "two"],
    }


def test_articles_come_back_whole_and_sentences_are_slices_of_their_text(tmp_path: Path) -> None:
    text = "Zoë said “no”. 日本語 is here. A \x00 nul, and 👩‍👩‍👧. End."
    article = Article("x", "T", text, "S", "https://x.org/?a=b", ("A", "B“"), date(1999, 12, 31), "World", "/in/a.txt")
    snapshot = build(tmp_path, [article]).snapshot()
    assert snapshot.article("x") == article
    assert snapshot.article("https://x.org/?a=b") == article
    sentences = [text[s.start : s.end] for s in snapshot.sentences("x")]
    assert sentences == ["Zoë said “no”.", "日本語 is here.", "A \x00 nul, and 👩‍👩‍👧.", "End."]
    assert [s.ordinal for s in snapshot.sentences("x")] == [0, 1, 2, 3]


def test_contexts_keep_the_order_asked_for_and_carry_their_own_sentences(index: Index) -> None:
    snapshot = index.snapshot()
    contexts = snapshot.contexts([4, 1, 4, 11])
    assert [context.passage.id for context in contexts] == [4, 1, 4, 11]
    for context in contexts:
        text = context.article.text
        assert context.passage.text == text[context.passage.start : context.passage.end]
        assert [s.ordinal for s in context.sentences] == [context.passage.first, context.passage.last]
        assert context.sentences[0].start == context.passage.start
        assert context.before == snapshot.sentences(context.article.id)[: context.passage.first][-2:]
    assert any(context.before for context in contexts)
    with pytest.raises(ArticleNotFound, match="Passage 99 is not in generation 2"):
        snapshot.contexts([1, 99])


def test_a_writer_finds_active_articles_by_any_of_their_names(tmp_path: Path, encoder: BagOfWordsEncoder) -> None:
    a = Article("a", "A", "Same text.", url="https://a.org", origin="/in/a.txt")
    b = Article("b", "B", "Same text.", url="https://b.org")
    index = build(tmp_path, [a, b, Article("gone", "C", "Same text.")])
    with index.writer() as writer:
        writer.commit([], ["gone"])
        assert writer.find(id="a") == [a]
        assert writer.find(url="https://b.org") == [b]
        assert writer.find(origin="/in/a.txt") == [a]
        assert writer.find(digest=a.digest) == [a, b]
        assert writer.find(id="gone") == []


def test_vectors_are_known_by_key_even_of_removed_articles_but_not_of_another_encoder(
    index: Index, encoder: BagOfWordsEncoder
) -> None:
    draft = make_draft(make_article(0), encoder)
    other = BagOfWordsEncoder(model="other", dimension=32)
    with index.writer() as writer:
        writer.commit([], ["article-000"])
        known = writer.known_vectors([*draft.keys, draft.keys[0], b"?" * 16])
        assert set(known) == set(draft.keys)
        for key, vector in zip(draft.keys, draft.vectors, strict=True):
            assert np.array_equal(known[key], vector)
        writer.replace_vectors(other.identity, (make_draft(a, other) for a in index.snapshot().articles()))
        assert writer.known_vectors(draft.keys) == {}


def test_another_encoder_replaces_every_vector_in_one_generation(index: Index, encoder: BagOfWordsEncoder) -> None:
    other = BagOfWordsEncoder(model="other", dimension=32)
    before = index.snapshot()
    question = "river report"
    old = before.search_dense(encoder.encode([question])[0], 5)
    with index.writer() as writer:
        generation = writer.replace_vectors(other.identity, (make_draft(a, other, 1) for a in before.articles()))
    after = index.snapshot()
    assert (generation, after.generation, after.n_articles, after.n_passages) == (3, 3, 6, 24)
    assert (after.identity, before.identity) == (other.identity, encoder.identity)
    assert before.search_dense(encoder.encode([question])[0], 5) == old
    vectors = after.vectors([number for number, _ in after.search_dense(other.encode([question])[0], 24)])
    assert vectors.shape == (24, 32)
    assert index.check().ok
    assert Index.open_or_create(index.path, other.identity).snapshot().generation == 3


def test_a_change_of_encoder_that_forgets_an_article_changes_nothing(index: Index) -> None:
    other = BagOfWordsEncoder(model="other")
    articles = index.snapshot().articles()
    with index.writer() as writer, pytest.raises(ValueError, match="2 passages keep vectors of 'bag-of-words'"):
        writer.replace_vectors(other.identity, (make_draft(a, other) for a in articles[1:]))
    assert index.identity.model == "bag-of-words"
    assert index.snapshot().generation == 2


def test_a_second_writer_is_told_who_holds_the_lock(index: Index) -> None:
    refused = pytest.raises(IndexLocked, match=rf"{index.path} is being written to by process {os.getpid()};")
    with index.writer(), refused, Index.open(index.path).writer():
        pytest.fail("two writers at once")
    with index.writer() as writer:
        assert writer.generation == 2


def test_status_counts_what_is_there(tmp_path: Path) -> None:
    index = build(tmp_path, [make_article(i) for i in range(5)] + [Article("x", "No date", "One. Two.")])
    with index.writer() as writer:
        writer.commit([], ["article-004"])
    status = index.status()
    assert (status.generation, status.n_articles, status.n_passages, status.n_sentences) == (3, 5, 9, 18)
    assert (status.first_published, status.last_published) == (date(2023, 1, 1), date(2023, 1, 4))
    assert list(status.sources.items()) == [("BBC", 2), ("CNN", 2)]
    assert status.encoder == index.identity
    assert (status.checkpoint, status.n_replayed) == (1, 3)
    sizes = sum(f.stat().st_size for f in tmp_path.rglob("*") if f.is_file() and f.suffix != ".lock")
    assert status.database_bytes + status.vectors_bytes + status.lexical_bytes <= sizes
    assert min(status.database_bytes, status.vectors_bytes, status.lexical_bytes) > 0


def test_articles_are_listed_by_day_title_or_source(tmp_path: Path) -> None:
    given = [
        make_article(0, published=date(2023, 5, 1), source="b wire"),
        make_article(1, published=None, source=None),
        make_article(2, published=date(2023, 4, 1), source="A Post"),
    ]
    titled = [replace(article, title=title) for article, title in zip(given, ("beta", "Alpha", "gamma"), strict=True)]
    snapshot = build(tmp_path / "index", titled).snapshot()
    ids = {
        order: [a.id[-1] for a in snapshot.articles(order=order)] for order in ("newest", "oldest", "title", "source")
    }
    assert ids == {
        "newest": ["0", "2", "1"],
        "oldest": ["2", "0", "1"],
        "title": ["1", "0", "2"],
        "source": ["2", "0", "1"],
    }
