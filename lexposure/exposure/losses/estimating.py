"""From findings and heads to what an assessment says of losses."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from lexposure.exposure.facts import turnover_before
from lexposure.exposure.findings import Finding
from lexposure.exposure.losses import notes as n
from lexposure.exposure.losses import practice, worth
from lexposure.exposure.losses.aggregate import Distribution, Matter, aggregate
from lexposure.exposure.losses.matters import Priceable, Priced, groups, matters, priced
from lexposure.exposure.losses.priors import Priors
from lexposure.exposure.losses.score import score
from lexposure.exposure.losses.worksheet import Row
from lexposure.law.conditions import needs_measure
from lexposure.law.judgement import Rule
from lexposure.program.model import Program
from lexposure.vocabulary.facts import catalogue

_LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99)
#: How many uncertain headcounts are priced at both ends.
_ESTIMATES = 8
_THRESHOLDS = (100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)


def losses(given: Priceable, program: Program) -> n.Losses:
    """What the heads may come to in all, as modelled. Pure, and without a seed: nothing is drawn."""
    law, priors = given.law, given.priors
    grouped = groups(given)
    perils = priced(given, only=grouped)
    found = matters(perils, law, priors)
    correlation = priors["climate_correlation"]
    all_ = aggregate(found, correlation)
    parts = {name: (mean, tail) for name, mean, tail in all_.contributions}
    shares = _shares(perils, parts)
    counted, scored = _scored(given)
    uncertain = dict(_stated(program, given.day, {s.id: s.expected for s in shares.populations}))
    return n.Losses(
        currency="EUR", expected=round(all_.mean), nothing=round(all_.nothing, 4),
        quantiles={f"{level * 100:g}": round(all_.quantile(level)) for level in _LEVELS}, tail=round(all_.tail_mean),
        thresholds={str(x): round(all_.exceeds(x), 4) for x in _THRESHOLDS},
        curve=tuple(n.PointNote(amount=round(x), exceeded=round(p, 5)) for x, p in all_.curve),
        perils=tuple(_peril(p, found, parts) for p in sorted(perils, key=lambda p: -parts.get(p.id, (0.0, 0.0))[0])),
        shares=shares,
        score=score(sum(scored.values())),
        scores_by_jurisdiction=_scores(counted, scored, lambda p: [p.jurisdiction]),
        scores_by_operation=_scores(counted, scored, lambda p: {o.id for f, _ in p.weights for o in f.operations}),
        unknowns=tuple(_unknown(w, all_.mean) for w in worth.unknowns(given, grouped, all_.mean)),
        estimates=tuple(_estimate(w, all_.mean)
                        for w in worth.estimates(given, grouped, uncertain, all_.mean)),
        sensitivity=tuple(_sensitivity(found, priors, all_)),
        fitted_on=practice.built_in().fitted_on, priors=tuple(_priors(priors)),
    )


def _peril(p: Priced, found: Sequence[Matter], parts: Mapping[str, tuple[float, float]]) -> n.PerilNote:
    taken = next(m.taken_up for m in found if m.id == p.matter)
    chain = (("the matter is taken up", taken), *p.chain)
    low, likely, high = (round(float(x)) for x in p.severity.quantile(np.array([0.05, 0.5, 0.95])))
    mean, tail = parts.get(p.id, (0.0, 0.0))
    return n.PerilNote(
        id=p.id, matter=p.matter, kind=p.kind, forum=p.forum, jurisdiction=p.jurisdiction, controller=p.controller,
        heads=p.heads, findings=tuple(f.id for f, _ in p.weights),
        chain=tuple(n.ChanceNote(text=text, probability=round(x, 4)) for text, x in chain),
        probability=round(taken * p.probability, 5), low=low, likely=likely, high=high,
        ceiling=round(p.ceiling) if p.ceiling is not None else None, expected=round(mean), tail=round(tail),
        sheet=_sheet(p), moved=tuple(n.MovedNote(text=text, factor=round(10**x, 3)) for text, x in p.moved))


def _sheet(p: Priced) -> n.SheetNote | None:
    s = p.sheet
    if s is None:
        return None
    return n.SheetNote(method=s.method, currency=s.currency, level=s.level, low=s.low, likely=s.likely, high=s.high,
                       ceiling=s.ceiling, steps=tuple(_step(r) for r in s.rows))


def _step(r: Row) -> n.StepNote:
    """A row as it is saved: amounts in whole units, multipliers to four digits."""
    digits = Decimal("0.0001") if r.multiplies else Decimal(1)

    def shown(x: Decimal | None) -> Decimal | None:
        return None if x is None else x.quantize(digits)

    return n.StepNote(step=r.step, text=r.text, cite=r.cite, how=r.how, low=shown(r.low), likely=shown(r.likely),
                      high=shown(r.high), multiplies=r.multiplies)


# -- shares and scores -----------------------------------------------------------------------------------------------------


def _shares(perils: Sequence[Priced], parts: Mapping[str, tuple[float, float]]) -> n.Shares:
    """The losses shared out: a peril over its findings by how probable they are, a finding over what it concerns."""

    def by(keys: Callable[[Priced, Finding], Mapping[str, float]]) -> tuple[n.ShareNote, ...]:
        found: dict[str, tuple[float, float]] = {}
        for p in perils:
            mean, tail = parts.get(p.id, (0.0, 0.0))
            whole = sum(x for _, x in p.weights)
            for finding, x in p.weights:
                shared = keys(p, finding)
                total = sum(shared.values())
                for key, part in shared.items():
                    share = x / whole * part / total
                    old = found.get(key, (0.0, 0.0))
                    found[key] = old[0] + mean * share, old[1] + tail * share
        return tuple(n.ShareNote(id=key, expected=round(mean, 2), tail=round(tail, 2))
                     for key, (mean, tail) in sorted(found.items(), key=lambda x: (-x[1][0], x[0])))

    return n.Shares(
        jurisdictions=by(lambda p, f: {p.jurisdiction: 1.0}), authorities=by(lambda p, f: {p.forum or "": 1.0}),
        provisions=by(lambda p, f: {f.rule.id: 1.0}),
        flows=by(lambda p, f: _even(x for o in f.operations for x in o.captures)),
        systems=by(lambda p, f: _even(x for o in f.operations for x in o.systems)),
        populations=by(lambda p, f: _heads(f)),
    )


def _even(keys: Iterable[str]) -> Mapping[str, float]:
    """The same share for each; what nothing is named for stays together."""
    return dict.fromkeys(keys, 1.0) or {"": 1.0}


def _heads(finding: Finding) -> Mapping[str, float]:
    """Shares by headcount, where every population has one; else the same for each."""
    people = finding.facts.program.populations
    counts = {name: people[name].count for name in finding.populations}
    if all(c is not None and c.likely > 0 for c in counts.values()):
        return {name: float(c.likely) for name, c in counts.items() if c is not None}
    return _even(finding.populations)


def _scored(given: Priceable) -> tuple[tuple[Priced, ...], dict[str, float]]:
    """What the score counts, with its expected loss: all but duties on how a measure is carried out.

    Who takes a measure is not to score worse for the duties that come with it; the losses count them all the same.
    """
    free = {name for name, f in given.findings.items() if not _on_a_measure(f.rule)}
    kept = replace(given, heads=tuple(replace(h, counted=tuple(x for x in h.counted if x in free)) for h in given.heads))
    perils = priced(kept)
    taken = {m.id: m.taken_up for m in matters(perils, given.law, given.priors)}
    return perils, {p.id: taken[p.matter] * p.probability * p.severity.mean for p in perils}


def _on_a_measure(rule: Rule) -> bool:
    """Whether a rule only speaks, or speaks the more, where some measure is in effect."""
    conditions = (rule.scope, *(e.condition for e in rule.elements), *(x.condition for x in rule.limbs))
    return any(needs_measure(c) for c in conditions)


def _scores(
    perils: Sequence[Priced], expected: Mapping[str, float], keys: Callable[[Priced], Iterable[str]]
) -> tuple[n.ScoreNote, ...]:
    """A score for each key: of the expected loss of every peril that it has a part in, whole."""
    found: dict[str, float] = {}
    for p in perils:
        for key in keys(p):
            found[key] = found.get(key, 0.0) + expected.get(p.id, 0.0)
    return tuple(n.ScoreNote(id=key, score=score(x), expected=round(x))
                 for key, x in sorted(found.items(), key=lambda x: (-x[1], x[0])))


# -- what is uncertain -----------------------------------------------------------------------------------------------------


def _unknown(w: worth.Worth, modelled: float) -> n.WorthNote:
    question = catalogue()[w.id].question.replace("{term}", w.argument.replace("_", " "))
    return n.WorthNote(id=w.id, argument=w.argument, text=question, well=round(w.well), modelled=round(modelled),
                       badly=round(w.badly))


def _estimate(w: worth.Worth, modelled: float) -> n.WorthNote:
    return n.WorthNote(id=w.id, argument="", text=w.id, well=round(w.well), modelled=round(modelled), badly=round(w.badly))


def _stated(
    program: Program, day: dt.date, expected: Mapping[str, float]
) -> Iterator[tuple[str, tuple[float, float]]]:
    """The uncertain numbers with their ends: headcounts, and turnover as factors of the likely one.

    Of the headcounts those that are likeliest to matter: by the population's share of the expected loss and its range.
    """
    counts = {name: p.count for name, p in program.populations.items()
              if p.count is not None and p.count.lower < p.count.upper}
    weight = {name: expected.get(name, 0.0) * float((c.upper - c.lower) / max(c.likely, Decimal(1)))
              for name, c in counts.items()}
    for name in sorted(counts, key=lambda k: (-weight[k], k))[:_ESTIMATES]:
        yield name, (float(counts[name].lower), float(counts[name].upper))
    last = [t for g in program.groups.values() if (t := turnover_before(g, day)) and t.lower < t.upper and t.likely > 0]
    if last:
        yield worth.TURNOVER, (min(float(t.lower / t.likely) for t in last), max(float(t.upper / t.likely) for t in last))


def _sensitivity(found: Sequence[Matter], priors: Priors, modelled: Distribution) -> Iterator[n.SensitivityNote]:
    stated = priors.known["climate_correlation"]
    for value in dict.fromkeys((stated.low, stated.value, stated.high)):
        whole = modelled if value == stated.value else aggregate(found, value, shared_out=False)
        yield n.SensitivityNote(correlation=value, p95=round(whole.quantile(0.95)))


def _priors(priors: Priors) -> Iterator[n.PriorNote]:
    for name, p in priors.known.items():
        yield n.PriorNote(id=name, value=p.value, low=p.low, high=p.high, unit=p.unit, basis=p.basis, text=p.text,
                          sources=tuple(f"{s.title} ({s.url})" if s.url else s.title for s in p.source), note=p.note,
                          overridden=name in priors.overridden)
