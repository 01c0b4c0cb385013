"""The gate: a headline figure may not fall below what is recorded by more than its tolerance."""

import json
from types import SimpleNamespace

import pytest

from evals import gate
from evals.gate import Line, compared, read_expected, recorded, table
from rag.errors import SetInvalid
from rag.evaluation import Figure


def figure(value, n=100):
    return Figure(value, n, value - 0.1, value + 0.1)


@pytest.mark.parametrize(
    ("value", "recorded_value", "tolerance", "verdict"),
    [
        (0.80, 0.80, 0.03, "ok"),
        (0.90, 0.80, 0.03, "ok"),
        (0.77, 0.80, 0.03, "ok"),
        (0.7699, 0.80, 0.03, "DROPPED"),
        (1.0, 1.0, 0.0, "ok"),
        (0.9999, 1.0, 0.0, "DROPPED"),
        (0.80, None, 0.03, "NOT RECORDED"),
    ],
)
def test_a_figure_may_fall_by_its_tolerance_and_no_further(value, recorded_value, tolerance, verdict):
    assert Line("mini", "evidence F1", figure(value), recorded_value, tolerance).verdict == verdict


def test_a_figure_or_set_that_was_recorded_and_is_not_measured_is_missing():
    expected = {"mini": {"evidence F1": {"value": 0.5, "tolerance": 0.03}}, "gone": {"x": {"value": 1, "tolerance": 0}}}
    lines = list(compared({"mini": {"abstention AUROC": figure(0.7)}}, expected))
    assert [(line.set_name, line.name, line.verdict) for line in lines] == [
        ("mini", "evidence F1", "MISSING from this run"),
        ("mini", "abstention AUROC", "NOT RECORDED"),
        ("gone", "x", "MISSING from this run"),
    ]


def test_recording_keeps_tolerances_and_lets_no_citation_be_wrong():
    measured = {"mini": {"evidence F1": figure(0.61239), "verbatim citations": figure(1.0), "latency p50": figure(9)}}
    known = {"mini": {"evidence F1": {"value": 0.5, "tolerance": 0.07}}}
    assert recorded(measured, known) == {
        "mini": {
            "evidence F1": {"value": 0.6124, "tolerance": 0.07},
            "verbatim citations": {"value": 1.0, "tolerance": 0.0},
        }
    }


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "cannot be read"),
        ("[]", "list, not an object"),
        ('{"mini": 3}', "'mini' is int"),
        ('{"mini": {"evidence F1": {"value": "high", "tolerance": 0}}}', "'value' is 'high', not a number"),
        ('{"mini": {"evidence F1": {"value": 0.5}}}', "'tolerance' is None, not a number"),
    ],
)
def test_a_broken_file_of_expected_values_is_named_with_what_to_do(tmp_path, text, named):
    path = tmp_path / "expected.json"
    path.write_text(text)
    with pytest.raises(SetInvalid) as caught:
        read_expected(path)
    assert named in str(caught.value)
    assert str(path) in str(caught.value)
    assert "--record" in str(caught.value)


def test_the_table_has_a_row_a_figure():
    assert table([Line("mini", "evidence F1", figure(0.5), 0.6, 0.03)]).splitlines()[1] == (
        "mini   evidence F1             0.500  [0.400, 0.600]    100     0.600      0.03  DROPPED"
    )


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """The gate with runs that find what it is told; returns the folder of expected.json and the figures."""
    figures = {name: {"evidence F1": figure(0.5)} for name in gate.SETS}

    def run(name, out):
        return SimpleNamespace(results=SimpleNamespace(figures=figures[name]), out=out)

    monkeypatch.setattr(gate, "run", run)
    monkeypatch.setattr(gate, "EXPECTED", tmp_path / "expected.json")
    return tmp_path / "expected.json", figures


def test_the_gate_passes_what_it_recorded_and_stops_a_drop(ran, capsys):
    path, figures = ran
    assert gate.main([]) == 1  # nothing is recorded
    assert "--record" in capsys.readouterr().err
    assert gate.main(["--record"]) == 0
    assert json.loads(path.read_text())["seed"] == {"evidence F1": {"value": 0.5, "tolerance": 0.03}}
    assert gate.main([]) == 0
    figures["mini"]["evidence F1"] = figure(0.4)
    assert gate.main([]) == 1
    said = capsys.readouterr().out
    assert "DROPPED" in said
    assert "1 of 2 figures are not as recorded" in said
    assert "runs/mini/rag/report.html" in said.replace("\\", "/")


def test_what_is_recorded_names_both_sets_and_every_headline_figure():
    expected = read_expected(gate.EXPECTED)
    assert set(expected) == set(gate.SETS)
    for name in gate.SETS:
        assert set(gate.HEADLINES) - set(expected[name]) <= {"nDCG@10 of passages"}
        assert expected[name]["verbatim citations"] == {"value": 1.0, "tolerance": 0.0}
