"""The fault campaigns in a short form; `make faults` runs them whole."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(module, *args):
    done = subprocess.run(
        [sys.executable, "-m", module, *args], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.skipif(
    shutil.which("cc") is None and os.environ.get("RAG_REQUIRE_BROWSER") != "1", reason="a C compiler is needed"
)
def test_a_writer_killed_or_failed_at_any_call_leaves_the_old_or_the_new_generation():
    code, told = run("benchmarks.faults.campaign", "--every", "37")
    assert "FAULT" not in told
    assert code == 0
    rows = re.findall(r"(\d+) calls +(\d+) tried", told)
    assert len(rows) == 56  # seven operations in eight ways
    assert all(int(calls) >= 10 and int(tried) >= 1 for calls, tried in rows)  # the seam sees the calls


def test_a_flipped_bit_or_a_cut_is_healed_or_reported():
    code, told = run("benchmarks.faults.damage", "--flips", "4")
    assert "FAULT" not in told
    assert code == 0
    assert re.search(r"articles\.db .*\b(refused|reported)", told)
    assert re.search(r"vectors-1\.faiss .*healed", told)
