"""The packs hold together: every case comes out as expected, and nothing is left untested."""

import datetime as dt
import itertools

import pytest

from lexposure.exposure.facts import READERS
from lexposure.law.cases import check_cases, stale
from lexposure.law.packs import load
from lexposure.reading.diagnostics import render
from lexposure.vocabulary.facts import Type, catalogue

LAW = load()


@pytest.mark.parametrize("instrument", [p.id for p in LAW.packs])
def test_the_packs_own_cases(instrument: str) -> None:
    faults = check_cases(LAW, instrument)
    assert not faults, "\n".join(render(f) for f in faults)


def test_every_fact_of_the_catalogue_can_be_stated_or_is_derived() -> None:
    derived = {f.id for f in catalogue().values() if not f.stated and f.type is not Type.SAFEGUARD}
    assert derived == set(READERS)


def test_every_stated_fact_is_read_by_some_pack() -> None:
    conditions = [c for rule in LAW.rules
                  for c in (rule.scope, *(x.condition for x in (*rule.elements, *rule.exceptions, *rule.limbs)))]
    for method in LAW.methods.values():
        conditions += [c for w in method.weighing for c in (w.medium, w.high) if c] + [f.condition for f in method.factors]
    read = {test.fact.id for condition in conditions for test in condition.leaves()}
    # The number of a state's consumers is read where it is derived: as stated, or from the program's own counts.
    assert {f.id for f in catalogue().values() if f.stated} <= read | {"consumers_yearly"}


@pytest.mark.parametrize("rule", LAW.rules, ids=lambda r: r.id)
def test_every_provision_can_be_checked(rule) -> None:  # type: ignore[no-untyped-def]
    assert rule.provision.source or rule.instrument.source
    assert rule.checked <= dt.date(2026, 11, 27)
    assert any(character.isdigit() for character in rule.provision.cite) or "part" in rule.provision.cite
    if rule.provision.reading.certainty != "settled":
        assert rule.provision.reading.authority or rule.provision.reading.weak_when


def test_amounts_that_apply_on_one_day_do_not_overlap() -> None:
    for rule in LAW.rules:
        for remedy in rule.provision.remedies:
            ordered = sorted(remedy.amount, key=lambda a: a.start)
            for early, late in itertools.pairwise(ordered):
                assert early.until is not None, f"{rule.id}: {remedy.label}"
                assert early.until < late.start


def test_a_stale_provision_is_said() -> None:
    assert stale(LAW, dt.date(2026, 11, 27), 365) == []
    assert len(stale(LAW, dt.date(2028, 11, 22), 365)) == len(LAW.rules)


def test_law_as_of_a_date() -> None:
    def on(day: dt.date) -> set[str]:
        return {r.id for r in LAW.in_force(day)}
    before, after = on(dt.date(2026, 7, 13)), on(dt.date(2026, 7, 14))
    assert not any(i.startswith("us-me-") for i in before)
    assert any(i.startswith("us-me-") for i in after)
    assert on(dt.date(2018, 5, 24)).isdisjoint({"gdpr-6-1"})
    assert "gdpr-6-1" in on(dt.date(2018, 5, 25))
