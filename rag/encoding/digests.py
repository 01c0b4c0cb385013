"""SHA-256 of large files, remembered between processes. Knows files only, not what they hold."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def file_digest(path: Path, cache: Path) -> str:
    """Return `sha256:…` of a file, from memory where path, size and time of change are as they were.

    Hashing 90 MB takes 0.05 s where the CPU has SHA instructions and five times that elsewhere, at the start of every
    command. The digest guards against the wrong model, a torn copy and a bad download, all of which change size or
    time; whoever can write beside the file without changing either could as well change this program.

    Raises:
        OSError: The file cannot be read.
    """
    stat = path.stat()
    where = str(path.resolve())
    seen = {"path": where, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    memo = cache / "digests" / f"{hashlib.sha256(os.fsencode(where)).hexdigest()[:32]}.json"
    with suppress(OSError, ValueError, TypeError, KeyError):  # no memo, or not one of ours: hash the file
        known = json.loads(memo.read_text("utf-8"))
        if {name: known[name] for name in seen} == seen:
            return str(known["digest"])
    with path.open("rb") as file:
        digest = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
    with suppress(OSError):  # a cache that cannot be written costs time, not correctness
        memo.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(memo, json.dumps(seen | {"digest": digest}))
    return digest


def joint_digest(root: Path, paths: Sequence[Path], cache: Path) -> str:
    """Return the digest of one file as it is, or of several as `sha256:…` over their names and digests."""
    if len(paths) == 1:
        return file_digest(paths[0], cache)
    lines = [f"{path.relative_to(root).as_posix()} {file_digest(path, cache)}\n" for path in sorted(paths)]
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write `text` so that a reader finds the old content or the new one, never a part.

    Raises:
        OSError: The folder cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
