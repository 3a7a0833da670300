"""The law graph at work: what presupposes what, and one wrong counted once (EDPB Guidelines 04/2022, chapter 3)."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lexposure.exposure.assess import assess
from lexposure.exposure.assessment import Assessment, FindingNote
from lexposure.exposure.findings import find
from lexposure.exposure.timeline import timeline
from lexposure.law import packs
from lexposure.law.judgement import Status
from lexposure.law.packs import Law, load
from lexposure.program.graph import FlowGraph
from lexposure.program.operations import operations
from lexposure.program.reading import Reading, read_program

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
parts: [claims]
tiers:
  fines: {static: 1000000, share: 0.04, currency: EUR, cite: § 9, one_conduct: § 8}
definitions:
  here: {place: FR}
provisions:
  test-basis:
    cite: § 1
    heading: A basis
    text: Processing has a basis.
    topics: basis
    scope: {defined: here}
    elements: [{id: none, text: There is none, when: {basis: none}}]
    remedies: [{forum: competent-authority, kind: administrative_fine, tier: fines, cite: § 9}]
  test-proof:
    cite: § 2
    heading: Proof
    text: Whoever processes can show a basis.
    topics: governance
    scope: {defined: here}
    elements: [{id: no_file, text: There is no file, when: {not: {safeguard: accountability_file}}}]
    remedies: [{forum: competent-authority, kind: administrative_fine, tier: fines, cite: § 9}]
    relations: [{kind: absorbed_by, to: test-basis}]
  test-training:
    cite: § 3
    heading: Training
    text: Training has a basis of its own.
    topics: ai_training
    in_force: {from: 2027-03-01, note: put off by a year}
    scope: {purpose: ai_training}
    elements: [{id: none, text: There is none, when: {basis: none}}]
    relations: [{kind: special_case_of, to: test-basis}]
"""
_CLAIMS = """\
lexposure-provisions: 1
instrument: test-act
provisions:
  test-damages:
    cite: § 5
    heading: Damages
    text: Whoever is harmed by a breach of this act is compensated.
    topics: remedies
    scope: {defined: here}
    elements: [{id: harm, text: Somebody was harmed, when: {large_scale: yes}}]
    remedies:
      - {forum: competent-court, kind: compensation, private: yes}
      - forum: competent-court
        kind: statutory_damages
        private: yes
        currency: EUR
        amount: {value: 500, from: 2020-01-01}
        unit: person
        counted: person
        cap: 300000
        realised: {low: 1, likely: 4, high: 20, basis: three settlements, source: {title: T}, confidence: secondary}
    relations: [{kind: presupposes, to: test-act}]
"""
_FORUMS = """\
lexposure-forums: 1
jurisdiction: FR
not_covered: [The law of works councils]
forums:
  test-court: {name: Tribunal, kind: court, competent_for: [test-act], checked: 2026-11-22, confidence: recalled}
  test-dpa:
    name: Autorité
    kind: supervisory_authority
    competent_for: [test-act]
    powers:
      - {text: Stops processing at once, cite: § 7, confidence: recalled}
      - {text: Decides within a year, from: 2028-01-01, cite: § 7a, confidence: recalled}
    fines: {public_bodies: capped, cap: 50000, currency: EUR, cite: § 10, confidence: recalled}
    practice:
      - {measure: fine_rate, unit: share of cases, basis: reported, period: '2018-2023', value: 0.0026,
         source: {title: T}, confidence: secondary}
    checked: 2026-11-22
    confidence: recalled
"""
_PROGRAM = """\
lexposure: 1
program: {id: p, name: P, as_of: 2026-06-01}
parties: {firm: {name: Firm, role: controller, seat: FR%s}}
populations: {users: {name: Users, kind: consumer, place: FR, count: {low: 800, likely: 1000, high: 1200, kind: estimated}}}
systems: {store: {operator: firm, place: FR}}
uses: {train: {at: store, purpose: ai_training, basis: {default: %s}}}
flows: {capture: {from: users, to: store, data: public_posts}}
safeguards: {file: {kind: accountability_file, on: program, state: absent}}
facts: {scale: {fact: large_scale, value: %s, on: program}}
"""


@pytest.fixture
def law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Law:
    """A small law of one act in two files."""
    folder = tmp_path / "packs" / "fr"
    folder.mkdir(parents=True)
    for name, text in (("test-act.yaml", _ACT), ("test-act.claims.provisions.yaml", _CLAIMS), ("authority.yaml", _FORUMS)):
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(packs, "built_in", lambda: tmp_path / "packs")
    return load()


def reading(folder: Path, *, basis: str = "none", harm: str = "yes", public: bool = False, day: str = "") -> Reading:
    path = folder / "program.yaml"
    path.write_text(_PROGRAM % (", public_body: yes" if public else "", basis, harm), encoding="utf-8")
    return read_program(path, as_of=dt.date.fromisoformat(day) if day else None)


def finding(a: Assessment, provision: str) -> FindingNote:
    return next(f for f in a.findings if f.provision == provision)


def test_a_pack_in_parts_is_one_instrument(law: Law) -> None:
    assert [r.id for r in law.rules] == ["test-basis", "test-proof", "test-training", "test-damages"]
    assert {r.instrument.id for r in law.rules} == {"test-act"}
    assert law.by_id["test-damages"].file.endswith("test-act.claims.provisions.yaml")
    assert len(law.packs) == 1


def test_an_instrument_stands_for_all_its_provisions_that_presuppose_nothing(law: Law) -> None:
    assert law.presupposed == {"test-damages": ("test-basis", "test-proof", "test-training")}


def test_damages_rest_on_a_breach(law: Law, tmp_path: Path) -> None:
    a = assess(reading(tmp_path), law)
    damages = finding(a, "test-damages")
    assert damages.status == "breach"
    row = next(r for r in damages.rows if r.part == "presupposed")
    assert row.outcome == "met"
    assert "§ 1 Test Act" in row.text


def test_damages_are_open_while_the_breach_is(law: Law, tmp_path: Path) -> None:
    source = reading(tmp_path, basis="unknown")
    found, _ = find(law, operations(FlowGraph(source.program)), dt.date(2026, 6, 1))
    # The missing file is a breach of its own; without that there is only the open question of the basis.
    assert {f.rule.id: f.status for f in found}["test-damages"] is Status.BREACH
    path = tmp_path / "program.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("state: absent", "state: verified"), encoding="utf-8")
    found, _ = find(law, operations(FlowGraph(read_program(path).program)), dt.date(2026, 6, 1))
    assert {f.rule.id: f.status for f in found} == {"test-basis": Status.UNKNOWN, "test-damages": Status.UNKNOWN}


def test_no_damages_without_a_breach(law: Law, tmp_path: Path) -> None:
    reading(tmp_path, basis="consent")
    path = tmp_path / "program.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("state: absent", "state: verified"), encoding="utf-8")
    a = assess(read_program(path), law)
    assert [f.provision for f in a.findings] == []
    assert next(s.reason for s in a.silent if s.provision == "test-damages") == "nothing that it presupposes"


def test_one_wrong_is_counted_once(law: Law, tmp_path: Path) -> None:
    a = assess(reading(tmp_path), law)
    fine = next(h for h in a.heads if h.kind == "administrative_fine")
    assert fine.findings == ("test-basis:firm:users:train", "test-proof:firm:users:train")
    assert fine.counted == ("test-basis:firm:users:train",)
    assert [(d.relation, d.finding) for d in finding(a, "test-proof").displaced_by] == [
        ("absorbed_by", "test-basis:firm:users:train")]


def test_what_is_worse_is_not_absorbed_by_what_is_open(law: Law, tmp_path: Path) -> None:
    a = assess(reading(tmp_path, basis="unknown"), law)
    assert finding(a, "test-basis").status == "unknown"
    assert finding(a, "test-proof").displaced_by == ()


def test_the_special_provision_takes_the_place_of_the_general_one(law: Law, tmp_path: Path) -> None:
    a = assess(reading(tmp_path, day="2027-06-01"), law)
    assert finding(a, "test-training").displaced_by == ()
    assert [d.relation for d in finding(a, "test-basis").displaced_by] == ["special_case_of"]


def test_a_claim_goes_to_the_court_of_the_place(law: Law, tmp_path: Path) -> None:
    a = assess(reading(tmp_path), law)
    assert {h.kind: h.forum for h in a.heads} == {
        "administrative_fine": "test-dpa", "compensation": "test-court", "statutory_damages": "test-court"}


def test_a_cap_ends_the_ceiling_and_what_was_realised_is_kept_apart_from_it(law: Law, tmp_path: Path) -> None:
    head = next(h for h in assess(reading(tmp_path), law).heads if h.kind == "statutory_damages")
    assert [int(x or 0) for x in (head.low, head.likely, head.high)] == [300_000, 300_000, 300_000]
    assert head.arithmetic[-1] == "no more than EUR 300,000 in one action"
    assert head.realised is not None
    assert [int(x) for x in (head.realised.low, head.realised.likely, head.realised.high)] == [800, 4_000, 24_000]
    assert head.realised.basis == "three settlements"


def test_a_public_body_is_fined_up_to_the_national_cap(law: Law, tmp_path: Path) -> None:
    private, public = (assess(reading(tmp_path, public=p), law) for p in (False, True))
    ceilings = [next(h for h in a.heads if h.kind == "administrative_fine") for a in (private, public)]
    assert [int(h.likely or 0) for h in ceilings] == [1_000_000, 50_000]
    assert "fines on public bodies end at EUR 50,000 here (§ 10, recalled)" in ceilings[1].arithmetic


def test_the_register_is_in_the_assessment(law: Law, tmp_path: Path) -> None:
    a = assess(reading(tmp_path), law)
    forum = next(f for f in a.forums if f.id == "test-dpa")
    assert forum.powers == (
        "Stops processing at once (§ 7, recalled)", "Decides within a year (from 2028-01-01, § 7a, recalled)")
    assert forum.fines == "public bodies are fined up to EUR 50,000 (§ 10, recalled)"
    assert [(p.measure, str(p.value), p.confidence) for p in forum.practice] == [("fine_rate", "0.0026", "secondary")]


def test_what_no_pack_states_of_a_place_is_said(law: Law, tmp_path: Path) -> None:
    assert "France: The law of works councils" in assess(reading(tmp_path), law).limits.not_covered


def test_the_timeline_judges_each_change_by_the_law_of_its_day(law: Law, tmp_path: Path) -> None:
    source = reading(tmp_path)
    ops = operations(FlowGraph(source.program))
    changes = timeline(law, ops, dt.date(2026, 6, 1))
    assert [(c.day, c.provision, c.what, c.status, c.populations, c.note) for c in changes] == [
        (dt.date(2027, 3, 1), "test-training", "comes into force", Status.BREACH, ("users",), "put off by a year")]
    assert timeline(law, ops, dt.date(2027, 3, 1)) == ()
    # What will bind the forums of the place has no status of its own.
    procedure = timeline(law, ops, dt.date(2027, 3, 1), frozenset({"FR"}))
    assert [(c.day, c.heading, c.what, c.status) for c in procedure] == [
        (dt.date(2028, 1, 1), "Autorité", "Decides within a year", "procedure")]
    # Before the act itself everything is still to come.
    assert {c.day for c in timeline(law, ops, dt.date(2019, 6, 1))} == {dt.date(2020, 1, 1), dt.date(2027, 3, 1)}


def test_equal_ceilings_of_several_packs_come_out_the_same_in_every_run() -> None:
    """Sets of equals have no order of their own: the assessment must not take one from the hashing of strings."""
    program = Path(__file__).parents[2] / "samples" / "atlassian-2026" / "customer.yaml"
    command = "import sys; from lexposure.cli.main import cli; cli(sys.argv[1:])"
    made = {
        subprocess.run([sys.executable, "-c", command, "assess", str(program), "--json"], check=True, capture_output=True,
                       env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2", "3")
    }
    assert len(made) == 1
