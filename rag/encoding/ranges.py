"""The ranges that ship for int8, by the weights they were measured with. Knows files; loads nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).with_name("ranges")
Ranges = dict[str, NDArray[np.float32]]
"""For each tensor that feeds linear layers, by its name: lowest and highest value of every column, (2, width)."""


def ranges_file(weights: str) -> Path:
    """Return where the ranges for weights of this digest stand, or would."""
    return FOLDER / f"{weights.removeprefix('sha256:')[:12]}.npz"


def read_ranges(weights: str) -> Ranges:
    """Read the ranges for weights of this digest.

    Raises:
        FileNotFoundError: None ship for them.
    """
    with np.load(ranges_file(weights), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
