"""How probable it is that an infringement is found: the state of the facts, and how settled the reading is.

An unknown fact goes against the party bound with a stated probability, independently of other facts; over the evidence of
a finding this gives the probability that every element is met and nothing lifts it. Missing facts and legal doubt stay two
factors: what the facts come to, times what a reading of that certainty comes to once the facts are there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lexposure.exposure.findings import Finding
from lexposure.exposure.losses.priors import Priors
from lexposure.law.conditions import Evidence
from lexposure.law.judgement import Status

#: An unknown fact: its id, and the safeguard that it is about, if any.
Fact = tuple[str, str]
_FOUND = {"settled": "found_settled", "arguable": "found_arguable", "novel": "found_novel"}


@dataclass(frozen=True, slots=True)
class Answers:
    """How unknown facts are taken: the probability with which each goes against the party bound, by default the prior's."""

    against: float
    known: Mapping[Fact, float]

    def of(self, fact: Fact) -> float:
        """The probability that a fact goes against the party bound."""
        return self.known.get(fact, self.against)


@dataclass(frozen=True, slots=True)
class Likelihood:
    """That an infringement is found, and the two factors it is made of."""

    facts: float
    reading: float

    @property
    def found(self) -> float:
        """Both together."""
        return self.facts * self.reading


def likelihood(finding: Finding, priors: Priors, answers: Answers) -> Likelihood:
    """How probable it is that the finding is made once the matter is decided. The same for the same facts, whatever else."""
    judgement = finding.judgement
    reading = priors[_FOUND[judgement.certainty]]
    if finding.status is Status.BREACH:
        return Likelihood(1.0, reading)
    facts = 1.0
    if judgement.limbs:
        facts *= 1 - _none(holds(s.evidence, answers, True) for s in judgement.limbs)
    if judgement.scope is not None:
        facts *= holds(judgement.scope, answers, True)
    for step in judgement.elements:
        facts *= holds(step.evidence, answers, True)
    for step in judgement.exceptions:
        facts *= 1 - holds(step.evidence, answers, False)
    if judgement.footing is not None and not any(s in (Status.BREACH, Status.ARGUABLE) for _, s in judgement.footing):
        facts *= answers.against
    return Likelihood(facts, reading)


def holds(evidence: Evidence, answers: Answers, against: bool) -> float:
    """How probable it is that a condition holds; ``against``: whether its holding goes against the party bound."""
    if evidence.truth is not None:
        return float(evidence.truth)
    if evidence.kind == "not":
        return 1 - holds(evidence.parts[0], answers, not against)
    if evidence.kind == "fact":
        adverse = answers.of((evidence.fact, evidence.argument))
        return adverse if against else 1 - adverse
    parts = [holds(part, answers, against) for part in evidence.parts]
    if evidence.kind == "any":
        return 1 - _none(parts)
    if evidence.kind == "count":
        return _at_least(evidence.needed, parts)
    product = 1.0
    for p in parts:
        product *= p
    return product


def _none(probabilities: Iterable[float]) -> float:
    """The probability that none of several independent events occurs."""
    product = 1.0
    for p in probabilities:
        product *= 1 - p
    return product


def _at_least(needed: int, probabilities: list[float]) -> float:
    """The probability that at least so many of several independent events occur."""
    exactly = [1.0, *[0.0] * len(probabilities)]
    for p in probabilities:
        for k in range(len(probabilities), 0, -1):
            exactly[k] = exactly[k] * (1 - p) + exactly[k - 1] * p
        exactly[0] *= 1 - p
    return sum(exactly[needed:])
