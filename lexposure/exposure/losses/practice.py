"""What authorities have done in like cases: from a calculation and a few facts to a distribution of the fine.

The logarithm of a fine is linear in the method's scale (its maximum at this turnover), the country's practice, the people,
the breadth of the findings and a few marks; what is left over has Student's t distribution, since residuals have heavy
tails. The parameters are those of a regularised fit on decided cases (`lexposure fit`), with their covariance: what the fit
does not know widens the distribution. Amounts are in euros and are cut at the legal maximum by whoever uses them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lexposure.reading.source import read
from lexposure.reading.typed import Model, Number, Words, validate

Vector = NDArray[np.float64]
#: The features of an amount, in their order, and how a reader would call them.
AMOUNT = {
    "scale": "legal maximum at this turnover", "practice": "country's practice", "people": "people concerned",
    "people_unknown": "nobody said how many", "breadth": "provisions in breach", "special": "sensitive data",
    "children": "children", "only_staff": "nobody but staff", "public_body": "public body",
}
#: The features of a settlement or penalty in the United States.
SETTLED = {
    "people": "people concerned", "people_unknown": "nobody said how many", "turnover": "turnover",
    "private": "class action",
}
FINED = ("found", "scale", "share")


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the model looks at: one sanctionable conduct before one authority. ``scale`` is the legal maximum after
    the method's step for turnover, in euros.

    ``breadth`` counts the provisions found that stand on their own, or is expected to; ``people`` is None where nobody said
    how many.
    """

    jurisdiction: str
    scale: float
    people: float | None
    breadth: float
    special: bool
    children: bool
    only_staff: bool
    public_body: bool


class Parameters(Model):
    """A fit of one regression: standardised features, coefficients (the first is the intercept) and their covariance.

    ``least`` and ``most`` are the features' range in the cases: what lies beyond is taken as at its end, not extrapolated.
    """

    least: tuple[Number, ...]
    most: tuple[Number, ...]
    centre: tuple[Number, ...]
    scale: tuple[Number, ...]
    coefficients: tuple[Number, ...]
    covariance: tuple[tuple[Number, ...], ...]


class AmountFit(Parameters):
    """The fit of amounts. ``effects`` are what a jurisdiction adds beyond its multiplier; ``variance`` is of the residual.

    ``people`` stands in where nobody said how many; ``new_effect`` is the variance of a jurisdiction without cases.
    """

    people: Number
    effects: tuple[Words, ...]
    new_effect: Number
    variance: Number
    degrees: Number


class Practice(Model):
    """Everything that was fitted, and on what. ``multipliers`` and ``shares`` are data that the fit was given."""

    fitted_on: Words
    cases: int
    fined_cases: int
    multipliers: Mapping[str, Number]
    other_multiplier: Number
    shares: Mapping[str, Number]
    other_share: Number
    amount: AmountFit
    fined: Parameters
    citations: Mapping[str, Mapping[str, Number]]
    settled: AmountFit | None = None
    settled_share: Number = 0.5


@dataclass(frozen=True, slots=True)
class Predicted:
    """The distribution of log10 of a fine in euros: location, scale, degrees of freedom, and what moved the location."""

    location: float
    scale: float
    degrees: float
    parts: tuple[tuple[str, float], ...]


def features(conduct: Conduct, multipliers: Mapping[str, float], other: float, people: float) -> list[float]:
    """The features of AMOUNT."""
    known = conduct.people is not None and conduct.people >= 1
    return [
        math.log10(max(conduct.scale, 1.0)),
        math.log10(multipliers.get(conduct.jurisdiction, other)),
        math.log10(conduct.people) if known and conduct.people else people,
        float(not known),
        math.log2(1 + conduct.breadth),
        float(conduct.special), float(conduct.children), float(conduct.only_staff), float(conduct.public_body),
    ]


def fined_features(conduct: Conduct, shares: Mapping[str, float], other: float) -> list[float]:
    """The features of FINED."""
    share = min(max(shares.get(conduct.jurisdiction, other), 0.02), 0.98)
    return [float(conduct.breadth > 0), math.log10(max(conduct.scale, 1.0)), math.log(share / (1 - share))]


def settled_features(people: float | None, turnover: float, private: bool, mean: float) -> list[float]:
    """The features of SETTLED; ``turnover`` in euros, ``mean`` stands in for a number of people that nobody said."""
    known = people is not None and people >= 1
    return [math.log10(people) if known and people else mean, float(not known), math.log10(max(turnover, 1.0)),
            float(private)]


def settled(practice: Practice, people: float | None, turnover: float, private: bool) -> Predicted | None:
    """The distribution of a settlement or penalty in the United States, in euros; None where nothing was fitted."""
    fit = practice.settled
    return None if fit is None else _at(settled_features(people, turnover, private, fit.people), fit, "", SETTLED)


def predicted(practice: Practice, conduct: Conduct) -> Predicted:
    """The distribution of the fine that an authority of the jurisdiction would set for the conduct, before the maximum."""
    fit = practice.amount
    return _at(features(conduct, practice.multipliers, practice.other_multiplier, fit.people), fit, conduct.jurisdiction,
               AMOUNT)


def _at(raw: Sequence[float], fit: AmountFit, jurisdiction: str, names: Mapping[str, str]) -> Predicted:
    row = _standardised(raw, fit)
    effect = [float(code == jurisdiction) for code in fit.effects]
    x = np.array([1.0, *row, *effect])
    beta = np.array(fit.coefficients)
    location = float(x @ beta)
    spread = fit.variance * (1 + float(x @ np.array(fit.covariance) @ x))
    if jurisdiction and jurisdiction not in fit.effects:
        spread += fit.new_effect
    parts = [(name, float(v * b)) for name, v, b in zip(names.values(), row, beta[1:], strict=False)]
    if effect:
        parts.append(("this jurisdiction's own cases", float(np.array(effect) @ beta[1 + len(row):])))
    return Predicted(location, math.sqrt(spread), fit.degrees, tuple(parts))


def fined(practice: Practice, conduct: Conduct) -> float:
    """How probable it is that a decision on the conduct carries a fine: as in published decisions, which favour fines."""
    fit = practice.fined
    x = np.array([1.0, *_standardised(fined_features(conduct, practice.shares, practice.other_share), fit)])
    logit = float(x @ np.array(fit.coefficients))
    # The usual approximation of a logistic curve averaged over what the fit does not know (MacKay 1992).
    doubt = float(x @ np.array(fit.covariance) @ x)
    return 1 / (1 + math.exp(-logit / math.sqrt(1 + math.pi * doubt / 8)))


def _standardised(raw: Sequence[float], fit: Parameters) -> list[float]:
    kept = (min(max(v, a), b) for v, a, b in zip(raw, fit.least, fit.most, strict=True))
    return [(v - c) / s for v, c, s in zip(kept, fit.centre, fit.scale, strict=True)]


@cache
def built_in() -> Practice:
    """The parameters that come with lexposure."""
    return validate(Practice, read(Path(__file__).with_name("practice.yaml")))
