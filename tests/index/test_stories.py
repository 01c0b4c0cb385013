from __future__ import annotations

from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import ArticleNotFound
from rag.index import Index, copies, stories
from rag.index.copies import are_copies, wording
from rag.index.log import Log
from rag.types import Article
from rag.words import words
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import make_article, make_draft
from tests.index.test_copies import OTHER_WORDS, WIRE, sentences, trimmed

ENCODER = BagOfWordsEncoder()
HEADLINE = "Fire breaks out on ferry, passengers injured"
SENTENCES = sentences(WIRE)
CHAIN = (  # each is a copy of the next, the first of the last is not
    " ".join(SENTENCES[:7]),
    WIRE,
    " ".join(SENTENCES[3:]),
    " ".join(SENTENCES[6:] + sentences(OTHER_WORDS)[:2]),
)
TEXTS = (*CHAIN, OTHER_WORDS, make_article(1).text * 3, trimmed(WIRE, 5).replace("12", "13"))


def told(article_id: str, text: str, **fields: object) -> Article:
    given: dict[str, object] = {"published": date(2024, 2, 3), "source": article_id.upper()} | fields
    return Article(article_id, str(given.pop("title", "")), text, **given)  # type: ignore[arg-type]


def commit(index: Index, *articles: Article, remove: tuple[str, ...] = ()) -> None:
    with index.writer() as writer:
        writer.commit([make_draft(article, ENCODER) for article in articles], remove)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index.open_or_create(tmp_path / "index", ENCODER.identity)


def ids(index: Index, article_id: str) -> list[str]:
    return [article.id for article in index.snapshot().story(article_id)]


def components(articles: list[Article]) -> dict[str, set[str]]:
    """Join what are copies of one another, pair by pair: the reference."""
    of = {article.id: {article.id} for article in articles}
    words = {article.id: wording(article.text) for article in articles}
    for a, b in combinations(articles, 2):
        if are_copies(words[a.id], words[b.id]):
            joined = of[a.id] | of[b.id]
            of |= dict.fromkeys(joined, joined)
    return of


def test_the_chain_is_one() -> None:
    words = [wording(text) for text in CHAIN]
    linked = {(i, j) for (i, a), (j, b) in combinations(enumerate(words), 2) if are_copies(a, b)}
    assert {(0, 1), (1, 2), (2, 3)} <= linked
    assert (0, 3) not in linked


def test_copies_are_one_story_the_first_published_first_then_the_longest(index: Index) -> None:
    commit(index, told("later", WIRE, published=date(2024, 2, 4)), told("undated", WIRE + " More.", published=None))
    commit(index, told("short", trimmed(WIRE, 6)), told("other", OTHER_WORDS))
    commit(index, told("full", WIRE))
    for article_id in ("later", "undated", "short", "full"):
        assert ids(index, article_id) == ["full", "short", "later", "undated"]
    assert ids(index, "other") == ["other"]
    assert index.check().ok
    with pytest.raises(ArticleNotFound, match="'nowhere'"):
        index.snapshot().story("nowhere")


def test_a_story_is_found_by_address_and_falls_apart_without_what_joined_it(index: Index) -> None:
    commit(index, *(told(f"part-{i}", text, url=f"https://news.example/{i}") for i, text in enumerate(CHAIN)))
    assert set(ids(index, "https://news.example/3")) == {"part-0", "part-1", "part-2", "part-3"}
    before = index.snapshot()
    commit(index, remove=("part-1", "part-2"))
    assert (ids(index, "part-0"), ids(index, "part-3")) == (["part-0"], ["part-3"])
    assert len(before.story("part-0")) == 4  # a snapshot keeps to its generation
    commit(index, told("part-1", CHAIN[1]), told("again", CHAIN[2]))
    assert set(ids(index, "part-3")) == {"part-0", "part-1", "again", "part-3"}


def test_an_update_leaves_the_story_or_joins_it(index: Index) -> None:
    commit(index, told("a", WIRE), told("b", OTHER_WORDS), told("c", WIRE))
    commit(index, told("c", OTHER_WORDS))
    assert (ids(index, "a"), ids(index, "b")) == (["a"], ["b", "c"])
    commit(index, told("b", trimmed(WIRE, 6)), told("c", OTHER_WORDS, title="Ferry passengers hurt"))
    assert (ids(index, "a"), ids(index, "c")) == (["a", "b"], ["c"])


def test_pages_with_one_form_and_no_article_are_no_story(index: Index) -> None:
    form = "We will use the details you have shared to manage your registration. " + trimmed(OTHER_WORDS, 3)
    commit(index, *(told(str(i), form, title=f"Volcano number {i} erupts over Quillan Bay") for i in range(3)))
    assert [ids(index, str(i)) for i in range(3)] == [["0"], ["1"], ["2"]]
    commit(index, told("0", form, title="Passengers on the ship hurt when flames swept through vehicles"))
    assert ids(index, "0") == ["0"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([None, *range(len(TEXTS))])), max_size=4),
        max_size=6,
    )
)
def test_in_any_order_and_batches_stories_are_the_connected_copies(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, int | None]]]
) -> None:
    index = Index.open_or_create(tmp_path_factory.mktemp("any"), ENCODER.identity)
    live: dict[str, Article] = {}
    for step in steps:
        added = {name: told(name, TEXTS[number]) for name, number in step if number is not None}
        gone = {name for name, number in step if number is None and name in live}
        commit(index, *added.values(), remove=tuple(sorted(gone)))
        live = {name: article for name, article in live.items() if name not in gone} | added
        expected = components(list(live.values()))
        snapshot = index.snapshot()
        assert {name: {a.id for a in snapshot.story(name)} for name in live} == expected
    index.close()


def test_a_text_is_compared_with_so_many_others_at_most(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "MAX_COMPARED", 5)
    commit(index, *(told(f"copy-{i:02}", f"{WIRE} Page {i}.") for i in range(20)))
    compared = []
    monkeypatch.setattr(stories, "are_copies", lambda a, b: compared.append(b) or are_copies(a, b))
    commit(index, told("one-more", WIRE))
    assert len(compared) == 5
    assert len(ids(index, "one-more")) == 21


def test_a_text_that_copies_are_compared_with_is_cut_once(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = []
    monkeypatch.setattr(copies, "words", lambda text: cut.append(text) or words(text))
    texts = [f"{WIRE} Cut on page {i}." for i in range(12)]
    for i, text in enumerate(texts):
        commit(index, told(f"copy-{i:02}", text))
    assert cut == texts
    assert len(ids(index, "copy-00")) == 12


def test_texts_that_open_otherwise_are_not_cut_whole_though_keys_agree(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "bands", lambda text: [7])
    unlike = [make_article(i).text.replace("news", f"news {i} " * 9) for i in range(1, 9)]
    commit(index, *(told(f"other-{i}", text) for i, text in enumerate(unlike)))
    stories._wording.cache_clear()
    cut = []
    monkeypatch.setattr(copies, "words", lambda text: cut.append(text) or words(text))
    commit(index, told("wire", WIRE))
    assert cut == [WIRE]
    assert ids(index, "wire") == ["wire"]


def test_equal_texts_are_compared_once_for_all(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(index, told("a", WIRE), told("b", trimmed(WIRE, 6)))
    monkeypatch.setattr(stories, "are_copies", lambda a, b: pytest.fail("it was compared before"))
    commit(index, *(told(f"copy-{i}", WIRE) for i in range(5)))
    assert len(ids(index, "b")) == 7


def test_a_pair_with_a_text_that_is_not_there_is_damage(index: Index) -> None:
    commit(index, told("a", WIRE))
    log = Log(index.path)
    log.rows("PRAGMA foreign_keys = OFF")
    log.rows("INSERT INTO copies VALUES (1, 99)")
    (problem,) = index.check().problems
    assert "of copies names a row of articles that is not there" in str(problem)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE copies SET copy = 3 WHERE text = 1 AND copy = 2", ["full", "other", "short", "twin"]),
        ("UPDATE copies SET text = 4 WHERE text = 2 AND copy = 1", ["full", "short", "twin"]),
        ("DELETE FROM copies WHERE text = 1 AND copy = 2", ["full", "short", "twin"]),
        ("UPDATE texts SET text = 3 WHERE article = 1", ["full"]),
        ("UPDATE texts SET article = 6 WHERE article = 2", ["stranger"]),
    ],
)
def test_a_story_that_something_has_changed_is_reported(index: Index, sql: str, named: list[str]) -> None:
    commit(index, told("full", WIRE), told("short", trimmed(WIRE, 6)), told("other", OTHER_WORDS))
    commit(index, told("gone", TEXTS[5]), told("twin", WIRE), told("stranger", "Too short for a story."))
    commit(index, remove=("gone",))
    assert index.check().ok
    log = Log(index.path)
    log.rows("PRAGMA foreign_keys = OFF")
    log.rows(sql)
    where = [problem.where for problem in index.check().problems]
    assert where == [f"articles.db, article {article_id!r}" for article_id in named]
