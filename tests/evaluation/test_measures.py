"""Every measure against a hand-worked example, or scikit-learn where it has the same definition."""

import numpy as np
import pytest

from rag.evaluation.measures import ALL, BY_NAME
from rag.evaluation.measures.abstention import (
    abstains_rightly,
    abstention_f1,
    abstention_rows,
    auroc,
    average_precision,
)
from rag.evaluation.measures.answers import (
    answer_in_first_citation,
    answer_recall,
    choice_accuracy,
    exact_match,
    token_f1,
)
from rag.evaluation.measures.calibration import bins, expected_calibration_error, support_rows
from rag.evaluation.measures.citations import (
    evidence_f1,
    evidence_precision,
    evidence_recall,
    first_citation_right,
    verbatim_rows,
)
from rag.evaluation.measures.latency import latency_rows, p50, p95
from rag.evaluation.measures.retrieval import ir_scores, ranked_articles, ranked_passages, ranked_sentences
from rag.evaluation.outcomes import outcome, stage
from rag.evaluation.squad import has_answer, normalise
from tests.evaluation.made import answer, judged, quote, span

FIRST, SECOND, THIRD = (0, 10), (11, 30), (31, 50)


def cite(place, text="text", support=0.5):
    return (*place, text, support)


# answers


def test_text_is_normalised_as_squad_does():
    assert normalise("The “35-minute” talks, a first.") == ["35minute", "talks", "first"]


@pytest.mark.parametrize(
    ("text", "answers", "holds"),
    [
        ("Talks with Iranian envoys.", ("Iran",), False),
        ("Talks with Iran, again.", ("Iran",), True),
        ("It took the thirty-five minutes.", ("35 minutes", "thirty-five minutes"), True),
        ("He left.", ("the",), False),
    ],
)
def test_an_answer_stands_as_a_run_of_whole_words(text, answers, holds):
    assert has_answer(text, answers) is holds


def test_answer_recall_looks_into_the_cited_sentences_only():
    assert answer_recall(judged(answers=("Iran",), cited=[cite(FIRST, "no"), cite(SECOND, "In Iran.")])) == 1
    assert answer_recall(judged(answers=("Iran",), cited=[cite(FIRST, "no")])) == 0
    assert answer_recall(judged(answers=("Iran",))) == 0  # abstained
    assert answer_recall(judged(answers=("Iran",), prediction=False)) == 0
    assert answer_recall(judged()) is None
    assert answer_recall(judged(answers=("Iran",), system_answers=False)) is None


def test_the_answer_may_be_wanted_in_the_first_citation():
    both = [cite(FIRST, "no"), cite(SECOND, "In Iran.")]
    assert answer_in_first_citation(judged(answers=("Iran",), cited=both)) == 0
    assert answer_in_first_citation(judged(answers=("Iran",), cited=both[1:])) == 1
    assert answer_in_first_citation(judged(answers=("Iran",))) == 0  # abstained


def test_token_f1_is_worked_by_hand():
    said = answer(text="The talks lasted 35 minutes. [1]")
    one = judged(answers=("35 minutes", "an hour"), said=said, cited=[cite(FIRST)])
    # said: talks lasted 35 minutes (4 words); wanted: 35 minutes (2); shared 2: 2 * 2 / (4 + 2)
    assert token_f1(one) == pytest.approx(2 / 3)
    assert token_f1(judged(answers=("35 minutes",), said=answer(abstained=True))) == 0
    assert token_f1(judged(reference="Talks lasted 35 minutes", said=said, cited=[cite(FIRST)])) == 1
    assert token_f1(judged(answers=("x",), prediction=False)) == 0


def test_exact_match_wants_the_whole_answer():
    assert exact_match(judged(answers=("35 Minutes",), said=answer(text="35 minutes. [1]"))) == 1
    assert exact_match(judged(answers=("35 minutes",), said=answer(text="It took 35 minutes. [1]"))) == 0
    assert exact_match(judged(answers=("35 minutes",), prediction=False)) == 0


def test_choice_accuracy_counts_an_open_choice_as_wrong():
    choices = {"choices": ("x", "y"), "right": (1,)}
    assert choice_accuracy(judged(choice=1, **choices)) == 1
    assert choice_accuracy(judged(choice=0, **choices)) == 0
    assert choice_accuracy(judged(choice=None, **choices)) == 0
    assert choice_accuracy(judged(prediction=False, **choices)) == 0
    assert choice_accuracy(judged()) is None


# citations


def test_evidence_precision_and_recall_are_worked_by_hand():
    one = judged(evidence=[quote(FIRST), quote(THIRD)], cited=[cite(FIRST), cite(SECOND), cite((60, 70))])
    assert evidence_precision(one) == pytest.approx(1 / 3)
    assert evidence_recall(one) == pytest.approx(1 / 2)
    assert evidence_f1(one) == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))


def test_sentences_that_may_be_cited_too_are_neither_right_nor_wrong():
    one = judged(evidence=[quote(FIRST)], also=[quote(SECOND)], cited=[cite(FIRST), cite(SECOND)])
    assert (evidence_precision(one), evidence_recall(one)) == (1, 1)
    only_also = judged(evidence=[quote(FIRST)], also=[quote(SECOND)], cited=[cite(SECOND)])
    assert (evidence_precision(only_also), evidence_recall(only_also)) == (0, 0)


def test_any_one_of_the_gold_sentences_is_enough_where_the_set_says_so():
    gold = [quote(FIRST), quote(THIRD)]
    assert evidence_recall(judged(evidence=gold, any_evidence=True, cited=[cite(THIRD)])) == 1
    assert evidence_recall(judged(evidence=gold, cited=[cite(THIRD)])) == 0.5


def test_the_first_citation_is_the_first_that_is_gold_or_wrong():
    gold = {"evidence": [quote(SECOND)], "also": [quote(FIRST)]}
    assert first_citation_right(judged(cited=[cite(FIRST), cite(SECOND)], **gold)) == 1
    assert first_citation_right(judged(cited=[cite(THIRD), cite(SECOND)], **gold)) == 0
    assert first_citation_right(judged(cited=[cite(FIRST)], **gold)) == 0
    assert first_citation_right(judged(**gold)) == 0  # abstained
    assert first_citation_right(judged()) is None


def test_an_abstention_and_a_missing_prediction_score_nothing_on_evidence():
    for one in (judged(evidence=[quote(FIRST)]), judged(evidence=[quote(FIRST)], prediction=False)):
        assert (evidence_precision(one), evidence_recall(one), evidence_f1(one)) == (0, 0, 0)
    assert evidence_f1(judged()) is None


@pytest.mark.parametrize(
    ("cited", "hits"), [((0, 10), True), ((0, 5), True), ((5, 40), True), ((6, 40), False), ((10, 20), False)]
)
def test_a_sentence_hits_a_quote_when_half_of_the_shorter_one_is_shared(cited, hits):
    assert quote(FIRST).hit_by(span(*cited)) is hits
    assert not quote(FIRST).hit_by(span(*cited, article="b"))


def test_verbatim_is_the_share_of_all_citations():
    one, two = judged(), judged()
    object.__setattr__(one, "verbatim", (True, True, True))
    object.__setattr__(two, "verbatim", (False,))
    rows = verbatim_rows([one, two, judged()])
    assert [None if r is None else r[:, 0].tolist() for r in rows] == [[1, 1, 1], [0], None]
    assert BY_NAME["verbatim citations"].statistic(np.concatenate(rows[:2])) == 0.75


# retrieval


def test_retrieval_agrees_with_figures_worked_by_hand():
    relevant, ranked = [["x", "y"], ["x"], ["x"]], [["o", "x", "p", "y"], ["o"], []]
    dcg = 1 / np.log2(3) + 1 / np.log2(5)
    ideal = 1 / np.log2(2) + 1 / np.log2(3)
    assert ir_scores("nDCG@10", relevant, ranked) == pytest.approx([dcg / ideal, 0, 0])
    assert ir_scores("RR@10", relevant, ranked) == pytest.approx([0.5, 0, 0])
    assert ir_scores("R@5", relevant, ranked) == pytest.approx([1, 0, 0])


def test_recall_stops_at_its_depth():
    ranked = [[f"o{i}" for i in range(7)] + ["x"]]
    assert ir_scores("R@5", [["x"]], ranked) == [0]
    assert ir_scores("R@10", [["x"]], ranked) == [1]


def test_a_gold_sentence_is_found_by_the_first_passage_that_holds_it():
    one = judged(
        evidence=[quote(FIRST), quote(SECOND), quote((90, 99))],
        passages=[span(200, 300), span(0, 30), span(0, 12), span(80, 120)],
    )
    assert ranked_passages(one) == ["other 1", "gold 0", "gold 1", "other 3", "gold 2"]


def test_articles_stand_where_their_first_passage_does():
    passages = [span(0, 9, "b"), span(0, 9), span(9, 20, "b"), span(0, 9, "c")]
    assert ranked_articles(judged(evidence=[quote(FIRST)], passages=passages)) == ["b", "a", "c"]


def test_gold_sentences_of_which_any_answers_are_one_document():
    one = judged(evidence=[quote(FIRST), quote(SECOND)], any_evidence=True, considered=[cite(SECOND), cite(FIRST)])
    assert ranked_sentences(one) == ["gold", "other 2"]


def test_a_missing_prediction_scores_0_in_every_measure_of_retrieval():
    missing = judged(evidence=[quote(FIRST)], prediction=False)
    found = judged(evidence=[quote(FIRST)], passages=[span(0, 9), span(0, 9, "b")], considered=[cite(FIRST)])
    for measure in ALL:
        if " of " in measure.name:
            assert [r[0, 0] for r in measure.rows([missing, found])] == [0, 1], measure.name


def test_articles_are_not_ranked_where_there_is_only_one():
    one = judged(evidence=[quote(FIRST)], passages=[span(0, 9)])
    assert BY_NAME["nDCG@10 of articles"].rows([one]) == [None]
    assert BY_NAME["nDCG@10 of passages"].rows([one])[0][0, 0] == 1


# calibration


def test_calibration_is_worked_by_hand():
    rows = np.array([(0.85, 1), (0.95, 1), (0.81, 0), (0.15, 0), (1.0, 1)])
    found = bins(rows)
    assert [(b.low, b.n) for b in found] == [(0.1, 1), (0.8, 2), (0.9, 2)]
    # |0.15 - 0| * 1 + |0.83 - 0.5| * 2 + |0.975 - 1| * 2, over 5
    assert expected_calibration_error(rows) == pytest.approx((0.15 + 2 * 0.33 + 2 * 0.025) / 5)


def test_a_citation_counts_for_calibration_as_far_as_the_set_can_judge_it():
    gold = judged(evidence=[quote(FIRST)], also=[quote(SECOND)], cited=[cite(FIRST), cite(SECOND), cite(THIRD)])
    unanswerable = judged(answerable=False, cited=[cite(FIRST, support=0.9)])
    only_answers = judged(answers=("Iran",), cited=[cite(FIRST, "In Iran.", 0.7)])
    unjudged = judged(cited=[cite(FIRST)])
    rows = support_rows([gold, unanswerable, only_answers, unjudged])
    assert [None if r is None else r.tolist() for r in rows] == [
        [[0.5, 1], [0.5, 0]], [[0.9, 0]], [[0.7, 1]], None,
    ]  # fmt: skip


# abstention


def unsure(confidence, answerable, abstained=False):
    return judged(said=answer(confidence=confidence, abstained=abstained), answerable=answerable)


def test_only_unanswerable_questions_are_abstained_from_rightly():
    assert abstains_rightly(judged(answerable=False, said=answer(abstained=True))) == 1
    assert abstains_rightly(judged(answerable=False, said=answer(), cited=[cite(FIRST)])) == 0
    assert abstains_rightly(judged(answerable=False, prediction=False)) == 0
    assert abstains_rightly(judged(answerable=True, said=answer(abstained=True))) is None


def test_abstention_is_worked_by_hand():
    questions = [unsure(0.9, True), unsure(0.2, False, True), unsure(0.4, True, True), unsure(0.4, False)]
    rows = np.concatenate(abstention_rows(questions))
    # pairs (unanswerable, answerable): 0.2 < 0.9, 0.2 < 0.4, 0.4 < 0.9, 0.4 = 0.4 (half)
    assert auroc(rows) == pytest.approx(3.5 / 4)
    # abstained: one unanswerable, one answerable; unanswerable: two. F1 = 2 * 1 / (2 + 2)
    assert abstention_f1(rows) == pytest.approx(0.5)
    # recall 1/2 at precision 1, then both questions of 0.4 enter: recall 1 at precision 2/3
    assert average_precision(rows) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_abstention_agrees_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(3)
    rows = np.stack([random.random(300) < 0.3, random.integers(0, 20, 300) / 20, random.random(300) < 0.5], 1)
    truth, score, abstained = rows.astype(float).T
    assert auroc(rows.astype(float)) == pytest.approx(metrics.roc_auc_score(truth, score))
    assert average_precision(rows.astype(float)) == pytest.approx(metrics.average_precision_score(truth, score))
    assert abstention_f1(rows.astype(float)) == pytest.approx(metrics.f1_score(truth, abstained))


def test_abstention_is_undefined_where_all_can_be_answered():
    rows = np.concatenate(abstention_rows([unsure(0.9, True), unsure(0.5, True)]))
    assert np.isnan([auroc(rows), average_precision(rows), abstention_f1(rows)]).all()


def test_a_missing_prediction_is_the_worst_there_is_for_abstention():
    questions = [judged(answerable=False, prediction=False), judged(answerable=True, prediction=False)]
    rows = np.concatenate(abstention_rows([*questions, unsure(0.01, True), unsure(0.99, False)]))
    assert auroc(rows) == 0
    assert abstention_f1(rows[:2]) == 0


# latency


def test_latency_takes_the_total_or_adds_the_steps_up():
    times = [{"total": 30.0, "a": 1.0}, {"a": 4.0, "b": 6.0}, {}]
    rows = latency_rows([judged(said=answer(timings_ms=t)) for t in times] + [judged(prediction=False)])
    assert [None if r is None else r[0, 0] for r in rows] == [30, 10, None, None]
    together = np.concatenate(rows[:2])
    assert (p50(together), p95(together)) == (20, pytest.approx(29))


# outcomes


@pytest.mark.parametrize(
    ("wanted", "made"),
    [
        ("right", {"evidence": [quote(FIRST)], "cited": [cite(SECOND), cite(FIRST)]}),
        ("incomplete", {"evidence": [quote(FIRST), quote(SECOND)], "cited": [cite(FIRST)]}),
        ("right", {"evidence": [quote(FIRST), quote(SECOND)], "any_evidence": True, "cited": [cite(FIRST)]}),
        ("wrong sentence", {"evidence": [quote(FIRST)], "cited": [cite(SECOND)]}),
        ("abstained wrongly", {"evidence": [quote(FIRST)]}),
        ("abstained wrongly", {"answerable": True}),
        ("rightly abstained", {"answerable": False}),
        ("answered wrongly", {"answerable": False, "cited": [cite(FIRST)]}),
        ("right", {"answers": ("Iran",), "cited": [cite(FIRST, "In Iran.")]}),
        ("wrong sentence", {"answers": ("Iran",), "cited": [cite(FIRST, "In Iraq.")]}),
        ("no prediction", {"answers": ("Iran",), "prediction": False}),
        ("no prediction", {"answerable": False, "prediction": False}),
        ("right", {"choices": ("x", "y"), "right": (1,), "choice": 1}),
        ("wrong choice", {"choices": ("x", "y"), "right": (1,), "choice": 0}),
        ("no prediction", {"choices": ("x", "y"), "right": (1,), "system_answers": False}),
        (None, {"cited": [cite(FIRST)]}),
        (None, {"answers": ("Iran",), "system_answers": False}),
    ],
)
def test_each_question_has_its_outcome(wanted, made):
    assert outcome(judged(**made)) == wanted


@pytest.mark.parametrize(
    ("wanted", "made"),
    [
        ("cited", {"cited": [cite(FIRST)]}),
        ("sentence not stated", {"considered": [cite(FIRST)]}),
        ("sentence ranked low", {"passages": [span(0, 40)], "considered": [cite(SECOND)]}),
        ("passage not found", {"passages": [span(60, 90)]}),
        ("article not found", {"passages": [span(0, 40, "b")]}),
        (None, {"prediction": False}),
    ],
)
def test_a_gold_sentence_is_lost_at_the_first_step_that_drops_it(wanted, made):
    assert stage(judged(evidence=[quote(FIRST)], **made)) == wanted


def test_every_measure_says_what_it_is():
    assert len(BY_NAME) == len(ALL)
    for measure in ALL:
        assert len(measure.about) > 40, measure.name
        assert "\n" not in measure.about, measure.name
