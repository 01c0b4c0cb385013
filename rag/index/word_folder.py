"""The folder of the word view: sealed with a manifest, opened only when whole, healed from the log. Names no library.

`lexical/` is a tantivy index of the passages live at one generation, with `generation.json` beside its files: the
generation, and the SHA-256 of every file. A folder is used only when all of it matches and that generation is one the
log knows; it is then exactly what the log said at that generation, so catching up never adds a passage twice. Anything
else (torn, stale beyond recognition, tampered with) is built anew from the log.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import IndexDamaged
from rag.index import reads
from rag.index.files import TEMPORARY, remove, sha256_of_file, sync_folder, write_atomically
from rag.index.lexical import FORMAT, Part, ViewUnusable, WordView, new_index, open_index, write
from rag.index.log import Log
from rag.index.reads import PassageText
from rag.protocols import Progress

FOLDER = "lexical"
MANIFEST = "generation.json"
META = "meta.json"  # tantivy's own: which segments there are

_SEGMENT_NAME = 32  # characters of a segment's id, which its files' names start with


class WordFolder:
    """The folder `lexical/` of one index. Remembers which files it has hashed; threads may share it."""

    def __init__(self, index: Path) -> None:
        self.path = index / FOLDER
        self._verified: dict[str, str] = {}

    def open(self, log: Log) -> WordView:
        """Open the folder at the generation it holds.

        Raises:
            ViewUnusable: It is missing, torn, tampered with, or not of this log.
        """
        view, _ = self._open(log)
        return view

    def catch_up(self, log: Log, upto: int) -> None:
        """Bring the folder to generation `upto`, building it anew if need be; the writer's lock must be held.

        Raises:
            OSError: The disk is full or the folder cannot be written.
        """
        try:
            view, index = self._open(log)
            if view.generation > upto:
                raise ViewUnusable(f"it is of generation {view.generation}")
            if view.generation < upto:
                _remove_unused(self.path)
                removed = reads.removed_ids(log, view.generation, upto).tolist()
                write(index, removed, reads.added_texts(log, view.generation, upto))
                self._seal(log, upto)
        except ViewUnusable:
            self.rebuild(log, upto)

    def rebuild(self, log: Log, upto: int, progress: Progress = lambda done, total: None) -> None:
        """Build the folder anew at generation `upto`; the writer's lock must be held.

        Args:
            log: What it is built from.
            upto: The generation.
            progress: Called with passages read and passages in all.

        Raises:
            OSError: The disk is full or the folder cannot be written.
            IndexDamaged: An article cannot be read; the message names it.
        """
        temporary, old = (self.path.with_name(FOLDER + ending + TEMPORARY) for ending in ("", "-old"))
        for path in (temporary, old):
            remove(path)
        temporary.mkdir(parents=True)
        self._verified = {}
        try:
            write(new_index(temporary), [], _counted(reads.added_texts(log, 0, upto), progress, log, upto))
            self._seal(log, upto, temporary)
        except ViewUnusable as error:
            remove(temporary)  # on a full disk, others need the room
            raise OSError(f"{temporary}: {error}") from error
        except (OSError, IndexDamaged):
            remove(temporary)
            raise
        if self.path.exists():
            os.replace(self.path, old)
        os.replace(temporary, self.path)
        sync_folder(self.path.parent)
        remove(old)

    def damage(self) -> str | None:
        """Say what somebody else than a writer has done to the folder, or None; what a crash leaves is not damage.

        A writer that is killed leaves the manifest of the commit before, and the files it names either as they were or
        collected as garbage after `meta.json` had moved on.
        """
        if not self.path.is_dir():
            beside = self.path.parent.glob(FOLDER + "*" + TEMPORARY)
            return None if any(beside) else "is missing"  # killed between the two renames of a rebuild
        try:
            manifest = json.loads((self.path / MANIFEST).read_bytes())
            moved_on = _meta(self.path) != manifest["meta"]
            if moved_on and not _follows(self.path, json.loads(manifest["meta"])):
                return f"{META} is not what was written"
            for name, digest in manifest["files"].items():
                if (self.path / name).exists():
                    if sha256_of_file(self.path / name) != digest:
                        return f"{name} is not what was written: its SHA-256 differs"
                elif not moved_on:
                    return f"{name} is missing"
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            return f"cannot be read: {error}"
        return None

    def _open(self, log: Log) -> tuple[WordView, Any]:
        try:
            before = (self.path / MANIFEST).read_bytes()
            manifest = json.loads(before)
            generation = self._verify(log, manifest)
            index = open_index(self.path)
            searcher = index.searcher()
            if (self.path / MANIFEST).read_bytes() != before or _meta(self.path) != manifest["meta"]:
                raise ViewUnusable("it changed while it was opened")
            segments = json.loads(manifest["meta"])["segments"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ViewUnusable(f"it cannot be read: {error}") from error
        if searcher.num_docs != reads.totals(log, generation).n_passages:
            raise ViewUnusable(f"it holds {searcher.num_docs} passages")
        part = Part(index.schema, searcher, any(segment["deletes"] for segment in segments))
        return WordView(generation, part, generation), index

    def _verify(self, log: Log, manifest: dict[str, Any]) -> int:
        """Check the log and the hash of every file before tantivy reads any of them; return the generation."""
        generation = int(manifest["generation"])
        if manifest["format"] != FORMAT:
            raise ViewUnusable(f"its format is {manifest['format']}")
        if reads.committed_at(log, generation) != manifest["committed_at"]:
            raise ViewUnusable(f"the log knows no such generation {generation}")
        if _meta(self.path) != manifest["meta"]:
            raise ViewUnusable(f"{META} is not what was written")
        for name, digest in manifest["files"].items():
            if self._verified.get(name) == digest:
                continue  # segment files are written once under names of their own
            if sha256_of_file(self.path / name) != digest:
                raise ViewUnusable(f"{name} is not what was written")
            self._verified[name] = digest
        if set(_segment_files(self.path)) != set(manifest["files"]):
            raise ViewUnusable("its files are not those that were written")
        return generation

    def _seal(self, log: Log, generation: int, folder: Path | None = None) -> None:
        """Record the generation and the hash of every file, once they are all on the disk."""
        folder = folder or self.path
        files = {}
        for name in _segment_files(folder):
            files[name] = self._verified.get(name) or sha256_of_file(folder / name)
        self._verified = dict(files)
        manifest = {
            "format": FORMAT,
            "generation": generation,
            "committed_at": reads.committed_at(log, generation),
            "meta": _meta(folder),
            "files": files,
        }
        write_atomically(folder / MANIFEST, json.dumps(manifest, indent=1).encode())


def _counted(
    batches: Iterator[list[PassageText]], progress: Progress, log: Log, upto: int
) -> Iterator[list[PassageText]]:
    n_done, n_passages = 0, reads.totals(log, upto).n_passages
    for batch in batches:
        progress(n_done, n_passages)
        yield batch
        n_done += len(batch)


def _meta(folder: Path) -> str:
    return (folder / META).read_text(encoding="utf-8")


def _segment_files(folder: Path) -> list[str]:
    """Name the files of the segments in use; others wait to be collected as garbage."""
    meta = json.loads(_meta(folder))
    deletes = {s["segment_id"].replace("-", ""): s["deletes"] for s in meta["segments"]}
    names = []
    for path in folder.iterdir():
        segment, _, ending = path.name.partition(".")
        if segment in deletes and (
            not ending.endswith("del") or (deletes[segment] and ending == f"{deletes[segment]['opstamp']}.del")
        ):
            names.append(path.name)
    return sorted(names)


def _remove_unused(folder: Path) -> None:
    """Delete what no segment in use owns: garbage, and a killed writer's files, which the next would trip over."""
    used = set(_segment_files(folder))
    for path in folder.iterdir():
        if len(path.name.partition(".")[0]) == _SEGMENT_NAME and path.name not in used:
            remove(path)


def _follows(folder: Path, before: dict[str, Any]) -> bool:
    """Tell whether tantivy has written `meta.json` after `before`, with all the segments it names."""
    now = json.loads(_meta(folder))
    present = {path.name.partition(".")[0] for path in folder.iterdir()}
    named = {segment["segment_id"].replace("-", "") for segment in now["segments"]}
    return bool(now["schema"] == before["schema"] and now["opstamp"] >= before["opstamp"] and named <= present)
