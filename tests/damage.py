"""Ways to damage a file."""

from __future__ import annotations

import os
from pathlib import Path


def truncate(file: Path) -> None:
    """Cut off the second half."""
    os.truncate(file, file.stat().st_size // 2)


def flip(file: Path) -> None:
    """Flip one bit in the middle."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0x10
    file.write_bytes(data)


def empty(file: Path) -> None:
    """Leave the name only."""
    file.write_bytes(b"")
