"""`rag serve` as users run it: a process of its own, the shipped models, an index in a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
RAG = [sys.executable, "-c", "from rag.cli import main; main()"]
USER, PASSWORD, TOKEN = "ada", "correct horse", "a-token-of-20-chars-"
PATIENCE_S = 180  # for a process to start and load its models on a machine that does other work


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    index: Path


@contextmanager
def rag_serve(folder: Path) -> Iterator[Served]:
    """Index the starter articles in `folder`, serve them with a login, and yield once questions are answered."""
    index = folder / "index"
    settings = {"RAG_USER": USER, "RAG_PASSWORD": PASSWORD, "RAG_TOKENS": TOKEN, "RAG_INDEX": str(index)}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAG_PORT": "0", **settings}
    subprocess.run([*RAG, "add", str(ROOT / "seeds")], cwd=folder, env=environment, check=True, capture_output=True)
    with (
        (folder / "log.txt").open("w") as log,  # a pipe that nobody reads would fill up and stop the server
        subprocess.Popen(
            [*RAG, "serve"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            found = re.match(r"Ask the news at (\S+)", process.stdout.readline())
            assert found, (folder / "log.txt").read_text()
            _wait_until_ready(found.group(1))
            yield Served(found.group(1), index)
        finally:
            process.terminate()


def _wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while httpx.get(f"{address}/ready").status_code != 200:
        assert time.monotonic() < deadline, f"{address} is not ready after {PATIENCE_S} s"
        time.sleep(0.2)
