"""Families of instruments: what several acts share is said once, and each says what differs, with its own citations."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from lexposure.law import packs
from lexposure.law.cases import CaseFacts, check_cases
from lexposure.law.conditions import Range, Words
from lexposure.law.describing import describe
from lexposure.law.judgement import Status, judge
from lexposure.law.packs import Law, load
from lexposure.reading.diagnostics import Diagnostic, InvalidInput

_FAMILY = """\
lexposure-family: 1
id: test-model
definitions:
  people: {subject: consumer}
  risky: {large_scale: yes}
provisions:
  notice:
    heading: Notice
    text: People are told.
    topics: notice
    scope: {defined: consumers}
    elements:
      - {id: told_nothing, text: They are told nothing, when: {notice: no}}
    reading: {certainty: settled}
  assessment:
    heading: Assessment
    text: Risks are assessed.
    topics: assessment
    scope: {defined: consumers}
    elements:
      - {id: risky, text: The processing is risky, when: {defined: risky}}
      - {id: none_made, text: No assessment was made, when: {not: {safeguard: dpia}}}
"""
_FAMILY_CASES = """\
lexposure-cases: 1
instrument: test-model
as_of: 2026-01-01
given: {subject: consumer, notice: yes, large_scale: no, nonprofit: no, safeguard: {dpia: yes}}
cases:
  - {name: All is well, expect: {notice: {clear: told_nothing}, assessment: clear}}
  - {name: Nobody is told, given: {notice: no}, expect: {notice: breach}}
  - {name: Risky and not assessed, given: {large_scale: yes, safeguard: {dpia: no}}, expect: {assessment: breach}}
  - {name: Risky and assessed, given: {large_scale: yes}, expect: {assessment: {clear: none_made}}}
  - {name: Not risky and not assessed, given: {safeguard: {dpia: no}}, expect: {assessment: {clear: risky}}}
  - {name: A charity, given: {notice: no, nonprofit: yes}, expect: {notice: {clear: charity}}}
"""
_ACT = """\
lexposure-law: 1
instrument:
  id: test-utah
  jurisdiction: US-UT
  title: Utah Test Act
  short: UTA
  cite: UTA
  in_force: {from: 2020-01-01}
  checked: 2026-11-22
  confidence: verified
  source: {title: The Act, opened: yes}
builds_on: test-model
definitions:
  consumers: {defined: people, place: US-UT}
applies:
  - id: many
    cite: § 1(a)
    text: At least 1000 consumers
    when: {state_consumers: {at_least: 1000}}
    in_force: {from: 2020-01-01, until: 2026-12-31}
  - id: fewer
    cite: § 1(a)
    text: At least 500 consumers
    when: {state_consumers: {at_least: 500}}
    in_force: {from: 2027-01-01}
exceptions:
  - {id: charity, cite: § 2, text: The controller is a charity, when: {nonprofit: yes}, burden: bound}
remedies:
  - {forum: test-ag, kind: civil_penalty, currency: USD, amount: {value: 100, from: 2020-01-01}, unit: violation,
     counted: person}
provisions:
  ut-notice: {from: notice, cite: § 3}
  ut-assessment:
    from: assessment
    cite: § 4
    heading: Assessment by the book
    confidence: recalled
"""
_ACT_CASES = """\
lexposure-cases: 1
instrument: test-utah
as_of: 2026-01-01
inherited: {given: {place: US-UT, state_consumers: 1000}}
given: {subject: consumer, place: US-UT, notice: no, nonprofit: no}
cases:
  - {name: Too few until the threshold falls, given: {state_consumers: 999}, expect: {ut-notice: {clear: scope}}}
  - {name: Enough once it has fallen, as_of: 2027-01-01, given: {state_consumers: 999}, expect: {ut-notice: breach}}
"""
_FORUMS = """\
lexposure-forums: 1
jurisdiction: US-UT
forums:
  test-ag: {name: Attorney General, kind: attorney_general, checked: 2026-11-22, confidence: recalled}
"""


def written(folder: Path, **changed: str) -> Path:
    """The small law in a folder; keywords replace a file's text."""
    files = {"us/test-model.family.yaml": changed.get("family", _FAMILY),
             "us/test-model.family.cases.yaml": _FAMILY_CASES,
             "us-ut/test-utah.yaml": changed.get("act", _ACT),
             "us-ut/test-utah.cases.yaml": changed.get("cases", _ACT_CASES), "us-ut/authority.yaml": _FORUMS}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Law:
    monkeypatch.setattr(packs, "built_in", lambda: written(tmp_path))
    return load()


def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **changed: str) -> list[Diagnostic]:
    monkeypatch.setattr(packs, "built_in", lambda: written(tmp_path, **changed))
    with pytest.raises(InvalidInput) as caught:
        load()
    return list(caught.value.diagnostics)


def test_an_act_shows_its_own_citation_and_what_differs(law: Law) -> None:
    notice, assessment = (describe(law.by_id[n]) for n in ("ut-notice", "ut-assessment"))
    assert (notice["citation"], notice["heading"], notice["jurisdiction"]) == ("§ 3 UTA", "Notice", "US-UT")
    assert (assessment["heading"], assessment["confidence"]) == ("Assessment by the book", "recalled")
    assert assessment["text"] == "Risks are assessed."


def test_a_definition_of_the_act_replaces_the_familys_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    act = _ACT.replace("definitions:\n", "definitions:\n  risky: {new_technology: yes}\n")
    monkeypatch.setattr(packs, "built_in", lambda: written(tmp_path, act=act))
    risky = load().by_id["ut-assessment"].elements[0]
    assert risky.reads == {"new_technology"}


def test_remedies_and_exceptions_of_the_pack_are_those_of_each_provision(law: Law) -> None:
    for rule in law.rules:
        assert [r.forum for r in rule.provision.remedies] == ["test-ag"]
        assert [e.clause.id for e in rule.exceptions] == ["charity"]


def test_the_familys_cases_are_run_for_the_act(law: Law) -> None:
    assert check_cases(law, "test-utah") == []


def test_a_case_that_comes_out_otherwise_points_into_the_familys_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = _ACT_CASES.replace("state_consumers: 1000}", "state_consumers: 10}")
    monkeypatch.setattr(packs, "built_in", lambda: written(tmp_path, cases=other))
    found = check_cases(load(), "test-utah")
    assert "LX405" in {f.code for f in found}
    assert all(f.place and f.place.file.endswith("test-model.family.cases.yaml") for f in found if f.code == "LX405")


def test_what_an_act_does_not_take_up_is_not_its_law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    act = _ACT[:_ACT.index("  ut-assessment:")]
    monkeypatch.setattr(packs, "built_in", lambda: written(tmp_path, act=act))
    law = load()
    assert [r.id for r in law.rules] == ["ut-notice"]
    assert check_cases(law, "test-utah") == []


@pytest.mark.parametrize(("old", "new", "message"), [
    ("builds_on: test-model", "builds_on: test-modle", "`test-modle` is not a family of any pack"),
    ("from: notice", "from: notcie", "`notcie` is not a provision of the family `test-model`"),
    ("  consumers: {defined: people, place: US-UT}\n", "  others: {notice: yes}\n",
     "`consumers` is not defined in this pack"),
    ("builds_on: test-model\n", "", "there is no family to take this from"),
])
def test_what_does_not_fit_the_family_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    act = _ACT.replace(old, new)
    if not new:  # without a family the provision has to be whole
        act = act[:act.index("  ut-assessment:")].replace(
            "{from: notice, cite: § 3}", "{from: notice, cite: § 3, heading: H, text: T, topics: notice, "
            "elements: [{id: a, text: A, when: {notice: no}}]}").replace("{defined: people, place: US-UT}", "{place: US-UT}")
    assert message in [d.message for d in faults(tmp_path, monkeypatch, act=act)]


def test_thresholds_change_with_the_day(law: Law) -> None:
    many = Decimal(600)
    facts = CaseFacts({"subject": Words.of(["consumer"]), "place": Words.of(["US-UT"]), "notice": False,
                       "nonprofit": False, "state_consumers": Range(many, many, many)}, {})
    rule = law.by_id["ut-notice"]
    assert [judge(rule, facts, dt.date(y, 6, 1)).status for y in (2026, 2027)] == [Status.CLEAR, Status.BREACH]


#: The family with exceptions of its own, for acts that change them by id.
_EXCEPTING = _FAMILY.replace("    reading: {certainty: settled}\n", """\
    reading: {certainty: settled}
    exceptions:
      - {id: small, text: It is small, when: {large_scale: no}, burden: bound}
      - {id: by_law, text: Another law asks for it, when: {basis: legal_obligation}}
""")


def changed_by_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assessment: str = "", notice: str = "", family: str = _EXCEPTING
) -> Law:
    act = by_id(assessment, notice)
    monkeypatch.setattr(packs, "built_in", lambda: written(tmp_path, act=act, family=family))
    return load()


def by_id(assessment: str = "", notice: str = "") -> str:
    """The act with a line more in each of its provisions."""
    return _ACT.replace("{from: notice, cite: § 3}", f"{{from: notice, cite: § 3{notice and ', '}{notice}}}").replace(
        "    cite: § 4\n", f"    cite: § 4\n    {assessment}\n" if assessment else "    cite: § 4\n")


def test_a_cite_is_laid_over_the_drafts_entry_of_that_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = changed_by_id(tmp_path, monkeypatch, "elements: {none_made: {cite: § 4(2)}}",
                        "exceptions: {small: {cite: § 3(b), text: It is very small}}")
    notice, assessment = law.by_id["ut-notice"], law.by_id["ut-assessment"]
    assert [(e.clause.id, e.clause.cite, e.clause.text) for e in assessment.elements] == [
        ("risky", "", "The processing is risky"), ("none_made", "§ 4(2)", "No assessment was made")]
    assert [(e.clause.id, e.clause.cite, e.clause.text, e.clause.burden) for e in notice.exceptions] == [
        ("small", "§ 3(b)", "It is very small", "bound"), ("by_law", "", "Another law asks for it", None),
        ("charity", "§ 2", "The controller is a charity", "bound")]
    assert [e.reads for e in notice.elements] == [{"notice"}]


def test_a_cite_laid_over_changes_no_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = changed_by_id(tmp_path, monkeypatch, "elements: {risky: {cite: § 4(1)}, none_made: {cite: § 4(2)}}",
                        "elements: {told_nothing: {cite: § 3(1)}}", _FAMILY)
    assert check_cases(law, "test-utah") == []


def test_a_condition_laid_over_replaces_what_it_restates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = changed_by_id(tmp_path, monkeypatch, "elements: {risky: {when: {defined: people}}}")
    assert [e.reads for e in law.by_id["ut-assessment"].elements] == [{"subject"}, {"safeguard"}]


def test_none_leaves_an_entry_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = changed_by_id(tmp_path, monkeypatch, "elements: {risky: none}", "exceptions: {by_law: none}")
    assert [e.clause.id for e in law.by_id["ut-assessment"].elements] == ["none_made"]
    assert [e.clause.id for e in law.by_id["ut-notice"].exceptions] == ["small", "charity"]
    law = changed_by_id(tmp_path, monkeypatch, notice="exceptions: {small: none, by_law: none}")
    assert [e.clause.id for e in law.by_id["ut-notice"].exceptions] == ["charity"]


@pytest.mark.parametrize(("line", "message", "near"), [
    ("elements: {riskie: {cite: § 4(1)}}", "`riskie` is no entry of the draft's elements", "risky"),
    ("elements: {nonemade: none}", "`nonemade` is no entry of the draft's elements", "none_made"),
])
def test_an_unknown_id_is_a_fault_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, message: str, near: str
) -> None:
    act = by_id(line)
    fault, = faults(tmp_path, monkeypatch, act=act)
    assert (fault.code, fault.message, fault.nearest) == ("LX403", message, near)
    assert fault.expected == "`risky`, `none_made`"
    points_at(fault, "test-utah.yaml", act, line)


def test_an_unknown_exception_is_a_fault_at_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    act = by_id(notice="exceptions: {smal: none}")
    fault, = faults(tmp_path, monkeypatch, act=act, family=_EXCEPTING)
    assert (fault.code, fault.nearest) == ("LX403", "small")
    points_at(fault, "test-utah.yaml", act, "smal: none")


def points_at(fault: Diagnostic, file: str, text: str, part: str) -> None:
    """The fault's place is the line of that file's text on which the part stands."""
    assert fault.place
    assert fault.place.file.endswith(file)
    assert part in text.splitlines()[fault.place.line - 1]


@pytest.mark.parametrize(("line", "code"), [
    ("elements: {risky: {when: {defined: riskie}}}", "LX403"),
    ("elements: {none_made: {when: {not: {safeguard: dipa}}}}", "LX402"),
    ("elements: {risky: none, none_made: {when: {not: {safeguard: dipa}}}}", "LX402"),
    ("elements: {none_made: {burdn: bound}}", "LX201"),
])
def test_a_fault_in_a_changed_entry_points_into_the_act(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, code: str
) -> None:
    act = by_id(line)
    fault, = faults(tmp_path, monkeypatch, act=act)
    assert fault.code == code
    points_at(fault, "test-utah.yaml", act, line)


@pytest.mark.parametrize("line", ["", "elements: {risky: {cite: § 4(1)}}", "elements: {risky: none}",
                                  "elements: {none_made: {cite: § 4(2)}}"])
def test_a_fault_in_what_the_act_leaves_points_into_the_family(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    family = _FAMILY.replace("{safeguard: dpia}", "{safeguard: dipa}")
    fault, = faults(tmp_path, monkeypatch, act=by_id(line), family=family)
    assert fault.code == "LX402"
    points_at(fault, "test-model.family.yaml", family, "dipa")
