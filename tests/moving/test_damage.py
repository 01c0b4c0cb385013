"""What an import does with files that are cut, changed, swapped or forged: refuse them, and change nothing."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rag.errors import ExportError, SchemaUnsupported
from rag.index import Index
from rag.index.files import sha256_of_file
from rag.moving import export_index, import_index
from tests.damage import empty, flip, truncate
from tests.index.corpus import make_article
from tests.moving.made import FILES, TALKS, build, held

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine")
    build(folder / "index", [*(make_article(i) for i in range(4)), TALKS]).close()
    export_index(folder / "index", folder / "export")
    build(folder / "other", [make_article(9)]).close()
    export_index(folder / "other", folder / "foreign")
    return folder


@pytest.fixture
def export(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine / "export", tmp_path / "export"))


@pytest.fixture
def refused(export: Path, tmp_path: Path) -> Callable[[], str]:
    """Import into an index that exists and into one that does not; return the message after nothing has changed."""
    build(tmp_path / "mine", [make_article(1)]).close()
    before = held(tmp_path / "mine")

    def run() -> str:
        with pytest.raises(ExportError) as caught:
            import_index(tmp_path / "mine", export)
        with pytest.raises(ExportError):
            import_index(tmp_path / "new", export)
        index = Index.open(tmp_path / "mine")
        assert (held(tmp_path / "mine"), index.status().generation, index.check().problems) == (before, 1, ())
        assert not (tmp_path / "new").exists()
        return str(caught.value)

    return run


def reseal(export: Path) -> None:
    """Write the digests of the files as they are now, as a forger would."""
    manifest = json.loads((export / "manifest.json").read_text())
    for name in FILES:
        manifest["files"][name]["sha256"] = sha256_of_file(export / name)
        manifest["files"][name]["n_rows"] = pq.read_metadata(export / name).num_rows
    (export / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (truncate, "is damaged or another file: its SHA-256 is "),
        (flip, "is damaged or another file: its SHA-256 is "),
        (empty, "is damaged or another file: its SHA-256 is e3b0c44298fc1c14…"),
        (Path.unlink, "cannot be read: No such file or directory."),
        (lambda file: (file.unlink(), file.mkdir()), "cannot be read: Is a directory."),
    ],
)
def test_a_damaged_file_is_named(
    refused: Callable[[], str], export: Path, name: str, damage: Callable[[Path], Any], reason: str
):
    damage(export / name)
    message = refused()
    assert message.startswith(f"{export / name} {reason}")
    assert message.endswith("Copy it again from where it was exported, or run `rag export` there once more.")


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_export_is_named(refused: Callable[[], str], pristine: Path, export: Path, name: str):
    shutil.copy(pristine / "foreign" / name, export / name)
    assert refused().startswith(f"{export / name} is damaged or another file")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [truncate, lambda file: file.write_bytes(b"PAR1 no Parquet PAR1")])
def test_a_file_that_is_no_parquet_is_named_though_its_digest_is_right(
    refused: Callable[[], str], export: Path, name: str, damage: Callable[[Path], Any]
):
    good = pq.read_metadata(export / name).num_rows
    damage(export / name)
    manifest = json.loads((export / "manifest.json").read_text())
    manifest["files"][name] = {"n_rows": good, "sha256": sha256_of_file(export / name)}
    (export / "manifest.json").write_text(json.dumps(manifest))
    assert refused().startswith(f"{export / name} is not what `rag export` writes: ")


def edited(change: Callable[[Rows], Any]) -> Callable[[pa.Table], pa.Table]:
    """Change the rows of a table and keep its columns."""

    def edit(table: pa.Table) -> pa.Table:
        rows = table.to_pylist()
        change(rows)
        return pa.Table.from_pylist(rows, table.schema)

    return edit


def with_value(row: int, **values: object) -> Callable[[pa.Table], pa.Table]:
    return edited(lambda rows: rows[row].update(values))


def with_column(name: str, values: pa.Array) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(table.column_names.index(name), table.schema.field(name), values)


ARTICLES, SENTENCES, PASSAGES, VECTORS = FILES


@pytest.mark.parametrize(
    ("name", "edit", "reason"),
    [
        (ARTICLES, with_value(0, text="Another."), "the text of article 'article-000' has digest sha256:"),
        (ARTICLES, edited(lambda rows: rows.reverse()), "article 'article-003' follows 'talks': ids must ascend"),
        (ARTICLES, edited(lambda rows: rows.insert(1, rows[0])), "article 'article-000' follows 'article-000'"),
        (ARTICLES, edited(list.pop), "sentences.parquet is not what `rag export` writes: article 'talks' is not in"),
        (ARTICLES, with_column("published", pa.array([10**7] * 5, pa.int32()).cast(pa.date32())), "out of range"),
        (ARTICLES, with_column("text", pa.array([b"\xff"] * 5).view(pa.string())), "'utf-8' codec can't decode"),
        (ARTICLES, lambda table: table.drop_columns("digest"), "its columns are not those of an export"),
        (ARTICLES, lambda table: table.append_column("x", table["id"]), "its columns are not those of an export"),
        (ARTICLES, lambda table: table.slice(0, 0), "sentences.parquet is not what"),
        (SENTENCES, with_value(0, end=0), "sentence 0 is [0, 0) in a text of"),
        (SENTENCES, with_value(3, end=10**6), "sentence 3 is ["),
        (SENTENCES, with_value(1, start=3), "sentence 1 starts at 3, before sentence 0 ends at"),
        (SENTENCES, edited(lambda rows: rows.pop(1)), "row 2 of article 'article-000' stands where 1 should"),
        (SENTENCES, with_value(0, article_id="nobody"), "row 1 of article 'article-000' stands where 0 should"),
        (PASSAGES, with_value(0, last=9), "passage 0 names sentences 0 to 9 of 4"),
        (PASSAGES, with_value(0, end=10**6), "passage 0 is [0, 1000000), which exceeds its sentences 0 to 3"),
        (PASSAGES, edited(list.pop), "vectors.parquet is not what `rag export` writes: its rows are not those of pass"),
        (VECTORS, edited(list.pop), "its rows are not those of passages.parquet"),
        (VECTORS, with_value(0, vector=[0.5] * 64), "the vector of passage 0 has length 4.0000, not 1"),
        (VECTORS, with_value(0, vector=[math.nan] * 64), "the vector of passage 0 has length nan, not 1"),
        (VECTORS, with_value(0, vector=[1e30] * 64), "the vector of passage 0 has length inf, not 1"),
        (VECTORS, lambda table: table.drop_columns("vector"), "its columns are not those of an export"),
    ],
)
def test_a_forged_file_is_refused_with_the_reason(
    refused: Callable[[], str], export: Path, name: str, edit: Callable[[pa.Table], pa.Table], reason: str
):
    table = edit(pq.read_table(export / name))
    pq.write_table(table, export / name)
    reseal(export)
    message = refused()
    assert reason in message
    assert message.startswith(f"{export}/")
    assert message.endswith("Run it again where the index is, and import that.")


def test_row_groups_that_do_not_match_are_refused(refused: Callable[[], str], export: Path):
    pq.write_table(pq.read_table(export / ARTICLES), export / ARTICLES, row_group_size=2)
    reseal(export)
    assert "sentences.parquet is not what" in refused()
    pq.write_table(pq.read_table(export / ARTICLES), export / ARTICLES)
    pq.write_table(pq.read_table(export / PASSAGES), export / PASSAGES, row_group_size=4)
    reseal(export)
    assert "its rows are not those of passages.parquet" in refused()


def test_vectors_of_another_dimension_are_not_those_of_the_manifest(refused: Callable[[], str], export: Path):
    manifest = json.loads((export / "manifest.json").read_text())
    assert manifest["encoder"]["dimension"] == 64
    table = pq.read_table(export / VECTORS)
    short = pa.array([row[:32] for row in table["vector"].to_pylist()], pa.list_(pa.float32(), 32))
    pq.write_table(table.set_column(2, "vector", short), export / VECTORS)
    reseal(export)
    assert f"{VECTORS} is not what `rag export` writes: its columns" in refused()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is no manifest of an export: Expecting property name"),
        ("[]", "is no manifest of an export: : Input should be a valid dictionary"),
        ("[" * 100_000, "is no manifest of an export: "),
        ('{"format": "parquet"}', "is no manifest of an export: format: Input should be 'rag-export'"),
        ("\xff", "is no manifest of an export: 'utf-8' codec can't decode"),
    ],
)
def test_what_is_no_manifest_is_refused(refused: Callable[[], str], export: Path, content: str, reason: str):
    (export / "manifest.json").write_bytes(content.encode("latin-1"))
    assert refused().startswith(f"{export / 'manifest.json'} {reason}")


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("generation", -1, "generation: Input should be greater than or equal to 0"),
        ("generation", 2**60, "generation: Input should be less than or equal to"),
        ("encoder", {"model": "x"}, "encoder.weights: Field required"),
        ("files", {}, "it lacks articles.parquet"),
        ("version", "one", "version: Input should be 1"),
    ],
)
def test_a_manifest_with_a_wrong_value_is_refused_by_its_name(
    refused: Callable[[], str], export: Path, key: str, value: object, reason: str
):
    manifest = json.loads((export / "manifest.json").read_text())
    (export / "manifest.json").write_text(json.dumps(manifest | {key: value}))
    assert f"manifest.json is no manifest of an export: {reason}" in refused()


def test_a_folder_without_an_export_is_refused(tmp_path: Path):
    with pytest.raises(ExportError) as caught:
        import_index(tmp_path / "new", tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}/manifest.json cannot be read: No such file or directory. "
        "Name the folder that `rag export` has written."
    )


def test_an_export_of_a_newer_version_says_what_to_do(export: Path, tmp_path: Path):
    manifest = json.loads((export / "manifest.json").read_text())
    (export / "manifest.json").write_text(json.dumps(manifest | {"version": 2, "new": True}))
    with pytest.raises(SchemaUnsupported, match=r"is of version 2, .* reads up to 1\. Upgrade rag\."):
        import_index(tmp_path / "new", export)
