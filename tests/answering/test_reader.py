import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering import reader as reader_module
from rag.answering.reader import CLIP, READER_SIGNALS, Reader, best_span, reader_signals
from rag.encoding.tokens import Tokenizer
from rag.reading.sentences import split_sentences
from rag.types import Article, Passage, PassageInContext, Sentence

TEXT = "Holub met Garrow in Ostrava. They spoke for eleven hours. The dam will be built."


def in_context(text: str = TEXT, first: int = 0, title: str = "Talks") -> PassageInContext:
    """A passage of the sentences from `first` on."""
    cut = split_sentences(text)
    start, end = cut[first][0], cut[-1][1]
    passage = Passage(0, "a", first, len(cut) - 1, start, end, text[start:end])
    sentences = tuple(Sentence("a", i, *cut[i]) for i in range(first, len(cut)))
    return PassageInContext(Article("a", title, text), passage, sentences)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """A word tokenizer with BERT's special tokens: [CLS] is 1, [SEP] is 2."""
    from tokenizers import Tokenizer as Rust
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import BertProcessing

    words = re.findall(r"\w+|\S", f"{TEXT} How long? Talks")
    known = ["[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(words)]
    rust = Rust(WordLevel({word: i for i, word in enumerate(known)}, "[UNK]"))
    rust.pre_tokenizer = BertPreTokenizer()
    rust.post_processor = BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    rust.save(str(path))
    return Tokenizer(path)


class Finds:
    """A network that gives tokens with one id an evidence logit of 5, others -5, and passages their length."""

    n_workers = 1

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.seen: list[list[int]] = []

    def run(self, ids, mask, tokens):
        self.seen += [row[: kept.sum()].tolist() for row, kept in zip(ids, mask, strict=True)]
        logits = np.zeros((*ids.shape, 4), np.float32)
        logits[..., 0] = np.where(ids == self.wanted, 5, -5)
        logits[..., 1] = np.where(ids == self.wanted, 100, 0)
        return logits, mask.sum(1, keepdims=True).astype(np.float32)


def test_question_and_passage_are_read_as_one_sequence_with_two_separators(tokenizer):
    network = Finds(0)
    Reader(network, tokenizer)("How long?", [in_context(first=1)])
    question, passage = tokenizer.ids(["How long?", "Talks They spoke for eleven hours. The dam will be built."], 99)
    assert network.seen == [[*question.tolist(), *passage.tolist()[1:]]]
    assert network.seen[0].count(2) == 2


@pytest.mark.parametrize(("word", "sentence"), [("Garrow", 0), ("eleven", 1), ("dam", 2)])
def test_a_token_counts_for_the_sentence_that_it_stands_in(tokenizer, word, sentence):
    wanted = int(tokenizer.ids([word], 9)[0][1])
    (read,) = Reader(Finds(wanted), tokenizer)("How long?", [in_context()])
    assert read.signals[:, 0].tolist() == pytest.approx([5.0 if i == sentence else -5.0 for i in range(3)])


def test_tokens_of_title_and_question_count_for_no_sentence(tokenizer):
    for word in ("Talks", "How"):
        (read,) = Reader(Finds(int(tokenizer.ids([word], 9)[0][1])), tokenizer)("How long?", [in_context()])
        assert read.signals[:, 0].tolist() == [-5.0, -5.0, -5.0]


def test_passages_of_unequal_length_come_back_in_the_order_given(tokenizer):
    contexts = [in_context(first=2), in_context(), in_context(first=1)]
    wanted = int(tokenizer.ids(["dam"], 9)[0][1])
    out = Reader(Finds(wanted), tokenizer)("How long?", contexts)
    assert [read.signals[:, 0].tolist() for read in out] == [[5.0], [-5.0, -5.0, 5.0], [-5.0, 5.0]]


def test_a_passage_longer_than_the_limit_is_read_as_far_as_it_goes(tokenizer):
    network = Finds(0)
    (read,) = Reader(network, tokenizer)("How long?", [in_context("They spoke. " * 200)])
    assert len(network.seen[0]) == reader_module.MAX_TOKENS
    assert read.signals.shape == (200, len(READER_SIGNALS))
    assert read.answers[-1] is None
    assert read.signals[[0, -1], 0].tolist() == [-5.0, -CLIP]


def test_no_passages_give_no_signals(tokenizer):
    assert Reader(Finds(0), tokenizer)("How long?", []) == []


def test_signals_are_those_worked_out_by_hand():
    logits = np.array([[9, 9, 9, 9], [1, 0, 2, 0], [3, 0, 0, 1], [-2, 5, 0, 0]], np.float32)
    out = reader_signals(logits, np.array([-1, 0, 0, 1]), 2, none=1.0, passage=0.5)
    total = np.log(1 + np.exp(2.0) + np.exp(-2.0))
    assert out[0].tolist() == pytest.approx([2.0, 0.0, 2.0 - total, 2.0, 0.5, 2.0, 2.0])
    assert out[1].tolist() == pytest.approx([-2.0, -4.0, -2.0 - total, -1.0, 0.5, 2.0, 2.0])


floats = st.floats(-20, 20, width=32)


@given(st.lists(st.tuples(floats, floats), min_size=1, max_size=40))
def test_the_best_span_is_that_of_trying_all(pairs):
    first, last = (np.array(side, float) for side in zip(*pairs, strict=True))
    n = len(pairs)
    tried = [first[i] + last[j] for i in range(n) for j in range(i, min(n, i + reader_module.MAX_SPAN))]
    score, i, j = best_span(first, last)
    assert score == max(tried) == first[i] + last[j]
    assert 0 <= j - i < reader_module.MAX_SPAN


class Spots(Finds):
    """A network that takes one id for the first and last token of an answer."""

    def run(self, ids, mask, tokens):
        logits, passages = super().run(ids, mask, tokens)
        logits[..., 2:] = np.where(ids == self.wanted, 5, -5)[..., None]
        return logits, passages


@pytest.mark.parametrize("first", [0, 1])
def test_the_answer_of_a_sentence_is_located_in_the_articles_text(tokenizer, first):
    wanted = int(tokenizer.ids(["eleven"], 9)[0][1])
    context = in_context(first=first)
    (read,) = Reader(Spots(wanted), tokenizer)("How long?", [context])
    start, end = read.answers[1 - first]
    assert context.article.text[start:end] == "eleven"
    assert read.signals[:, 3].clip(-11, 11).tolist() == [11.0 if i == 1 - first else 0.0 for i in range(3 - first)]
