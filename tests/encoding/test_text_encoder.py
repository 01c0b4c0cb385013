"""The encoder over a network that can be worked by hand: a token's vector is (id, 1)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.encoding import text_encoder
from rag.encoding.text_encoder import TextEncoder
from rag.encoding.tokens import Tokenizer
from rag.types import EncoderIdentity

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "one", "two", "three", "four"]
TOKENIZER = {
    "version": "1.0",
    "truncation": {"max_length": 3, "strategy": "LongestFirst", "stride": 0, "direction": "Right"},  # must be undone
    "padding": None,
    "added_tokens": [],
    "normalizer": {"type": "BertNormalizer"} | dict.fromkeys(["clean_text", "handle_chinese_chars", "lowercase"], True),
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
    "decoder": None,
    "model": {
        "type": "WordPiece",
        "unk_token": "[UNK]",
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": {word: at for at, word in enumerate(VOCABULARY)},
    },
}


class SumNetwork:
    """Token vector (id, 1); pooled: their sum over what is not masked."""

    def __init__(self, n_workers: int) -> None:
        self.n_workers = n_workers
        self.shapes: list[tuple[int, int]] = []

    def run(self, ids, mask, tokens):
        self.shapes.append(ids.shape)
        vectors = np.stack([ids, np.ones_like(ids)], axis=2).astype(np.float32)
        return (vectors if tokens else None), (vectors * mask[:, :, None]).sum(axis=1)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory) -> Tokenizer:
    path: Path = tmp_path_factory.mktemp("model") / "tokenizer.json"
    path.write_text(json.dumps(TOKENIZER), "utf-8")
    return Tokenizer(path)


def encoder_of(tokenizer: Tokenizer, n_workers: int = 1, max_tokens: int = 6) -> TextEncoder:
    identity = EncoderIdentity("sum", "sha256:0", "sum", "float", 2, max_tokens)
    return TextEncoder(identity, tokenizer, SumNetwork(n_workers), pad_id=0)


def expected(text: str, max_tokens: int = 6) -> list[float]:
    """The unit vector of a text, by hand."""
    ids = [VOCABULARY.index(word) if word in VOCABULARY[4:] else 1 for word in text.split()][: max_tokens - 2]
    x, y = sum(ids) + 2 + 3, len(ids) + 2
    return [x / (x * x + y * y) ** 0.5, y / (x * x + y * y) ** 0.5]


@pytest.mark.parametrize("n_workers", [1, 3])
@given(
    texts=st.lists(st.lists(st.sampled_from(["one", "two", "three", "other"]), max_size=9).map(" ".join), max_size=40)
)
def test_vectors_come_in_the_order_of_the_texts(tokenizer: Tokenizer, n_workers: int, texts: list[str]):
    vectors = encoder_of(tokenizer, n_workers).encode(texts)
    assert vectors.shape == (len(texts), 2)
    assert vectors.dtype == np.float32
    for vector, text in zip(vectors, texts, strict=True):
        np.testing.assert_allclose(vector, expected(text), rtol=1e-6)


def test_texts_beyond_one_window_keep_their_order_and_progress_counts_to_the_end(tokenizer, monkeypatch):
    monkeypatch.setattr(text_encoder, "WINDOW", 4)
    texts = ["one", "two three", "four", "one two three four"] * 3
    seen: list[tuple[int, int]] = []
    vectors = encoder_of(tokenizer, 2).encode(texts, lambda done, total: seen.append((done, total)))
    np.testing.assert_allclose(vectors, [expected(text) for text in texts], rtol=1e-6)
    assert seen == sorted(set(seen))
    assert seen[-1] == (12, 12)


def test_an_error_in_a_worker_reaches_the_caller(tokenizer, monkeypatch):
    encoder = encoder_of(tokenizer, 2)

    def fail(*_):
        raise MemoryError("no room")

    monkeypatch.setattr(encoder._network, "run", fail)
    with pytest.raises(MemoryError, match="no room"):
        encoder.encode(["one"] * 9)


def test_token_vectors_leave_out_special_tokens_and_are_truncated(tokenizer: Tokenizer):
    text = "😀 Two  ONE four four three"
    [found] = encoder_of(tokenizer).encode_tokens([text])
    ids = np.array([[1, 1], [5, 1], [4, 1], [7, 1]], np.float32)
    np.testing.assert_allclose(found.vectors, ids / np.linalg.norm(ids, axis=1, keepdims=True), rtol=1e-6)
    assert [text[start:end] for start, end in found.spans] == ["😀", "Two", "ONE", "four"]
    assert found.spans.dtype == np.int32
    np.testing.assert_allclose(np.linalg.norm(found.pooled), 1, rtol=1e-6)


@pytest.mark.parametrize("n_workers", [1, 2])
def test_token_vectors_come_in_the_order_of_the_texts(tokenizer: Tokenizer, n_workers: int):
    texts = ["one", "two one three four", "", "three three"]
    encoder = encoder_of(tokenizer, n_workers)
    found = encoder.encode_tokens(texts)
    assert [len(item.vectors) for item in found] == [1, 4, 0, 2]
    np.testing.assert_allclose([item.pooled for item in found], encoder.encode(texts), rtol=1e-6)


def test_counts_and_spans_are_untruncated_and_without_special_tokens(tokenizer: Tokenizer):
    encoder = encoder_of(tokenizer)
    text = "one two three four one, two"
    assert encoder.count_tokens([text, "", " \x00"]) == [7, 0, 0]
    spans = encoder.token_spans([text, ""])
    assert [text[start:end] for start, end in spans[0]] == ["one", "two", "three", "four", "one", ",", "two"]
    assert spans[1].shape == (0, 2)


def test_a_lone_surrogate_counts_as_one_code_point(tokenizer: Tokenizer):
    text = "\ud800 one \udfff two"
    spans = encoder_of(tokenizer).token_spans([text])[0]
    assert [text[start:end] for start, end in spans] == ["one", "two"]
    np.testing.assert_allclose(encoder_of(tokenizer).encode([text])[0], expected("one two"), rtol=1e-6)


def test_no_texts_give_no_rows(tokenizer: Tokenizer):
    assert encoder_of(tokenizer).encode([]).shape == (0, 2)
    assert encoder_of(tokenizer).encode_tokens([]) == []
