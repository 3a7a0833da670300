"""What the law will change for a program after the day of assessment, and when."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lexposure.exposure.findings import Bench
from lexposure.law.judgement import Rule, Status
from lexposure.law.packs import Law
from lexposure.program.operations import Operation


@dataclass(frozen=True, slots=True)
class Change:
    """A provision that comes into force, ends, or changes its sums on a day, and how it stands on the program then.

    ``status`` is the worst over the operations, on the facts as they are stated today; ``populations`` are those it is
    worst for. A provision that ends is judged on its last day.
    """

    day: dt.date
    rule: Rule
    what: str
    status: Status
    populations: tuple[str, ...]
    note: str


_Event = tuple[dt.date, dt.date, Rule, str, str]


def timeline(law: Law, operations: Sequence[Operation], day: dt.date) -> tuple[Change, ...]:
    """Every change after the day, the earliest first. O(changes x operations)."""
    benches: dict[tuple[int, dt.date], Bench] = {}
    found = []
    for when, judged_on, rule, what, note in sorted(_events(law, day), key=lambda e: (e[0], e[2].id, e[3])):
        standing: dict[Status, dict[str, None]] = {}
        for index, operation in enumerate(operations):
            if (index, judged_on) not in benches:
                benches[index, judged_on] = Bench(law, operation, judged_on)
            for answer in benches[index, judged_on].ask(rule):
                standing.setdefault(answer.judgement.status, {})[operation.population] = None
        worst = max(standing, key=lambda s: s.gravity, default=Status.CLEAR)
        people = tuple(standing.get(worst, ())) if worst is not Status.CLEAR else ()
        found.append(Change(when, rule, what, worst, people, note))
    return tuple(found)


def _events(law: Law, day: dt.date) -> Iterator[_Event]:
    """When something changes, the day on which to judge it, and what it is."""
    for rule in law.rules:
        force = rule.in_force
        if force.start > day:
            yield force.start, force.start, rule, "comes into force", force.note
        if force.until and force.until >= day and force.start <= force.until:
            yield force.until + dt.timedelta(1), force.until, rule, "is no longer in force", force.note
        for remedy in rule.provision.remedies:
            for amount in remedy.amount:
                if amount.start > day and amount.start > force.start:
                    label = f" ({remedy.label})" if remedy.label else ""
                    what = f"{remedy.currency} {amount.value:,f} per {remedy.unit}{label}"
                    yield amount.start, amount.start, rule, what, amount.note
