"""`manifest.json` of an export: what it is of, and the digest of every file. Knows nothing of what is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import ExportError, SchemaUnsupported
from rag.index.files import TEMPORARY, sha256_of_file
from rag.index.reads import Totals
from rag.types import EncoderIdentity

MANIFEST = "manifest.json"
EARLIER = "earlier-export" + TEMPORARY
"""Folder in which the export that is being replaced stands aside."""
FORMAT: Final = "rag-export"
VERSION: Final = 1  # raise it when an older version could not read what is written
ARTICLES, SENTENCES, PASSAGES, VECTORS = FILES = tuple(
    f"{name}.parquet" for name in ("articles", "sentences", "passages", "vectors")
)
LAST_GENERATION = 2**53  # JSON's integers are exact up to here; no index has ever seen so many changes

_AGAIN = "Copy it again from where it was exported, or run `rag export` there once more."


class ExportedFile(BaseModel):
    """One file: its rows, and the hexadecimal SHA-256 of its bytes."""

    model_config = ConfigDict(frozen=True)

    n_rows: int = Field(ge=0)
    sha256: str


class Manifest(BaseModel):
    """What an export is of: one generation of an index."""

    model_config = ConfigDict(frozen=True)

    format: Literal["rag-export"] = FORMAT
    version: Literal[1] = VERSION
    generation: int = Field(ge=0, le=LAST_GENERATION)
    committed_at: str
    encoder: EncoderIdentity
    files: dict[str, ExportedFile]

    @property
    def n_articles(self) -> int:
        """Articles in it."""
        return self.files[ARTICLES].n_rows

    @property
    def n_passages(self) -> int:
        """Passages in it, each with its vector."""
        return self.files[PASSAGES].n_rows


def write_manifest(folder: Path, totals: Totals, encoder: EncoderIdentity, n_rows: Mapping[str, int]) -> Manifest:
    """Write the manifest of the files in `folder`, and return it.

    Raises:
        OSError: The folder cannot be read or written.
    """
    files = {name: {"n_rows": n_rows[name], "sha256": sha256_of_file(folder / name)} for name in FILES}
    manifest = Manifest.model_validate(
        {"generation": totals.generation, "committed_at": totals.committed_at, "encoder": encoder, "files": files}
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of an export.

    Raises:
        ExportError: It is not there, or no manifest of an export.
        SchemaUnsupported: A newer version wrote it.
    """
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_bytes())
        _check_version(path, data)
        manifest = Manifest.model_validate(data)
        lacking = set(FILES) - set(manifest.files)
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}. {_instead(folder)}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ExportError(f"{path} is no manifest of an export: {where}: {first['msg']}. {_AGAIN}") from error
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{path} is no manifest of an export: {error}. {_AGAIN}") from error
    if lacking:
        raise ExportError(f"{path} is no manifest of an export: it lacks {min(lacking)}. {_AGAIN}")
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its digest, before anything parses it.

    Raises:
        ExportError: One cannot be read or is another one; the message names it.
    """
    for name in FILES:
        path, recorded = folder / name, manifest.files[name]
        try:
            found = sha256_of_file(path)
        except OSError as error:
            raise ExportError(f"{path} cannot be read: {error.strerror}. {_AGAIN}") from error
        if found != recorded.sha256:
            raise ExportError(
                f"{path} is damaged or another file: its SHA-256 is {found[:16]}…, and {MANIFEST} records "
                f"{recorded.sha256[:16]}…. {_AGAIN}"
            )


def _instead(folder: Path) -> str:
    """Say what to do about a folder without a manifest that can be read."""
    if not (folder / EARLIER).is_dir():
        return "Name the folder that `rag export` has written."
    return f"An export to {folder} was cut short; the one before it is in {EARLIER}/. Run `rag export` there once more."


def _check_version(path: Path, data: object) -> None:
    version = data.get("version") if isinstance(data, dict) and data.get("format") == FORMAT else None
    if isinstance(version, int) and version > VERSION:
        raise SchemaUnsupported(
            f"{path} is of version {version}, and this version of rag reads up to {VERSION}. Upgrade rag."
        )
