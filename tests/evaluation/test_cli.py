import json

import pytest
from typer.testing import CliRunner

from rag.cli.app import app


@pytest.fixture
def run(opened, tmp_path, monkeypatch):
    """Run `rag eval`; `--index` opens the tiny index with fakes for models, whatever folder is named."""
    monkeypatch.setattr("rag.evaluation.run.open_index", lambda _: opened)
    monkeypatch.chdir(tmp_path)

    def run(*args):
        return CliRunner().invoke(app, ["eval", *map(str, args)], catch_exceptions=False, prog_name="rag")

    return run


def test_eval_prints_the_figures_and_where_the_report_is(run, evalset):
    result = run(evalset, "--index", "index")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "rag on tiny, 4 questions"
    assert "  choice accuracy          1.000  1.000 to 1.000  n = 1" in lines
    assert lines[-2:] == ["  3 right, 1 rightly abstained", "  runs/tiny/rag/report.html"]


def test_eval_prints_json_and_nothing_else(run, evalset):
    result = run(evalset, "--index", "index", "--json", "--limit", "2", "--system", "bm25", "--out", "there")
    data = json.loads(result.stdout)
    assert (data["system"], data["n_questions"], data["out"]) == ("bm25", 2, "there")
    assert data["measures"]["answer recall"]["value"] == 1.0


def test_eval_says_where_a_set_is_broken(run, evalset):
    (evalset / "questions.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")
    result = run(evalset, "--index", "index")
    assert result.exit_code == 1
    assert "questions.jsonl:1: 'question' is None; it must be text" in result.stderr
    assert result.stdout == ""


def test_compare_lists_measures_and_the_questions_that_moved(run, evalset):
    assert run(evalset, "--index", "index").exit_code == 0
    assert run(evalset, "--index", "index", "--system", "bm25").exit_code == 0
    result = run("--compare", "runs/tiny/bm25", "runs/tiny/rag")
    lines = result.stdout.splitlines()
    assert lines[0] == "A runs/tiny/bm25  B runs/tiny/rag"
    assert any(line.startswith("  questions right") for line in lines)
    data = json.loads(run("--compare", "runs/tiny/bm25", "runs/tiny/rag", "--json").stdout)
    assert data["differences"]["answer recall"]["n"] == 2
    assert {m["id"] for m in data["moved"]} <= {"long", "killed", "where", "cup"}
    assert f"{len(data['moved'])} questions moved" in lines


@pytest.mark.parametrize("args", [(), ("set", "--compare", "a", "b"), ("set", "--limit", "0")])
def test_wrong_usage_exits_with_2(run, args):
    assert run(*args).exit_code == 2
