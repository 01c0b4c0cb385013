"""A processor without AVX512 and bfloat16, as oneDNN's kernels see it: the same vectors, up to rounding.

OpenVINO 2026.4 obeys ONEDNN_MAX_CPU_ISA=AVX2 in the kernels that it has from oneDNN (2026-11-30): in bf16 it finds none
for a softmax and cannot compile; in int8 the vectors differ, by as much as with AVX512 but without VNNI (cosine 0.997);
in fp32 by rounding alone. What is OpenVINO's own goes on using what the processor has, so this is near to a machine
without AVX512, and not one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.encoding import load_encoder
from rag.encoding.choosing import PRECISIONS
from rag.settings import Settings

TEXTS = [
    "The ferry to Eastmoor sailed at noon.",
    "A crane fell into the harbour basin on Tuesday, and nobody was hurt.",
    "Two freighters with grain wait outside the breakwater until divers have seen the wreck.",
    "Apple growers in the Vale fear a late frost.",
    "How many telescopes does the library lend?",
    "The council of Westhaven put off its vote on the new pier for the third time since March.",
    "Nine towns, one river: the bridge that links them turns a hundred.",
    "Rain.",
    "A court ruled that the painting of the lighthouse belongs to the museum, not to the heirs of its keeper. " * 3,
    "Schools stay closed on Friday because of the strike, said Ada Quill, who speaks for the teachers.",
]
# OpenVINO has its compiled graph in the model's cache; one made for another processor is kept out of it.
SCRIPT = """
import sys
import numpy as np
from rag.encoding import load_encoder, openvino_engine
from rag.settings import load_settings
openvino_engine.writable = lambda folder: False
texts = sys.stdin.read().splitlines()
np.save(sys.argv[2], load_encoder(load_settings(), precision=sys.argv[1]).encode(texts))
"""


@pytest.mark.model
@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_processor_without_avx512_gives_nearly_the_same_vectors(
    real_settings: Settings, tmp_path: Path, precision: str
) -> None:
    # OpenVINO goes on reporting bf16, which a processor with AVX2 alone has not: fp32 is what it would take there.
    plain = {"ONEDNN_MAX_CPU_ISA": "AVX2", "RAG_PRECISION": "fp32"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, precision, str(tmp_path / "vectors.npy")],
        input="\n".join(TEXTS), env={**os.environ, **plain, "RAG_CACHE": str(real_settings.cache)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = load_encoder(real_settings, precision=precision).encode(TEXTS)
    assert (np.load(tmp_path / "vectors.npy") * expected).sum(axis=1).min() > 0.99
