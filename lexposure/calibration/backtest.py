"""The whole engine on decided cases, each predicted by a fit that has not seen it or its like."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from lexposure.calibration import scoring
from lexposure.calibration.cases import Case, Skipped
from lexposure.calibration.fitting import Background, Observation, cited, fit
from lexposure.calibration.programs import US, CasedProgram, coding, program_of
from lexposure.calibration.scoring import LEVELS, Amounts, Vector
from lexposure.exposure.facts import OperationFacts
from lexposure.exposure.findings import Finding, find
from lexposure.exposure.losses.conducts import conduct_of, in_euros, start_of, turnover_in
from lexposure.exposure.losses.practice import Conduct, Practice, fined, predicted, settled
from lexposure.law.judgement import Status
from lexposure.law.packs import Law
from lexposure.program.graph import FlowGraph
from lexposure.program.operations import Operation, operations
from lexposure.reading.source import read

#: The instrument whose articles decided cases cite, and its tier for a conduct in which nothing was found.
_INSTRUMENT, _TIER = "gdpr", "higher"
#: An article is predicted where its probability is at least this: to miss one costs a reader more than to see one too many.
PREDICTED_FROM = 1 / 3
#: The turnover in euros of a case whose size nobody states, for the baseline that looks at nothing else.
_TYPICAL = 2e7
_SHOWN = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


@dataclass(frozen=True, slots=True)
class Observed:
    """A case with what the engine makes of it: the observation for the fit, the legal maximum in euros, the terms unread."""

    case: Case
    observation: Observation
    ceiling: float
    unread: tuple[str, ...]
    unknown_articles: tuple[str, ...]


@cache
def background() -> Background:
    """What fits are given, as background.yaml has it."""
    tree: Any = read(Path(__file__).with_name("background.yaml")).tree
    return Background(
        {k: float(v) for k, v in tree["multipliers"].items()}, float(tree["other_multiplier"]),
        {k: float(v) for k, v in tree["shares"].items()}, float(tree["other_share"]),
        {k: tuple(v) for k, v in tree["companions"].items()},
    )


def article(text: str) -> str:
    """The article that a citation is compared by: its number; for article 5 also the principle."""
    found = re.search(r"(\d+)(\(\d\))?(\([a-f]\))?", text)
    if found is None:
        return text
    number, paragraph, letter = found.groups()
    if number == "5" and paragraph:
        return f"5{paragraph}{letter or ''}" if letter or paragraph != "(1)" else "5(1)"
    return str(number)


def observe(
    cases: Iterable[Case], law: Law, step: Callable[[Sequence[Case]], Iterable[Case]] = iter
) -> tuple[tuple[Observed, ...], tuple[Skipped, ...]]:
    """Each case assessed from its facts alone, and those that cannot be."""
    found, skipped = [], []
    for case in step(tuple(cases)):
        try:
            found.append(_observe(case, law))
        except ValueError as error:
            skipped.append(Skipped(case.id, str(error)))
    return tuple(found), tuple(skipped)


def _observe(case: Case, law: Law) -> Observed:
    made = program_of(case)
    ops = operations(FlowGraph(made.program))
    findings, _ = find(law, ops, made.day)
    if made.jurisdiction == US:
        return _matter(case, made, ops, findings)
    own = [f for f in findings if f.rule.instrument.id == _INSTRUMENT and f.status in (Status.BREACH, Status.ARGUABLE)
           and not f.rule.provision.presupposes]
    fired = {f.rule.id: (article(f.rule.provision.cite), _open(f)) for f in own}
    facts = OperationFacts(ops[0], made.day)
    known = {article(r.provision.cite) for r in law.rules if r.instrument.id == _INSTRUMENT}
    said = None if case.found is None else frozenset(article(a) for a in case.found)
    conduct, ceiling = _conduct(own, ops, facts, made.jurisdiction, law)
    fine = case.fine_eur
    observation = Observation(
        case.id, case.unit, conduct, fired, said, None if fine is None else fine > 0, fine or None,
        _turnover(facts))
    return Observed(case, observation, ceiling, made.unread, tuple(sorted((said or frozenset()) - known)))


def _matter(case: Case, made: CasedProgram, ops: Sequence[Operation], findings: Sequence[Finding]) -> Observed:
    """A matter of the United States: which of the coded statutes fire, and what it was settled for, in euros."""
    statutes = {instrument: name for name, instrument in coding()["us"]["statutes"].items()}
    fired = {f.rule.id: (statutes[f.rule.instrument.id], _open(f)) for f in findings
             if f.rule.instrument.id in statutes and f.status in (Status.BREACH, Status.ARGUABLE)}
    facts = OperationFacts(ops[0], made.day)
    amount = None if case.amount_usd is None else in_euros(Decimal(str(case.amount_usd)), "USD", made.day)
    conduct = conduct_of(US, 1.0, facts, ops, len(fired))
    said = None if case.found is None else frozenset(case.found)
    observation = Observation(
        case.id, case.unit, conduct, fired, said, None if amount is None else amount > 0, amount or None,
        _turnover(facts), case.forum == "class_action")
    return Observed(case, observation, math.inf, made.unread, tuple(sorted((said or frozenset()) - set(statutes.values()))))


def _turnover(facts: OperationFacts) -> float:
    """The turnover in euros, or a usual one where nobody states it."""
    stated = turnover_in(facts, "EUR")
    return float(stated) if stated else _TYPICAL


def _open(finding: Finding) -> bool:
    """Whether a finding rests on an exception that nobody has stated and that is for the controller to show."""
    return any(s.to_be_shown and s.truth is None for s in finding.judgement.exceptions)


def _conduct(
    findings: Sequence[Finding], ops: Sequence[Operation], facts: OperationFacts, code: str, law: Law
) -> tuple[Conduct, float]:
    """What the case is for the fit: one conduct, by the gravest tier found, and its legal maximum in euros."""
    tiers = next(r.tiers for r in law.rules if r.instrument.id == _INSTRUMENT)
    named = {r.tier for f in findings for r in f.rule.provision.remedies if r.tier}
    tier = max((tiers[n] for n in named), key=lambda t: (t.share, t.static), default=tiers[_TIER])
    counted = [f for f in findings if not f.displaced_by and not _open(f)]
    sheet = start_of(law.methods[tier.method or ""], tier, facts, [f.rule.cite for f in counted], ops)
    return conduct_of(code, float(sheet.scale), facts, ops, len({f.rule.id for f in counted})), float(sheet.ceiling)


# -- predictions -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is predicted of a case by a fit without it: articles, probability of a fine, quantiles of log10 of the amount."""

    articles: frozenset[str]
    p_fine: float
    quantiles: Vector | None


def quantiles(practice: Practice, o: Observed) -> Vector | None:
    """The amount's quantiles at LEVELS in log10 of euros, cut at the legal maximum; None where nothing could be fitted."""
    seen = o.observation
    p = (settled(practice, seen.conduct.people, seen.turnover, seen.private) if seen.settles
         else predicted(practice, seen.conduct))
    return None if p is None else np.minimum(p.location + p.scale * stdtrit(p.degrees, LEVELS), math.log10(o.ceiling))


def left_out(observed: Sequence[Observed], training: Sequence[Observation]) -> Iterator[Prediction]:
    """Each case predicted by a fit on all others that are not of its unit: no case predicts itself or its like."""
    given, kept = background(), {}
    for o in observed:
        if o.observation.unit not in kept:
            rest = [x for x in training if x.unit != o.observation.unit and x.id != o.case.id]
            kept[o.observation.unit] = fit(rest, given, "all other cases")
        practice = kept[o.observation.unit]
        likely = cited(practice, o.observation.fired, given)
        seen = o.observation
        yield Prediction(
            frozenset(a for a, p in likely.items() if p >= PREDICTED_FROM),
            practice.settled_share if seen.settles else fined(practice, seen.conduct), quantiles(practice, o))


def others(cases: Sequence[Case], own: Sequence[Case]) -> tuple[Case, ...]:
    """Those of ``cases`` that are none of the file's own, by id or by respondent and day of decision."""
    names = {c.id for c in own}
    known = {(c.respondent.casefold(), c.decision_date) for c in own if c.respondent}
    return tuple(c for c in cases if c.id not in names
                 and (c.respondent or "").casefold() not in {r for r, day in known if day == c.decision_date})


def backtest(
    observed: Sequence[Observed], skipped: Sequence[Skipped], more: Sequence[Observed] = ()
) -> Mapping[str, Any]:
    """The report. ``more`` are cases to train on beside the file's own. Raises ValueError if nothing can be fitted."""
    units = {o.observation.unit for o in observed}
    training = [o.observation for o in (*observed, *more)]
    predictions = list(left_out(observed, training))
    told = [(p, o) for p, o in zip(predictions, observed, strict=True) if o.observation.articles is not None]
    decided = [(p, o) for p, o in zip(predictions, observed, strict=True) if o.observation.fined is not None]
    priced = [(p, o) for p, o in zip(predictions, observed, strict=True)
              if o.observation.amount and p.quantiles is not None]
    actual = np.array([math.log10(o.observation.amount or 1) for _, o in priced])
    return {
        "cases": len(observed), "clusters": len(units), "trained_on": len(training),
        "skipped": [{"id": s.id, "reason": s.reason} for s in skipped],
        "findings": scoring.overlap([p.articles for p, _ in told], [o.observation.articles or frozenset() for _, o in told]),
        "fined": scoring.answers([p.p_fine for p, _ in decided], [bool(o.observation.fined) for _, o in decided]),
        "amount": scoring.scores(Amounts(np.array([p.quantiles for p, _ in priced]), actual)),
        "baselines": {
            **{name: scoring.scores(Amounts(rows, actual)) for name, rows in _baselines([o for _, o in priced], training)
               if priced},
            "always_the_base_rate": scoring.answers(*_base_rate([o for _, o in decided], training)),
        },
        "unread_terms": _unread(observed),
        "unknown_articles": sorted({a for o in observed for a in o.unknown_articles}),
        "per_case": [_shown(p, o) for p, o in zip(predictions, observed, strict=True)],
    }


def _shown(p: Prediction, o: Observed) -> Mapping[str, Any]:
    return {
        "id": o.case.id, "predicted_articles": sorted(p.articles, key=_order),
        "found_articles": sorted(o.observation.articles, key=_order) if o.observation.articles is not None else None,
        "p_fine": round(p.p_fine, 4),
        "quantiles": None if p.quantiles is None else {
            f"{level * 100:g}": round(10 ** float(np.interp(level, LEVELS, p.quantiles))) for level in _SHOWN},
        "actual_eur": o.observation.amount or (0 if o.observation.fined is False else None),
    }


def _order(name: str) -> tuple[int, str]:
    digits = re.match(r"\d+", name)
    return (int(digits[0]) if digits else 0, name)


def _unread(observed: Sequence[Observed]) -> Mapping[str, int]:
    counted: dict[str, int] = {}
    for o in observed:
        for term in o.unread:
            counted[term] = counted.get(term, 0) + 1
    return dict(sorted(counted.items(), key=lambda x: (-x[1], x[0])))


def _base_rate(decided: Sequence[Observed], training: Sequence[Observation]) -> tuple[list[float], list[bool]]:
    rates = []
    for o in decided:
        rest = [x.fined for x in training if x.fined is not None and x.unit != o.observation.unit
                and x.settles is o.observation.settles]
        rates.append(sum(rest) / len(rest) if rest else 0.5)
    return rates, [bool(o.observation.fined) for o in decided]


def _baselines(priced: Sequence[Observed], training: Sequence[Observation]) -> Iterator[tuple[str, Vector]]:
    """Naive predictions, each likewise without the case's unit: normal in log10 about a simple location."""

    def rows(location: Callable[[Observation, list[Observation]], tuple[float, float]]) -> Vector:
        made = []
        for o in priced:
            rest = [x for x in training if x.amount and x.unit != o.observation.unit
                    and x.settles is o.observation.settles]
            middle, spread = location(o.observation, rest)
            made.append(middle + spread * ndtri(LEVELS))
        return np.array(made) if made else np.empty((0, len(LEVELS)))

    yield "overall_fit", rows(lambda o, rest: _normal([math.log10(x.amount or 1) for x in rest]))
    yield "country_median", rows(_by_country)
    yield "turnover_power_law", rows(_by_turnover)


def _normal(logs: Sequence[float]) -> tuple[float, float]:
    return float(np.mean(logs)), float(np.std(logs, ddof=1))


def _by_country(o: Observation, rest: list[Observation]) -> tuple[float, float]:
    """The median of the country's other fines, or of all where it has fewer than two, with the spread about such medians."""
    groups: dict[str, list[float]] = {}
    for x in rest:
        groups.setdefault(x.conduct.jurisdiction, []).append(math.log10(x.amount or 1))
    everything = [y for ys in groups.values() for y in ys]
    overall = float(np.median(everything))
    middles = {code: float(np.median(ys)) for code, ys in groups.items() if len(ys) > 1}
    off = [y - middles.get(code, overall) for code, ys in groups.items() for y in ys]
    return middles.get(o.conduct.jurisdiction, overall), float(np.std(off, ddof=1))


def _by_turnover(o: Observation, rest: list[Observation]) -> tuple[float, float]:
    """A straight line of the logarithm of the fine on that of turnover."""
    x = np.array([math.log10(r.turnover) for r in rest])
    y = np.array([math.log10(r.amount or 1) for r in rest])
    slope, base = np.polyfit(x, y, 1)
    off = y - (base + slope * x)
    return float(base + slope * math.log10(o.turnover)), float(np.std(off, ddof=2))
