"""Files that are either old or new, never half written. Knows nothing of what is in them."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".tmp"
"""Ending of everything that is not in its place yet; whoever holds the writer's lock may delete what ends so."""

_BLOCK_BYTES = 1 << 20  # 1 MiB: larger blocks hash no faster


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk, so that a rename in it outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(temporary: Path, final: Path) -> None:
    """Flush `temporary`, rename it to `final` (replacing that) and flush their folder.

    Raises:
        OSError: The disk is full or the folder cannot be written; `final` is then as it was.
    """
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.replace(final)
    sync_folder(final.parent)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a small file so that readers see the old content or the new, never a part.

    Raises:
        OSError: The disk is full or the folder cannot be written.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    temporary.write_bytes(content)
    put_in_place(temporary, path)


def sha256_of_file(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file, read in blocks.

    Raises:
        OSError: The file cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def remove_temporary(folder: Path) -> None:
    """Delete what a writer that was killed left unfinished. Only the holder of the writer's lock may call this."""
    for path in folder.glob("*" + TEMPORARY):
        remove(path)


def remove(path: Path) -> None:
    """Delete a file or a folder with all in it; what is already gone is fine."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(FileNotFoundError):
            path.unlink()


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files under a folder; 0 for what is not there."""
    if path.is_dir():
        return sum(size_of(child) for child in path.iterdir())
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
