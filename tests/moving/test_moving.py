from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.api import Rag
from rag.errors import EncoderMismatch, IndexLocked
from rag.index import Index
from rag.ingest import add_articles
from rag.moving import export_index, import_index
from rag.passages import passage_input, passage_key
from rag.settings import Settings
from rag.types import Article, text_digest
from tests.connections import is_open, noted
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.index.corpus import answers, make_article
from tests.moving.made import ENCODER, FILES, TALKS, build, contents, held


def test_what_is_exported_and_imported_is_the_same_index(index: Path, export: Path, tmp_path: Path):
    report = import_index(tmp_path / "copy", export)
    assert report.added == tuple(sorted(entry[0].id for entry in held(index)))
    assert (report.updated, report.unchanged, report.generation, len(report.added)) == ((), (), 3, 23)
    assert held(tmp_path / "copy") == held(index)
    copy = Index.open(tmp_path / "copy")
    assert answers(copy) == answers(Index.open(index))
    assert copy.check().problems == ()
    assert copy.snapshot().article("talks") == TALKS


def test_the_files_say_what_was_indexed_in_plain_columns(tmp_path: Path):
    build(tmp_path / "index", [TALKS])
    manifest = export_index(tmp_path / "index", tmp_path / "export")
    articles, sentences, passages, vectors = (pq.read_table(tmp_path / "export" / name).to_pylist() for name in FILES)
    assert articles == [
        {
            "id": "talks",
            "title": "Talks in Beijing",
            "text": TALKS.text,
            "source": "Example Times",
            "url": "https://times.example/talks",
            "authors": ["Ann Writer", "José Núñez"],
            "published": date(2023, 6, 19),
            "section": "World",
            "origin": "/news/talks.txt",
            "digest": text_digest(TALKS.text),
        }
    ]
    assert [TALKS.text[s["start"] : s["end"]] for s in sentences] == [
        "Blinken met Xi on Monday.",
        "“Café” talks lasted 35 minutes.",
    ]
    assert [(s["article_id"], s["ordinal"]) for s in sentences] == [("talks", 0), ("talks", 1)]
    place = {"article_id": "talks", "ordinal": 0}
    key = passage_key(TALKS.title, TALKS.text)
    assert passages == [place | {"first": 0, "last": 1, "start": 0, "end": len(TALKS.text), "key": key}]
    vector = ENCODER.encode([passage_input(TALKS.title, TALKS.text)])[0].astype(np.float16)
    assert vectors == [place | {"vector": vector.astype(np.float32).tolist()}]
    assert {name: file.n_rows for name, file in manifest.files.items()} == dict(zip(FILES, (1, 2, 1, 1), strict=True))
    assert (manifest.generation, manifest.encoder) == (1, ENCODER.identity)


def test_the_same_articles_give_the_same_files_whatever_their_history(index: Path, tmp_path: Path):
    export_index(index, tmp_path / "one")
    articles = [entry[0] for entry in held(index)]
    build(tmp_path / "other", articles[::-1][:9]).close()
    build(tmp_path / "other", articles).close()
    export_index(tmp_path / "other", tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60) | st.sampled_from(
    ["Old rocket news. A bridge fell.", "The minister spoke. " * 30]
)
ARTICLES = st.builds(
    Article,
    st.sampled_from(["a", "b", "c", "é", "🎈"]),
    TEXTS,
    TEXTS,
    source=st.none() | TEXTS,
    authors=st.lists(TEXTS, max_size=2).map(tuple),
    published=st.none() | st.dates(),
    section=st.none() | TEXTS,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(ARTICLES, max_size=3), min_size=1, max_size=3))
def test_any_history_comes_back_as_it_is(tmp_path_factory: pytest.TempPathFactory, commits: list[list[Article]]):
    folder = tmp_path_factory.mktemp("any")
    for articles in commits:
        build(folder / "index", articles).close()
    export_index(folder / "index", folder / "export")
    import_index(folder / "copy", folder / "export")
    assert held(folder / "copy") == held(folder / "index")
    assert answers(Index.open(folder / "copy")) == answers(Index.open(folder / "index"))
    export_index(folder / "copy", folder / "again")
    assert contents(folder / "again") == contents(folder / "export")


def test_row_group_i_of_each_file_is_about_the_same_few_articles(export: Path):
    articles, *others = (pq.ParquetFile(export / name) for name in FILES)
    assert articles.metadata.num_rows == 23  # 20 and talks, copy, empty, Ünïcode, less article-007
    assert [file.metadata.num_rows for file in others] == [81, 22, 22]  # a passage each, but for the empty one
    assert [file.num_row_groups for file in (articles, *others)] == [3, 3, 3, 3]  # at least nine passages each
    for i in range(3):
        ids = set(articles.read_row_group(i)["id"].to_pylist())
        assert all(set(file.read_row_group(i)["article_id"].to_pylist()) == ids - {"empty"} for file in others)


def test_importing_again_changes_nothing(export: Path, tmp_path: Path):
    first = import_index(tmp_path / "copy", export)
    before = (tmp_path / "copy" / "articles.db").read_bytes()
    again = import_index(tmp_path / "copy", export)
    assert (again.added, again.updated, again.unchanged) == ((), (), first.added)
    assert again.generation == first.generation
    assert (tmp_path / "copy" / "articles.db").read_bytes() == before


def test_the_vectors_are_reused_so_that_nothing_is_encoded(export: Path, tmp_path: Path):
    import_index(tmp_path / "copy", export)
    encoder = BagOfWordsEncoder()
    copy = replace(TALKS, id="third", url=None, origin=None)
    report = add_articles(Index.open(tmp_path / "copy"), encoder, [TALKS, make_article(1), copy])
    assert (report.unchanged, report.duplicates) == (("talks", "article-001"), ("third",))
    assert encoder.n_encoded == 0


def test_an_index_that_has_articles_gets_the_others_in_one_generation(export: Path, tmp_path: Path):
    changed = replace(TALKS, text="Blinken stayed home.")
    build(tmp_path / "mine", [changed, make_article(1), Article("own", "Own", "This one stays.")])
    report = import_index(tmp_path / "mine", export)
    assert report.updated == ("talks",)
    assert report.unchanged == ("article-001",)
    assert len(report.added) == 21
    mine = Index.open(tmp_path / "mine")
    assert mine.snapshot().article("talks") == TALKS
    assert mine.snapshot().article("own").text == "This one stays."
    assert (mine.snapshot().n_articles, mine.status().generation, report.generation) == (24, 3, 3)
    assert mine.check().problems == ()


def test_the_generation_is_that_of_the_export_or_the_next_whichever_is_later(export: Path, tmp_path: Path):
    index = build(tmp_path / "mine", [make_article(50)])
    for i in range(51, 55):
        build(tmp_path / "mine", [make_article(i)])
    assert import_index(tmp_path / "mine", export).generation == 6
    assert index.snapshot().generation == 6
    add_articles(index, ENCODER, [make_article(60)])
    assert index.snapshot().generation == 7
    assert index.check().problems == ()


def test_an_answer_given_before_the_export_verifies_after_the_import(index: Path, export: Path, tmp_path: Path):
    def opened(path: Path) -> Rag:
        return Rag(Settings(index=path), BagOfWordsEncoder(), WordOverlapEvidence())

    answer = opened(index).ask("How many minutes of talks lasted?")
    assert "“Café” talks lasted 35 minutes." in [c.quote for c in answer.citations]
    import_index(tmp_path / "copy", export)
    assert opened(tmp_path / "copy").verify(answer).ok
    assert replace(opened(tmp_path / "copy").ask(answer.question), timings_ms={}) == replace(answer, timings_ms={})


def test_an_empty_index_moves_too(tmp_path: Path):
    Index.open_or_create(tmp_path / "index", ENCODER.identity).close()
    export_index(tmp_path / "index", tmp_path / "export")
    report = import_index(tmp_path / "copy", tmp_path / "export")
    assert (report.added, report.generation) == ((), 0)
    assert Index.open(tmp_path / "copy").identity == ENCODER.identity


def test_an_export_and_an_import_leave_nothing_open(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = noted(monkeypatch)
    export_index(index, tmp_path / "export")
    import_index(tmp_path / "copy", tmp_path / "export")
    import_index(tmp_path / "copy", tmp_path / "export")
    assert len(made) >= 3
    assert not any(map(is_open, made))


def test_progress_counts_articles(index: Path, tmp_path: Path):
    out: list[tuple[int, int]] = []
    back: list[tuple[int, int]] = []
    export_index(index, tmp_path / "export", lambda done, total: out.append((done, total)))
    import_index(tmp_path / "copy", tmp_path / "export", progress=lambda done, total: back.append((done, total)))
    assert out == back == [(n, 23) for n in range(1, 24)]


def test_vectors_of_another_encoder_are_refused_with_the_way_out(export: Path, tmp_path: Path):
    other = BagOfWordsEncoder(dimension=32, model="other")
    index = Index.open_or_create(tmp_path / "mine", other.identity)
    add_articles(index, other, [make_article(1)])
    before = held(tmp_path / "mine")
    with pytest.raises(EncoderMismatch) as caught:
        import_index(tmp_path / "mine", export)
    assert str(caught.value) == (
        "The export's vectors are of 'bag-of-words' (float, weights 00000000) but index "
        f"{tmp_path / 'mine'} was built with 'other' (float, weights 00000000); vectors of two encoders cannot be "
        "compared. Import into another folder (--index), or run `rag rebuild --encoder other` where the export was "
        "made and export again."
    )
    assert (held(tmp_path / "mine"), index.status().generation) == (before, 1)


def test_a_new_index_is_refused_to_an_encoder_that_is_not_configured(export: Path, tmp_path: Path):
    with pytest.raises(EncoderMismatch, match=r"'other' is configured.*`rag rebuild --encoder other`"):
        import_index(tmp_path / "copy", export, encoder="other")
    assert not (tmp_path / "copy").exists()
    assert import_index(tmp_path / "copy", export, encoder="bag-of-words").generation == 3


def test_an_import_that_stops_midway_changes_nothing(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):  # fmt: skip
    build(tmp_path / "mine", [make_article(1)]).close()
    before = held(tmp_path / "mine")

    def interrupted(done: int, total: int) -> None:
        if done == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_index(tmp_path / "mine", export, progress=interrupted)
    assert held(tmp_path / "mine") == before
    assert Index.open(tmp_path / "mine").check().problems == ()
    assert len(import_index(tmp_path / "mine", export).added) == 22


def test_while_somebody_writes_nothing_is_imported(export: Path, tmp_path: Path):
    index = build(tmp_path / "mine", [make_article(1)])
    with index.writer(), pytest.raises(IndexLocked):
        import_index(tmp_path / "mine", export)
    assert index.snapshot().n_articles == 1
