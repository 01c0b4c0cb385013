"""Indexes as earlier versions wrote them: `schema-<n>.sql` is what the last version with schema n made, dumped.

Two generations of six invented articles: two that are copies of one story, one updated, one removed, in the vectors of
`BagOfWordsEncoder()`. Never written anew: what they hold is what is on readers' disks.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

OLDER = (1, 2, 3, 4)


def restore(schema: int, folder: Path) -> Path:
    """Make the index of an earlier schema in `folder`, without its views, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / "articles.db")) as connection:
        connection.executescript(Path(__file__).with_name(f"schema-{schema}.sql").read_text("utf-8"))
    return folder
