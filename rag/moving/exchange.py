"""An export in the place of an earlier one: the folder holds one of them, or is refused and the earlier one is kept.

Five files cannot change at one moment. So the earlier export stands aside in `earlier-export.tmp/` while they do: its
manifest goes first and the new one's comes last, and a folder without a manifest is refused.
"""

from __future__ import annotations

from pathlib import Path

from rag.index.files import put_in_place, remove, sync_folder
from rag.moving.manifest import EARLIER, FILES, MANIFEST

_ORDER = (*FILES, MANIFEST)  # in which files come; they go the other way round


def exchange(new: Path, folder: Path) -> None:
    """Move the files of the export in `new` into `folder`; if that fails, an earlier export is there again.

    Raises:
        OSError: The folder cannot be written.
    """
    try:
        if (folder / MANIFEST).exists():
            (folder / EARLIER).mkdir()
            for name in reversed(_ORDER):
                _move(name, folder, folder / EARLIER)
        for name in _ORDER:
            put_in_place(new / name, folder / name)
    finally:
        put_back(folder)


def put_back(folder: Path) -> None:
    """Bring the earlier export back if the one that was to take its place never came to be; then keep nothing aside.

    Raises:
        OSError: The folder cannot be written.
    """
    if not (folder / MANIFEST).exists():
        for name in _ORDER:
            _move(name, folder / EARLIER, folder)
    remove(folder / EARLIER)


def _move(name: str, source: Path, target: Path) -> None:
    """Move a file, if it is there, and flush both folders: a power cut never undoes this and keeps what follows."""
    if (source / name).exists():
        (source / name).replace(target / name)
        sync_folder(target)
        sync_folder(source)
