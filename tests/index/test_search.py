from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.index import Index, lexical, snapshot, vectors
from rag.types import Article, Constraints
from tests.fakes import BagOfWordsEncoder
from tests.index.corpus import answers, build, make_article, make_draft

ENCODER = BagOfWordsEncoder()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Forty articles, some replaced and removed, a checkpoint behind the log, an undated article."""
    path = tmp_path_factory.mktemp("searched")
    index = build(path, [make_article(i) for i in range(40)], batch=7)
    with index.writer() as writer:
        changed = [make_article(i, f"A new text of the bridge number {i}. Rockets fly.") for i in (3, 20, 39)]
        writer.commit([make_draft(a, ENCODER) for a in changed], ["article-005", "article-038"])
        undated = Article("undated", "Undated bridge", "The bridge is old. The river is new.", source="bbc")
        writer.commit([make_draft(undated, ENCODER)])
    return index


def live_passages(index: Index) -> list[tuple[str, int, Article, str]]:
    """Cut the articles again: every passage that should be found, with nothing taken from the search structures."""
    out = []
    for article in index.snapshot().articles():
        for span in make_draft(article, ENCODER).passages:
            out.append((article.id, span.start, article, article.text[span.start : span.end]))
    return out


def named(index: Index, hits: list[tuple[int, float]]) -> list[tuple[str, int]]:
    contexts = index.snapshot().contexts([number for number, _ in hits])
    return [(context.passage.article_id, context.passage.start) for context in contexts]


def allowed(article: Article, constraints: Constraints) -> bool:
    day, names = article.published, {name.lower() for name in constraints.sources}
    return (
        (constraints.since is None or (day is not None and day >= constraints.since))
        and (constraints.until is None or (day is not None and day <= constraints.until))
        and (constraints.as_of is None or (day is not None and day <= constraints.as_of))
        and (not names or (article.source or "").lower() in names)
    )


FILTERS = [
    Constraints(),
    Constraints(as_of=date(2023, 1, 10)),
    Constraints(since=date(2023, 1, 30)),
    Constraints(since=date(2023, 1, 5), until=date(2023, 1, 5)),
    Constraints(as_of=date(2023, 1, 20), until=date(2023, 3, 1), sources=("bbc",)),
    Constraints(sources=("BBC",)),
    Constraints(sources=("cnn", "Nobody")),
    Constraints(sources=("nobody",)),
    Constraints(since=date(2030, 1, 1)),
]


@pytest.mark.parametrize("constraints", FILTERS, ids=str)
@pytest.mark.parametrize("k", [1, 7, 1000])
def test_dense_search_is_exact_search_over_what_is_allowed(index: Index, constraints: Constraints, k: int) -> None:
    question = ENCODER.encode(["the old bridge and the river report"])[0]
    passages = [p for p in live_passages(index) if allowed(p[2], constraints)]
    texts = [f"{article.title} {text}" for _, _, article, text in passages]
    stored = ENCODER.encode(texts).astype(np.float16).astype(np.float64)
    cosines = [math.fsum((row * question.astype(np.float64)).tolist()) for row in stored]
    expected = sorted(zip(cosines, passages, strict=True), key=lambda x: (-round(x[0], 9), x[1][0], x[1][1]))[:k]
    hits = index.snapshot().search_dense(question, k, constraints)
    assert [score for _, score in hits] == pytest.approx([cosine for cosine, _ in expected], abs=1e-9)
    assert named(index, hits) == [(article_id, start) for _, (article_id, start, _, _) in expected]


def words(text: str) -> list[str]:
    """Words of these texts as English stems leave them, worked out by hand for the plurals and forms they have."""
    stems = {"rockets": "rocket", "flies": "fli", "fly": "fli", "published": "publish", "nobody": "nobodi"}
    return [stems.get(word, word) for word in re.findall(r"\w+", text.lower())]


@pytest.mark.parametrize("constraints", FILTERS, ids=str)
@pytest.mark.parametrize("question", ["bridge", "What of the old rocket report?", "new river bridge number 7 fly"])
def test_word_search_is_bm25_over_what_is_allowed(index: Index, constraints: Constraints, question: str) -> None:
    passages = live_passages(index)
    texts = [f"{article.title}\n{text}" for _, _, article, text in passages]
    mean = sum(map(len, texts)) / len(texts)
    query = {word for word in words(question) if word not in {"what", "of", "the"}}
    expected = []
    for (article_id, start, article, _), text in zip(passages, texts, strict=True):
        total = 0.0
        for word in query:
            df = sum(word in words(other) for other in texts)
            tf = words(text).count(word)
            idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
            total += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * len(text) / mean))
        if total > 0 and allowed(article, constraints):
            expected.append((total, article_id, start))
    expected = sorted(expected, key=lambda x: (-round(x[0], 9), x[1], x[2]))[:12]
    hits = index.snapshot().search_words(question, 12, constraints)
    assert [score for _, score in hits] == pytest.approx([score for score, _, _ in expected], abs=1e-9)
    assert named(index, hits) == [(article_id, start) for _, article_id, start in expected]


def test_in_a_large_index_the_commonest_words_propose_only_where_others_find_too_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ["The minister spoke.", "The minister spoke of rain.", "The minister spoke of rain and storks."]
    texts = [told[(i % 2) + (i % 8 == 1)] for i in range(40)]
    index = build(tmp_path, [Article(f"a{i:02}", "Talks", text) for i, text in enumerate(texts)], batch=40)
    view = index.snapshot().word_view
    everything, rain, storks = set(range(1, 41)), set(range(2, 41, 2)), set(range(2, 41, 8))

    def proposed(n: int, *words: str) -> set[int]:
        return {number for number, _ in view.candidates(["minist", *words], n, Constraints())}

    assert proposed(40, "rain", "stork") == everything
    monkeypatch.setattr(lexical, "PRUNED_FROM", 40)
    assert proposed(40, "rain", "stork") == everything
    monkeypatch.setattr(lexical, "LEAST_PROPOSING", 1)
    assert proposed(5, "rain", "stork") == storks
    assert len(proposed(6, "rain", "stork")) == 6  # five have a stork: all words propose
    assert proposed(5, "stork", "nowhere") == storks
    assert len(proposed(5, "nowhere")) == 5
    monkeypatch.setattr(lexical, "COMMON", 0.5)
    assert proposed(20, "rain", "stork") == rain
    assert proposed(21, "rain", "stork") > rain


def test_bm25_of_two_passages_is_the_figure_worked_out_by_hand(tmp_path: Path) -> None:
    articles = [Article("a", "Xi", "Blinken met Blinken."), Article("b", "Rates", "Stocks fell again in it.")]
    hits = build(tmp_path, articles).snapshot().search_words("Blinken", 5)
    # n = 2, df = 1: idf = ln 2. Lengths 2+1+20 = 23 and 5+1+24 = 30, mean 26.5; tf = 2.
    score = math.log(2) * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 23 / 26.5))
    assert hits == [(1, pytest.approx(score, abs=1e-12))]
    assert score == pytest.approx(0.990, abs=5e-4)


def test_words_are_found_in_any_form_and_abbreviations_without_their_dots(tmp_path: Path) -> None:
    articles = [
        Article("us", "Washington", "The U.S. negotiator's talks."),
        Article("sp", "Brasil", "São Paulo is negotiating. It has stocks."),
    ]
    snapshot = build(tmp_path, articles, batch=1).snapshot()
    counts = {
        word: snapshot.count_with_words(word)
        for word in (
            "US",
            "u.s.",
            "talk",
            "SAO PAULO",
            "Negotiate",
            "negotiates stock",
            "Washington talking",
            "",
            "the",
        )
    }
    assert counts == {
        "US": 1,
        "u.s.": 1,
        "talk": 1,
        "SAO PAULO": 1,
        "Negotiate": 2,
        "negotiates stock": 1,
        "Washington talking": 1,
        "": 0,
        "the": 1,
    }


@pytest.mark.parametrize("constraints", FILTERS)
def test_words_are_counted_in_what_the_filters_allow(index: Index, constraints: Constraints) -> None:
    found = [f"{article.title} {text}" for _, _, article, text in live_passages(index) if allowed(article, constraints)]
    for word in ("rocket", "river"):
        n_with_word = sum(re.search(rf"\b{word}s?\b", text, re.IGNORECASE) is not None for text in found)
        assert index.snapshot().count_with_words(word, constraints) == n_with_word


def test_a_name_is_like_another_that_differs_in_one_letter_and_begins_with_the_same(tmp_path: Path) -> None:
    articles = [
        Article("a", "Rebels", "Volodar Marensky's brother met Hezzar Karduf. A brandy was poured."),
        Article("b", "Zambesi", "He left."),
    ]
    snapshot = build(tmp_path, articles, batch=1).snapshot()
    like = ("Marenskyy", "Marenski", "Marenskyy's", "Zambezi", "Kardfu", "Karduff", "MARENSKYY", "marenskyy")
    unlike = ("Harensky", "Marinskyy", "Brandyy", "Hezar", "Sambesi", "Rebel's", "", "12", "’s", "\ud800", "*" * 9)
    assert [snapshot.has_name_like(word) for word in like] == [True] * len(like)
    assert [snapshot.has_name_like(word) for word in unlike] == [False] * len(unlike)


def test_a_name_of_a_removed_article_is_like_none(tmp_path: Path) -> None:
    index = build(tmp_path, [Article("a", "", "Marensky left."), Article("b", "", "Nobody came.")])
    with index.writer() as writer:
        writer.commit([], ["a"])
    assert not index.snapshot().has_name_like("Marenskyy")


def test_stop_words_are_left_out_unless_nothing_else_is_there(tmp_path: Path) -> None:
    articles = [Article("who", "", "The Who have come."), Article("us", "", "Rain and the sun of what was.")]
    snapshot = build(tmp_path, articles).snapshot()
    assert [number for number, _ in snapshot.search_words("What was the rain?", 5)] == [2]
    assert [number for number, _ in snapshot.search_words("who have", 5)] == [1]


NASTY = ['"', "a AND (b OR", "title:x", "*", "\x00", "\ud800", "~2^3", "[a TO b]", "bridge" * 5000, "a " * 5000, "日本"]


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_no_question_is_a_query_language(index: Index, text: str) -> None:
    snapshot = index.snapshot()
    plain = " ".join(re.findall(r"[^\W_]+", text))
    assert snapshot.search_words(f"{text} bridge", 5) == snapshot.search_words(f"{plain} bridge", 5) != []
    assert snapshot.count_with_words(text) >= 0


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_can_be_searched_for(index: Index, text: str) -> None:
    hits = index.snapshot().search_words(text, 5)
    scores = [score for _, score in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_batches_with_changes_on_the_way_give_the_same_results(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Final scores are equal to the last bit, and so is the order, ties (the three copies) included."""
    articles = [make_article(i) for i in range(7)] + [Article(f"copy-{i}", "Old rocket", "Old news.") for i in "cab"]
    plain = build(tmp_path_factory.mktemp("plain"), articles, batch=100)
    order = data.draw(st.permutations(range(len(articles))))
    batch = data.draw(st.integers(1, 6))
    earlier = data.draw(st.sets(st.sampled_from(range(len(articles)))))
    index = Index.open_or_create(tmp_path_factory.mktemp("other"), ENCODER.identity)
    with pytest.MonkeyPatch.context() as patch, index.writer() as writer:
        patch.setattr(vectors, "REPLAY_FLOOR", data.draw(st.sampled_from([1, 5, 1000])))
        for i in sorted(earlier):  # other texts under the same ids, replaced below
            other = Article(articles[i].id, "Rocket bridge", "The rocket bridge minister. " * (i + 1))
            writer.commit([make_draft(other, ENCODER)])
        removed = Article("removed", "Old rocket news", "Minister of the harvest. " * 9)
        writer.commit([make_draft(removed, ENCODER)])
        for start in range(0, len(order), batch):
            drafts = [make_draft(articles[i], ENCODER) for i in order[start : start + batch]]
            writer.commit(drafts, ["removed"] if start == 0 else [])
    assert answers(index) == answers(plain)


def test_equal_scores_are_ordered_by_article_and_start_even_at_the_cut(tmp_path: Path) -> None:
    articles = [Article(f"copy-{i:03}", "Same", "The same words. In all of them.") for i in range(90)]
    index = build(tmp_path, articles[::-1], batch=30)
    newest, question = index.snapshot(), ENCODER.encode(["the same words"])[0]
    expected = [(f"copy-{i:03}", 0) for i in range(5)]
    assert named(index, newest.search_dense(question, 5)) == expected
    assert named(index, newest.search_words("same words", 5)) == expected
    assert len({score for _, score in newest.search_dense(question, 90)}) == 1


def test_copies_that_tie_are_scored_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    articles = [Article(f"copy-{i:03}", "Same", "The same words. In all of them.") for i in range(90)]
    index, cut = build(tmp_path, articles, batch=30), []
    monkeypatch.setattr(snapshot, "words_of", lambda text: cut.append(text) or lexical.words_of(text))
    assert len(index.snapshot().search_words("same words", 80)) == 80
    assert cut == ["Same\nThe same words. In all of them."]


@pytest.mark.parametrize("k", [0, -3])
def test_nothing_wanted_is_nothing_found(index: Index, k: int) -> None:
    assert index.snapshot().search_dense(ENCODER.encode(["bridge"])[0], k) == []
    assert index.snapshot().search_words("bridge", k) == []
