"""The scores of predictions, against values worked out by hand and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import norm, spearmanr

from lexposure.calibration.backtest import article
from lexposure.calibration.scoring import LEVELS, Amounts, answers, at, overlap, scores, spearman


def uniform(count: int) -> np.ndarray:
    """Predictions that say: anywhere from 0 to 1."""
    return np.tile(LEVELS, (count, 1))


def test_coverage_and_errors_of_eight_predictions_by_hand() -> None:
    found = scores(Amounts(uniform(8), np.array([0.30, 0.50, 0.24, 0.76, 0.095, 0.905, 0.045, 0.955])))
    # 25 to 75 holds the first two, 10 to 90 the next two as well, 5 to 95 all but the last two.
    assert found["coverage"] == {"50": 0.25, "80": 0.5, "90": 0.75}
    assert found["median_abs_log10_error"] == pytest.approx((0.26 + 0.405) / 2, rel=1e-3)
    squares = 0.2**2 + 2 * 0.26**2 + 2 * 0.405**2 + 2 * 0.455**2
    assert found["rmse_log10"] == pytest.approx(math.sqrt(squares / 8), rel=1e-3)
    assert found["n"] == 8
    assert found["spearman"] is None


@pytest.mark.parametrize("actual", [0.0, 0.2, 0.5, 0.9])
def test_the_ranked_probability_score_of_a_uniform_prediction(actual: float) -> None:
    found = scores(Amounts(uniform(1), np.array([actual])))
    assert found["crps_log10"] == pytest.approx((actual**3 + (1 - actual) ** 3) / 3, abs=1e-3)


@pytest.mark.parametrize(("middle", "spread", "actual"), [
    (5.0, 0.7, 5.0), (5.0, 0.7, 6.1), (4.0, 0.2, 3.3), (6.0, 1.5, 5.5),
])
def test_the_ranked_probability_score_of_a_normal_prediction(middle: float, spread: float, actual: float) -> None:
    z = (actual - middle) / spread
    closed = spread * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / math.sqrt(math.pi))
    found = scores(Amounts((middle + spread * ndtri(LEVELS))[None, :], np.array([actual])))
    assert found["crps_log10"] == pytest.approx(closed, rel=1e-2)


def test_a_sharper_prediction_that_is_right_scores_better_and_one_that_is_wrong_worse() -> None:
    def crps(spread: float, actual: float) -> float:
        return float(str(scores(Amounts((5 + spread * ndtri(LEVELS))[None, :], np.array([actual])))["crps_log10"]))

    assert crps(0.2, 5.0) < crps(0.8, 5.0)
    assert crps(0.2, 7.0) > crps(0.8, 7.0)


def test_a_quantile_lies_between_those_of_the_grid() -> None:
    assert at(uniform(2), 0.5).tolist() == pytest.approx([0.5, 0.5])
    assert at(uniform(1), 0.0001).tolist() == [LEVELS[0]]


def test_rank_correlation_averages_ties() -> None:
    # Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: 4.5 / sqrt(4.5 x 5)
    assert spearman(np.array([1.0, 2, 2, 4]), np.array([1.0, 3, 2, 4])) == pytest.approx(4.5 / math.sqrt(22.5))
    assert spearman(np.array([1.0, 2, 3]), np.array([9.0, 8, 7])) == pytest.approx(-1)
    assert spearman(np.array([2.0, 2, 2]), np.array([9.0, 8, 7])) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=12))
def test_rank_correlation_is_the_usual_one(pairs: list[tuple[int, int]]) -> None:
    a, b = (np.array(x, dtype=float) for x in zip(*pairs, strict=True))
    found = spearman(a, b)
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(float(spearmanr(a, b).statistic), abs=1e-12)


def test_recall_and_precision_count_articles_over_all_cases() -> None:
    predicted = [frozenset({"5", "6"}), frozenset({"13", "32", "35"})]
    found = [frozenset({"5"}), frozenset({"13", "14"})]
    assert overlap(predicted, found) == {"recall": 0.6667, "precision": 0.4}
    assert overlap([], []) == {"recall": None, "precision": None}
    assert overlap([frozenset()], [frozenset({"5"})]) == {"recall": 0.0, "precision": None}


def test_accuracy_and_brier_score_by_hand() -> None:
    found = answers([0.9, 0.2, 0.6], [True, False, False])
    assert found["accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["brier"] == pytest.approx((0.01 + 0.04 + 0.36) / 3, abs=1e-4)
    assert answers([], []) == {"accuracy": None, "brier": None}


def test_nothing_to_score_is_no_score() -> None:
    assert scores(Amounts(np.empty((0, 200)), np.empty(0))) == {"n": 0}


@pytest.mark.parametrize(("cited", "compared"), [
    ("5(1)(a)", "5(1)(a)"), ("art. 5(1)(f) GDPR", "5(1)(f)"), ("5(1)", "5(1)"), ("5(2)", "5(2)"), ("5", "5"),
    ("6(1)(f)", "6"), ("13(1)", "13"), ("art. 32 GDPR", "32"), ("83(4)(a)", "83"), ("somewhere", "somewhere"),
])
def test_articles_are_compared_by_number_and_those_of_article_5_by_principle(cited: str, compared: str) -> None:
    assert article(cited) == compared
