"""Which precision is faster on this machine: measured once, remembered in the cache. Knows networks, not engines."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Literal

import numpy as np

from rag.encoding.digests import write_atomically

if TYPE_CHECKING:
    from rag.encoding.text_encoder import Network

GAIN = 1.15
"""How much faster int8 must be to be worth its 0.002 of cosine."""
ROUNDS = 5
BATCH = 8, 256
"""Texts and tokens of the batch that is timed: a full batch of passages."""
HIGHEST_ID = 1000  # token ids of the batch: any that every vocabulary has

Precision = Literal["float", "int8"]
PRECISIONS: tuple[Precision, ...] = ("float", "int8")

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Speeds:
    """What was measured.

    Attributes:
        cpu: The processor, as OpenVINO names it.
        float_texts_per_s: Passages of 256 tokens a second in bf16 or fp32, whichever the machine takes.
        int8_texts_per_s: The same in int8.
        chosen: "int8" or "float".
        float_is: What "float" computes in: "bf16" where the processor has it, else "fp32".
        engine: What both run on.
    """

    cpu: str
    float_texts_per_s: float
    int8_texts_per_s: float
    chosen: Precision
    float_is: str
    engine: str = "openvino"


def speeds_file(cache: Path, key: str) -> Path:
    """Return where what was measured for `key` is remembered."""
    return cache / "engines" / f"{key}.json"


def known_speeds(path: Path) -> Speeds | None:
    """Return what was measured before; None where nothing was, or it cannot be read."""
    with suppress(OSError, ValueError, TypeError):
        return Speeds(**json.loads(path.read_text("utf-8")))
    return None


def measured_speeds(path: Path, cpu: str, float_is: str, load: Callable[[Precision], Network]) -> Speeds:
    """Measure, remember and return how fast "float" and "int8" run: in turns, so that other load touches both.

    Args:
        path: `speeds_file`; where it cannot be written, the next process measures again.
        cpu: The processor's name.
        float_is: What "float" computes in.
        load: Loads the network in a precision.
    """
    ids = np.random.default_rng(0).integers(1, HIGHEST_ID, BATCH).astype(np.int64)
    mask = np.ones_like(ids)
    networks = {name: load(name) for name in PRECISIONS}
    for network in networks.values():
        network.run(ids, mask, tokens=False)  # the first run prepares
    taken: dict[Precision, list[float]] = {name: [] for name in networks}
    for _ in range(ROUNDS):
        for name, network in networks.items():
            began = time.perf_counter()
            network.run(ids, mask, tokens=False)
            taken[name].append(time.perf_counter() - began)
    # A request runs on one stream of the machine's cores, and all of them run at a time.
    rates = {name: BATCH[0] * networks[name].n_workers / median(times) for name, times in taken.items()}
    gain = median(a / b for a, b in zip(taken["float"], taken["int8"], strict=True))
    chosen: Precision = "int8" if gain >= GAIN else "float"
    found = Speeds(cpu, round(rates["float"], 1), round(rates["int8"], 1), chosen, float_is)
    _logger.info(
        "Measured once on this machine: %.0f passages a second in float, %.0f in int8; new indexes take %s.",
        found.float_texts_per_s, found.int8_texts_per_s, found.chosen,
    )  # fmt: skip
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(asdict(found), indent=1))
    return found
