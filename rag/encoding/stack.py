"""What a model's own files say of it: pooling, limit, dimension. Reads JSON only; loads nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import EncoderUnavailable

POOLINGS = ("mean", "cls", "max")  # what the converted network can do
LEGACY_POOLING = {  # sentence-transformers before version 6, in the order in which it concatenates several
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
LIMIT_FILES = ("sentence_bert_config.json", "sentence_roberta_config.json", "sentence_xlm-roberta_config.json")


@dataclass(frozen=True, slots=True)
class Stack:
    """The modules of a sentence-transformers model.

    Attributes:
        pooling: "mean", "cls", "max", or another of sentence-transformers' names, joined by "+".
        max_tokens: Tokens read of a text, special tokens included.
        dimension: Length of a vector.
        pad_id: Token id of padding.
        unsupported: Why only sentence-transformers itself can run it; None where the converted network can too.
    """

    pooling: str
    max_tokens: int
    dimension: int
    pad_id: int
    unsupported: str | None


def read_stack(folder: Path) -> Stack:
    """Read what the files in `folder` say.

    Raises:
        EncoderUnavailable: A file is not JSON, or says neither dimension nor limit.
    """
    config = _read(folder / "config.json")
    modules = _read(folder / "modules.json", default=[{"type": "Transformer", "path": ""}])
    kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in modules]
    paths = dict(zip(kinds, (folder / str(module["path"]) for module in modules), strict=True))
    pooling = _pooling(_read(paths["Pooling"] / "config.json")) if "Pooling" in paths else "mean"
    dimension = config.get("hidden_size", config.get("dim", config.get("d_model")))
    if "Dense" in paths:
        dimension = _read(paths["Dense"] / "config.json")["out_features"]
    if not isinstance(dimension, int):
        raise EncoderUnavailable(
            f"{folder / 'config.json'} names no hidden_size, so the length of its vectors is unknown. "
            "Configure a sentence-transformers text model."
        )
    other = [kind for kind in kinds if kind not in ("Transformer", "Pooling", "Normalize")]
    reason = None
    if other:
        reason = f"it has the modules {', '.join(other)}"
    elif pooling not in POOLINGS:
        reason = f"its pooling is {pooling!r}"
    return Stack(pooling, _limit(folder, config), dimension, int(config.get("pad_token_id") or 0), reason)


def _limit(folder: Path, config: dict[str, Any]) -> int:
    for name in LIMIT_FILES:
        limit = _read(folder / name, default={}).get("max_seq_length")
        if limit:
            return int(limit)
    positions = config.get("max_position_embeddings", 512)
    if "roberta" in str(config.get("model_type")):
        positions -= 2  # RoBERTa's positions start after its padding id
    stated = _read(folder / "tokenizer_config.json", default={}).get("model_max_length", positions)
    return int(min(positions, stated))  # some tokenizers state 1e30 for "none"


def _pooling(config: dict[str, Any]) -> str:
    modes = config.get("pooling_mode") or [mode for key, mode in LEGACY_POOLING.items() if config.get(key)] or ["mean"]
    return "+".join([modes] if isinstance(modes, str) else modes)


def _read(path: Path, default: Any = None) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if default is not None:
            return default
        raise EncoderUnavailable(f"The model lacks {path}. Save it anew with SentenceTransformer(…).save().") from None
    except (OSError, ValueError) as error:
        raise EncoderUnavailable(f"{path} cannot be read as JSON: {error}. Fetch the model again.") from error
