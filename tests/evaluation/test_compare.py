import json

import pytest

from rag.errors import SetInvalid
from rag.evaluation import compare


def write_run(folder, scores, name="rag"):
    folder.mkdir()
    data = {"set": "s", "system": name, "n_questions": len(scores), "n_predicted": len(scores), "measures": {}}
    (folder / "metrics.json").write_text(json.dumps(data), encoding="utf-8")
    rows = [
        {"id": i, "question": f"{i}?", "outcome": outcome, "rows": {"answer recall": [[score]]}}
        for i, (score, outcome) in scores.items()
    ]
    (folder / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


RIGHT, WRONG, ABSTAINED = (1.0, "right"), (0.0, "wrong sentence"), (0.0, "abstained wrongly")


def test_two_runs_are_compared_question_by_question(tmp_path):
    a = write_run(tmp_path / "a", {"x": RIGHT, "y": WRONG, "z": WRONG, "w": RIGHT, "only": RIGHT})
    b = write_run(tmp_path / "b", {"x": RIGHT, "y": RIGHT, "z": ABSTAINED, "w": WRONG})
    found = compare(a, b)
    d = found.differences["answer recall"]
    assert (d.a, d.b, d.value, d.n) == (0.5, 0.5, 0.0, 4)
    assert d.low < 0 < d.high
    assert [(m.id, m.a, m.b, m.gain) for m in found.moved] == [
        ("w", "right", "wrong sentence", -1),
        ("y", "wrong sentence", "right", 1),
        ("z", "wrong sentence", "abstained wrongly", 0),
    ]
    assert (found.only_a, found.only_b) == (1, 0)


def test_a_gain_on_every_question_is_sure(tmp_path):
    a = write_run(tmp_path / "a", {str(i): WRONG for i in range(20)})
    b = write_run(tmp_path / "b", {str(i): RIGHT for i in range(20)})
    d = compare(a, b).differences["answer recall"]
    assert (d.value, d.low, d.high, d.p) == (1, 1, 1, 0)


def test_runs_of_other_sets_cannot_be_compared(tmp_path):
    a, b = write_run(tmp_path / "a", {"x": RIGHT}), write_run(tmp_path / "b", {"y": RIGHT})
    with pytest.raises(SetInvalid, match="no question in common"):
        compare(a, b)


def test_a_folder_without_a_finished_run_is_told(tmp_path):
    a = write_run(tmp_path / "a", {"x": RIGHT})
    with pytest.raises(SetInvalid, match=r"metrics\.json cannot be read"):
        compare(a, tmp_path / "none")
    (a / "scores.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(SetInvalid, match="is not what `rag eval` writes"):
        compare(a, a)
