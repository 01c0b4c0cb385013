import json
from dataclasses import dataclass, field, replace

import pytest

import rag
from rag.answer_json import answer_from_json
from rag.api import Rag
from rag.errors import QuestionInvalid, SetInvalid, SettingInvalid
from rag.evaluation import Prediction, evaluate, read_results
from rag.evaluation.gold import Span
from rag.evaluation.run import code_digest
from rag.evaluation.searchers import SearchSystem, bm25_confidence, cosine_confidence
from rag.evaluation.systems import RagSystem
from rag.settings import Settings
from tests.evaluation.made import QUAKE, RECORDS, TALKS, answer, write_set
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence


@dataclass
class Canned:
    """Answers everything alike; can be killed before a question, or refuse one."""

    name: str = "canned"
    version: str = "1"
    answers: bool = True
    source: object = None
    generation: int = 0
    contents: str = ""
    killed_at: str = ""
    refuses: str = ""
    asked: list[str] = field(default_factory=list)

    def predict(self, question):
        if question.id == self.killed_at:
            raise KeyboardInterrupt
        if question.id == self.refuses:
            raise QuestionInvalid("no words in it")
        self.asked.append(question.id)
        return Prediction(answer(text=f"About {question.id}. [1]"), 1 if question.choices else None)


def lines(out):
    return [json.loads(line) for line in (out / "predictions.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def bare(tmp_path):
    """A set whose gold needs no index: a canned system has none."""
    return write_set(tmp_path / "bare", RECORDS)


def test_a_run_answers_every_question_and_measures_it(evalset, opened, tmp_path):
    report = evaluate(evalset, index=opened, out=tmp_path / "out")
    assert sorted(path.name for path in report.out.iterdir()) == [
        "metrics.json", "predictions.jsonl", "report.html", "run.json", "scores.jsonl",
    ]  # fmt: skip
    said = lines(report.out)
    assert [line["id"] for line in said] == ["long", "killed", "where", "cup"]
    assert [line.get("choice") for line in said] == [None, None, 1, None]
    assert "choice" not in said[0]
    assert answer_from_json(said[0]).citations[0].quote == "The meeting with Xi lasted 35 minutes."
    assert said[0]["passages"][0] == {"article_id": "talks", "start": 0, "end": 109}
    figures = report.results.figures
    for name in ("questions right", "evidence recall", "answer recall", "choice accuracy", "verbatim citations",
                 "RR@10 of passages", "nDCG@10 of articles", "abstention AUROC", "abstention F1"):  # fmt: skip
        assert figures[name].value == 1, name
    assert (figures["questions right"].n, figures["evidence recall"].n, figures["choice accuracy"].n) == (4, 2, 1)
    assert report.results.outcomes == {"right": 3, "rightly abstained": 1}
    assert read_results(report.out).figures.keys() == figures.keys()


def test_metrics_json_says_what_was_run_and_each_measure_with_its_interval(evalset, opened, tmp_path):
    out = evaluate(evalset, index=opened, out=tmp_path / "out").out
    data = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert (data["set"], data["system"], data["n_questions"], data["n_predicted"]) == ("tiny", "rag", 4, 4)
    assert data["version"] == "bag-of-words, word-overlap"
    assert data["measures"]["choice accuracy"] == {"value": 1.0, "n": 1, "low": 1.0, "high": 1.0}
    assert {"generation", "code", "set_digest", "made", "machine"} <= data.keys()


def test_a_killed_run_goes_on_where_it_stopped(bare, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        evaluate(bare, out=tmp_path / "out", system=Canned(killed_at="where"))
    assert [line["id"] for line in lines(tmp_path / "out")] == ["long", "killed"]
    again, said = Canned(), []
    report = evaluate(bare, out=tmp_path / "out", system=again, say=said.append)
    assert again.asked == ["where", "cup"]
    assert [line["id"] for line in lines(report.out)] == ["long", "killed", "where", "cup"]
    assert "2 predictions of this run" in said[0]


def test_a_torn_last_line_is_dropped_and_asked_again(bare, tmp_path):
    out = evaluate(bare, out=tmp_path / "out", system=Canned(), limit=2).out
    path = out / "predictions.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    again = Canned()
    evaluate(bare, out=out, system=again, limit=2)
    assert again.asked == ["killed"]
    assert [line["id"] for line in lines(out)] == ["long", "killed"]


def test_a_run_with_a_larger_limit_asks_what_is_new(bare, tmp_path):
    evaluate(bare, out=tmp_path / "out", system=Canned(), limit=1)
    again = Canned()
    assert evaluate(bare, out=tmp_path / "out", system=again, limit=3).results.n_questions == 3
    assert again.asked == ["killed", "where"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"version": "2"}, "version"),
        ({"name": "other"}, "system"),
        ({"generation": 7}, "generation"),
        ({"contents": "x"}, "articles"),
    ],
)
def test_a_run_of_something_else_starts_anew_and_says_so(bare, tmp_path, change, named):
    evaluate(bare, out=tmp_path / "out", system=Canned())
    other, said = Canned(**change), []
    evaluate(bare, out=tmp_path / "out", system=other, say=said.append)
    assert other.asked == ["long", "killed", "where", "cup"]
    assert f"({named} differs); starting anew" in said[0]


def test_another_index_of_the_same_generation_starts_anew(evalset, opened, tmp_path):
    other = Rag(Settings(index=tmp_path / "other"), BagOfWordsEncoder(), WordOverlapEvidence())
    other.add_articles([replace(TALKS, text=TALKS.text + " It rained."), QUAKE])
    assert other.generation == opened.generation
    evaluate(evalset, index=opened, out=tmp_path / "out")
    said = []
    evaluate(evalset, index=other, out=tmp_path / "out", say=said.append)
    assert "(articles differs); starting anew" in said[0]


@pytest.mark.parametrize("name", ["blend.json", "reader.bin", "reader.xml", "ranges.npz", "steps.py"])
def test_a_changed_file_that_answers_depend_on_is_other_code(tmp_path, name):
    for file in ("blend.json", "reader.bin", "reader.xml", "ranges.npz", "steps.py"):
        (tmp_path / file).write_bytes(b"as it was")
    before = code_digest(tmp_path)
    (tmp_path / name).write_bytes(b"as it is!")
    assert code_digest(tmp_path) != before


def test_the_page_and_the_measures_are_not_part_of_the_code_that_answers(tmp_path):
    before = code_digest(tmp_path)
    for file in ("page/chat.py", "cli/ask.py", "evaluation/measures/answers.py"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("")
    assert code_digest(tmp_path) == before


def test_changed_questions_start_anew(bare, tmp_path):
    evaluate(bare, out=tmp_path / "out", system=Canned())
    write_set(bare, [*RECORDS, {"id": "new", "question": "New?"}])
    again = Canned()
    evaluate(bare, out=tmp_path / "out", system=again)
    assert len(again.asked) == 5


def test_a_question_that_is_refused_has_no_prediction_and_scores_0(bare, tmp_path):
    said = []
    results = evaluate(bare, out=tmp_path / "out", system=Canned(refuses="where"), say=said.append).results
    assert (results.n_questions, results.n_predicted) == (4, 3)
    assert results.figures["choice accuracy"].value == 0
    assert said == ["question 'where' has no prediction and scores 0: no words in it"]


def test_a_broken_line_stops_before_any_work(tmp_path):
    folder, system = write_set(tmp_path / "s", [*RECORDS, "{"]), Canned()
    with pytest.raises(SetInvalid, match=r"questions\.jsonl:5: not JSON"):
        evaluate(folder, out=tmp_path / "out", system=system)
    assert system.asked == []
    assert not (tmp_path / "out").exists()


def test_progress_counts_the_questions(bare, tmp_path):
    seen = []
    evaluate(bare, out=tmp_path / "out", system=Canned(), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("name", ["bm25", "dense"])
def test_the_systems_that_only_search_cite_the_best_sentence_of_the_best_passage(evalset, opened, tmp_path, name):
    report = evaluate(evalset, index=opened, out=tmp_path / "out", system=name)
    said = {line["id"]: line for line in lines(report.out)}
    assert [c["quote"] for c in said["long"]["citations"]] == ["The meeting with Xi lasted 35 minutes."]
    assert [c["quote"] for c in said["killed"]["citations"]] == ["At least 5 people were killed in the quake."]
    assert said["where"]["choice"] == 1
    assert report.results.figures["verbatim citations"].value == 1
    assert 0 < said["long"]["confidence"] <= 1


def test_published_predictions_are_a_system_and_need_no_index(evalset, tmp_path):
    report = evaluate(evalset, out=tmp_path / "out", system="published:other")
    assert list(report.results.figures) == ["questions right", "choice accuracy"]
    assert report.results.figures["choice accuracy"].value == 0
    assert lines(report.out)[2] == {"id": "where", "choice": 0, "question": "Where did Blinken meet Xi?"}


def test_an_unknown_system_is_told_with_those_there_are(evalset, opened, tmp_path):
    with pytest.raises(SettingInvalid, match="Choose one of: rag, bm25, dense, published:other"):
        evaluate(evalset, index=opened, out=tmp_path / "out", system="gpt")


def test_a_limit_below_1_is_refused(evalset, tmp_path):
    with pytest.raises(SettingInvalid, match="limit is 0"):
        evaluate(evalset, out=tmp_path / "out", limit=0)


def test_evaluate_is_on_the_package_itself():
    assert rag.evaluate is evaluate


def test_history_and_as_of_reach_the_system(tmp_path, opened):
    records = [
        {"id": "then", "question": "How long did it last?", "as_of": "2023-03-01",
         "history": [{"role": "user", "content": "Did Blinken meet Xi?"}, {"role": "assistant", "content": "Yes."}]}
    ]  # fmt: skip
    folder = write_set(tmp_path / "s", records)
    evaluate(folder, out=tmp_path / "out", system=RagSystem(opened))
    (said,) = lines(tmp_path / "out")
    assert said["as_of"] == "2023-03-01"
    assert {p["article_id"] for p in said["passages"]} == {"quake"}  # the talks came later
    assert said["standalone_question"] != said["question"]


def test_any_search_becomes_a_system(evalset, opened, tmp_path):
    """An adapter for another program gives spans of its own, which need not be whole sentences."""
    text = opened.article("talks").text
    start = text.index("meeting with")

    def search(text, question, k):
        return [(Span("talks", start, start + 60), 0.5 if "Beijing" in text else 0.4)][:k]

    system = SearchSystem(opened, "theirs", search, note="theirs 1.2")
    assert system.version == "bag-of-words, theirs 1.2"
    results = evaluate(evalset, out=tmp_path / "out", system=system).results
    said = lines(tmp_path / "out")
    assert said[0]["citations"][0]["quote"] == "The meeting with Xi lasted 35 minutes."
    assert said[0]["confidence"] == 0.4
    assert said[2]["choice"] == 1
    assert results.figures["RR@10 of passages"].value == 0.5  # found for one of the two questions with gold


def test_confidences_of_searches_grow_with_the_score():
    assert [bm25_confidence(score) for score in (0, 1, 3)] == [0, 0.5, 0.75]
    assert [cosine_confidence(score) for score in (-0.2, 0.3, 1.0000001)] == [0, 0.3, 1]
