"""The cache of converted networks: made once, written whole, checked before each use. Knows files, not engines."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from rag.encoding.digests import file_digest
from rag.encoding.location import ModelFolder
from rag.encoding.stack import Stack
from rag.errors import EncoderUnavailable

CONVERTER = 1  # raise it when what is converted changes, so that older caches are left aside
FILES = ("model.xml", "model.bin")


def converted(
    folder: ModelFolder, stack: Stack, cache: Path, version: str, convert: Callable[[Path], None], form: str = "float"
) -> Path:
    """Return the converted network of a model, converting it where the cache lacks a whole one.

    Args:
        folder: The model.
        stack: What its files say.
        cache: `Settings.cache`.
        version: The engine's version; another one converts anew.
        convert: Writes `model.xml` and `model.bin`, given the path of the first.
        form: What the network was turned into: "float", or "int8" with the digest of its ranges.

    Returns:
        Path of `model.xml`.

    Raises:
        EncoderUnavailable: The cache cannot be written.
    """
    config = hashlib.sha256((folder.path / "config.json").read_bytes()).hexdigest()
    key = f"{folder.weights}|{config}|{stack.pooling}|{version}|{CONVERTER}" + (f"|{form}" if form != "float" else "")
    target = cache / "openvino" / hashlib.sha256(key.encode()).hexdigest()[:32]
    if not _whole(target, cache):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(target.with_suffix(".lock")):  # two processes that start at once convert once
                if not _whole(target, cache):
                    _make(target, convert)
        except OSError as error:
            raise EncoderUnavailable(
                f"The converted encoder cannot be written to {target}: {error}. "
                "Set RAG_CACHE to a folder that can be written, or RAG_ENGINE=torch."
            ) from error
    return target / FILES[0]


def _make(target: Path, convert: Callable[[Path], None]) -> None:
    building = Path(tempfile.mkdtemp(dir=target.parent, prefix="building-"))
    try:
        convert(building / FILES[0])
        digests = {}
        for name in FILES:
            with (building / name).open("rb+") as file:
                digests[name] = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
        (building / "manifest.json").write_text(json.dumps(digests, indent=1), "utf-8")
        shutil.rmtree(target, ignore_errors=True)  # a damaged one
        os.replace(building, target)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _whole(target: Path, cache: Path) -> bool:
    """Tell whether every file is there with the digest that was recorded when it was made."""
    try:
        recorded = json.loads((target / "manifest.json").read_text("utf-8"))
        return all(file_digest(target / name, cache) == recorded[name] for name in FILES)
    except (OSError, ValueError, KeyError, TypeError):
        return False
