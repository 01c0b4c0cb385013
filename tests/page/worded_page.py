"""The page on a real Rag whose answers a scripted language model words: `python -m tests.page.worded_page`."""

from __future__ import annotations

import re
import tempfile
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from rag.api import Rag
from rag.settings import Settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.llm.conftest import Refuse, Script, Scripted, handler
from tests.test_api import ARTICLES


class Answering(Scripted):
    """Cites the sentence about the meeting for a right and for a made-up statement; fails where it is asked to."""

    def next(self) -> Script:
        prompt = str(self.asked[-1]["messages"][-1]["content"])
        if "fail" in prompt:
            return Refuse(500)
        found = re.search(r'\[(\d+)\] "The meeting with Xi lasted 35 minutes', prompt)
        number = found.group(1) if found else "1"
        return [f"The meeting with Xi lasted 35 minutes [{number}]. ", f"They agreed on <b>Taiwan</b> [{number}]."]


def main() -> None:
    """Serve until interrupted."""
    from app import launch

    model: Any = Answering()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(model))
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(index=Path(folder) / "index", llm="openai:scripted", llm_base_url=address)
        rag = Rag(settings, BagOfWordsEncoder(), WordOverlapEvidence())
        rag.add_articles(ARTICLES)
        launch(rag, port=0)


if __name__ == "__main__":
    main()
