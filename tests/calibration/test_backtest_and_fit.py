"""`backtest`, `fit` and the losses of `assess`: what they print, how well the shipped figures predict, wrong input."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import lexposure.exposure.losses as losses
from lexposure.cli.main import cli
from lexposure.exposure.losses.notes import Losses

SMALLEST = str(Path(__file__).parents[1] / "good" / "smallest.yaml")
SHIPPED = Path(losses.__file__).with_name("practice.yaml")
_KEYS = {"cases", "clusters", "trained_on", "skipped", "findings", "fined", "amount", "baselines", "unread_terms",
         "unknown_articles", "per_case"}
_AMOUNT = {"n", "coverage", "median_abs_log10_error", "rmse_log10", "spearman", "crps_log10"}
_NAIVE = {"overall_fit", "country_median", "turnover_power_law"}


def run(*arguments: str) -> Result:
    """The command's result; a traceback is a failure of the test."""
    result = CliRunner().invoke(cli, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The European cases that come with the tool, each predicted by a fit without it: once, since it takes seconds."""
    result = run("backtest", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def own_report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A user's file with little in it, beside the cases that come with the tool."""
    path = tmp_path_factory.mktemp("own") / "own.yaml"
    path.write_text("""\
cases:
  - {id: told, authority: FR-CNIL, decision_date: '2024-03-01', facts: {subjects: [customers], missing: [security, manners]},
     articles: {violated: ['32', '999']}, outcome: violation_fine, fine_eur: 50000}
  - {id: silent, authority: SE-IMY, decision_date: '2024-03-01'}
  - {id: broken, authority: SE-IMY, decision_date: '2024-03-01', fine_eur: lots}
  - {id: nowhere, authority: ZZ-ZZ, decision_date: '2024-03-01'}
  - {id: told, authority: FR-CNIL, decision_date: '2024-03-01'}
""", encoding="utf-8")
    result = run("backtest", str(path), "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


# -- the report -----------------------------------------------------------------------------------------------------------


def shape_holds(report: dict[str, Any]) -> None:
    assert set(report) == _KEYS
    assert set(report["findings"]) == {"recall", "precision"}
    assert set(report["fined"]) == {"accuracy", "brier"}
    assert set(report["amount"]) == _AMOUNT
    assert set(report["baselines"]) == _NAIVE | {"always_the_base_rate"}
    assert set(report["baselines"]["always_the_base_rate"]) == {"accuracy", "brier"}
    for scored in (report["amount"], *(report["baselines"][name] for name in _NAIVE)):
        assert set(scored) == _AMOUNT
        assert set(scored["coverage"]) == {"50", "80", "90"}
        assert scored["n"] == report["amount"]["n"]
    for case in report["per_case"]:
        assert set(case) == {"id", "predicted_articles", "found_articles", "p_fine", "quantiles", "actual_eur"}
        quantiles = case["quantiles"]
        assert list(quantiles) == ["5", "10", "25", "50", "75", "90", "95"]
        assert list(quantiles.values()) == sorted(quantiles.values())
        assert 0 < case["p_fine"] < 1
    assert len(report["per_case"]) == report["cases"]


def test_the_report_has_the_shape_that_scripts_expect(report: dict[str, Any]) -> None:
    shape_holds(report)
    assert report["skipped"] == []
    assert report["clusters"] < report["cases"] < report["trained_on"]
    assert report["unknown_articles"] == []


def test_the_report_of_a_users_file_tells_what_was_skipped_and_not_understood(own_report: dict[str, Any]) -> None:
    shape_holds(own_report)
    assert [c["id"] for c in own_report["per_case"]] == ["told", "silent"]
    assert {s["id"]: s["reason"].split(": ")[-1] for s in own_report["skipped"]} == {
        "broken": "`lots` is not a number", "told": "another case has this id already",
        "nowhere": "`ZZ-ZZ` names no jurisdiction that is known"}
    assert own_report["unknown_articles"] == ["999"]
    assert own_report["unread_terms"] == {"missing: manners": 1}
    told, silent = own_report["per_case"]
    assert told["found_articles"] == ["32", "999"]
    assert told["actual_eur"] == 50_000
    assert "32" in told["predicted_articles"]
    assert (silent["found_articles"], silent["actual_eur"]) == (None, None)
    assert own_report["amount"]["n"] == 1
    assert own_report["trained_on"] > 100


def test_no_fine_is_predicted_above_the_legal_maximum(report: dict[str, Any], own_report: dict[str, Any]) -> None:
    # Without a turnover the fixed sum of the graver tier is the most.
    for case in own_report["per_case"]:
        assert case["quantiles"]["95"] <= 20_000_000
    assert all(c["quantiles"]["95"] <= 0.04 * 700e9 for c in report["per_case"])


# -- how well the shipped figures predict ---------------------------------------------------------------------------------


def test_most_articles_found_by_authorities_are_predicted(report: dict[str, Any]) -> None:
    assert report["findings"]["recall"] > 0.85
    assert report["findings"]["precision"] > 0.6


def test_nine_in_ten_fines_lie_in_their_nine_in_ten_interval(report: dict[str, Any]) -> None:
    assert report["amount"]["n"] > 80
    assert 0.85 <= report["amount"]["coverage"]["90"] <= 0.95


def test_half_of_the_fines_are_predicted_within_a_factor_of_two_and_a_half(report: dict[str, Any]) -> None:
    assert report["amount"]["median_abs_log10_error"] < math.log10(2.5)


@pytest.mark.parametrize("naive", sorted(_NAIVE))
def test_fines_are_predicted_better_than_by_any_naive_rule(report: dict[str, Any], naive: str) -> None:
    ours, theirs = report["amount"], report["baselines"][naive]
    for score in ("median_abs_log10_error", "rmse_log10", "crps_log10"):
        assert ours[score] < theirs[score], score
    assert ours["spearman"] > theirs["spearman"]


def test_whether_there_is_a_fine_is_predicted_better_than_by_the_base_rate(report: dict[str, Any]) -> None:
    assert report["fined"]["brier"] < report["baselines"]["always_the_base_rate"]["brier"]


# -- fit ------------------------------------------------------------------------------------------------------------------


def test_the_shipped_parameters_are_what_fit_writes_byte_for_byte(tmp_path: Path) -> None:
    """Whoever changes the law, the cases or the fit writes them anew: `lexposure fit -o` the file. Takes some seconds."""
    out = tmp_path / "practice.yaml"
    result = run("fit", "-o", str(out))
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_bytes() == SHIPPED.read_bytes()


# -- wrong input ----------------------------------------------------------------------------------------------------------

FEW = "cases:\n  - {id: a, authority: FR-CNIL, decision_date: '2024-03-01', fine_eur: 5}\n"


@pytest.mark.parametrize("command", ["backtest", "fit"])
@pytest.mark.parametrize(("text", "code"), [
    (None, "LX101"), ("", "LX"), ("cases: [", "LX103"), ("case: []\n", "LX202"), ("cases: {a: b}\n", "LX203"),
    ("- a\n", "LX202"),
])
def test_a_file_that_is_none_of_cases_ends_with_a_sentence(
    tmp_path: Path, command: str, text: str | None, code: str
) -> None:
    path = tmp_path / "cases.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    result = run(command, str(path))
    assert result.exit_code == 2
    assert f"error[{code}" in result.stderr
    assert result.stdout == ""


def test_wrong_input_is_told_as_json_where_json_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text("case: []\n", encoding="utf-8")
    result = run("backtest", str(tmp_path / "cases.yaml"), "--json")
    assert result.exit_code == 2
    fault, = json.loads(result.stdout)["diagnostics"]
    assert (fault["code"], fault["nearest"], fault["line"]) == ("LX202", "case", 1)


@pytest.mark.parametrize(("text", "count"), [(FEW, 1), ("cases: []\n", 0)])
def test_too_few_cases_for_a_fit_end_with_a_sentence(tmp_path: Path, text: str, count: int) -> None:
    (tmp_path / "few.yaml").write_text(text, encoding="utf-8")
    out = tmp_path / "out.yaml"
    result = run("fit", str(tmp_path / "few.yaml"), "-o", str(out))
    assert result.exit_code == 2
    assert f"there are {count} fines to fit on, and 10 are the least" in result.stderr
    assert not out.exists()


# -- losses in an assessment ----------------------------------------------------------------------------------------------


def test_an_assessment_as_json_has_its_losses() -> None:
    result = run("assess", SMALLEST, "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)["losses"]
    assert set(found) == set(Losses.model_fields)
    assert set(found["quantiles"]) == {"50", "75", "90", "95", "99"}
    assert found["currency"] == "EUR"
    assert 0 < found["score"] < 100
    assert found["perils"][0]["expected"] == max(p["expected"] for p in found["perils"])
    assert run("assess", SMALLEST, "--json").stdout == result.stdout
