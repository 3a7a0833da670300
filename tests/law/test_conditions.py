"""Conditions: Kleene's logic, what each kind of comparison means, and the evidence that decided."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexposure.law.cases import CaseFacts
from lexposure.law.conditions import (
    Bound,
    Compiler,
    Condition,
    Every,
    Not,
    Range,
    Some,
    Words,
    at_least,
    every,
    needs_measure,
    some,
)
from lexposure.reading.diagnostics import Diagnostic
from lexposure.reading.source import parse
from lexposure.vocabulary.facts import Unit

TRUTHS = (True, False, None)


def compiled(text: str, unit: Unit = Unit.OPERATION) -> tuple[Condition, list[Diagnostic]]:
    source = parse(text, "pack.yaml")
    faults: list[Diagnostic] = []
    return Compiler(source, unit, {}, ("definitions",), faults).compile(source.tree, ()), faults


def condition(text: str) -> Condition:
    made, faults = compiled(text)
    assert not faults
    return made


def facts(**values: object) -> CaseFacts:
    guards = values.pop("safeguard", {})
    return CaseFacts(values, guards)  # type: ignore[arg-type]


@pytest.mark.parametrize(("a", "b"), list(product(TRUTHS, TRUTHS)))
def test_kleene_tables(a: bool | None, b: bool | None) -> None:
    rank = {False: 0, None: 1, True: 2}
    assert every((a, b)) is min(a, b, key=rank.__getitem__)
    assert some((a, b)) is max(a, b, key=rank.__getitem__)


@given(st.lists(st.sampled_from(TRUTHS), min_size=1, max_size=9), st.integers(1, 9))
def test_a_count_is_what_it_is_however_the_unknown_turn_out(truths: list[bool | None], needed: int) -> None:
    resolved = {sum(answers) >= needed for answers in product(*((False, True) if t is None else (t,) for t in truths))}
    assert at_least(needed, truths) is (resolved.pop() if len(resolved) == 1 else None)


def test_a_count_names_its_criteria() -> None:
    asked = condition("count: {at_least: 2, of: {on all day: {continuous: yes}, own staff: {own_staff: yes}, "
                      "told: {notice: yes}}}")
    assert asked.truth(facts(continuous=True)) is None
    assert asked.truth(facts(continuous=False, own_staff=False)) is False
    found = asked.evidence(facts(continuous=True, own_staff=True))
    assert found.truth is True
    assert [(p.label, p.truth) for p in found.parts] == [("on all day", True), ("own staff", True), ("told", None)]
    assert [leaf.fact for leaf in found.deciding()] == ["continuous", "own_staff"]


@pytest.mark.parametrize("text", [
    "count: 2", "count: {at_least: 2}", "count: {at_least: two, of: {a: {notice: yes}}}",
    "count: {at_least: 3, of: {a: {notice: yes}, b: {continuous: yes}}}", "count: {at_least: 0, of: {a: {notice: yes}}}",
    "count: {at_least: 1.5, of: {a: {notice: yes}, b: {continuous: yes}}}",
    "count: {at_least: 1, of: {a: {notice: yes}}, more: 1}",
])
def test_a_count_that_cannot_be_counted_is_a_fault(text: str) -> None:
    assert [f.code for f in compiled(text)[1]] == ["LX402"]


def test_silence_is_unknown_never_no() -> None:
    for text in ("own_staff: yes", "own_staff: no", "data: health", "place: EEA", "safeguard: dpia",
                 "headcount: {at_least: 1}"):
        assert condition(text).truth(facts()) is None


def test_a_narrower_term_meets_a_broader_one_and_a_broader_one_leaves_it_open() -> None:
    asked = condition("data: email_content")
    assert condition("data: communications").truth(facts(data=Words.of(["email_content"]))) is True
    assert asked.truth(facts(data=Words.of(["communications"]))) is None
    assert asked.truth(facts(data=Words.of(["keystrokes"]))) is False


def test_data_that_are_only_possibly_there_leave_the_question_open() -> None:
    possibly = Words(frozenset({"keystrokes"}), frozenset({"keystrokes", "health"}))
    assert condition("data: health").truth(facts(data=possibly)) is None
    assert condition("data: keystrokes").truth(facts(data=possibly)) is True


@pytest.mark.parametrize(("place", "asked", "truth"), [
    ("DE", "EEA", True), ("NO", "EU", False), ("NO", "EEA", True), ("US-CA", "US", True), ("US", "US-CA", None),
    ("GB", "EEA", False), ("EEA", "DE", None),
])
def test_places(place: str, asked: str, truth: bool | None) -> None:
    assert condition(f"place: {asked}").truth(facts(place=Words.of([place]))) is truth


def test_one_of_several_possible_places() -> None:
    rest = Words(frozenset(), frozenset({"US-TX", "US-VA"}))
    assert condition("place: US").truth(facts(place=rest)) is True
    assert condition("place: US-TX").truth(facts(place=rest)) is None
    assert condition("place: US-CA").truth(facts(place=rest)) is False


def test_outside_a_group_of_places() -> None:
    asked = condition("exported_to: {outside: EEA}")
    assert asked.truth(facts(exported_to=Words.of(["US"]))) is True
    assert asked.truth(facts(exported_to=Words.of(["DE", "IE"]))) is False
    assert asked.truth(facts(exported_to=Words.of([]))) is False


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_a_range_satisfies_a_bound_only_if_all_of_it_does(low: int, width: int, bound: int) -> None:
    truth = Bound(at_least=Decimal(bound)).test(Decimal(low), Decimal(low + width))
    values = {v >= bound for v in range(low, low + width + 1)}
    assert truth is (values.pop() if len(values) == 1 else None)


def test_money_is_compared_in_its_own_currency_or_not_at_all() -> None:
    asked = condition("turnover: {more_than: 26625000, currency: USD}")
    million = Decimal(1_000_000)
    assert asked.truth(facts(turnover=Range(30 * million, 30 * million, 30 * million, "USD"))) is True
    assert asked.truth(facts(turnover=Range(30 * million, 30 * million, 30 * million, "PLN"))) is None


def test_a_safeguard_in_effect_answers_for_its_broader_kind() -> None:
    asked = condition("safeguard: monitoring_notice")
    assert asked.truth(facts(safeguard={"monitoring_notice_acknowledged": True})) is True
    assert condition("safeguard: monitoring_notice_posted").truth(facts(safeguard={"monitoring_notice": False})) is False


def test_the_evidence_names_the_leaf_that_decided() -> None:
    made = condition("{own_staff: yes, data: health, safeguard: dpia}")
    evidence = made.evidence(facts(own_staff=True, data=Words.of(["keystrokes"])))
    assert evidence.truth is False
    assert [leaf.fact for leaf in evidence.deciding()] == ["data"]


@given(st.recursive(st.sampled_from(["own_staff", "notice", "continuous"]).map(lambda f: f"{{{f}: yes}}"), lambda inner: (
    st.lists(inner, min_size=1, max_size=3).map(lambda p: f"{{any: [{', '.join(p)}]}}")
    | st.lists(inner, min_size=1, max_size=3).map(lambda p: f"{{all: [{', '.join(p)}]}}")
    | inner.map(lambda p: f"{{not: {p}}}")), max_leaves=6),
    st.fixed_dictionaries({f: st.sampled_from(TRUTHS) for f in ("own_staff", "notice", "continuous")}))
def test_evidence_and_truth_agree_and_more_facts_never_overturn(text: str, values: dict[str, bool | None]) -> None:
    made = condition(text)
    truth = made.truth(facts(**values))
    assert made.evidence(facts(**values)).truth is truth
    if truth is not None:  # what holds on partial facts holds however the unknown ones come out
        open_ = [k for k, v in values.items() if v is None]
        for answers in product((True, False), repeat=len(open_)):
            assert made.truth(facts(**{**values, **dict(zip(open_, answers, strict=True))})) is truth


@pytest.mark.parametrize(("text", "code", "nearest"), [
    ("subjct: employee", "LX401", "subject"),
    ("subject: employe", "LX402", "employee"),
    ("own_staff: maybe", "LX402", ""),
    ("headcount: 5", "LX402", ""),
    ("turnover: {at_least: 5}", "LX402", ""),
    ("{any: subject}", "LX402", ""),
    ("defined: nothing", "LX403", ""),
    ("incident_risk: high", "LX401", ""),
    ("place: {outside: Europe}", "LX402", ""),
    ("safeguard: dipa", "LX402", "dpia"),
])
def test_a_faulty_condition_is_said_with_its_place_and_never_just_never_fires(text: str, code: str, nearest: str) -> None:
    _, faults = compiled(text)
    assert [f.code for f in faults] == [code]
    assert faults[0].nearest == nearest
    assert faults[0].place is not None


def test_combinators_are_plain_values() -> None:
    leaf = condition("own_staff: yes")
    assert Every((leaf,)) == Every((leaf,))
    assert Not(leaf).truth(facts(own_staff=True)) is False
    assert Some((leaf, Not(leaf))).truth(facts()) is None


@pytest.mark.parametrize(("text", "needs"), [
    ("safeguard: dpia", True),
    ("not: {safeguard: dpia}", False),
    ("not: {not: {safeguard: dpia}}", True),
    ("notice: yes", False),
    ("not: {notice: yes}", False),
    ("{notice: yes, safeguard: dpia}", True),
    ("any: [{notice: no}, {all: [{own_staff: yes}, {safeguard: [dpia, encryption]}]}]", True),
    ("any: [{notice: no}, {not: {any: [{own_staff: yes}, {safeguard: dpia}]}}]", False),
    ("not: {any: [{safeguard: dpia}, {not: {safeguard: encryption}}]}", True),
    ("count: {at_least: 1, of: {told: {notice: yes}, assessed: {safeguard: dpia}}}", True),
    ("not: {count: {at_least: 1, of: {told: {notice: yes}, assessed: {safeguard: dpia}}}}", False),
])
def test_a_condition_needs_a_measure_only_where_its_being_in_effect_helps(text: str, needs: bool) -> None:
    assert needs_measure(condition(text)) is needs
    assert needs_measure(Not(Not(condition(text)))) is needs
