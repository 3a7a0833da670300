"""Files of decided cases, read leniently; cases as programs; and a prediction of a case that does not look at it."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lexposure.calibration.backtest import Observed, Prediction, background, left_out, observe, others
from lexposure.calibration.cases import BUILT_IN, Case, Skipped, read_cases
from lexposure.calibration.fitting import Observation, fit
from lexposure.calibration.programs import program_of
from lexposure.law.packs import load
from lexposure.reading.diagnostics import InvalidInput

COMPLETE = """\
- id: shop
  authority: FR-CNIL
  decision_date: '2024-03-01'
  facts: {subjects: [customers], data_categories: [contact], missing: [notice, security]}
  articles: {violated: ['13', '32']}
  outcome: violation_fine
  fine_eur: 50_000
"""


@cache
def _law() -> Any:
    return load()


def cases_of(folder: Path, entries: str) -> tuple[tuple[Case, ...], tuple[Skipped, ...]]:
    path = folder / "cases.yaml"
    path.write_text("cases:\n" + entries, encoding="utf-8")
    return read_cases(path)


def observed_of(folder: Path, entries: str) -> tuple[tuple[Observed, ...], tuple[Skipped, ...]]:
    cases, skipped = cases_of(folder, entries)
    assert skipped == ()
    return observe(cases, _law())


# -- reading --------------------------------------------------------------------------------------------------------------


def test_a_case_may_lack_everything(tmp_path: Path) -> None:
    (bare, nulls, nameless), skipped = cases_of(tmp_path, (
        "- {id: bare}\n"
        "- {id: nulls, cluster: null, authority: ~, decision_date: null, facts: null, articles: null, fine_eur: null,\n"
        "   infringement: ~, statutes: null, aggravating: null, turnover_eur: null}\n"
        "- {authority: FR-CNIL}\n"))
    assert skipped == ()
    for case in (bare, nulls):
        assert (case.unit, case.found, case.fine_eur, case.decision_date) == (case.id, None, None, None)
        assert case.facts.subjects == case.articles.violated == case.aggravating == ()
    assert nameless.id == "case 3"


def test_what_a_case_has_beyond_is_left_alone_and_a_single_word_is_a_list(tmp_path: Path) -> None:
    (case,), _ = cases_of(tmp_path, (
        "- {id: a, mood: sour, facts: {subjects: employees, weather: {rain: yes}, data_categories: null},\n"
        "   articles: {violated: '32', note: x}, decision_date: '2023'}\n"))
    assert case.facts.subjects == ("employees",)
    assert case.articles.violated == ("32",)
    assert str(case.decision_date) == "2023-07-01"


@pytest.mark.parametrize(("written", "read"), [
    ("2024-02-29", "2024-02-29"), ("2024-02", "2024-02-15"), ("2024", "2024-07-01"),
])
def test_of_a_month_or_year_alone_the_middle_counts(tmp_path: Path, written: str, read: str) -> None:
    (case,), _ = cases_of(tmp_path, f"- {{id: a, decision_date: '{written}'}}\n")
    assert str(case.decision_date) == read


@pytest.mark.parametrize(("entry", "line", "reason"), [
    ("{id: bad, fine_eur: lots}", 4, "fine_eur: `lots` is not a number"),
    ("{id: bad, fine_eur: -5}", 4, "fine_eur: `-5` is out of range"),
    ("{id: bad, turnover_eur: nan}", 4, "turnover_eur: `nan` is out of range"),
    ("{id: bad, fine_eur: [1, 2]}", 4, "is not a number"),
    ("{id: bad, decision_date: lately}", 4, "decision_date: `lately` is not a date"),
    ("{id: bad, decision_date: 2023-02-30}", 4, "decision_date: `2023-02-30` is not a date"),
    ("{id: bad, facts: [a, b]}", 4, "facts: "),
    ("{id: bad, facts: {subjects: {a: b}}}", 4, "facts.subjects: "),
    ("{id: bad, respondent: [a]}", 4, "respondent: "),
    ("\n  id: bad\n  facts:\n    subjects_count: many", 7, "facts.subjects_count: `many` is not a number"),
    ("just words", 4, "the case: "),
    ("[a]", 4, "the case: "),
])
def test_a_case_that_cannot_be_read_is_skipped_with_its_line_and_the_reason(
    tmp_path: Path, entry: str, line: int, reason: str
) -> None:
    read, skipped = cases_of(tmp_path, f"- {{id: first}}\n\n- {entry}\n- {{id: last}}\n")
    assert [c.id for c in read] == ["first", "last"]
    left, = skipped
    assert left.id == ("bad" if "id: bad" in entry else "case 2")
    assert left.reason.startswith(f"line {line}: ")
    assert reason in left.reason


def test_every_fault_of_a_case_is_told(tmp_path: Path) -> None:
    _, (left,) = cases_of(tmp_path, "- {id: bad, fine_eur: lots, decision_date: lately}\n")
    assert "fine_eur" in left.reason
    assert "decision_date" in left.reason


def test_of_two_cases_with_one_id_the_first_counts(tmp_path: Path) -> None:
    read, skipped = cases_of(tmp_path, "- {id: a, fine_eur: 1}\n- {id: b}\n- {id: a, fine_eur: 2}\n")
    assert [(c.id, c.fine_eur) for c in read] == [("a", 1), ("b", None)]
    assert skipped == (Skipped("a", "another case has this id already"),)


@pytest.mark.parametrize(("text", "code"), [
    ("as_of: 2024-01-01\n", "LX202"), ("- {id: a}\n", "LX202"), ("words\n", "LX202"),
    ("cases: many\n", "LX203"), ("cases: {a: {id: a}}\n", "LX203"), ("cases: null\n", "LX203"),
])
def test_a_file_without_a_list_of_cases_is_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_cases(path)
    fault, = refused.value.diagnostics
    assert fault.code == code
    assert "list of decided cases" in fault.expected


def test_cases_under_a_misspelt_key_are_refused_with_the_key_that_is_nearest(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("as_of: 2024-01-01\ncase:\n  - {id: a}\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_cases(path)
    assert [(f.code, f.nearest) for f in refused.value.diagnostics] == [("LX202", "case")]


def test_an_empty_list_of_cases_is_a_file_of_none(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("cases: []\n", encoding="utf-8")
    assert read_cases(path) == ((), ())


def test_no_infringement_found_is_not_the_same_as_nothing_said(tmp_path: Path) -> None:
    (cleared, silent, cited), _ = cases_of(tmp_path, (
        "- {id: a, outcome: no_violation, articles: {violated: ['5']}}\n- {id: b, outcome: violation_fine}\n"
        "- {id: c, articles: {violated: ['5']}}\n"))
    assert (cleared.found, silent.found, cited.found) == ((), None, ("5",))


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_cases_that_come_with_the_tool_are_read_whole(name: str) -> None:
    cases, skipped = read_cases(BUILT_IN[name])
    assert skipped == ()
    assert len(cases) > 15
    assert all(c.authority and c.decision_date for c in cases)
    for case in cases:
        assert program_of(case).day == case.decision_date


# -- cases as programs ----------------------------------------------------------------------------------------------------


def test_a_case_is_assessed_by_what_it_lists_as_missing(tmp_path: Path) -> None:
    (seen,), skipped = observed_of(tmp_path, COMPLETE)
    assert skipped == ()
    assert seen.unread == seen.unknown_articles == ()
    assert {"13", "32"} <= {article for article, _ in seen.observation.fired.values()}
    o = seen.observation
    assert (o.fined, o.amount, o.articles, o.settles) == (True, 50_000, frozenset({"13", "32"}), False)
    assert seen.ceiling == 20_000_000


def test_the_outcome_of_a_case_is_not_in_its_program(tmp_path: Path) -> None:
    (as_decided,), _ = observed_of(tmp_path, COMPLETE)
    (otherwise,), _ = observed_of(tmp_path, (
        COMPLETE.replace("50_000", "0").replace("['13', '32']", "['44']").replace("violation_fine", "violation_no_fine")))
    a, b = as_decided.observation, otherwise.observation
    assert (a.fired, a.conduct, a.turnover, as_decided.ceiling) == (b.fired, b.conduct, b.turnover, otherwise.ceiling)
    assert (b.fined, b.amount) == (False, None)


def test_terms_that_nobody_knows_are_reported_and_say_nothing(tmp_path: Path) -> None:
    (plain,), _ = observed_of(tmp_path, COMPLETE)
    odd = COMPLETE.replace("[customers]", "[customers, martians]").replace("[contact]", "[contact, aura]").replace(
        "[notice, security]", "[notice, security, manners]")
    (seen,), skipped = observed_of(tmp_path, odd)
    assert skipped == ()
    assert len(seen.unread) == 3
    assert {t.rsplit(": ", 1)[1] for t in seen.unread} == {"martians", "aura", "manners"}
    assert seen.observation.fired == plain.observation.fired


def test_articles_that_no_pack_knows_are_reported_and_not_dropped(tmp_path: Path) -> None:
    (seen,), _ = observed_of(tmp_path, COMPLETE.replace("['13', '32']", "['13', '999', 'the constitution']"))
    assert seen.unknown_articles == ("999", "the constitution")
    assert seen.observation.articles == {"13", "999", "the constitution"}


@pytest.mark.parametrize(("change", "reason"), [
    (("authority: FR-CNIL", "authority: ZZ-NOBODY"), "`ZZ-NOBODY` names no jurisdiction that is known"),
    (("authority: FR-CNIL", "authority: null"), "it names no authority"),
    (("decision_date: '2024-03-01'", "decision_date: null"), "it has no date of decision"),
])
def test_a_case_that_says_too_little_is_skipped_with_the_reason(
    tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    good = COMPLETE.replace("id: shop", "id: other")
    seen, skipped = observed_of(tmp_path, COMPLETE.replace(*change) + good)
    assert [o.case.id for o in seen] == ["other"]
    assert skipped == (Skipped("shop", reason),)


def test_a_matter_of_the_united_states_is_read_by_its_statutes(tmp_path: Path) -> None:
    (seen,), skipped = observed_of(tmp_path, """\
- id: clocks
  authority: US-COURT-ND-ILL
  forum: class_action
  statutes: [IL-BIPA, MARS-ACT]
  decision_date: '2024-06-01'
  facts: {subjects: [employees], subjects_count: 45_600, data_categories: [biometric], missing: [consent, notice]}
  outcome: settled
  amount_usd: 75000000
""")
    assert skipped == ()
    o = seen.observation
    assert o.settles
    assert o.private
    assert (o.conduct.jurisdiction, o.conduct.people, o.fined) == ("US", 45_600, True)
    assert o.amount is not None
    assert 60e6 < o.amount < 75e6
    assert "IL-BIPA" in {statute for statute, _ in o.fired.values()}
    assert seen.unknown_articles == ("MARS-ACT",)


# -- no case predicts itself ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> tuple[Observed, ...]:
    """Some thirty European cases with the two of one cluster."""
    cases, _ = read_cases(BUILT_IN["eu"])
    chosen = [c for c in cases if c.cluster == "foodinho"] + [c for c in cases if c.cluster != "foodinho"][:26]
    found, skipped = observe(chosen, _law())
    assert skipped == ()
    return found


def predictions(sample: tuple[Observed, ...], training: tuple[Observation, ...]) -> dict[str, Prediction]:
    return dict(zip((o.case.id for o in sample), left_out(sample, training), strict=True))


def same(a: Prediction, b: Prediction) -> bool:
    if (a.quantiles is None) != (b.quantiles is None):
        return False
    alike = a.quantiles is None or b.quantiles is None or np.array_equal(a.quantiles, b.quantiles)
    return a.articles == b.articles and a.p_fine == b.p_fine and alike


@pytest.mark.parametrize("outcome", [
    {"amount": 900_000_000.0}, {"amount": None, "fined": False}, {"articles": frozenset({"44", "999"})}, {"articles": None}])
def test_how_a_case_ended_changes_no_prediction_of_it_nor_of_its_cluster(
    sample: tuple[Observed, ...], outcome: dict[str, Any]
) -> None:
    told = tuple(o.observation for o in sample)
    mates = [o.id for o in told if o.unit == "foodinho"]
    assert len(mates) > 1
    before = predictions(sample, told)
    for mate in mates:
        changed = tuple(replace(o, **outcome) if o.id == mate else o for o in told)
        after = predictions(sample, changed)
        assert all(same(before[name], after[name]) for name in mates)
        if "articles" not in outcome:
            assert all(not same(before[name], after[name]) for name in before if name not in mates)


def test_the_prediction_of_a_case_is_the_fit_on_all_others(sample: tuple[Observed, ...]) -> None:
    told = tuple(o.observation for o in sample)
    alone = next(o for o in sample if o.observation.unit == o.case.id)
    kept = tuple(o for o in told if o.unit != alone.observation.unit)
    with_it, without = (next(left_out([alone], training)) for training in (told, kept))
    assert same(with_it, without)
    assert fit(kept, background(), "x") != fit(told, background(), "x")


def test_a_case_that_comes_with_the_tool_is_not_learned_from_where_the_file_has_it_too() -> None:
    cases, _ = read_cases(BUILT_IN["eu"])
    by_id = cases[0].model_copy(update={"respondent": "Somebody else"})
    by_name = cases[1].model_copy(update={"id": "renamed", "respondent": (cases[1].respondent or "").upper()})
    left = others(cases, (by_id, by_name))
    assert {c.id for c in cases} - {c.id for c in left} >= {cases[0].id, cases[1].id}
    assert len(left) >= len(cases) - 4


def test_a_fit_needs_ten_fines(sample: tuple[Observed, ...]) -> None:
    fines = [o.observation for o in sample if o.observation.amount]
    with pytest.raises(ValueError, match="there are 9 fines to fit on, and 10 are the least"):
        fit(fines[:9], background(), "few")
    assert fit(fines[:10], background(), "enough").fined_cases == 10
