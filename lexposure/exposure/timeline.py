"""What the law will change for a program after the day of assessment, and when."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lexposure.exposure.assessment import ChangeNote
from lexposure.exposure.findings import Bench
from lexposure.law.judgement import Rule, Status
from lexposure.law.packs import Law
from lexposure.program.operations import Operation


@dataclass(frozen=True, slots=True)
class _Event:
    """When something changes in a rule, the day on which to judge it, and what it is."""

    day: dt.date
    judged_on: dt.date
    rule: Rule
    what: str
    note: str


def timeline(
    law: Law, operations: Sequence[Operation], day: dt.date, jurisdictions: frozenset[str] = frozenset()
) -> tuple[ChangeNote, ...]:
    """Every change after the day, the earliest first, with those in the forums of the jurisdictions.

    Its status is the worst over the operations, on the facts as they are stated today, and its populations are those it
    is worst for; a provision that ends is judged on its last day. O(changes x operations).
    """
    benches: dict[tuple[int, dt.date], Bench] = {}
    found = [*_procedure(law, day, jurisdictions)]
    for event in _events(law, day):
        standing: dict[Status, dict[str, None]] = {}
        for index, operation in enumerate(operations):
            if (index, event.judged_on) not in benches:
                benches[index, event.judged_on] = Bench(law, operation, event.judged_on)
            for answer in benches[index, event.judged_on].ask(event.rule):
                standing.setdefault(answer.judgement.status, {})[operation.population] = None
        worst = max(standing, key=lambda s: s.gravity, default=Status.CLEAR)
        people = tuple(standing.get(worst, ())) if worst is not Status.CLEAR else ()
        rule = event.rule
        found.append(ChangeNote(
            day=event.day, provision=rule.id, cite=rule.cite, heading=rule.provision.heading,
            jurisdiction=rule.instrument.jurisdiction, what=event.what, status=worst.value, populations=people,
            confidence=rule.confidence, note=event.note))
    return tuple(sorted(found, key=lambda c: (c.day, c.provision, c.cite, c.what)))


def _events(law: Law, day: dt.date) -> Iterator[_Event]:
    told: set[tuple[str, str]] = set()
    for rule in law.rules:
        force = rule.in_force
        for x in rule.limbs:
            # The ways in which an instrument applies are the same for all its rules: the first one speaks for them.
            dates, key = x.limb.in_force, (rule.instrument.id, x.limb.id)
            if dates and dates.start > max(day, force.start) and key not in told:
                told.add(key)
                yield _Event(dates.start, dates.start, rule, f"the act applies also or otherwise: {x.limb.text}", dates.note)
        if force.start > day:
            yield _Event(force.start, force.start, rule, "comes into force", force.note)
        if force.until and force.until >= day:
            yield _Event(force.until + dt.timedelta(1), force.until, rule, "is no longer in force", force.note)
        for kind, clauses in (("an element", rule.elements), ("an exception", rule.exceptions)):
            for c in clauses:
                dates = c.clause.in_force
                if dates and dates.start > max(day, force.start):
                    yield _Event(dates.start, dates.start, rule, f"{kind} is added: {c.clause.text}", dates.note)
                if dates and dates.until and dates.until >= day:
                    yield _Event(dates.until + dt.timedelta(1), dates.until + dt.timedelta(1), rule,
                                 f"{kind} falls away: {c.clause.text}", dates.note)
        for remedy in rule.provision.remedies:
            for amount in remedy.amount:
                if amount.start > day and amount.start > force.start:
                    label = f" ({remedy.label})" if remedy.label else ""
                    what = f"{remedy.currency} {amount.value:,f} per {remedy.unit}{label}"
                    yield _Event(amount.start, amount.start, rule, what, amount.note)


def _procedure(law: Law, day: dt.date, jurisdictions: frozenset[str]) -> Iterator[ChangeNote]:
    for place, forum in law.forums.values():
        for power in forum.powers if place in jurisdictions else ():
            if power.start and power.start > day:
                yield ChangeNote(
                    day=power.start, provision="", cite=power.cite, heading=forum.english or forum.name,
                    jurisdiction=place, what=power.text, status="procedure", populations=(),
                    confidence=power.confidence, note="")
