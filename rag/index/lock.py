"""One writer at a time. Knows nothing of what is written.

The operating system holds the lock for the open file, so it is released however the process ends, `kill -9` included.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexLocked

_logger = logging.getLogger(__name__)

LOCK_FILE = "writer.lock"
HOLDER_FILE = "writer.pid"

WAIT_S = 1.0
"""How long a writer waits for another one before it gives up."""

VIEWS_WAIT_S = 600.0
"""How long a writer waits for somebody who checks or rebuilds the views; at 1,000,000 passages that takes a minute."""

_VIEWS = "views"  # beside the number of such a process in `writer.pid`

FILE_WAIT_S = 10.0
"""As long as `rag.saved` waits for its file: the work takes milliseconds, on a disk under load sometimes a second."""


@contextmanager
def writer_lock(folder: Path, wait_s: float = WAIT_S, *, for_views: bool = False) -> Iterator[None]:
    """Hold the writer's lock of the index in `folder`; a second holder is refused, in this process or another.

    Args:
        folder: Folder of the index.
        wait_s: How long to wait for a writer.
        for_views: Whether it is for checking or rebuilding views alone: a writer waits until that is done.

    Raises:
        IndexLocked: It is held for longer than can be waited; the message names the folder and the process.
        OSError: The folder cannot be written.
    """
    lock = FileLock(folder / LOCK_FILE, thread_local=False)
    _acquire(lock, folder, wait_s)
    holder = folder / HOLDER_FILE
    try:
        holder.write_text(f"{os.getpid()} {_VIEWS}" if for_views else str(os.getpid()), encoding="ascii")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


@contextmanager
def writer_lock_if_free(folder: Path) -> Iterator[bool]:
    """Hold the lock for checking or rebuilding views if nobody holds it, without waiting; yield whether it is held.

    Raises:
        OSError: The folder cannot be written.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(writer_lock(folder, wait_s=0, for_views=True))
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


def _acquire(lock: FileLock, folder: Path, wait_s: float) -> None:
    deadline = time.monotonic() + VIEWS_WAIT_S
    told = False
    while True:
        try:
            lock.acquire(timeout=wait_s, poll_interval=0.02)
        except Timeout as error:
            holder, for_views = _holder(folder)
            if not for_views:
                raise IndexLocked(
                    f"Index {folder} is being written to by {holder}; only one writer can work at a time. "
                    "Wait until it has finished, or stop that process: nothing it has committed is lost."
                ) from error
            busy = f"The search structures of index {folder} are being checked or rebuilt by {holder}"
            if not wait_s or time.monotonic() > deadline:
                raise IndexLocked(f"{busy}. Wait until it has finished, then try again.") from error
            if not told:
                _logger.warning("%s; waiting until it has finished.", busy)
            told = True
        else:
            return


def _holder(folder: Path) -> tuple[str, bool]:
    """Name the process that holds the lock, and tell whether it does so for the views alone."""
    try:
        number, _, purpose = (folder / HOLDER_FILE).read_text(encoding="ascii").partition(" ")
        return f"process {int(number)}", purpose == _VIEWS
    except (OSError, ValueError):
        return "another process", False
