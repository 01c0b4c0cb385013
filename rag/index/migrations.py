"""The schema of `articles.db`, as numbered steps. Knows SQL text only; `log` runs it.

`PRAGMA user_version` is the number of the last step that ran. A step is never edited once released: add another.
"""

from __future__ import annotations

APPLICATION_ID = 0x52414731  # "RAG1": lets `file` and other tools recognise the database

MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (
        # The encoder in force from a generation on.
        "CREATE TABLE encoders (since INTEGER PRIMARY KEY, identity TEXT NOT NULL)",
        # One row for each committed change, with the totals after it.
        """CREATE TABLE generations (
            generation INTEGER PRIMARY KEY,
            committed_at TEXT NOT NULL,
            n_articles INTEGER NOT NULL,
            n_passages INTEGER NOT NULL,
            n_sentences INTEGER NOT NULL,
            n_characters INTEGER NOT NULL
        )""",
        # The long columns come last: reading a date must not walk through the text's overflow pages.
        """CREATE TABLE articles (
            row INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            added INTEGER NOT NULL,
            removed INTEGER,
            published TEXT,
            source TEXT,
            url TEXT,
            origin TEXT,
            section TEXT,
            digest TEXT NOT NULL,
            authors TEXT NOT NULL,
            title TEXT NOT NULL,
            sentences BLOB NOT NULL,
            text TEXT NOT NULL
        )""",
        # AUTOINCREMENT: ids only grow and are never used twice, so "larger than" means "later than".
        """CREATE TABLE passages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            article INTEGER NOT NULL REFERENCES articles (row),
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            start INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            key BLOB NOT NULL,
            added INTEGER NOT NULL,
            removed INTEGER
        )""",
        # Apart from passages, whose scans then touch a tenth of the pages.
        "CREATE TABLE vectors (passage INTEGER PRIMARY KEY REFERENCES passages (id), vector BLOB NOT NULL)",
        """CREATE TABLE checkpoints (
            generation INTEGER PRIMARY KEY,
            file TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            n_vectors INTEGER NOT NULL,
            created TEXT NOT NULL
        )""",
        "CREATE UNIQUE INDEX articles_active ON articles (id) WHERE removed IS NULL",
        "CREATE INDEX articles_id ON articles (id)",
        "CREATE INDEX articles_url ON articles (url)",
        "CREATE INDEX articles_origin ON articles (origin)",
        "CREATE INDEX articles_digest ON articles (digest)",
        "CREATE INDEX articles_published ON articles (published)",
        "CREATE INDEX articles_source ON articles (source)",
        "CREATE INDEX passages_article ON passages (article)",
        "CREATE INDEX passages_added ON passages (added)",
        "CREATE INDEX passages_removed ON passages (removed) WHERE removed IS NOT NULL",
        "CREATE INDEX passages_key ON passages (key)",
    ),
    2: (
        # A text goes by the row of the first article that had it; equal texts, whatever their ids, are one.
        "CREATE TABLE texts (article INTEGER PRIMARY KEY REFERENCES articles (row), text INTEGER NOT NULL)",
        "CREATE INDEX texts_text ON texts (text)",
        """CREATE TABLE bands (
            key INTEGER NOT NULL,
            text INTEGER NOT NULL REFERENCES articles (row),
            PRIMARY KEY (key, text)
        ) WITHOUT ROWID""",
        # Each pair twice, one way and the other. What two texts are to each other never changes: rows only come.
        """CREATE TABLE copies (
            text INTEGER NOT NULL REFERENCES articles (row),
            copy INTEGER NOT NULL REFERENCES articles (row),
            PRIMARY KEY (text, copy)
        ) WITHOUT ROWID""",
    ),
    3: (
        # A digest of an article's row, passages and vectors: nothing else sees a bit that flips within a value.
        "CREATE TABLE seals (article INTEGER PRIMARY KEY REFERENCES articles (row), seal BLOB NOT NULL)",
    ),
    4: (
        # All that a limit in time or source asks of 1,000,000 passages: 30 MB of index, not the pages the texts lie in.
        "DROP INDEX passages_article",
        "CREATE INDEX passages_article ON passages (article, added, removed)",
        "DROP INDEX articles_source",
        "CREATE INDEX articles_source ON articles (source, published, added, removed)",
    ),
    5: (
        # A text is stored by the first article that has it; the others' is empty, and found by the digest. Where the
        # texts of one digest differ, one is damaged, and each article keeps what it has.
        """UPDATE articles SET text = ''
            WHERE row > (SELECT min(other.row) FROM articles other WHERE other.digest = articles.digest)
            AND digest IN (
                SELECT digest FROM articles
                WHERE digest IN (SELECT digest FROM articles GROUP BY digest HAVING count(*) > 1)
                GROUP BY digest HAVING min(text) = max(text)
            )""",
        # Those that hold a text: without it, each of a thousand copies goes through the others to find the one.
        "CREATE INDEX articles_text ON articles (digest) WHERE text != ''",
    ),
}

VERSION = max(MIGRATIONS)
