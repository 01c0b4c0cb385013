"""Every file-system call of a writer, killed at and failed at; damaged files; asking and adding side by side."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn


def finish(rows: Sequence[dict[str, Any]], told: str, n_faults: int, out: Path | None) -> NoReturn:
    """End a script: write its rows as JSON where `out` names a file, tell what was tried, exit with 1 for any fault."""
    if out:
        out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(f"{told}, {n_faults} faults")
    sys.exit(1 if n_faults else 0)
