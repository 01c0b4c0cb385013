"""Several users ask at once over HTTP: `python -m benchmarks.users INDEX [--users 10] [--seconds 60]`.

Starts `rag serve --no-page` on the index in a process of its own; each user asks one question of RealTime QA 2023 H1
after another. Prints how many were answered, errors, and the time to an answer.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from typing import Any

import httpx
import numpy as np

from rag.evaluation import data_folder


def main() -> None:
    """Serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index")
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    data = data_folder() / "realtimeqa-2023h1" / "questions.jsonl"
    questions = [json.loads(line)["question"] for line in data.read_text(encoding="utf-8").splitlines()]
    command = [sys.executable, "-c", "from rag.cli import main; main()", "serve", "--no-page", "--port", "7990"]
    environment = {**os.environ, "RAG_RATE_LIMIT": "0", "RAG_LOG_FORMAT": "json"}
    with subprocess.Popen(
        [*command, "--index", options.index],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as server:
        try:
            assert server.stdout is not None
            address = re.search(r"(http://\S+?)/api", server.stdout.readline()).group(1)  # type: ignore[union-attr]
            httpx.post(f"{address}/api/ask", json={"question": questions[0]}, timeout=60)
            print(json.dumps(load(address, questions, options.users, options.seconds)))
        finally:
            server.terminate()


def load(address: str, questions: list[str], n_users: int, seconds: float) -> dict[str, Any]:
    """Let every user ask until the time is over, and return the figures."""
    ends, times, errors = time.monotonic() + seconds, [], []

    def user(number: int) -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            at = number * 71
            while time.monotonic() < ends:
                began = time.perf_counter()
                try:
                    client.post("/api/ask", json={"question": questions[at % len(questions)]}).raise_for_status()
                    times.append((time.perf_counter() - began) * 1000)
                except httpx.HTTPError as error:  # a status, a timeout, a connection that broke
                    errors.append(error)
                at += 1

    users = [threading.Thread(target=user, args=(number,)) for number in range(n_users)]
    for one in users:
        one.start()
    for one in users:
        one.join()
    return {
        "users": n_users,
        "answers": len(times),
        "errors": len(errors),
        "answers_per_s": round(len(times) / seconds, 2),
        "p50_ms": round(statistics.median(times)) if times else None,
        "p95_ms": round(float(np.percentile(times, 95))) if times else None,
    }


if __name__ == "__main__":
    main()
