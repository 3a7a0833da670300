"""How probable a finding is: certain facts, unknown facts resolved either way, safeguards that take effect."""

import itertools
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lexposure.exposure.findings import Finding, find
from lexposure.exposure.losses.likelihood import Answers, Fact, holds, likelihood
from lexposure.exposure.losses.priors import built_in
from lexposure.law.conditions import Evidence, Test, Truth, at_least, every, some
from lexposure.law.judgement import Status
from lexposure.law.packs import load
from lexposure.program.graph import FlowGraph
from lexposure.program.operations import operations
from lexposure.program.reading import read_program
from lexposure.vocabulary import Kind, is_a, labels
from lexposure.vocabulary.facts import Type, catalogue
from tests.strategies import model, programs

PRIORS = built_in()
AGAINST = PRIORS["open_fact_against"]
READINGS = {"settled": "found_settled", "arguable": "found_arguable", "novel": "found_novel"}
FLAGS = [name for name, fact in catalogue().items() if fact.type is Type.FLAG]


@cache
def law() -> Any:
    return load()


def findings(tree: dict[str, Any]) -> dict[str, Finding]:
    program = model(tree)
    found, _ = find(law(), operations(FlowGraph(program)), program.program.as_of)
    return {f.id: f for f in found}


def of_file(path: Path, text: str) -> dict[str, Finding]:
    path.write_text(text, encoding="utf-8")
    reading = read_program(path)
    found, _ = find(law(), operations(FlowGraph(reading.program)), reading.as_of)
    return {f.id: f for f in found}


def modelled(finding: Finding, known: dict[Fact, float] | None = None) -> float:
    return likelihood(finding, PRIORS, Answers(AGAINST, known or {})).found


# -- conditions -----------------------------------------------------------------------------------------------------------


def leaf(name: str, truth: Truth) -> Evidence:
    return Evidence("fact", truth, test=Test(catalogue()[name]))


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3, names: list[str] | None = None) -> Evidence:
    """Evidence in which no fact is asked for twice, so that the facts are independent."""
    names = list(FLAGS) if names is None else names
    kind = draw(st.sampled_from(["fact", "fact", "all", "any", "not", "count"])) if depth else "fact"
    if kind == "fact":
        return leaf(names.pop(), draw(st.sampled_from([True, False, None, None])))
    parts = tuple(draw(conditions(depth - 1, names)) for _ in range(1 if kind == "not" else draw(st.integers(1, 3))))
    needed = draw(st.integers(1, len(parts))) if kind == "count" else 0
    return decided(Evidence(kind, None, parts, needed=needed))


def decided(e: Evidence) -> Evidence:
    """A node with the truth that its parts give it."""
    truths = [p.truth for p in e.parts]
    truth = {"all": lambda: every(truths), "any": lambda: some(truths), "count": lambda: at_least(e.needed, truths),
             "not": lambda: None if truths[0] is None else not truths[0]}[e.kind]()
    return Evidence(e.kind, truth, e.parts, needed=e.needed)


def supposing(e: Evidence, answers: dict[str, bool]) -> Evidence:
    """The evidence with its unknown facts answered."""
    if e.kind == "fact":
        return leaf(e.fact, answers[e.fact]) if e.truth is None else e
    return decided(Evidence(e.kind, None, tuple(supposing(p, answers) for p in e.parts), needed=e.needed))


def unknown(e: Evidence, against: bool = True) -> dict[str, bool]:
    """The unknown facts, each with whether its being so goes against the party bound."""
    if e.kind == "fact":
        return {e.fact: against} if e.truth is None else {}
    return {k: v for p in e.parts for k, v in unknown(p, against != (e.kind == "not")).items()}


@settings(max_examples=80, deadline=None)
@given(condition=conditions(), probability=st.floats(0, 1))
def test_a_condition_is_as_probable_as_the_worlds_in_which_it_holds(condition: Evidence, probability: float) -> None:
    open_ = unknown(condition)
    if len(open_) > 8:
        return
    exact = 0.0
    for world in itertools.product((True, False), repeat=len(open_)):
        answers = dict(zip(open_, world, strict=True))
        weight = 1.0
        for name, is_so in answers.items():
            weight *= probability if is_so is open_[name] else 1 - probability
        exact += weight * (supposing(condition, answers).truth is True)
    assert holds(condition, Answers(probability, {}), True) == pytest.approx(exact, abs=1e-12)


@settings(max_examples=80, deadline=None)
@given(condition=conditions(), worse=st.floats(0, 1), data=st.data())
def test_what_goes_against_the_party_more_probably_makes_its_condition_more_probable(
    condition: Evidence, worse: float, data: st.DataObject
) -> None:
    better = data.draw(st.floats(0, worse))
    for name in unknown(condition):
        before, after = (holds(condition, Answers(0.4, {(name, ""): x}), True) for x in (better, worse))
        assert before <= after + 1e-12


def test_what_is_known_is_certain() -> None:
    answers = Answers(0.4, {(FLAGS[0], ""): 0.9})
    for truth in (True, False):
        assert holds(leaf(FLAGS[0], truth), answers, True) == truth
        assert holds(leaf(FLAGS[0], truth), answers, False) == truth
    assert holds(leaf(FLAGS[0], None), answers, True) == 0.9
    assert holds(leaf(FLAGS[0], None), answers, False) == pytest.approx(0.1)


# -- findings -------------------------------------------------------------------------------------------------------------


@settings(max_examples=8)
@given(tree=programs(most_systems=3, most_flows=5))
def test_resolving_a_fact_brackets_what_is_modelled(tree: dict[str, Any]) -> None:
    for finding in findings(tree).values():
        now = modelled(finding)
        reading = PRIORS[READINGS[finding.judgement.certainty]]
        assert 0 <= now <= reading
        for fact in {(leaf.fact, leaf.argument) for leaf in finding.open_leaves()}:
            well, badly = modelled(finding, {fact: 0.0}), modelled(finding, {fact: 1.0})
            assert well <= now + 1e-12 <= badly + 2e-12, (finding.id, fact)


@settings(max_examples=8)
@given(tree=programs(most_systems=3, most_flows=5))
def test_certain_facts_leave_only_the_doubt_about_the_law(tree: dict[str, Any]) -> None:
    for finding in findings(tree).values():
        reading = PRIORS[READINGS[finding.judgement.certainty]]
        if finding.status is Status.BREACH:
            assert modelled(finding) == reading
        if finding.judgement.footing is None:
            for answer in (0.0, 1.0):
                facts = likelihood(finding, PRIORS, Answers(answer, {})).facts
                assert facts in (0.0, 1.0), finding.id
            assert likelihood(finding, PRIORS, Answers(1.0, {})).found == reading


def test_a_breach_is_as_probable_as_its_reading_is_settled(tmp_path: Path) -> None:
    base = (Path(__file__).parents[1] / "good" / "smallest.yaml").read_text(encoding="utf-8")
    records = "safeguards: {{s: {{kind: records_of_processing, on: program, state: {state}}}}}\n"
    rest = "facts: {rare: {fact: occasional, value: no}}\n"
    open_ = of_file(tmp_path / "open.yaml", base)["gdpr-30:acme"]
    breach = of_file(tmp_path / "stated.yaml", base + records.format(state="absent") + rest)["gdpr-30:acme"]
    assert (open_.status, breach.status) == (Status.UNKNOWN, Status.BREACH)
    assert modelled(breach) == PRIORS["found_settled"]
    assert 0 < modelled(open_) < modelled(breach)
    assert "gdpr-30:acme" not in of_file(tmp_path / "kept.yaml", base + records.format(state="verified") + rest)


def test_an_exception_that_is_for_the_controller_to_show_leaves_doubt(tmp_path: Path) -> None:
    base = (Path(__file__).parents[1] / "good" / "smallest.yaml").read_text(encoding="utf-8")
    stated = ("safeguards: {none: {kind: dpia, on: program, state: absent}}\n"
              "facts: {scale: {fact: large_scale, value: yes}, watched: {fact: systematic_monitoring, value: yes}}\n")
    finding = of_file(tmp_path / "p.yaml", base + stated)["gdpr-35:acme:staff:improve"]
    assert finding.status is Status.ARGUABLE
    open_ = {(leaf.fact, leaf.argument) for leaf in finding.open_leaves()}
    assert 0 < modelled(finding) < PRIORS["found_settled"]
    assert modelled(finding, dict.fromkeys(open_, 1.0)) == pytest.approx(PRIORS["found_settled"])


def rests_on(finding: Finding, kind: str) -> bool:
    """Whether the measure's being there is itself a ground of the finding: duties about an assessment rest on one."""

    def grounds(e: Evidence, against: bool) -> bool:
        if e.kind == "fact":
            return against and e.fact == "safeguard" and is_a(Kind.SAFEGUARD, kind, e.argument)
        return any(grounds(p, against != (e.kind == "not")) for p in e.parts)

    j = finding.judgement
    needed = [s.evidence for s in (*j.limbs, *j.elements)] + ([j.scope] if j.scope else [])
    return any(grounds(e, True) for e in needed) or any(grounds(s.evidence, False) for s in j.exceptions)


@settings(max_examples=15)
@given(tree=programs(most_systems=3, most_flows=5),
       kind=st.sampled_from(sorted(k for k in labels(Kind.SAFEGUARD) if k != "safeguard")))
def test_a_safeguard_never_makes_a_finding_likelier_that_does_not_rest_on_it(tree: dict[str, Any], kind: str) -> None:
    bare = {**tree, "safeguards": {n: s for n, s in tree["safeguards"].items() if s["kind"] != kind}}
    without = findings(bare)
    added = {"kind": kind, "on": "program", "state": "verified"}
    guarded = findings({**bare, "safeguards": {**bare["safeguards"], "added": added}})
    for name, finding in guarded.items():
        if not rests_on(finding, kind):
            assert name in without, name
            assert modelled(finding) <= modelled(without[name]) + 1e-12, name
