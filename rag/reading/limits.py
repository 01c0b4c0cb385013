"""How much of one file, line or response is read. Knows nothing of formats."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep memory and waiting finite whatever is read; larger things are skipped with the reason.

    Attributes:
        line_bytes: Longest line of a `.jsonl` file. The longest article of RealTime QA has 100,000 characters; 16 MiB
            leaves room for a book and is small beside a laptop's memory.
        file_bytes: Largest file that holds one article (or one `.json`), after decompression.
        response_bytes: Largest response, after decompression. News pages are below 5 MB.
        wait_s: Longest wait for a connection, or between two pieces of a response, in seconds.
        fetch_s: Longest time one address may take, redirects included, in seconds: stops a server that drips.
        redirects: Redirects followed from one address; browsers allow 20, news sites need two or three.
    """

    line_bytes: int = 16 * MIB
    file_bytes: int = 64 * MIB
    response_bytes: int = 20 * MIB
    wait_s: float = 20.0
    fetch_s: float = 60.0
    redirects: int = 8


DEFAULT_LIMITS = Limits()
