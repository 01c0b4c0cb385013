"""The page on a small index behind the server's guard, as `rag serve` puts it there: settings come from RAG_….

Prints where it listens and which number each of its events has. A question that begins with "wait" is answered once
there is a file `go`. A process of its own, since Gradio leaves event loops unclosed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import app as page
from rag.api import Rag
from rag.server import create_app
from rag.server.credentials import page_login
from rag.server.port import free_port
from rag.server.run import address_of, serve
from rag.settings import load_settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.test_api import ARTICLES


class Waiting(Rag):
    """Answers some questions only when it is let."""

    def stream(self, question: str, **given: Any) -> Iterator[Any]:
        while question.startswith("wait") and not Path("go").exists():
            time.sleep(0.05)
        yield from super().stream(question, **given)


def main() -> None:
    """Serve until interrupted."""
    settings = load_settings(index="index")
    rag = Waiting(settings, BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles(ARTICLES)
    app = create_app(rag, settings, page=True)
    given = {"login": page_login(settings), "max_upload": settings.max_upload, "max_waiting": settings.max_waiting}
    page.mount(app, rag, **given)
    events = {str(event.name): number for number, event in page.build_page(rag).fns.items()}
    port = free_port(settings.host, 0)
    told = f"{address_of(settings.host, port)} {json.dumps(events)}"
    serve(app, settings.host, port, behind_proxy=False, opened=lambda: print(told, flush=True))  # noqa: T201


if __name__ == "__main__":
    main()
