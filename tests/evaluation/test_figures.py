import numpy as np
import pytest

from rag.evaluation.figures import difference, figure, mean


def rows(*values):
    return [np.array([[float(v)]]) for v in values]


def test_a_figure_is_the_mean_with_the_number_of_questions():
    found = figure(rows(1, 0, 1, 1))
    assert (found.value, found.n) == (0.75, 4)
    assert 0 <= found.low < 0.75 < found.high <= 1


def test_the_same_rows_give_the_same_interval():
    assert figure(rows(1, 0, 0, 1, 1)) == figure(rows(1, 0, 0, 1, 1))


def test_equal_scores_have_an_interval_of_no_width():
    found = figure(rows(0.5, 0.5, 0.5))
    assert (found.low, found.high) == (0.5, 0.5)


def test_the_interval_of_a_share_agrees_with_the_normal_approximation():
    scores = np.random.default_rng(1).random(400) < 0.3
    found = figure(rows(*scores))
    half = 1.96 * np.sqrt(found.value * (1 - found.value) / 400)
    assert found.low == pytest.approx(found.value - half, abs=0.006)
    assert found.high == pytest.approx(found.value + half, abs=0.006)


def test_a_question_with_several_rows_is_drawn_whole():
    parts = [np.ones((9, 1)), np.zeros((1, 1))]
    found = figure(parts)
    assert (found.value, found.n) == (0.9, 2)
    assert (found.low, found.high) == (0.0, 1.0)  # both draws of one question alone are among the thousand


def test_nothing_to_count_is_no_figure():
    assert figure([]) is None
    assert figure([np.zeros((0, 1))]) is None
    assert figure(rows(1), lambda _: float("nan")) is None


def test_a_paired_difference_is_surer_than_two_intervals():
    a = np.random.default_rng(2).random(200)
    found = difference(rows(*a), rows(*(a + 0.01)))
    assert found.value == pytest.approx(0.01)
    assert found.low == pytest.approx(0.01)
    assert found.high == pytest.approx(0.01)
    assert (found.n, found.p) == (200, 0.0)
    alone = figure(rows(*a))
    assert alone.high - alone.low > 0.05


def test_no_difference_has_a_p_of_one():
    found = difference(rows(1, 0, 1), rows(1, 0, 1))
    assert (found.value, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_the_mean_of_nothing_is_not_a_number():
    assert np.isnan(mean(np.zeros((0, 1))))
