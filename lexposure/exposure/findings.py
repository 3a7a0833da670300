"""Findings: provisions on operations, gathered into the unit that each provision is judged once per."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from lexposure.exposure.facts import OperationFacts, incidents_of
from lexposure.law.conditions import Evidence, Found, Test, Words, some
from lexposure.law.judgement import Judgement, Reason, Rule, Status, Step, in_force, judge, ways_in
from lexposure.program.operations import Operation
from lexposure.vocabulary.facts import Unit, catalogue


@dataclass(frozen=True)
class Finding:
    """A provision on one unit, with the operation that it is worst for and all that it concerns.

    ``facts`` are those of that operation, kept so that a question can be supposed answered.
    """

    id: str
    rule: Rule
    operation: Operation
    operations: tuple[Operation, ...]
    incident: str | None
    judgement: Judgement
    facts: OperationFacts = field(repr=False, compare=False)

    @property
    def status(self) -> Status:
        """What the provision comes to."""
        return self.judgement.status

    @property
    def populations(self) -> tuple[str, ...]:
        """The populations concerned, in the program's order."""
        return tuple(dict.fromkeys(o.population for o in self.operations))

    def open_leaves(self) -> Iterator[Evidence]:
        """The unknown facts that the outcome depends on."""
        j = self.judgement
        trees = [s.evidence for s in (*j.elements, *j.exceptions) if s.truth is None]
        if j.scope is not None and j.scope.truth is None:
            trees.append(j.scope)
        if self.rule.limbs and some(s.truth for s in j.limbs) is None:
            trees.extend(s.evidence for s in j.limbs if s.truth is None)
        for tree in trees:
            yield from (leaf for leaf in tree.deciding() if leaf.truth is None)


@dataclass(frozen=True, slots=True)
class Silent:
    """A provision that did not fire for some operations, and why."""

    rule: Rule
    reason: Reason
    clause: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    unit: str
    operation: Operation
    incident: str | None
    facts: OperationFacts
    judgement: Judgement


def find(
    rules: Sequence[Rule], operations: Iterable[Operation], day: dt.date
) -> tuple[tuple[Finding, ...], tuple[Silent, ...]]:
    """Every finding, and for every provision that did not fire, why. O(operations x provisions), mostly scope checks.

    Findings are in the order of the rules, worst first within a rule; their ids do not change from run to run.
    """
    asked: dict[str, dict[str, list[_Asked]]] = {r.id: {} for r in rules}
    silent: dict[str, dict[tuple[Reason, str], list[Operation]]] = {r.id: {} for r in rules}
    live = [r for r in rules if in_force(r.in_force, day)]
    everything = tuple(operations)
    for operation in everything:
        plain = OperationFacts(operation, day)
        incidents = [(name, OperationFacts(operation, day, name)) for name in incidents_of(operation)]
        ways: dict[str, tuple[Step, ...]] = {}
        for rule in live:
            instrument = rule.instrument.id
            if instrument not in ways:
                ways[instrument] = ways_in(rule, plain)
            if rule.limbs and all(way.truth is False for way in ways[instrument]):
                silent[rule.id].setdefault((Reason.OUT_OF_SCOPE, ""), []).append(operation)
                continue
            for incident, facts in incidents if rule.provision.unit is Unit.INCIDENT else [(None, plain)]:
                judgement = judge_operation(rule, facts, ways=ways[instrument])
                if judgement.status is Status.CLEAR:
                    silent[rule.id].setdefault((judgement.reason, judgement.clause), []).append(operation)
                else:
                    unit = unit_of(rule, operation, incident)
                    asked[rule.id].setdefault(unit, []).append(_Asked(unit, operation, incident, facts, judgement))
    for rule in rules:
        if not in_force(rule.in_force, day):
            silent[rule.id][(Reason.NOT_IN_FORCE, "")] = list(everything)
    findings = tuple(
        finding
        for rule in rules
        for finding in sorted((_gather(rule, unit, group) for unit, group in asked[rule.id].items()),
                              key=lambda f: -f.status.gravity)
    )
    quiet = tuple(
        Silent(rule, reason, clause, tuple(ops))
        for rule in rules for (reason, clause), ops in silent[rule.id].items()
    )
    return findings, quiet


def judge_operation(
    rule: Rule, facts: OperationFacts, *, ways: tuple[Step, ...] | None = None, thorough: bool = False
) -> Judgement:
    """A rule on an operation: as the law has it, save that what only possibly reaches a use is no more than open there."""
    judgement, operation = judge(rule, facts, facts.day, ways=ways, thorough=thorough), facts.operation
    if operation.surely or judgement.status not in (Status.BREACH, Status.ARGUABLE):
        return judgement
    reaching = Found(Words(*operation.categories), tuple(("flows", name) for name in operation.captures))
    doubt = Evidence("fact", None, (), Test(catalogue()["data"], ("personal_data",)), "", reaching)
    scope = Evidence("all", None, (judgement.scope, doubt) if judgement.scope else (doubt,))
    return replace(judgement, status=Status.UNKNOWN, scope=scope)


def unit_of(rule: Rule, operation: Operation, incident: str | None) -> str:
    """The stable id of a finding: the provision and what it is judged once per."""
    parts = {
        Unit.OPERATION: (operation.controller, operation.population, operation.use),
        Unit.CONTROLLER: (operation.controller,),
        Unit.PROGRAM: (),
        Unit.INCIDENT: (operation.controller, incident or ""),
    }[rule.provision.unit]
    return ":".join((rule.id, *parts))


def _gather(rule: Rule, unit: str, group: list[_Asked]) -> Finding:
    """One finding for a unit: the worst answer counts, and all operations with that answer are concerned."""
    worst = max(group, key=lambda a: a.judgement.status.gravity)
    same = tuple(a.operation for a in group if a.judgement.status is worst.judgement.status)
    return Finding(unit, rule, worst.operation, same, worst.incident, worst.judgement, worst.facts)
