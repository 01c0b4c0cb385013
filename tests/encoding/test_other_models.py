"""Models that are not the default: tiny ones made here, against sentence-transformers' own `encode`."""

from __future__ import annotations

import logging
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest

from rag.encoding import load_encoder
from rag.encoding.location import locate
from rag.encoding.text_encoder import TextEncoder
from rag.settings import Settings

pytestmark = pytest.mark.model

TEXTS = ["Blinken met Xi in Beijing.", "A longer one, so that the other is padded beside it.", "", "word " * 90]


def make_model(folder: Path, tokenizer: Path, pooling: str, dense: bool = False) -> np.ndarray:
    """Write a model with random weights and return its vectors of TEXTS, scaled to unit length."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
        from transformers import AutoTokenizer, BertConfig, BertModel

        torch.manual_seed(7)
        sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
        BertModel(
            BertConfig(vocab_size=30522, max_position_embeddings=64, initializer_range=0.5, **sizes)
        ).save_pretrained(folder / "bert")
        AutoTokenizer.from_pretrained(tokenizer).save_pretrained(folder / "bert")
        modules = [Transformer(str(folder / "bert"), max_seq_length=64), Pooling(32, pooling)]
        model = SentenceTransformer(modules=modules + [Dense(32, 8)] * dense, device="cpu")
        model.save(str(folder / "model"))
        shutil.rmtree(folder / "bert")
        return model.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)


def check(encoder: TextEncoder, reference: np.ndarray) -> None:
    vectors = encoder.encode(TEXTS)
    assert (encoder.identity.dimension, encoder.identity.max_tokens) == (reference.shape[1], 64)
    np.testing.assert_allclose(vectors, reference, atol=2e-5)


@pytest.fixture(scope="module")
def tokenizer(real_settings: Settings) -> Path:
    return locate("all-MiniLM-L6-v2", real_settings.cache).path


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_poolings_agree_with_sentence_transformers_on_openvino(tmp_path: Path, tokenizer: Path, pooling: str):
    reference = make_model(tmp_path, tokenizer, pooling)
    settings = Settings(cache=tmp_path / "cache", engine="openvino", precision="fp32")
    encoder = load_encoder(settings, str(tmp_path / "model"))
    assert encoder.identity.pooling == pooling
    check(encoder, reference)
    check(load_encoder(settings, str(tmp_path / "model")), reference)  # from the cache


def test_a_model_that_openvino_cannot_run_falls_back_with_the_reason(tmp_path: Path, tokenizer: Path, caplog):
    reference = make_model(tmp_path, tokenizer, "mean", dense=True)
    with caplog.at_level(logging.WARNING):
        encoder = load_encoder(Settings(cache=tmp_path / "cache"), str(tmp_path / "model"))
    assert [record.getMessage() for record in caplog.records if record.name == "rag.encoding"] == [
        f"Encoder {str(tmp_path / 'model')!r} runs on sentence-transformers, not OpenVINO: it has the modules Dense."
    ]
    check(encoder, reference)
    assert [len(item.vectors) for item in encoder.encode_tokens(TEXTS)] == [7, 13, 0, 62]
