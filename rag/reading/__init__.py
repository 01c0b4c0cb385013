"""Reading articles: files, folders, feeds and addresses → Article.

`read` takes anything; `read_text` takes pasted text. What each file here does: content.py picks the reader by kind;
text.py, markdown.py, html.py, pdf.py, jsonl.py and feeds.py each know one kind; files.py walks folders; web.py,
fetch.py and addresses.py know the network; decode.py, dates.py and identity.py turn bytes, days and values into an
Article.
Importing this package imports none of the libraries behind them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from rag.errors import ReadError
from rag.reading.fetch import Fetcher
from rag.reading.files import path_articles
from rag.reading.limits import DEFAULT_LIMITS, Limits
from rag.reading.text import read_text
from rag.reading.web import address_articles
from rag.types import Article, Skipped

__all__ = ["ADDRESS", "Limits", "read", "read_text"]

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
"""How a target that is an address, not a path, begins."""


def read(
    target: str | Path, *, allow_private: bool = False, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Article | Skipped]:
    """Read articles from a file, a folder, a page or a feed, one at a time; memory is bounded by `limits`.

    What cannot be read comes as Skipped with where and why, between the articles, and reading goes on. Lines of one
    file that have the same id all come, in their order. A feed's entry whose page cannot be read comes twice: as
    Skipped, and as the article that the feed's own text makes.

    Args:
        target: Path, or address with http:// or https://.
        allow_private: Let addresses be fetched that are not on the public internet.
        limits: Sizes and waits.

    Raises:
        ReadError: There is nothing at the path, or it may not be read. (While iterating, as all below.)
        FetchRefused: The address, or one it redirects to, is not http(s), or is private and that is not allowed.
    """
    name = os.fspath(target)
    if not name or "\0" in name:
        raise ReadError(f"{name!r} is neither a path nor an address; give a file, a folder, or an http(s) address.")
    fetcher = Fetcher(allow_private, limits)
    if ADDRESS.match(name):
        yield from address_articles(name, fetcher)
    else:
        yield from path_articles(Path(name), fetcher)
