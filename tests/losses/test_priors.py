"""The priors: what comes with the tool, a user's file laid over it, and faults of such a file."""

from pathlib import Path

import pytest

from lexposure.exposure.assess import assess
from lexposure.exposure.losses.priors import built_in, with_overrides
from lexposure.law.packs import load
from lexposure.program.reading import read_program
from lexposure.reading.diagnostics import Diagnostic, InvalidInput

SMALLEST = Path(__file__).parents[1] / "good" / "smallest.yaml"
HEAD = "lexposure-priors: 1\npriors:\n"


def priors_file(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[Diagnostic]:
    with pytest.raises(InvalidInput) as refused:
        with_overrides(priors_file(folder, text))
    return list(refused.value.diagnostics)


def test_every_prior_lies_in_its_range_and_says_what_it_rests_on() -> None:
    for name, prior in built_in().known.items():
        assert prior.low <= prior.value <= prior.high, name
        assert prior.basis in ("empirical", "statutory", "judgement"), name
        assert prior.text, name
        assert prior.source or prior.basis == "judgement", name
        if prior.unit in ("probability", "share", "correlation"):
            assert prior.low >= 0, name
            assert prior.high <= 1, name


def test_a_file_overrides_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    laid = with_overrides(priors_file(
        tmp_path, "  open_fact_against: 0.9\n  claim: {value: 500, low: 200, high: 900, note: our counsel}\n"))
    assert (laid["open_fact_against"], laid["claim"]) == (0.9, 500)
    assert laid.overridden == {"open_fact_against", "claim"}
    # A range that does not reach the new value is widened to it; one that is stated is taken.
    short, long = laid.known["open_fact_against"], laid.known["claim"]
    assert (short.low, short.high, short.note, short.basis) == (0.2, 0.9, "set by the user", "judgement")
    assert (long.low, long.high, long.note) == (200, 900, "our counsel")
    lower = with_overrides(priors_file(tmp_path, "  open_fact_against: 0.05\n")).known["open_fact_against"]
    assert (lower.low, lower.high) == (0.05, 0.6)
    for name, prior in built_in().known.items():
        if name not in laid.overridden:
            assert laid.known[name] == prior


def test_the_priors_that_come_with_the_tool_are_not_changed_by_a_file(tmp_path: Path) -> None:
    with_overrides(priors_file(tmp_path, "  open_fact_against: 0.9\n"))
    assert built_in()["open_fact_against"] == 0.4
    assert built_in().overridden == frozenset()


def test_a_name_that_is_no_prior_is_refused_with_the_nearest(tmp_path: Path) -> None:
    fault, = faults(tmp_path, "  open_fact_agianst: 0.9\n")
    assert (fault.code, fault.nearest) == ("LX301", "open_fact_against")
    assert fault.place is not None
    assert fault.place.line == 3


@pytest.mark.parametrize("text", [
    "  open_fact_against: 1.01\n", "  open_fact_against: -0.1\n", "  climate_correlation: 0.96\n", "  ceiling_share: 2\n",
    "  claim: -1\n", "  claim: 1000000000001\n",
])
def test_a_value_out_of_range_is_refused(tmp_path: Path, text: str) -> None:
    fault, = faults(tmp_path, text)
    assert fault.code == "LX203"
    assert fault.place is not None
    assert fault.place.line == 3


@pytest.mark.parametrize("text", ["  open_fact_against: 1\n", "  open_fact_against: 0\n", "  climate_correlation: 0.95\n"])
def test_the_ends_of_a_range_are_in_it(tmp_path: Path, text: str) -> None:
    assert with_overrides(priors_file(tmp_path, text)).overridden


@pytest.mark.parametrize("text", [
    "  claim: {value: 500, low: 600, high: 900}\n", "  claim: {value: 500, low: 100, high: 400}\n",
    "  claim: {value: 500, low: 900, high: 100}\n",
])
def test_a_range_out_of_order_is_refused(tmp_path: Path, text: str) -> None:
    fault, = faults(tmp_path, text)
    assert fault.code == "LX205"


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, "  nothing_like_it: 0.5\n  open_fact_against: 3\n  claim: {value: 500, low: 600, high: 900}\n")
    assert [f.code for f in found] == ["LX301", "LX203", "LX205"]


@pytest.mark.parametrize("text", [
    "  open_fact_against: often\n", "  open_fact_against: {low: 0.1}\n", "  open_fact_against: {value: 0.5, odds: 2}\n",
    "  - open_fact_against\n",
])
def test_what_is_no_override_is_refused(tmp_path: Path, text: str) -> None:
    assert all(f.place is not None and f.place.line >= 3 for f in faults(tmp_path, text))


def test_an_assessment_shows_which_priors_are_the_users_and_comes_out_otherwise(tmp_path: Path) -> None:
    law, reading = load(), read_program(SMALLEST)
    usual = assess(reading, law).losses
    laid = with_overrides(priors_file(tmp_path, "  open_fact_against: 0.9\n"))
    darker = assess(reading, law, priors=laid).losses
    assert not any(p.overridden for p in usual.priors)
    assert [(p.id, p.value, p.overridden) for p in darker.priors if p.overridden] == [("open_fact_against", 0.9, True)]
    assert {p.id for p in usual.priors} == set(built_in().known)
    assert darker.expected > usual.expected
    assert darker.score > usual.score


@pytest.mark.parametrize(("name", "value"), [
    ("taken_up_supervisory_authority", 0.9), ("found_settled", 1.0), ("fine_given_infringement", 0.9),
    ("climate_correlation", 0.9),
])
def test_each_figure_bears_on_the_result(name: str, value: float) -> None:
    law, reading = load(), read_program(SMALLEST)
    usual = assess(reading, law).losses
    changed = assess(reading, law, priors=built_in().with_value(name, value)).losses
    if name == "climate_correlation":
        assert changed.expected == usual.expected
        assert changed.sensitivity != usual.sensitivity
    else:
        assert changed.expected > usual.expected
