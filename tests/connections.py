"""Watches which connections to the log are opened, and which of them still are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from rag.index import log


def noted(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """Return a list that every connection to a log enters that is opened from here on."""
    made: list[sqlite3.Connection] = []
    connect = log._connect

    def connected(file: Path) -> sqlite3.Connection:
        made.append(connect(file))
        return made[-1]

    monkeypatch.setattr(log, "_connect", connected)
    return made


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return False
    return True
