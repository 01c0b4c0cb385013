"""A server that speaks OpenAI's form and says what a test has scripted: real client libraries talk to it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from rag.api import Rag
from rag.settings import Settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.test_api import ARTICLES


@dataclass(frozen=True)
class Stall:
    """Say nothing for so long."""

    seconds: float


@dataclass(frozen=True)
class Drop:
    """Cut the connection in the middle of the reply."""


@dataclass(frozen=True)
class Refuse:
    """Answer with an error instead."""

    status: int


Script = list[str | Stall | Drop] | Refuse


@dataclass
class Scripted:
    """What it says next, in order, and what it was asked. The last script is said again and again."""

    scripts: list[Script] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""

    def says(self, *scripts: Script | str) -> None:
        self.scripts = [[script] if isinstance(script, str) else script for script in scripts]

    def next(self) -> Script:
        return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    def prompt(self, n: int = -1) -> str:
        return str(self.asked[n]["messages"][-1]["content"])


def handler(scripted: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # a reply in chunks: a client can tell one that ends from one that is cut off

        def log_message(self, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            scripted.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            script = scripted.next()
            if isinstance(script, Refuse):
                body = json.dumps({"error": {"message": "the server is on fire", "type": "server_error"}}).encode()
                self.send_response(script.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            self.end_headers()
            with suppress(OSError):  # the client has given up
                self._stream(script)

        def _stream(self, script: list[str | Stall | Drop]) -> None:
            about = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
            for piece in script:
                if isinstance(piece, Drop):
                    return
                if isinstance(piece, Stall):
                    time.sleep(piece.seconds)
                    continue
                choice = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}
                self._send({**about, "choices": [choice]})
            self._send({**about, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self._write(b"data: [DONE]\n\n")
            self._write(b"")

        def _send(self, data: dict[str, Any]) -> None:
            self._write(f"data: {json.dumps(data)}\n\n".encode())

        def _write(self, chunk: bytes) -> None:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.flush()

    return Handler


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    made = Scripted()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(made))
    made.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def worded(scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rag]:
    """Make a Rag whose answers the scripted server words."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def make(**settings: object) -> Rag:
        chosen = {"llm": "openai:scripted", "llm_base_url": scripted.address, "llm_patience_s": 10, **settings}
        rag = Rag(
            Settings(index=tmp_path / "index", **chosen),  # type: ignore[arg-type]
            BagOfWordsEncoder(),
            WordOverlapEvidence(),
        )
        if not rag.exists:
            rag.add_articles(ARTICLES)
        return rag

    return make
