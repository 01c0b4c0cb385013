"""sentence-transformers itself, on any device. The only file that names it, torch or transformers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from rag.errors import EncoderUnavailable
from rag.protocols import Vectors


class TorchNetwork:
    """Any stack of modules, as sentence-transformers runs it."""

    n_workers = 1  # torch spreads one batch over the cores itself

    def __init__(self, folder: Path, precision: str = "fp32", threads: int = 0) -> None:
        """Load the model.

        Args:
            folder: A sentence-transformers model.
            precision: "bf16" computes in bfloat16; anything else in float32 (torch's bfloat16 is slow on CPUs
                without it, and this engine is the reference).
            threads: CPU threads of the process; 0 leaves torch's own choice.

        Raises:
            EncoderUnavailable: The model cannot be loaded.
        """
        if threads:
            torch.set_num_threads(threads)
        self._model = load_model(folder)
        if precision == "bf16":
            self._model = self._model.bfloat16()

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64], tokens: bool) -> tuple[Vectors | None, Vectors]:
        """Run one batch; see `Network.run`."""
        device = self._model.device
        features = {
            "input_ids": torch.from_numpy(ids).to(device),
            "attention_mask": torch.from_numpy(mask).to(device),
        }
        with torch.inference_mode():
            out = self._model(features)
        return (_array(out["token_embeddings"]) if tokens else None), _array(out["sentence_embedding"])


class PooledTransformer(torch.nn.Module):
    """(ids, mask) → (token vectors, pooled unit vector): the part that is converted to OpenVINO."""

    def __init__(self, transformer: torch.nn.Module, pooling: str) -> None:
        super().__init__()
        self.transformer = transformer
        self.pooling = pooling

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return (n, length, dimension) and (n, dimension)."""
        tokens = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(tokens.dtype)
        if self.pooling == "cls":
            pooled = tokens[:, 0]
        elif self.pooling == "max":
            pooled = (tokens + (mask - 1.0) * 1e9).max(dim=1).values
        else:
            pooled = (tokens * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1e-9)
        return tokens, torch.nn.functional.normalize(pooled, p=2.0, dim=1)


def load_module(folder: Path, pooling: str) -> tuple[torch.nn.Module, dict[str, Any]]:
    """Load what is to be converted, and an example of its input (two texts, one padded).

    Raises:
        EncoderUnavailable: The model cannot be loaded.
    """
    model = load_model(folder, device="cpu")
    ids = torch.ones(2, 16, dtype=torch.int64)
    mask = torch.ones(2, 16, dtype=torch.int64)
    mask[1, 10:] = 0
    return PooledTransformer(model[0].auto_model, pooling).eval(), {"input_ids": ids, "attention_mask": mask}


def load_model(folder: Path, device: str | None = None) -> SentenceTransformer:
    """Load a model from files alone, without its library's progress bars.

    Raises:
        EncoderUnavailable: The library cannot load it.
    """
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        with quiet():
            return SentenceTransformer(str(folder), device=device, local_files_only=True).eval()
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        raise EncoderUnavailable(
            f"sentence-transformers cannot load {folder}: {error}. Check that it is a sentence-transformers model."
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' warnings about their own deprecations from users, who can do nothing about them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _array(tensor: torch.Tensor) -> Vectors:
    return tensor.float().cpu().numpy()
