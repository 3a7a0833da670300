"""Findings: provisions on operations, gathered into the unit that each provision is judged once per."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lexposure.exposure.facts import OperationFacts, Supposing, incidents_of
from lexposure.law.conditions import Evidence, Found, Test, Words, some
from lexposure.law.judgement import Footing, Judgement, Reason, Rule, Status, Step, applies, in_force, judge, ways_in
from lexposure.law.packs import Law
from lexposure.program.operations import Operation
from lexposure.vocabulary.facts import Unit, catalogue


@dataclass(frozen=True)
class Finding:
    """A provision on one unit, with the operation that it is worst for and all that it concerns.

    ``facts`` are those of that operation, kept so that a question can be supposed answered. ``displaced_by`` are the
    findings for the same wrong that are counted in its place, each with the relation of the law that says so.
    """

    id: str
    rule: Rule
    operation: Operation
    operations: tuple[Operation, ...]
    incident: str | None
    judgement: Judgement
    facts: OperationFacts = field(repr=False, compare=False)
    displaced_by: tuple[tuple[str, str], ...] = ()

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
class Asked:
    """A rule on one operation, or on one incident in it."""

    operation: Operation
    incident: str | None
    facts: OperationFacts
    judgement: Judgement


class Bench:
    """The law on one operation: each rule is asked once, and after whatever it presupposes."""

    def __init__(self, law: Law, operation: Operation, day: dt.date) -> None:
        self._law = law
        self._operation = operation
        self._day = day
        self._plain = OperationFacts(operation, day)
        self._incidents = [(name, OperationFacts(operation, day, name)) for name in incidents_of(operation)]
        self._ways: dict[str, tuple[Step, ...]] = {}
        self._asked: dict[str, tuple[Asked, ...]] = {}

    def ask(self, rule: Rule) -> tuple[Asked, ...]:
        """The rule's judgements: one, or one for each incident."""
        if rule.id not in self._asked:
            self._asked[rule.id] = tuple(self._judgements(rule))
        return self._asked[rule.id]

    def explain(self, rule: Rule, incident: str | None) -> Judgement:
        """The rule's judgement with all its evidence, whether it fired or not."""
        facts = dict(self._incidents).get(incident or "", self._plain)
        return judge_operation(rule, facts, footing=self._footing(rule), thorough=True)

    def _judgements(self, rule: Rule) -> Iterator[Asked]:
        ways = self._ways_in(rule)
        outside = bool(rule.limbs) and all(way.truth is False for way in ways)
        # Whatever lies outside the instrument is asked no further: most operations are, for most instruments.
        if outside:
            yield Asked(self._operation, None, self._plain, Judgement(Status.CLEAR, Reason.OUT_OF_SCOPE))
            return
        footing = self._footing(rule)
        for incident, facts in self._incidents if rule.provision.unit is Unit.INCIDENT else [(None, self._plain)]:
            judgement = judge_operation(rule, facts, ways=ways, footing=footing)
            if judgement.status is Status.UNKNOWN and _turns_on_place(rule, facts):
                judgement = Judgement(Status.CLEAR, Reason.PLACE_NOT_EXACT)
            yield Asked(self._operation, incident, facts, judgement)

    def _ways_in(self, rule: Rule) -> tuple[Step, ...]:
        name = rule.instrument.id
        if name not in self._ways:
            self._ways[name] = ways_in(rule, self._plain, self._day)
        return self._ways[name]

    def _footing(self, rule: Rule) -> Footing:
        names = self._law.presupposed.get(rule.id)
        if names is None:
            return None
        return tuple((name, max((x.judgement.status for x in self.ask(self._law.by_id[name])),
                                key=lambda s: s.gravity, default=Status.CLEAR)) for name in names)


def _turns_on_place(rule: Rule, facts: OperationFacts) -> bool:
    """Whether the rule reaches these people only if they are in a place narrower than the one stated.

    People "in the EEA" may be in each of its states: that the law of all of them is open says nothing. The place is asked
    for instead, once for all of it.
    """
    if "place" not in rule.reach_reads or applies(rule, facts, facts.day) is not None:
        return False
    reach = [limb.condition for limb in rule.limbs] + [rule.scope]
    open_ = any(test.fact.id == "place" and test.truth(facts) is None for c in reach for test in c.leaves())
    return open_ and applies(rule, Supposing(facts, "place", "", Words.of(())), facts.day) is False


def find(
    law: Law, operations: Iterable[Operation], day: dt.date
) -> tuple[tuple[Finding, ...], tuple[Silent, ...]]:
    """Every finding, and for every provision that did not fire, why. O(operations x provisions), mostly scope checks.

    Findings are in the order of the rules, worst first within a rule; their ids do not change from run to run.
    """
    asked: dict[str, dict[str, list[Asked]]] = {r.id: {} for r in law.rules}
    silent: dict[str, dict[tuple[Reason, str], list[Operation]]] = {r.id: {} for r in law.rules}
    live = law.in_force(day)
    everything = tuple(operations)
    for operation in everything:
        bench = Bench(law, operation, day)
        for rule in live:
            for answer in bench.ask(rule):
                judgement = answer.judgement
                if judgement.status is Status.CLEAR:
                    silent[rule.id].setdefault((judgement.reason, judgement.clause), []).append(operation)
                else:
                    asked[rule.id].setdefault(unit_of(rule, operation, answer.incident), []).append(answer)
    for rule in law.rules:
        if not in_force(rule.in_force, day):
            silent[rule.id][(Reason.NOT_IN_FORCE, "")] = list(everything)
    findings = tuple(
        finding
        for rule in law.rules
        for finding in sorted((_gather(rule, unit, group) for unit, group in asked[rule.id].items()),
                              key=lambda f: -f.status.gravity)
    )
    quiet = tuple(
        Silent(rule, reason, clause, tuple(ops))
        for rule in law.rules for (reason, clause), ops in silent[rule.id].items()
    )
    return displace(findings), quiet


def displace(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings, each with those that stand for the same wrong in its place, along the law graph's edges.

    A finding that is absorbed by another one, is but its consequence, or has a special case beside it is reported and
    not counted again, where the other is at least as grave and concerns all of its operations (EDPB Guidelines 04/2022,
    chapter 3: specialty, subsidiarity, consumption). Findings are looked up by an operation that they must share: near
    linear in their number.
    """
    concerned = {f.id: frozenset(o.id for o in f.operations) for f in findings}
    on: dict[tuple[str, str], list[Finding]] = {}
    special: dict[str, list[str]] = {}
    for f in findings:
        for operation in concerned[f.id]:
            on.setdefault((f.rule.id, operation), []).append(f)
    for rule in {f.rule.id: f.rule for f in findings}.values():
        for relation in rule.provision.relations:
            if relation.kind == "special_case_of":
                special.setdefault(relation.to, []).append(rule.id)

    def before(f: Finding) -> Iterator[tuple[str, str]]:
        ways = [(x.kind, x.to) for x in f.rule.provision.relations if x.kind in ("absorbed_by", "consequence_of")]
        for kind, name in [*ways, *(("special_case_of", s) for s in special.get(f.rule.id, ()))]:
            for other in on.get((name, f.operation.id), ()):
                if other.status.gravity >= f.status.gravity and concerned[f.id] <= concerned[other.id]:
                    yield kind, other.id

    return tuple(replace(f, displaced_by=tuple(before(f))) for f in findings)


def judge_operation(
    rule: Rule, facts: OperationFacts, *, ways: tuple[Step, ...] | None = None, footing: Footing = None,
    thorough: bool = False,
) -> Judgement:
    """A rule on an operation: as the law has it, save that what only possibly reaches a use is no more than open there."""
    judgement, operation = judge(rule, facts, facts.day, ways=ways, footing=footing, thorough=thorough), facts.operation
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


def _gather(rule: Rule, unit: str, group: list[Asked]) -> Finding:
    """One finding for a unit: the worst answer counts, and all operations with that answer are concerned."""
    worst = max(group, key=lambda a: a.judgement.status.gravity)
    same = tuple(a.operation for a in group if a.judgement.status is worst.judgement.status)
    return Finding(unit, rule, worst.operation, same, worst.incident, worst.judgement, worst.facts)
