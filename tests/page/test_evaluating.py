from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from lxml import html as lxml_html

from rag.api import Rag
from rag.page.evaluating import framed, known_sets, moved_html, run_set
from rag.settings import Settings
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.page.fake_rag import PAYLOAD
from tests.test_api import ARTICLES

QUESTIONS = [
    {"id": "q1", "question": "How long was the meeting with Xi?", "answers": ["35 minutes"], "answerable": True},
    {"id": "q2", "question": f"Who won the chess match {PAYLOAD}?", "answerable": False},
]


@pytest.fixture
def evals(tmp_path, monkeypatch):
    folder = tmp_path / "evals" / "small"
    folder.mkdir(parents=True)
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def rag(tmp_path):
    made = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    made.add_articles(ARTICLES)
    return made


def test_the_sets_are_listed_with_their_sizes(evals):
    assert known_sets() == [("small (2 questions)", "evals/small")]
    assert known_sets(Path("nothing")) == []


def test_a_run_gives_its_report_and_the_next_one_what_moved(evals, rag):
    steps: list[tuple[int, int]] = []
    first = run_set(rag, "evals/small", None, lambda *step: steps.append(step))
    assert steps[-1] == (2, 2)
    frame = lxml_html.fromstring(first).xpath("//iframe")[0]
    assert frame.get("sandbox") == "allow-scripts"
    assert frame.get("srcdoc") == Path("runs/small/page/report.html").read_text(encoding="utf-8")
    assert "last run" not in first.partition("<iframe")[0]
    again = run_set(rag, "evals/small", None, lambda *_: None)
    assert "The same as the last run." in again
    rag.remove("talks")
    moved = run_set(rag, "evals/small", None, lambda *_: None).partition("<iframe")[0]
    assert "1 question moved" in moved
    assert "How long was the meeting" in moved


def test_a_broken_set_and_none_are_told_in_place(evals, rag):
    (evals / "questions.jsonl").write_text('{"id": "q1"}\n', encoding="utf-8")
    assert "questions.jsonl" in run_set(rag, "evals/small", None, lambda *_: None)
    assert "No set is chosen" in run_set(rag, " ", None, lambda *_: None)
    assert "rag-notice" in run_set(rag, "nowhere", None, lambda *_: None)


@pytest.mark.parametrize("folder", [".", "evals/..", "evals/small/..", "/", "evals/small/../../.."])
def test_no_folder_can_lead_what_is_written_out_of_its_place(evals, rag, tmp_path, folder):
    kept = Path("runs/other/page/report.html")
    kept.parent.mkdir(parents=True)
    kept.write_text("kept", encoding="utf-8")
    (kept.parent / "metrics.json").write_text("{}", encoding="utf-8")
    (Path("runs/metrics.json")).write_text("{}", encoding="utf-8")
    assert "rag-notice" in run_set(rag, folder, None, lambda *_: None)
    assert kept.read_text(encoding="utf-8") == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evals", "index", "runs"]


def test_a_visitor_from_elsewhere_chooses_only_what_is_listed(evals, rag, tmp_path):
    other = tmp_path / "private"
    shutil.copytree(evals, other)
    assert "not one of the sets" in run_set(rag, str(other), None, lambda *_: None, known_only=True)
    assert "<iframe" in run_set(rag, "evals/small", 1, lambda *_: None, known_only=True)


def test_a_report_cannot_leave_its_frame():
    hostile = f'</iframe>"><script>window.hacked=1</script>&quot;{PAYLOAD}'
    (frame,) = lxml_html.fragments_fromstring(framed(hostile))
    assert [element.tag for element in frame.iter()] == ["iframe"]
    assert frame.get("srcdoc") == hostile


def test_moved_questions_are_escaped():
    from rag.evaluation.compare import Comparison, Moved

    found = Comparison(None, None, {}, (Moved("q", PAYLOAD, "right", "wrong"),), 0, 0)
    assert not lxml_html.fromstring(moved_html(found)).xpath("//img | //script")
