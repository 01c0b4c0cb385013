from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.encoding.text_encoder import TextEncoder
from rag.passages import PassageSpan, passage_input, passage_key, split_passages, split_passages_of
from rag.types import Article
from tests.fakes import BagOfWordsEncoder

SPECIAL = 2


def article_of(counts: list[int], title: str = "") -> tuple[Article, list[tuple[int, int]]]:
    """An article whose n-th sentence has counts[n] words."""
    text, sentences = "", []
    for n, count in enumerate(counts):
        text += " " if text else ""
        start = len(text)
        text += " ".join(f"s{n}w{word}" for word in range(count))
        sentences.append((start, len(text)))
    return Article("a", title, text), sentences


def ordinals(passages: list[PassageSpan]) -> list[tuple[int, int]]:
    return [(passage.first, passage.last) for passage in passages]


def cut(counts: list[int], room: int, overlap: int = 1, title: str = "") -> list[tuple[int, int]]:
    article, sentences = article_of(counts, title)
    return ordinals(
        split_passages(article, sentences, BagOfWordsEncoder(max_tokens=room + SPECIAL), overlap_sentences=overlap)
    )


def test_as_many_whole_sentences_as_fit_make_a_passage():
    assert cut([4, 4, 4, 4, 4, 4], room=12, overlap=0) == [(0, 2), (3, 5)]


def test_a_passage_begins_with_the_last_sentence_of_the_one_before():
    assert cut([3, 3, 3, 3, 3, 3, 3, 3], room=12) == [(0, 3), (3, 6), (6, 7)]


def test_a_long_sentence_is_not_repeated_as_overlap():
    assert cut([6, 6, 6, 6], room=12) == [(0, 1), (2, 3)]


def test_no_overlap_where_the_next_sentence_would_not_fit_beside_it():
    assert cut([8, 3, 10, 2], room=12) == [(0, 1), (2, 3)]


def test_the_last_passage_is_never_overlap_alone():
    assert cut([4, 4, 4], room=12) == [(0, 2)]


def test_a_tiny_last_passage_reaches_back_to_half_of_the_room():
    # The last sentence alone would be a passage of 1 word; with 2 sentences before it it has 5 of the 12.
    assert cut([2, 2, 2, 2, 2, 2, 1], room=12, overlap=0) == [(0, 5), (4, 6)]


def test_the_title_takes_its_tokens_from_the_room():
    assert cut([4, 4, 4], room=12, title="two words") == [(0, 1), (2, 2)]


def test_an_article_without_sentences_has_no_passages():
    assert split_passages(Article("a", "Title", ""), [], BagOfWordsEncoder()) == []


def test_a_lower_limit_may_be_asked_for_but_not_a_higher_one():
    article, sentences = article_of([4] * 6)
    encoder = BagOfWordsEncoder(max_tokens=14)
    assert ordinals(split_passages(article, sentences, encoder, 10, 0)) == [(0, 1), (2, 3), (4, 5)]
    assert ordinals(split_passages(article, sentences, encoder, 999, 0)) == [(0, 2), (3, 5)]


def test_a_sentence_beyond_the_limit_becomes_windows_that_stay_inside_it():
    article, sentences = article_of([3, 100, 3])
    passages = split_passages(article, sentences, BagOfWordsEncoder(max_tokens=34))
    assert passages[0] == PassageSpan(0, 0, *sentences[0])
    assert passages[-1] == PassageSpan(2, 2, *sentences[2])
    windows = passages[1:-1]
    assert {(window.first, window.last) for window in windows} == {(1, 1)}
    assert (windows[0].start, windows[-1].end) == sentences[1]
    for before, after in pairwise(windows):
        assert before.start < after.start < before.end < after.end  # each goes on, and overlaps
        assert article.text[after.start - 1] == " "  # and begins with a whole word


def test_many_articles_at_once_are_cut_as_each_alone():
    articles = [article_of([3] * n, title="word " * n) for n in range(8)]
    encoder = BagOfWordsEncoder(max_tokens=16)
    assert split_passages_of(articles, encoder) == [split_passages(a, s, encoder) for a, s in articles]


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(4, 40), st.integers(0, 3))
def test_every_sentence_is_whole_in_a_passage_or_covered_by_windows(counts: list[int], room: int, overlap: int):
    article, sentences = article_of(counts)
    encoder = BagOfWordsEncoder(max_tokens=room + SPECIAL)
    passages = split_passages(article, sentences, encoder, overlap_sentences=overlap)
    assert passages == sorted(passages, key=lambda passage: (passage.first, passage.start))
    assert len(set(passages)) == len(passages)
    for passage in passages:
        assert encoder.count_tokens([article.text[passage.start : passage.end]])[0] <= room
    for ordinal, (start, end) in enumerate(sentences):
        holders = [passage for passage in passages if passage.first <= ordinal <= passage.last]
        covered = {offset for passage in holders for offset in range(passage.start, passage.end)}
        assert covered >= set(range(start, end))
        if counts[ordinal] <= room:
            assert any(passage.start <= start and passage.end >= end for passage in holders)


@given(st.text(), st.text())
def test_what_is_encoded_ends_with_the_text_itself(title: str, text: str):
    assert passage_input(title, text).endswith(text)


def test_a_long_title_is_cut_between_words_and_a_short_one_is_not():
    assert passage_input("Blinken  in\nBeijing", "Text.") == "Blinken in Beijing\nText."
    assert passage_input("", "Text.") == "Text."
    assert passage_input("four " * 100, "Text.") == " ".join(["four"] * 60) + "\nText."


def test_keys_tell_apart_what_is_encoded_apart():
    assert passage_key("A", "b") == passage_key(" A ", "b") != passage_key("", "A b")
    assert len(passage_key("A", "\ud800")) == 16


# Words that trouble a tokenizer: accents, astral characters, no spaces, marks, control characters.
WORDS = st.sampled_from(
    [
        "the",
        "Blinken",
        "naïve",
        "👩‍👩‍👧",
        "𝔘𝔫",
        "北京",
        "U.S.",
        "antidisestablishmentarianism",
        "\u200b",
        "e\u0301",
        "$1,000",
        "한국",
    ]
)


@pytest.mark.model
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(WORDS, min_size=1, max_size=120), max_size=12), st.lists(WORDS, max_size=30))
def test_no_passage_exceeds_the_limit_by_the_real_tokenizer(
    real_encoder: TextEncoder, sentences_of_words: list[list[str]], title: list[str]
):
    text, sentences = "", []
    for words in sentences_of_words:
        start = len(text)
        text += " ".join(words) + "."
        sentences.append((start, len(text)))
        text += " "
    article = Article("a", " ".join(title), text)
    passages = split_passages(article, sentences, real_encoder)
    inputs = [passage_input(article.title, text[passage.start : passage.end]) for passage in passages]
    assert all(count + SPECIAL <= real_encoder.identity.max_tokens for count in real_encoder.count_tokens(inputs))


@pytest.mark.model
@pytest.mark.parametrize("text", ["a" * 1_000_000, "ab " * 333_333, "\x00" * 1_000_000, "é𝔘" * 200_000])
def test_a_sentence_of_a_megabyte_is_covered(real_encoder: TextEncoder, text: str):
    passages = split_passages(Article("a", "Title", text), [(0, len(text))], real_encoder)
    assert (passages[0].start, passages[-1].end) == (0, len(text))
    assert all(after.start <= before.end for before, after in pairwise(passages))
