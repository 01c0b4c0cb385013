"""One writer at a time. The only file that names filelock; knows nothing of what is written.

The operating system holds the lock for the open file, so it is released however the process ends, `kill -9` included.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexLocked

LOCK_FILE = "writer.lock"
HOLDER_FILE = "writer.pid"

WAIT_S = 1.0
"""How long a writer waits before it gives up: a reader that heals a small view holds the lock for less than this."""

FILE_WAIT_S = 10.0
"""As long as `rag.saved` waits for its file: the work takes milliseconds, on a disk under load sometimes a second."""


@contextmanager
def writer_lock(folder: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the writer's lock of the index in `folder`; a second holder is refused, in this process or another.

    Raises:
        IndexLocked: Another writer holds it after `wait_s` seconds; the message names the folder and the process.
        OSError: The folder cannot be written.
    """
    lock = FileLock(folder / LOCK_FILE, thread_local=False)
    try:
        lock.acquire(timeout=wait_s, poll_interval=0.02)
    except Timeout as error:
        raise IndexLocked(
            f"Index {folder} is being written to by {_holder(folder)}; only one writer can work at a time. "
            "Wait until it has finished, or stop that process: nothing it has committed is lost."
        ) from error
    holder = folder / HOLDER_FILE
    try:
        holder.write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


@contextmanager
def writer_lock_if_free(folder: Path) -> Iterator[bool]:
    """Hold the lock if nobody does, without waiting; yield whether it is held.

    Raises:
        OSError: The folder cannot be written.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(writer_lock(folder, wait_s=0))
        except IndexLocked:
            held = False
        else:
            held = True
        yield held


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold the lock of one small file while it is read and written anew, after whoever holds it has done so.

    Raises:
        OSError: The file's folder cannot be written, or others have held it for longer than any such work takes.
    """
    try:
        with FileLock(path.with_name(path.name + ".lock"), timeout=FILE_WAIT_S, thread_local=False):
            yield
    except Timeout as error:
        raise TimeoutError(f"another process has held its lock for {FILE_WAIT_S:g} s") from error


def _holder(folder: Path) -> str:
    try:
        return f"process {int((folder / HOLDER_FILE).read_text(encoding='ascii'))}"
    except (OSError, ValueError):
        return "another process"
