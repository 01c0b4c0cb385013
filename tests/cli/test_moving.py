import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from rag.answer_json import answer_to_json
from rag.api import Rag
from rag.cli.app import app
from rag.settings import Settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.index.corpus import make_article
from tests.moving.made import build

ENCODER = {
    "model": "bag-of-words",
    "weights": "sha256:" + "0" * 64,
    "pooling": "sum",
    "precision": "float",
    "dimension": 64,
    "max_tokens": 64,
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working folder with an index of three articles in `index/`, and no settings in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("RAG_INDEX", "RAG_ENCODER"):
        monkeypatch.delenv(name, raising=False)
    build(tmp_path / "index", [make_article(i) for i in range(3)]).close()
    return tmp_path


@pytest.fixture
def rag():
    """The program on the real facade."""

    def run(*args):
        return CliRunner().invoke(app, list(args), catch_exceptions=False, prog_name="rag")

    return run


def test_exporting_says_what_was_written_where(rag, folder):
    result = rag("export", "backup")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "exported to backup: 3 articles, 3 passages; generation 1\n"
    names = ["articles.parquet", "manifest.json", "passages.parquet", "sentences.parquet", "vectors.parquet"]
    assert sorted(file.name for file in (folder / "backup").iterdir()) == names


def test_exporting_with_json_is_the_manifest_with_its_folder(rag, folder):
    printed = json.loads(rag("export", "backup", "--json").stdout)
    manifest = json.loads((folder / "backup" / "manifest.json").read_text())
    assert printed == {"folder": "backup"} | manifest
    assert (manifest["format"], manifest["version"], manifest["generation"]) == ("rag-export", 1, 1)
    assert manifest["encoder"] == ENCODER
    assert {name: file["n_rows"] for name, file in manifest["files"].items()} == {
        "articles.parquet": 3, "sentences.parquet": 12, "passages.parquet": 3, "vectors.parquet": 3
    }  # fmt: skip


def test_importing_says_what_changed(rag, folder):
    rag("export", "backup")
    first = rag("import", "backup", "--index", "copy")
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == "3 added, 0 updated, 0 unchanged; nothing encoded; generation 1\n"
    again = rag("import", "backup", "--index", "copy")
    assert again.stdout == "0 added, 0 updated, 3 unchanged; nothing encoded; generation 1\n"
    build(folder / "copy", [make_article(1, "Other news. It changed.")]).close()
    assert json.loads(rag("import", "backup", "--index", "copy", "--json").stdout) == {
        "added": [],
        "updated": ["article-001"],
        "unchanged": ["article-000", "article-002"],
        "generation": 3,
    }
    assert rag("list", "--index", "copy").stdout == rag("list").stdout


def test_a_damaged_export_is_reported_in_one_line(rag, folder):
    rag("export", "backup")
    (folder / "backup" / "vectors.parquet").write_bytes(b"")
    result = rag("import", "backup", "--index", "copy")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: backup/vectors.parquet is damaged or another file: its SHA-256 is e3b0c442")
    assert result.stderr.count("\n") == 1
    assert not (folder / "copy").exists()


def test_what_is_not_there_is_reported(rag):
    result = rag("export", "backup", "--index", "none")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: There is no index at none")
    result = rag("import", "none")
    assert result.stderr == (
        "error: none/manifest.json cannot be read: No such file or directory. "
        "Name the folder that `rag export` has written.\n"
    )


def test_the_configured_encoder_is_heeded(rag, monkeypatch):
    rag("export", "backup")
    monkeypatch.setenv("RAG_ENCODER", "other")
    result = rag("import", "backup", "--index", "copy")
    assert result.exit_code == 1
    assert "'bag-of-words' but 'other' is configured" in result.stderr


@pytest.mark.parametrize("command", ["export", "import"])
def test_a_folder_without_a_name_is_wrong_usage(rag, command):
    result = rag(command, "")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "The folder's name is empty. Name one." in result.stderr


def test_an_old_answer_verifies_against_the_imported_index(rag, folder):
    answer = Rag(Settings(index=folder / "index"), BagOfWordsEncoder(), WordOverlapEvidence()).ask(
        "What is the harvest report number?"
    )
    assert answer.citations
    (folder / "answer.json").write_text(json.dumps(answer_to_json(answer)))
    rag("export", "backup")
    rag("import", "backup", "--index", "copy")
    assert rag("verify", "answer.json", "--index", "copy").exit_code == 0
    changed = replace(answer, citations=(replace(answer.citations[0], quote="Not so."), *answer.citations[1:]))
    (folder / "answer.json").write_text(json.dumps(answer_to_json(changed)))
    assert rag("verify", "answer.json", "--index", "copy").exit_code == 1
