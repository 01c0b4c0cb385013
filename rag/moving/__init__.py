"""An index out to a folder of Parquet files, and back in with its vectors: nothing is encoded.

`rag export` and `rag import`. index/README.md documents the files; `manifest` says what they are, `parquet` what is in
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.errors import EncoderMismatch, ExportError, IndexNotFound
from rag.index import Draft, Index, Writer
from rag.index.files import TEMPORARY
from rag.moving.exchange import exchange, put_back
from rag.moving.manifest import Manifest, check_files, read_manifest, write_manifest
from rag.protocols import Progress
from rag.types import AddReport, EncoderIdentity, same_article

__all__ = ["Manifest", "export_index", "import_index"]


def export_index(path: Path, folder: Path, progress: Progress | None = None) -> Manifest:
    """Write the newest generation of the index at `path` to `folder`, which comes into being; return its manifest.

    The files get their names when all of them are written, the manifest last; an earlier export there is replaced, and
    stays where that fails. The same articles, from whatever history, give the same files (of one version of pyarrow).

    Raises:
        IndexNotFound: There is no index at `path`.
        IndexDamaged: An article is not what was added; nothing is exported then.
        ExportError: The folder cannot be written, or is the index itself.
        MissingExtra: pyarrow is not installed.
    """
    from rag.moving import parquet

    if folder.resolve() == path.resolve():
        raise ExportError(
            f"{folder} is the index itself, whose files an export must not mix with. Name another folder."
        )
    with closing(Index.open(path)) as index:
        content = index.content()
        drafts = _told(content.drafts(), content.totals.n_articles, progress)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            put_back(folder)
            with TemporaryDirectory(suffix=TEMPORARY, dir=folder) as name:
                temporary = Path(name)
                n_rows = parquet.write(temporary, content.identity.dimension, drafts)
                manifest = write_manifest(temporary, content.totals, content.identity, n_rows)
                exchange(temporary, folder)
        except OSError as error:
            raise ExportError(
                f"{folder} cannot be written: {error}. Free disk space or correct its permissions."
            ) from error
    return manifest


def import_index(
    path: Path, folder: Path, *, encoder: str | None = None, progress: Progress | None = None
) -> AddReport:
    """Add the articles of an export to the index at `path`, which comes into being; all of them in one generation.

    Each keeps its id; one that the index has under that id is updated, or left alone where it is the same. Every file
    is read through and checked before the index is touched, and a failure leaves it as it was. The generation is at
    least that of the export, so that an answer which was given from there can be verified here.

    Args:
        path: Folder of the index.
        folder: What `export_index` wrote.
        encoder: Name of the encoder that is configured, if one is: an index of another would be of no use.
        progress: Called as articles are committed.

    Raises:
        ExportError: A file is missing, damaged or another one; the message names it.
        SchemaUnsupported: A newer version wrote the export.
        EncoderMismatch: Its vectors are another encoder's.
        IndexLocked: Another process is writing to the index.
        MissingExtra: pyarrow is not installed.
    """
    from rag.moving import parquet

    manifest = read_manifest(folder)
    _check_encoder(path, manifest.encoder, encoder)
    check_files(folder, manifest)
    for _ in parquet.read(folder, manifest):
        pass
    with closing(Index.open_or_create(path, manifest.encoder)) as index, index.writer(manifest.encoder) as writer:
        sorter = _Sorter(writer)
        drafts = _told(parquet.read(folder, manifest), manifest.n_articles, progress)
        generation = writer.commit(sorter.changed(drafts), at_least=manifest.generation)
    return AddReport(tuple(sorter.added), tuple(sorter.updated), tuple(sorter.unchanged), generation=generation)


class _Sorter:
    """Sorts articles into added, updated and unchanged."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.added: list[str] = []
        self.updated: list[str] = []
        self.unchanged: list[str] = []

    def changed(self, drafts: Iterator[Draft]) -> Iterator[Draft]:
        """Pass on what the index does not have."""
        for draft in drafts:
            article = draft.article
            known = self._writer.find(id=article.id)
            if known and same_article(known[0], article):
                self.unchanged.append(article.id)
                continue
            (self.updated if known else self.added).append(article.id)
            yield draft


def _check_encoder(path: Path, exported: EncoderIdentity, configured: str | None) -> None:
    try:
        with closing(Index.open(path)) as index:
            built = index.identity
    except IndexNotFound:
        if configured is None or configured == exported.model:
            return
        raise EncoderMismatch(
            f"The export's vectors are of {exported.model!r} but {configured!r} is configured; vectors of two encoders "
            f"cannot be compared. Set RAG_ENCODER={exported.model}, import, then `rag rebuild --encoder {configured}`."
        ) from None
    if built != exported:
        raise EncoderMismatch(
            f"The export's vectors are of {_named(exported)} but index {path} was built with {_named(built)}; "
            "vectors of two encoders cannot be compared. Import into another folder (--index), or run "
            f"`rag rebuild --encoder {built.model}` where the export was made and export again."
        )


def _named(encoder: EncoderIdentity) -> str:
    return f"{encoder.model!r} ({encoder.precision}, weights {encoder.weights.removeprefix('sha256:')[:8]})"


def _told(drafts: Iterator[Draft], total: int, progress: Progress | None) -> Iterator[Draft]:
    for done, draft in enumerate(drafts, start=1):
        yield draft
        if progress is not None:
            progress(done, total)
