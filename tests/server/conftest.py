"""A server on an index with two short articles, whose encoder and evidence model are fakes with meaning."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from rag.api import Rag
from rag.server import create_app
from rag.settings import Settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.test_api import ARTICLES

BASE = "http://127.0.0.1:7860"
TOKEN = "a-token-of-20-chars-"
OTHER_TOKEN = "another-token-of-26-chars-"
PASSWORD = "correct horse"
LOCKED = {"user": "ada", "password": PASSWORD, "tokens": [TOKEN, OTHER_TOKEN]}


def stocked(folder: Path) -> Rag:
    made = Rag(Settings(index=folder / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    made.add_articles(ARTICLES)
    return made


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    """No setting comes from the environment or a rag.toml of whoever runs the tests."""
    for name in Settings.model_fields:
        if name not in ("cache",):
            monkeypatch.delenv(f"RAG_{name.upper()}", raising=False)


@pytest.fixture(scope="module")
def rag(tmp_path_factory) -> Rag:
    """For tests that do not change the index."""
    return stocked(tmp_path_factory.mktemp("server"))


@pytest.fixture
def client(rag) -> Iterator[TestClient]:
    with opened(rag) as client:
        yield client


@contextmanager
def opened(rag: Rag, host: str = "127.0.0.1", **settings: object) -> Iterator[TestClient]:
    """Yield a client of a server with these settings, that has started."""
    app = create_app(rag, Settings(**settings), host)  # type: ignore[arg-type]
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


@contextmanager
def listening(app) -> Iterator[str]:
    """Serve `app` from a thread and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive(), "the server to start")
        assert server.started
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def until(condition: Callable[[], object], what: str, patience_s: float = 20) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {patience_s} s for {what}")
        time.sleep(0.01)
