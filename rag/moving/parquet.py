"""Articles as rows of Parquet files, there and back. The only file that names pyarrow; knows nothing of an index.

Row group i of each file is about the same articles, so that a large export is written and read a few at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ExportError, MissingExtra
from rag.index import Draft, Span, check_draft
from rag.moving.manifest import ARTICLES, FILES, PASSAGES, SENTENCES, VECTORS, Manifest
from rag.types import Article

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as error:
    raise MissingExtra(
        "rag export and rag import need pyarrow, which is not installed. Install it: pip install 'rag[parquet]'"
    ) from error

GROUP_PASSAGES = 1024
"""Passages of a row group, about: 1 MB of vectors, 12 MB while all its columns are converted (2026-11-25). With four
times as many an export is 1.6 % smaller and takes 80 MB more of memory."""

ARTICLE_FIELDS = ("id", "title", "text", "source", "url", "authors", "published", "section", "origin")
PLACE = ("article_id", "ordinal")


def write(folder: Path, dimension: int, drafts: Iterable[Draft]) -> dict[str, int]:
    """Write the four files into `folder` and return the rows of each.

    Raises:
        OSError: The folder cannot be written.
    """
    n_rows = dict.fromkeys(FILES, 0)
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(pq.ParquetWriter(folder / name, schema, **_options(name)))
            for name, schema in _schemas(dimension).items()
        }
        for group in _groups(drafts):
            for name, table in _tables(group, dimension).items():
                writers[name].write_table(table, row_group_size=max(1, table.num_rows))  # one group, however large
                n_rows[name] += table.num_rows
    return n_rows


def read(folder: Path, manifest: Manifest) -> Iterator[Draft]:
    """Yield the articles of an export, checked, by ascending id.

    Raises:
        ExportError: A file is not what `write` writes; the message names it.
    """
    with ExitStack() as stack:
        files = {}
        for name, schema in _schemas(manifest.encoder.dimension).items():
            with _explained(folder / name):
                files[name] = stack.enter_context(pq.ParquetFile(folder / name))
                if not files[name].schema_arrow.equals(schema):
                    raise ValueError("its columns are not those of an export with this encoder")
                if (n := files[name].metadata.num_rows) != manifest.files[name].n_rows:
                    raise ValueError(f"it has {n} rows, not {manifest.files[name].n_rows}")
        last = None
        for i in range(max(file.num_row_groups for file in files.values())):
            for draft in _drafts(folder, {name: _group(folder / name, file, i) for name, file in files.items()}):
                with _explained(folder / ARTICLES):
                    if last is not None and draft.article.id <= last:
                        raise ValueError(f"article {draft.article.id!r} follows {last!r}: ids must ascend")
                    check_draft(draft, manifest.encoder.dimension)
                last = draft.article.id
                yield draft


def _schemas(dimension: int) -> dict[str, Any]:
    """Return the columns of each file. float32, which all readers of Parquet know; every float16 is one of them."""
    text, number = pa.string(), pa.int32()
    texts = pa.list_(pa.field("element", text, nullable=False))
    vector = pa.list_(pa.field("element", pa.float32(), nullable=False), dimension)
    place = {"article_id": text, "ordinal": number}
    columns = {
        ARTICLES: {
            **{"id": text, "title": text, "text": text, "source": text, "url": text, "authors": texts},
            **{"published": pa.date32(), "section": text, "origin": text, "digest": text},
        },
        SENTENCES: place | {"start": number, "end": number},
        PASSAGES: place | dict.fromkeys(Span._fields, number) | {"key": pa.binary(16)},
        VECTORS: place | {"vector": vector},
    }
    optional = {"source", "url", "published", "section", "origin"}
    return {
        name: pa.schema([pa.field(column, kind, nullable=column in optional) for column, kind in kinds.items()])
        for name, kinds in columns.items()
    }


def _options(name: str) -> dict[str, Any]:
    """Return how a file is compressed: bytes of vectors by their place in the number (674 bytes of 768 in float16)."""
    if name != VECTORS:
        return {"compression": "zstd"}
    streams = {"use_byte_stream_split": ["vector.list.element"], "use_dictionary": ["article_id"]}
    return {"compression": "zstd", **streams}


def _groups(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    group: list[Draft] = []
    n_passages = 0
    for draft in drafts:
        group.append(draft)
        n_passages += len(draft.passages)
        if n_passages >= GROUP_PASSAGES:
            yield group
            group, n_passages = [], 0
    if group:
        yield group


def _tables(drafts: Sequence[Draft], dimension: int) -> dict[str, Any]:
    articles = [draft.article for draft in drafts]
    passages = [passage for draft in drafts for passage in draft.passages]
    spans = [span for draft in drafts for span in draft.sentences]
    place = _places(articles, [len(draft.passages) for draft in drafts])
    columns: dict[str, dict[str, Any]] = {
        ARTICLES: {
            **{name: [getattr(article, name) for article in articles] for name in ARTICLE_FIELDS},
            "digest": [article.digest for article in articles],
        },
        SENTENCES: _places(articles, [len(draft.sentences) for draft in drafts])
        | {"start": [start for start, _ in spans], "end": [end for _, end in spans]},
        PASSAGES: place
        | {name: [getattr(passage, name) for passage in passages] for name in Span._fields}
        | {"key": [key for draft in drafts for key in draft.keys]},
        VECTORS: dict(place),
    }
    schemas = _schemas(dimension)
    flat = np.concatenate([draft.vectors for draft in drafts]).astype(np.float32).reshape(-1)
    kind = schemas[VECTORS].field("vector").type
    columns[VECTORS] |= {"vector": pa.FixedSizeListArray.from_arrays(pa.array(flat), type=kind)}
    return {name: pa.Table.from_pydict(columns[name], schemas[name]) for name in FILES}


def _places(articles: Sequence[Article], counts: Sequence[int]) -> dict[str, list[Any]]:
    ids = [article.id for article, n in zip(articles, counts, strict=True) for _ in range(n)]
    return {"article_id": ids, "ordinal": list(chain.from_iterable(range(n) for n in counts))}


def _group(path: Path, file: Any, number: int) -> Any:
    with _explained(path):
        if number >= file.num_row_groups:
            raise ValueError(f"it has {file.num_row_groups} row groups, and another file of the export has more")
        return file.read_row_group(number)


def _drafts(folder: Path, tables: Mapping[str, Any]) -> Iterator[Draft]:
    """Put the rows of one row group together again."""
    with _explained(folder / SENTENCES):
        spans = list(zip(*_columns(tables[SENTENCES], "start", "end"), strict=True))
        sentences = _rows_of(tables[SENTENCES], tables[ARTICLES])
    with _explained(folder / PASSAGES):
        passages = list(zip(*_columns(tables[PASSAGES], *Span._fields, "key"), strict=True))
        own = _rows_of(tables[PASSAGES], tables[ARTICLES])
    with _explained(folder / VECTORS):
        if not tables[VECTORS].select(PLACE).equals(tables[PASSAGES].select(PLACE)):
            raise ValueError(f"its rows are not those of {PASSAGES}")
        vectors = _matrix(tables[VECTORS]["vector"])
    with _explained(folder / ARTICLES):
        articles = tables[ARTICLES].to_pylist()
    for row in articles:
        digest = row.pop("digest")
        with _explained(folder / ARTICLES):
            article = Article(**row | {"authors": tuple(row["authors"])})
            if article.digest != digest:
                raise ValueError(f"the text of article {article.id!r} has digest {article.digest}, not {digest}")
        rows = own[article.id]
        yield Draft(
            article,
            [spans[i] for i in sentences[article.id]],
            [Span(*passages[i][:-1]) for i in rows],
            [passages[i][-1] for i in rows],
            vectors[rows],
        )


def _columns(table: Any, *names: str) -> list[list[Any]]:
    return [table[name].to_pylist() for name in names]


def _rows_of(table: Any, articles: Any) -> dict[str, list[int]]:
    """Return where in `table` each article's rows are, in their order."""
    rows: dict[str, list[int]] = defaultdict(list)
    for i, (article_id, ordinal) in enumerate(zip(*_columns(table, *PLACE), strict=True)):
        if ordinal != len(rows[article_id]):
            raise ValueError(f"row {ordinal} of article {article_id!r} stands where {len(rows[article_id])} should")
        rows[article_id].append(i)
    strange = set(rows).difference(articles["id"].to_pylist())
    if strange:
        raise ValueError(f"article {min(strange)!r} is not in the same row group of {ARTICLES}")
    return rows


def _matrix(column: Any) -> NDArray[np.float16]:
    array = column.combine_chunks()
    flat: NDArray[np.float32] = array.flatten().to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore"):  # what float16 cannot hold becomes infinite, which is of no unit length
        return flat.reshape(-1, array.type.list_size).astype(np.float16)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Name the file in which something was found that an export does not have."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise ExportError(
            f"{path} is not what `rag export` writes: {error}. Run it again where the index is, and import that."
        ) from error
