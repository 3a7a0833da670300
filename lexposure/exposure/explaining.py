"""Why a provision fired, is open, or did not fire, for one operation or for all."""

from collections.abc import Iterator
from dataclasses import dataclass

from lexposure.exposure.assess import bare_paths
from lexposure.exposure.assess import explain as judged
from lexposure.exposure.assessment import Bare, Row
from lexposure.exposure.facts import incidents_of
from lexposure.exposure.findings import find, unit_of
from lexposure.law.judgement import Judgement, Rule
from lexposure.law.packs import Law
from lexposure.program.graph import FlowGraph
from lexposure.program.operations import Operation, operations
from lexposure.program.reading import Reading
from lexposure.reading.diagnostics import Diagnostic, InvalidInput, nearest
from lexposure.vocabulary.facts import Unit


@dataclass(frozen=True)
class Explanation:
    """A provision on an operation; ``whole`` marks those shown with all their evidence."""

    id: str
    rule: Rule
    judgement: Judgement
    rows: tuple[Row, ...]
    path: tuple[str, ...]
    bare: tuple[Bare, ...]
    whole: bool

    def as_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "id": self.id, "provision": self.rule.id, "cite": self.rule.cite, "status": self.judgement.status.value,
            "reason": self.judgement.reason.value, "clause": self.judgement.clause,
            "certainty": self.judgement.certainty, "path": list(self.path),
            "bare": [b.model_dump(mode="json") for b in self.bare],
            "rows": [r.model_dump(mode="json") for r in self.rows],
        }


def explain(reading: Reading, law: Law, wanted: str) -> tuple[Explanation, ...]:
    """The explanations that an id asks for. Raises InvalidInput naming the nearest id.

    A finding's id gives one; ``provision:controller:population:use`` gives that operation, fired or not; a provision's
    id alone gives a line for each operation.
    """
    graph = FlowGraph(reading.program)
    ops = operations(graph)
    rule = law.rule(wanted.split(":", 1)[0])
    asked = list(_candidates(rule, ops))
    if wanted == rule.id and rule.provision.unit is not Unit.PROGRAM:
        return tuple(_explained(reading, law, rule, *a, whole=len(asked) == 1) for a in asked)
    found = [a for a in asked if wanted in (a[0], _long(rule, a[1]), unit_of(rule, a[1], a[2]))]
    if not found:
        known = [a[0] for a in asked] or [rule.id]
        raise InvalidInput([Diagnostic("LX301", f"`{wanted}` names no operation of this program", None, "",
                                       "`provision:controller:population:use`, or a finding's id",
                                       nearest(wanted, known))])
    worst = [f for f in find(law, [a[1] for a in found], reading.as_of)[0] if f.id == wanted]
    chosen = next((a for a in found if worst and a[1] is worst[0].operation and a[2] == worst[0].incident), found[0])
    return (_explained(reading, law, rule, *chosen, whole=True),)


def _candidates(rule: Rule, ops: tuple[Operation, ...]) -> Iterator[tuple[str, Operation, str | None]]:
    for operation in ops:
        if rule.provision.unit is Unit.INCIDENT:
            for incident in incidents_of(operation):
                yield f"{_long(rule, operation)}:{incident}", operation, incident
        else:
            yield _long(rule, operation), operation, None


def _long(rule: Rule, o: Operation) -> str:
    return ":".join((rule.id, o.controller, o.population, o.use))


def _explained(
    reading: Reading, law: Law, rule: Rule, name: str, operation: Operation, incident: str | None, *, whole: bool
) -> Explanation:
    judgement, rows = judged(reading, law, rule, operation, incident)
    return Explanation(name, rule, judgement, rows, operation.path() if whole else (),
                       bare_paths(operation, rows) if whole else (), whole)
