"""Measure the ranges from which the default encoder is put into int8: `python training/calibrate.py`.

Runs `N_TEXTS` passages of the licensed sets (RAG_DATA/evidence) through the float network and writes
rag/encoding/ranges/<first 12 digits of the weights' digest>.npz, or `--out`. About a minute.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from fit_signals import SEED, tell
from reader_pairs import read_records

from rag.encoding import float_network
from rag.encoding.batches import pad
from rag.encoding.location import locate
from rag.encoding.quantisation import measured_ranges
from rag.encoding.ranges import ranges_file
from rag.encoding.stack import read_stack
from rag.encoding.tokens import Tokenizer
from rag.settings import DEFAULT_ENCODER, load_settings

SETS = ("squadshifts-reddit", "squadshifts-amazon", "selqa-dev", "qed-dev", "xquad-en")
N_TEXTS = 300


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, help="write the ranges here, not where the package reads them")
    asked = options.parse_args()
    settings = load_settings()
    folder = locate(DEFAULT_ENCODER, settings.cache)
    stack = read_stack(folder.path)
    rng = np.random.default_rng(SEED)
    texts = [text for name in SETS for text in _drawn(name, N_TEXTS // len(SETS), rng)]
    # Questions are read by the same network: some of the texts are cut to a question's length.
    texts = [text if at % 4 else text[:80] for at, text in enumerate(texts)]
    rows = Tokenizer(folder.path / "tokenizer.json").ids(texts, stack.max_tokens)
    batches = (pad([row], stack.pad_id, stack.max_tokens) for row in rows)
    ranges = measured_ranges(float_network(settings, folder, stack), batches)
    target = asked.out or ranges_file(folder.weights)
    target.parent.mkdir(exist_ok=True)
    np.savez_compressed(target, **ranges)
    tell(f"{len(ranges)} tensors, {target.stat().st_size / 1000:.0f} kB in {target.name}")


def _drawn(name: str, n: int, rng: np.random.Generator) -> list[str]:
    texts = sorted({record["text"] for record in read_records(name)})
    return [texts[at] for at in rng.choice(len(texts), n, replace=False)]


if __name__ == "__main__":
    main()
