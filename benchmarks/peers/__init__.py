"""Other libraries as systems of `rag eval`: the same articles, the same encoder weights, the same measures.

Each adapter cuts the articles with its library's own splitter, keeps them in its library's own store and searches with
its library's own search. What is measured is therefore the library as its documentation has one set it up. BM25 alone
and the encoder alone are systems of `rag eval` itself (`--system bm25`, `--system dense`).
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path

from benchmarks.peers.vectors import ChunkVectors
from rag.api import Rag
from rag.errors import MissingExtra, SettingInvalid
from rag.evaluation import SearchSystem

PEERS = ("langchain", "llamaindex", "txtai")
"""Each is a file here with a function `make`."""

INSTALL = "pip install -c constraints.txt -e '.[peers]'"
CACHE = Path(".cache/peers")


def open_peer(name: str, rag: Rag, cache: Path = CACHE, say: Callable[[str], None] = lambda _: None) -> SearchSystem:
    """Cut, encode and store the articles of an index with another library.

    Args:
        name: One of `PEERS`.
        rag: The index; its encoder encodes the chunks and the questions.
        cache: Where the chunks' vectors are kept, so that a second run encodes nothing.
        say: Called as it goes on.

    Raises:
        SettingInvalid: There is no such peer.
        MissingExtra: The library is not installed.
    """
    if name not in PEERS:
        raise SettingInvalid(f"There is no peer {name!r}. Choose one of: {', '.join(PEERS)}.")
    try:
        module = importlib.import_module(f"benchmarks.peers.{name}")
    except ModuleNotFoundError as error:
        raise MissingExtra(f"The peer {name!r} needs {error.name!r}, which is not installed: {INSTALL}") from error
    system: SearchSystem = module.make(rag, ChunkVectors(rag.encoder, cache, name, say))
    return system


def adapter_note(*parts: str) -> str:
    """Join what decides a peer's predictions, with a digest of this package: a resumed run mixes no two adapters."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return ", ".join((*parts, f"adapter {total.hexdigest()[:8]}"))
