"""Fits of what authorities do: amounts, whether there is a fine, and which articles are cited together.

Amounts: a ridge regression on log10 of the fine with Student's t residuals, by iteratively reweighted least squares (Lange,
Little and Taylor 1989), with a stronger ridge on each jurisdiction's own effect. Fined or not: a ridge logistic
regression by Newton's method. Regularisation and degrees of freedom are fixed beforehand, not tuned.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import yaml

from lexposure.exposure.losses.practice import (
    AMOUNT,
    SETTLED,
    AmountFit,
    Conduct,
    Parameters,
    Practice,
    Vector,
    features,
    fined_features,
    settled_features,
)

#: Ridge penalties in units of a standardised feature, and of a jurisdiction's own effect.
RIDGE, EFFECT_RIDGE, LOGIT_RIDGE = 3.0, 10.0, 1.0
DEGREES = 4.0
#: The fewest amounts that anything is fitted on.
LEAST = 10
_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Background:
    """What the fit is given: country multipliers and shares of infringements fined, from larger collections."""

    multipliers: Mapping[str, float]
    other_multiplier: float
    shares: Mapping[str, float]
    other_share: float
    #: For each article, those that express the same principle or duty and are cited with it.
    companions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Observation:
    """A decided case as the fit sees it: the conduct, what was found, whether there was a fine, and how much.

    ``fired`` are the provisions that the engine finds, each with its article and whether it rests on what nobody stated;
    ``articles`` those that the authority found, None where the file does not say. ``amount`` is in euros, None without;
    ``turnover`` is in euros.
    """

    id: str
    unit: str
    conduct: Conduct
    fired: Mapping[str, tuple[str, bool]]
    articles: frozenset[str] | None
    fined: bool | None
    amount: float | None
    turnover: float
    private: bool = False

    @property
    def settles(self) -> bool:
        """Whether it is a matter of the United States, where matters are settled under many statutes."""
        return self.conduct.jurisdiction == "US"


def fit(observations: Sequence[Observation], background: Background, fitted_on: str) -> Practice:
    """All three fits. Raises ValueError where there are fewer than ten fines, or no case without one."""
    matters = [o for o in observations if o.settles]
    fines = [o for o in observations if not o.settles]
    amounts = [o for o in fines if o.amount]
    if len(amounts) < LEAST:
        raise ValueError(f"there are {len(amounts)} fines to fit on, and {LEAST} are the least")
    settlements = [o for o in matters if o.amount]
    ended = [o.fined for o in matters if o.fined is not None]
    return Practice(
        fitted_on=fitted_on, cases=len(observations), fined_cases=len(amounts), multipliers=background.multipliers,
        other_multiplier=background.other_multiplier, shares=background.shares, other_share=background.other_share,
        amount=_amounts(amounts, background), fined=_fined([o for o in fines if o.fined is not None], background),
        citations=citations(fines, background),
        settled=_settlements(settlements) if len(settlements) >= LEAST else None,
        settled_share=_short((sum(ended) + 1) / (len(ended) + 2)),
    )


def _standard(raw: Vector) -> tuple[Vector, Vector, Vector]:
    centre, scale = raw.mean(axis=0), raw.std(axis=0)
    scale = np.where(scale < 1e-9, 1.0, scale)
    return (raw - centre) / scale, centre, scale


def _amounts(observations: Sequence[Observation], background: Background) -> AmountFit:
    people = _mean_people(observations)
    raw = np.array([features(o.conduct, background.multipliers, background.other_multiplier, people) for o in observations])
    return _regression(raw, [o.conduct.jurisdiction for o in observations], [o.amount or 1 for o in observations], people,
                       AMOUNT)


def _settlements(observations: Sequence[Observation]) -> AmountFit:
    people = _mean_people(observations)
    raw = np.array([settled_features(o.conduct.people, o.turnover, o.private, people) for o in observations])
    return _regression(raw, [], [o.amount or 1 for o in observations], people, SETTLED)


def _mean_people(observations: Sequence[Observation]) -> float:
    """The mean of log10 of the people where somebody said how many; 3 where nobody ever did."""
    known = [math.log10(o.conduct.people) for o in observations if o.conduct.people and o.conduct.people >= 1]
    return sum(known) / len(known) if known else 3.0


#: Features that can only raise an amount, and those that can only lower it; where a fit says otherwise, it is not
#: followed, so that more infringement never costs less.
_RAISING, _LOWERING = ("people", "breadth", "special", "children"), ("only_staff",)


def _regression(
    raw: Vector, jurisdictions: Sequence[str], amounts: Sequence[float], people: float, names: Iterable[str]
) -> AmountFit:
    """Ridge regression with Student's t residuals; without jurisdictions there are no effects of theirs."""
    x, centre, scale = _standard(raw)
    signs = [(i, 1 if name in _RAISING else -1) for i, name in enumerate(names) if name in (*_RAISING, *_LOWERING)]
    codes = sorted(set(jurisdictions))
    effects = np.array([[float(one == code) for code in codes] for one in jurisdictions]).reshape(len(x), len(codes))
    design = np.hstack([np.ones((len(x), 1)), x, effects])
    y = np.log10(np.array(amounts))
    ridge = np.array([1e-6, *[RIDGE] * x.shape[1], *[EFFECT_RIDGE] * len(codes)])
    weights, variance = np.ones(len(y)), 0.5
    for _ in range(_ROUNDS):
        weighted = design.T * weights
        precision = weighted @ design + np.diag(ridge)
        beta = np.linalg.solve(precision, weighted @ y)
        residual = y - design @ beta
        used = float(np.trace(np.linalg.solve(precision, weighted @ design)))
        variance = float((weights * residual**2).sum() / max(len(y) - used, 1.0))
        weights = (DEGREES + 1) / (DEGREES + residual**2 / variance)
    covariance = np.linalg.inv(precision)
    for i, sign in signs:
        beta[1 + i] = sign * max(sign * beta[1 + i], 0.0)
    return AmountFit(
        least=_tuple(raw.min(axis=0)), most=_tuple(raw.max(axis=0)), centre=_tuple(centre), scale=_tuple(scale),
        coefficients=_tuple(beta), covariance=tuple(_tuple(r) for r in covariance),
        people=_short(people), effects=tuple(codes), new_effect=_short(variance / EFFECT_RIDGE), variance=_short(variance),
        degrees=DEGREES,
    )


def _fined(observations: Sequence[Observation], background: Background) -> Parameters:
    raw = np.array([fined_features(o.conduct, background.shares, background.other_share) for o in observations])
    x, centre, scale = _standard(raw)
    design = np.hstack([np.ones((len(x), 1)), x])
    y = np.array([float(bool(o.fined)) for o in observations])
    ridge = np.array([0.1, *[LOGIT_RIDGE] * x.shape[1]])
    beta = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-design @ beta))
        hessian = (design.T * (p * (1 - p))) @ design + np.diag(ridge)
        beta = beta + np.linalg.solve(hessian, design.T @ (y - p) - ridge * beta)
    return Parameters(least=_tuple(raw.min(axis=0)), most=_tuple(raw.max(axis=0)), centre=_tuple(centre),
                      scale=_tuple(scale), coefficients=_tuple(beta),
                      covariance=tuple(_tuple(r) for r in np.linalg.inv(hessian)))


#: What is thought of a provision before any case: how often its own article is cited when it fires (less where it rests on
#: what nobody stated), how often a companion is, and how many cases that is worth.
_OWN, _OWN_OPEN, _COMPANION, _COMPANION_OPEN, _WORTH = 0.75, 0.35, 0.5, 0.2, 4.0


def citations(observations: Iterable[Observation], background: Background) -> Mapping[str, Mapping[str, float]]:
    """For each provision that fires, how often authorities then cite its article and the companions of that article."""
    fired: dict[str, tuple[str, bool, list[frozenset[str]]]] = {}
    for o in observations:
        for name, (article, open_) in o.fired.items() if o.articles is not None else ():
            fired.setdefault(_key(name, open_), (article, open_, []))[2].append(o.articles or frozenset())
    return {
        name: {article: rate(article, own, open_, seen)
               for article in (own, *background.companions.get(own, ()))}
        for name, (own, open_, seen) in sorted(fired.items())
    }


def _key(name: str, open_: bool) -> str:
    return f"{name}?" if open_ else name


def rate(article: str, own: str, open_: bool, seen: Collection[frozenset[str]]) -> float:
    """How often an article is cited when a provision fires, shrunk towards what is thought before any case."""
    prior = (_OWN_OPEN if open_ else _OWN) if article == own else (_COMPANION_OPEN if open_ else _COMPANION)
    return _short((sum(article in s for s in seen) + prior * _WORTH) / (len(seen) + _WORTH))


def cited(practice: Practice, fired: Mapping[str, tuple[str, bool]], background: Background) -> Mapping[str, float]:
    """How probable each article is, by the provision that speaks most for it."""
    found: dict[str, float] = {}
    for name, (own, open_) in fired.items():
        rates = practice.citations.get(_key(name, open_)) or {
            article: rate(article, own, open_, ()) for article in (own, *background.companions.get(own, ()))}
        for article, p in rates.items():
            found[article] = max(found.get(article, 0.0), p)
    return found


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _tuple(values: Vector) -> tuple[float, ...]:
    return tuple(_short(float(v)) for v in values)


def as_yaml(practice: Practice) -> str:
    """The parameters as the file that lexposure reads them from."""
    dumped = practice.model_dump(mode="json")
    head = "# Written by `lexposure fit`; not to be edited. How well it predicts: README, `lexposure backtest`.\n"
    return head + yaml.dump(dumped, Dumper=_Plain, sort_keys=False, width=160, default_flow_style=None)


class _Plain(yaml.SafeDumper):
    """YAML whose numbers have no exponents, as everything here reads them."""


_Plain.add_representer(float, lambda dumper, value: dumper.represent_scalar(
    "tag:yaml.org,2002:float", f"{value:.7f}".rstrip("0") + "0" if value % 1 else f"{value:.1f}"))
