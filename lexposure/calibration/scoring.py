"""Proper scores of predicted amounts: coverage, error, rank correlation and the continuous ranked probability score.

Everything is in log10 of the amount, since errors of fines are factors. CRPS: Matheson and Winkler (1976), here as twice the
mean quantile score over a grid of levels (Laio and Tamea 2007).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
#: The levels at which every distribution is compared.
LEVELS: Vector = (np.arange(200) + 0.5) / 200
_INTERVALS = (50, 80, 90)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Predicted distributions beside what happened, in log10: one row of quantiles at LEVELS a case."""

    quantiles: Vector
    actual: Vector


def at(quantiles: Vector, level: float) -> Vector:
    """Each distribution's quantile at a level, between those of the grid."""
    return np.array([float(np.interp(level, LEVELS, row)) for row in quantiles])


def scores(amounts: Amounts) -> Mapping[str, object]:
    """The scores, rounded to four digits; empty of figures where there is nothing to score."""
    n = len(amounts.actual)
    if n == 0:
        return {"n": 0}
    middle = at(amounts.quantiles, 0.5)
    error = middle - amounts.actual
    covered = {
        str(width): _short(np.mean((at(amounts.quantiles, 0.5 - width / 200) <= amounts.actual)
                                   & (amounts.actual <= at(amounts.quantiles, 0.5 + width / 200))))
        for width in _INTERVALS}
    below = amounts.actual[:, None] < amounts.quantiles
    pinball = (below - LEVELS) * (amounts.quantiles - amounts.actual[:, None])
    rank = spearman(middle, amounts.actual)
    return {
        "n": n, "coverage": covered, "median_abs_log10_error": _short(np.median(np.abs(error))),
        "rmse_log10": _short(np.sqrt(np.mean(error**2))), "spearman": None if rank is None else _short(rank),
        "crps_log10": _short(2 * pinball.mean()),
    }


def spearman(a: Vector, b: Vector) -> float | None:
    """The rank correlation, ties averaged; None where a side does not vary."""
    x, y = _ranks(a), _ranks(b)
    if x.std() == 0 or y.std() == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _ranks(values: Vector) -> Vector:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def overlap(predicted: Sequence[frozenset[str]], found: Sequence[frozenset[str]]) -> Mapping[str, float | None]:
    """Recall and precision over all articles of all cases; None where there is nothing to divide by."""
    hit = sum(len(p & f) for p, f in zip(predicted, found, strict=True))
    all_found, all_predicted = sum(map(len, found)), sum(map(len, predicted))
    return {"recall": _short(hit / all_found) if all_found else None,
            "precision": _short(hit / all_predicted) if all_predicted else None}


def answers(probabilities: Sequence[float], happened: Sequence[bool]) -> Mapping[str, float | None]:
    """Accuracy of the likelier answer and the Brier score."""
    if not happened:
        return {"accuracy": None, "brier": None}
    p, y = np.array(probabilities), np.array(happened, dtype=float)
    return {"accuracy": _short(np.mean((p >= 0.5) == (y == 1))), "brier": _short(np.mean((p - y) ** 2))}


def _short(value: float | np.floating) -> float:
    return float(f"{float(value):.4g}")
