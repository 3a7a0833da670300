"""How a provision is judged on facts: scope, elements, exceptions, and what follows from them."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lexposure.law.conditions import Condition, Evidence, Facts, Truth, every, some
from lexposure.law.model import (
    CERTAINTIES,
    Amount,
    Clause,
    Factor,
    InForce,
    Instrument,
    Limb,
    Method,
    Provision,
    ReadingOfLaw,
    Remedy,
    Tier,
    Weight,
)


class Status(StrEnum):
    """What a provision comes to; worst first."""

    BREACH = "breach"
    ARGUABLE = "arguable"
    UNKNOWN = "unknown"
    CLEAR = "clear"

    @property
    def gravity(self) -> int:
        """3 for a breach down to 0 for clear."""
        return _GRAVITY[self.value]


_GRAVITY = {"breach": 3, "arguable": 2, "unknown": 1, "clear": 0}


class Reason(StrEnum):
    """Why a provision did not fire."""

    NONE = ""
    NOT_IN_FORCE = "not in force"
    OUT_OF_SCOPE = "out of scope"
    ELEMENT_NOT_MET = "element not met"
    EXCEPTION = "exception"
    NOTHING_PRESUPPOSED = "nothing that it presupposes"
    PLACE_NOT_EXACT = "place not exact"


#: What a rule presupposes, and how each of those stands on the same processing; None where it presupposes nothing.
Footing = tuple[tuple[str, Status], ...] | None


@dataclass(frozen=True, slots=True)
class CompiledLimb:
    """A way in which an instrument applies, ready to be asked; ``reads`` are the facts that it looks at."""

    limb: Limb
    condition: Condition
    reads: frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledClause:
    """An element or exception, ready to be asked; ``reads`` are the facts that it looks at.

    ``common`` marks an exception that lifts every provision of the pack.
    """

    clause: Clause
    condition: Condition
    reads: frozenset[str]
    common: bool = False


@dataclass(frozen=True, slots=True)
class CompiledWeight:
    """What is weighed for the level of seriousness, ready to be asked; None where it never speaks for that level."""

    weight: Weight
    medium: Condition | None
    high: Condition | None


@dataclass(frozen=True, slots=True)
class CompiledFactor:
    """A circumstance that changes the amount of a fine, ready to be asked."""

    factor: Factor
    condition: Condition


@dataclass(frozen=True, slots=True, eq=False)
class CompiledMethod:
    """A published method of calculating fines, with what it asks of the facts."""

    method: Method
    weighing: tuple[CompiledWeight, ...]
    factors: tuple[CompiledFactor, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A provision compiled, with the instrument it belongs to. Compared by identity.

    ``reach_reads`` are the facts that decide whether it speaks at all: those of the ways in and of the scope.
    """

    id: str
    provision: Provision
    instrument: Instrument
    tiers: Mapping[str, Tier]
    limbs: tuple[CompiledLimb, ...]
    scope: Condition
    reach_reads: frozenset[str]
    elements: tuple[CompiledClause, ...]
    exceptions: tuple[CompiledClause, ...]
    file: str

    @property
    def in_force(self) -> InForce:
        """The provision's own dates, or its instrument's."""
        return self.provision.in_force or self.instrument.in_force

    @property
    def cite(self) -> str:
        """The pinpoint with the instrument's short name."""
        return f"{self.provision.cite} {self.instrument.short}".strip()

    @property
    def checked(self) -> dt.date:
        """The day on which the text was last compared with its source."""
        return self.provision.checked or self.instrument.checked

    @property
    def confidence(self) -> str:
        """How well it was checked."""
        return self.provision.confidence or self.instrument.confidence


@dataclass(frozen=True, slots=True)
class Step:
    """A limb, element or exception with the evidence for its truth; ``to_be_shown`` by the party bound.

    A limb has the ``reading`` of the way in which the instrument applies.
    """

    id: str
    text: str
    cite: str
    evidence: Evidence
    to_be_shown: bool = False
    reading: ReadingOfLaw | None = None

    @property
    def truth(self) -> Truth:
        """Whether it is met."""
        return self.evidence.truth


@dataclass(frozen=True, slots=True)
class Judgement:
    """A provision on one set of facts. ``clause`` names what lifted it; certainty is that of the whole chain."""

    status: Status
    reason: Reason = Reason.NONE
    clause: str = ""
    certainty: str = "settled"
    limbs: tuple[Step, ...] = ()
    scope: Evidence | None = None
    footing: Footing = None
    elements: tuple[Step, ...] = ()
    exceptions: tuple[Step, ...] = ()


def in_force(dates: InForce | Amount, day: dt.date) -> bool:
    """Whether something is law on the day."""
    return dates.start <= day and (dates.until is None or day <= dates.until)


def amount_on(remedy: Remedy, day: dt.date) -> Amount | None:
    """The sum of a remedy that applies on the day; the newest where several do."""
    return max((a for a in remedy.amount if in_force(a, day)), key=lambda a: a.start, default=None)


def _open_ways(rule: Rule, day: dt.date) -> Iterator[CompiledLimb]:
    """The ways in which the rule's instrument can come to apply on the day."""
    return (x for x in rule.limbs if x.limb.in_force is None or in_force(x.limb.in_force, day))


def applies(rule: Rule, facts: Facts, day: dt.date) -> Truth:
    """Whether the rule's instrument and scope reach the facts on the day; cheap, without evidence."""
    reach: Truth = some(limb.condition.truth(facts) for limb in _open_ways(rule, day)) if rule.limbs else True
    return False if reach is False else every((reach, rule.scope.truth(facts)))


def ways_in(rule: Rule, facts: Facts, day: dt.date) -> tuple[Step, ...]:
    """The ways in which the rule's instrument may come to apply on the day, with their evidence; the same for its rules."""
    return tuple(Step(x.limb.id, x.limb.text, x.limb.cite, x.condition.evidence(facts), reading=x.limb.reading)
                 for x in _open_ways(rule, day))


def lifts(rule: Rule, facts: Facts, fact: str, day: dt.date) -> bool:
    """Whether facts that differ from those the rule was judged open on in one fact alone keep it from firing.

    Only what reads that fact is asked again: nothing else stood in the way before.
    """
    return (
        any(fact in e.reads and e.condition.truth(facts) is False for e in _asked(rule.elements, day))
        or any(fact in e.reads and e.condition.truth(facts) is True for e in _asked(rule.exceptions, day))
        or (fact in rule.reach_reads and applies(rule, facts, day) is False)
    )


def stands(footing: Footing) -> Truth:
    """Whether something of what a rule presupposes fires; true where it presupposes nothing."""
    if footing is None:
        return True
    return some({Status.UNKNOWN: None, Status.CLEAR: False}.get(status, True) for _, status in footing)


def judge(
    rule: Rule, facts: Facts, day: dt.date, *, ways: tuple[Step, ...] | None = None, footing: Footing = None,
    thorough: bool = False,
) -> Judgement:
    """The rule on the facts, with the evidence tree.

    Where the rule is out of force or scope, or has no footing, the evidence is left out unless ``thorough``: most rules
    are, for most operations. ``ways`` are the instrument's, where they were asked already.
    """
    if not in_force(rule.in_force, day) and not thorough:
        return Judgement(Status.CLEAR, Reason.NOT_IN_FORCE)
    limbs = ways_in(rule, facts, day) if ways is None else ways
    reach: Truth = some(s.truth for s in limbs) if rule.limbs else True
    scope = rule.scope.evidence(facts)
    reach = every((reach, scope.truth))
    if reach is False and not thorough:
        return Judgement(Status.CLEAR, Reason.OUT_OF_SCOPE)
    if stands(footing) is False and not thorough:
        return Judgement(Status.CLEAR, Reason.NOTHING_PRESUPPOSED)
    elements = _steps(rule.elements, facts, day)
    exceptions = _steps(rule.exceptions, facts, day)
    status, reason, clause = _status(rule, day, reach, stands(footing), elements, exceptions)
    certainty = _certainty(rule, limbs, footing)
    if status is Status.BREACH and certainty != "settled":
        status = Status.ARGUABLE
    return Judgement(status, reason, clause, certainty, limbs, scope, footing, elements, exceptions)


def _asked(clauses: tuple[CompiledClause, ...], day: dt.date) -> Iterator[CompiledClause]:
    """The elements or exceptions that are law on the day."""
    return (c for c in clauses if c.clause.in_force is None or in_force(c.clause.in_force, day))


def _steps(clauses: tuple[CompiledClause, ...], facts: Facts, day: dt.date) -> tuple[Step, ...]:
    return tuple(
        Step(c.clause.id, c.clause.text, c.clause.cite, c.condition.evidence(facts), c.clause.burden is not None)
        for c in _asked(clauses, day)
    )


def _status(
    rule: Rule, day: dt.date, reach: Truth, footing: Truth, elements: tuple[Step, ...], exceptions: tuple[Step, ...]
) -> tuple[Status, Reason, str]:
    if not in_force(rule.in_force, day):
        return Status.CLEAR, Reason.NOT_IN_FORCE, ""
    if reach is False:
        return Status.CLEAR, Reason.OUT_OF_SCOPE, ""
    if footing is False:
        return Status.CLEAR, Reason.NOTHING_PRESUPPOSED, ""
    for step in elements:
        if step.truth is False:
            return Status.CLEAR, Reason.ELEMENT_NOT_MET, step.id
    for step in exceptions:
        if step.truth is True:
            return Status.CLEAR, Reason.EXCEPTION, step.id
    met = every((reach, footing, *(s.truth for s in elements)))
    open_ = [s for s in exceptions if s.truth is None]
    if met is not True or not all(s.to_be_shown for s in open_):
        return Status.UNKNOWN, Reason.NONE, ""
    # What is left open is for the party bound to show.
    return (Status.ARGUABLE if open_ else Status.BREACH), Reason.NONE, ""


def _certainty(rule: Rule, limbs: tuple[Step, ...], footing: Footing) -> str:
    """The weakest link: the provision's own reading, the firmest way in, and the firmest of what it presupposes."""
    own = CERTAINTIES.index(rule.provision.reading.certainty)
    open_ways = [CERTAINTIES.index(s.reading.certainty) for s in limbs if s.truth is True and s.reading]
    fired = {status for _, status in footing or () if status in (Status.BREACH, Status.ARGUABLE)}
    base = CERTAINTIES.index("arguable") if fired == {Status.ARGUABLE} else 0
    return CERTAINTIES[max(own, min(open_ways, default=0), base)]
