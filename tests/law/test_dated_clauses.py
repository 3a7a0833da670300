"""Elements and exceptions with days of their own: asked for on those days alone, and told beforehand."""

import datetime as dt
from pathlib import Path

import pytest

from lexposure.exposure.timeline import timeline
from lexposure.law import packs
from lexposure.law.cases import CaseFacts
from lexposure.law.conditions import Words
from lexposure.law.judgement import Judgement, Reason, Status, judge, lifts
from lexposure.law.packs import Law, load
from lexposure.program.graph import FlowGraph
from lexposure.program.operations import Operation, operations
from lexposure.program.reading import read_program

_ACT = """\
lexposure-law: 1
instrument:
  id: test-act
  jurisdiction: FR
  title: Test Act
  short: Test Act
  cite: Test Act 2020
  in_force: {from: 2020-01-01}
  checked: 2026-11-22
  confidence: verified
  source: {title: The Act, opened: yes}
provisions:
  test-basis:
    cite: § 1
    heading: A basis
    text: Processing has a basis.
    topics: basis
    scope: {place: FR}
    elements:
      - {id: no_basis, text: There is none, when: {basis: none}}
      - id: large
        text: At large scale
        when: {large_scale: yes}
        in_force: {from: 2027-01-01, until: 2027-12-31, note: a trial}
    exceptions:
      - {id: small, text: At small scale, when: {large_scale: no}, in_force: {from: 2020-01-01, until: 2026-12-31}}
      - {id: file, text: There is a file, when: {safeguard: accountability_file}, in_force: {from: 2029-01-01}}
"""
_PROGRAM = """\
lexposure: 1
program: {id: p, name: P, as_of: 2026-06-01}
parties: {firm: {name: Firm, role: controller, seat: FR}}
populations: {users: {name: Users, kind: consumer, place: FR, count: {low: 800, likely: 1000, high: 1200, kind: estimated}}}
systems: {store: {operator: firm, place: FR}}
uses: {train: {at: store, purpose: ai_training, basis: {default: none}}}
flows: {capture: {from: users, to: store, data: public_posts}}
safeguards: {file: {kind: accountability_file, on: program, state: absent}}
facts: {scale: {fact: large_scale, value: %s, on: program}}
"""


@pytest.fixture
def law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Law:
    folder = tmp_path / "packs" / "fr"
    folder.mkdir(parents=True)
    (folder / "test-act.yaml").write_text(_ACT, encoding="utf-8")
    monkeypatch.setattr(packs, "built_in", lambda: tmp_path / "packs")
    return load()


def facts(large: bool | None, file: bool | None = False) -> CaseFacts:
    return CaseFacts({"place": Words.of(["FR"]), "basis": Words.of(["none"]), "large_scale": large},
                     {"accountability_file": file})


def judged(law: Law, day: str, large: bool | None, file: bool | None = False) -> Judgement:
    return judge(law.by_id["test-basis"], facts(large, file), dt.date.fromisoformat(day))


def program(folder: Path, large: str) -> list[Operation]:
    path = folder / "program.yaml"
    path.write_text(_PROGRAM % large, encoding="utf-8")
    return list(operations(FlowGraph(read_program(path).program)))


@pytest.mark.parametrize(("day", "large", "status", "reason", "clause"), [
    # Before the element, and while the exception lasts.
    ("2026-12-31", True, Status.BREACH, Reason.NONE, ""),
    ("2026-12-31", False, Status.CLEAR, Reason.EXCEPTION, "small"),
    # The element's first and last day.
    ("2027-01-01", True, Status.BREACH, Reason.NONE, ""),
    ("2027-01-01", False, Status.CLEAR, Reason.ELEMENT_NOT_MET, "large"),
    ("2027-12-31", False, Status.CLEAR, Reason.ELEMENT_NOT_MET, "large"),
    # After both.
    ("2028-01-01", False, Status.BREACH, Reason.NONE, ""),
    ("2028-01-01", True, Status.BREACH, Reason.NONE, ""),
])
def test_a_clause_counts_from_its_first_day_to_its_last(
    law: Law, day: str, large: bool, status: Status, reason: Reason, clause: str
) -> None:
    found = judged(law, day, large)
    assert (found.status, found.reason, found.clause) == (status, reason, clause)


@pytest.mark.parametrize(("day", "status"), [
    ("2026-12-31", Status.UNKNOWN), ("2027-06-01", Status.UNKNOWN), ("2028-01-01", Status.BREACH)])
def test_on_other_days_what_it_asks_leaves_nothing_open(law: Law, day: str, status: Status) -> None:
    assert judged(law, day, None).status is status


@pytest.mark.parametrize(("day", "elements", "exceptions"), [
    ("2026-12-31", ["no_basis"], ["small"]), ("2027-01-01", ["no_basis", "large"], []),
    ("2028-01-01", ["no_basis"], []), ("2029-01-01", ["no_basis"], ["file"])])
def test_the_steps_are_those_of_the_day(law: Law, day: str, elements: list[str], exceptions: list[str]) -> None:
    found = judged(law, day, True)
    assert ([s.id for s in found.elements], [s.id for s in found.exceptions]) == (elements, exceptions)


def test_an_exception_still_to_come_lifts_nothing(law: Law) -> None:
    assert [judged(law, day, True, file=True).clause for day in ("2028-12-31", "2029-01-01")] == ["", "file"]


@pytest.mark.parametrize(("day", "large", "lifted"), [
    ("2026-12-31", False, True), ("2026-12-31", True, False), ("2027-06-01", False, True), ("2028-01-01", False, False)])
def test_an_answer_lifts_a_rule_by_the_clauses_of_the_day(law: Law, day: str, large: bool, lifted: bool) -> None:
    assert lifts(law.by_id["test-basis"], facts(large), "large_scale", dt.date.fromisoformat(day)) is lifted


def test_the_timeline_tells_of_clauses_that_come_and_go(law: Law, tmp_path: Path) -> None:
    changes = timeline(law, program(tmp_path, "yes"), dt.date(2026, 6, 1))
    assert [(c.day, c.what, c.status, c.populations, c.note) for c in changes] == [
        (dt.date(2027, 1, 1), "an element is added: At large scale", Status.BREACH, ("users",), "a trial"),
        (dt.date(2027, 1, 1), "an exception falls away: At small scale", Status.BREACH, ("users",), ""),
        (dt.date(2028, 1, 1), "an element falls away: At large scale", Status.BREACH, ("users",), "a trial"),
        (dt.date(2029, 1, 1), "an exception is added: There is a file", Status.BREACH, ("users",), ""),
    ]


def test_the_timeline_judges_what_falls_away_on_the_day_after(law: Law, tmp_path: Path) -> None:
    changes = timeline(law, program(tmp_path, "no"), dt.date(2026, 6, 1))
    assert [(c.day, c.status, c.populations) for c in changes] == [
        (dt.date(2027, 1, 1), Status.CLEAR, ()), (dt.date(2027, 1, 1), Status.CLEAR, ()),
        (dt.date(2028, 1, 1), Status.BREACH, ("users",)), (dt.date(2029, 1, 1), Status.BREACH, ("users",))]


@pytest.mark.parametrize(("day", "first"), [
    # What is as old as the provision is not told as added to it.
    ((2019, 6, 1), "comes into force"), ((2020, 1, 1), "an element is added: At large scale"),
    ((2027, 1, 1), "an element falls away: At large scale"), ((2027, 12, 31), "an element falls away: At large scale"),
    ((2028, 1, 1), "an exception is added: There is a file")])
def test_the_timeline_tells_only_what_is_to_come(law: Law, tmp_path: Path, day: tuple[int, int, int], first: str) -> None:
    told = [c.what for c in timeline(law, program(tmp_path, "yes"), dt.date(*day))]
    assert told[0] == first
    assert "an exception is added: At small scale" not in told
    assert timeline(law, program(tmp_path, "yes"), dt.date(2029, 1, 1)) == ()
