"""The real model on both engines, against sentence-transformers' own `encode`."""

from __future__ import annotations

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.encoding import identity_of, load_encoder
from rag.encoding.location import locate
from rag.encoding.text_encoder import TextEncoder
from rag.settings import Settings

pytestmark = pytest.mark.model

SENTENCES = [
    "Secretary of State Antony Blinken met President Xi Jinping in Beijing on June 19, 2023.",
    "Short.",
    "",
    "Café naïve — “quoted” 😀 北京 İstanbul.",
    "The Titan submersible lost contact with its mother ship an hour and 45 minutes into its dive. " * 3,
    "Truncated, since it is far longer than what the model reads: " + "the markets fell and rose again, " * 60,
    "\x00\x1b[31m control \u200b characters \u202e",
]


@pytest.fixture(scope="module")
def reference(real_settings: Settings) -> np.ndarray:
    """What sentence-transformers itself makes of SENTENCES, float32."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(locate("all-MiniLM-L6-v2", real_settings.cache).path), device="cpu")
        return model.encode(SENTENCES, normalize_embeddings=True, show_progress_bar=False)


def engine(settings: Settings, name: str, precision: str) -> TextEncoder:
    return load_encoder(settings.model_copy(update={"engine": name, "precision": precision}), precision="float")


@pytest.mark.parametrize(
    ("name", "precision", "least"),
    # float32 differs by rounding alone; bfloat16 has 8 bits of mantissa. Identity calls both "float" on this ground.
    [("openvino", "fp32", 0.999999), ("openvino", "auto", 0.9999), ("torch", "fp32", 0.999999)],
)
def test_every_engine_agrees_with_sentence_transformers(real_settings, reference, name, precision, least):
    vectors = engine(real_settings, name, precision).encode(SENTENCES)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert (vectors * reference).sum(axis=1).min() >= least


def test_both_engines_agree_on_every_token(real_settings: Settings):
    one = engine(real_settings, "openvino", "fp32").encode_tokens(SENTENCES)
    other = engine(real_settings, "torch", "fp32").encode_tokens(SENTENCES)
    for a, b, text in zip(one, other, SENTENCES, strict=True):
        assert len(a.vectors) == len(a.spans) <= 254
        np.testing.assert_array_equal(a.spans, b.spans)
        np.testing.assert_allclose(a.vectors, b.vectors, atol=1e-4)
        np.testing.assert_allclose(np.linalg.norm(a.vectors, axis=1), 1, atol=1e-5)
        assert all(text[start:end].strip() for start, end in a.spans)


def test_spans_are_in_code_points_after_astral_and_accented_characters(real_encoder: TextEncoder):
    text = "😀𝔘 Café e\u0301te\u0301 İstanbul, naïve"
    spans = real_encoder.encode_tokens([text])[0].spans
    words = ["😀𝔘", "Café", "e\u0301t", "e\u0301", "İstanbul", ",", "naïve"]
    found = [text[start:end] for start, end in spans]
    assert [word for word in words if word in found or word.rstrip("\u0301") in found] == words


def test_a_text_has_the_same_vector_alone_and_among_others(real_encoder: TextEncoder):
    together = real_encoder.encode(SENTENCES * 5)
    alone = np.concatenate([real_encoder.encode([text]) for text in SENTENCES])
    assert (together * np.tile(alone, (5, 1))).sum(axis=1).min() >= 0.9999


def test_several_threads_may_ask_at_once(real_encoder: TextEncoder):
    expected = [real_encoder.encode([text])[0] for text in SENTENCES]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: real_encoder.encode([SENTENCES[n % 7]])[0], range(70)))
    for n, vector in enumerate(found):
        np.testing.assert_allclose(vector, expected[n % 7], atol=1e-6)


def test_a_megabyte_of_text_is_read_up_to_the_limit(real_encoder: TextEncoder):
    words = "hello world. " * 80_000
    beginning = "hello world. " * 200
    np.testing.assert_allclose(real_encoder.encode([words]), real_encoder.encode([beginning]), atol=1e-6)


def test_identity_is_known_without_loading(real_settings: Settings, real_encoder: TextEncoder):
    identity = identity_of(real_settings)
    assert identity == real_encoder.identity
    assert (identity.model, identity.pooling, identity.dimension, identity.max_tokens) == (
        "all-MiniLM-L6-v2",
        "mean",
        384,
        256,
    )


def test_nothing_of_torch_is_imported_once_the_model_is_converted(real_encoder: TextEncoder, real_settings: Settings):
    script = (
        "import sys, rag.encoding\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'openvino', 'huggingface_hub'}\n"
        "heavy |= {'openvino_telemetry'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "from rag.settings import Settings\n"
        "from pathlib import Path\n"
        "rag.encoding.load_encoder(Settings(cache=Path(sys.argv[1]))).encode(['Who won?'])\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(real_settings.cache)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("['openvino']\n", "")


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "manifest"])
def test_a_damaged_conversion_is_made_anew(tmp_path: Path, damage: str):
    from rag.encoding import conversion
    from rag.encoding.location import ModelFolder
    from rag.encoding.stack import Stack

    (tmp_path / "config.json").write_text("{}")
    folder, stack, made = ModelFolder("m", tmp_path, "sha256:1"), Stack("mean", 8, 2, 0, None), []

    def convert(xml: Path) -> None:
        made.append(xml)
        xml.write_bytes(b"<net/>")
        xml.with_suffix(".bin").write_bytes(b"weights")

    xml = conversion.converted(folder, stack, tmp_path, "1", convert)
    assert conversion.converted(folder, stack, tmp_path, "1", convert) == xml
    assert len(made) == 1
    weights = xml.with_suffix(".bin")
    if damage == "flip":
        weights.write_bytes(b"Weights")
    elif damage == "cut":
        weights.write_bytes(b"")
    elif damage == "remove":
        weights.unlink()
    else:
        (xml.parent / "manifest.json").write_text("{")
    assert conversion.converted(folder, stack, tmp_path, "1", convert) == xml
    assert len(made) == 2
    assert weights.read_bytes() == b"weights"
    assert not list(xml.parent.parent.glob("building-*"))
