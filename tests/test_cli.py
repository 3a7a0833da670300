"""The doors: exit codes 0, 1 and 2, faults without tracebacks, outputs that parse, files whole or untouched."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

import lexposure.cli.console as console
from tests.commands import run

_HERE = Path(__file__).parent
GOOD, BAD = _HERE / "good", _HERE / "bad"
PROGRAM = str(GOOD / "everything.yaml")
SMALLEST = str(GOOD / "smallest.yaml")
PHASES = str(GOOD / "phases.yaml")
BROKEN = str(BAD / "wrong_state.yaml")
FINDING = "gdpr-35:acme-de:staff:improve"
_KEYS = {"code", "severity", "message", "file", "line", "column", "excerpt", "expected", "nearest"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in an empty folder, so that what they write is seen."""
    monkeypatch.chdir(tmp_path)


def process(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    """The command as its users run it, in a process of its own."""
    code = "import sys; from lexposure.cli.main import main; sys.argv[0] = 'lexposure'; main()"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False,
                          encoding="utf-8", timeout=120, **options)


def diagnostics(result: Result) -> list[dict[str, Any]]:
    found = json.loads(result.stdout)["diagnostics"]
    assert isinstance(found, list)
    return found


# -- wrong input: exit code 2, a sentence, nothing written -------------------------------------------------------------

WRONG = {
    "no such command": ["asess", PROGRAM],
    "no program": ["check"],
    "a program that is not there": ["check", "nowhere.yaml"],
    "a folder for a program": ["check", "."],
    "a name that is no name": ["check", "a\x00b"],
    "an empty name": ["check", ""],
    "a name that is too long": ["check", "a" * 5_000],
    "a bad program": ["check", BROKEN],
    "a bad program, as JSON": ["check", BROKEN, "--json"],
    "a phase that is not there": ["check", PHASES, "--phase", "paus"],
    "assess: a bad program": ["assess", BROKEN],
    "assess: a phase that is not there": ["assess", PHASES, "--phase", "paus"],
    "assess: no day": ["assess", PROGRAM, "--as-of", "tomorrow"],
    "assess: a day that does not exist": ["assess", PROGRAM, "--as-of", "2026-02-30"],
    "assess: a day in another form": ["assess", PROGRAM, "--as-of", "20260601"],
    "assess: a day in digits of another script": ["assess", PROGRAM, "--as-of", "٢٠٢٦-٠٦-٠١"],
    "assess: no folder of packs": ["assess", PROGRAM, "--packs", "nowhere"],
    "assess: a negative seed": ["assess", PROGRAM, "--seed", "-1"],
    "assess: a level that is none": ["assess", PROGRAM, "--fail-on", "always"],
    "assess: a bad program into a file": ["assess", BROKEN, "-o", "out.json"],
    "assess: into a folder that is not there": ["assess", SMALLEST, "-o", "nowhere/out.json"],
    "assess: over a folder": ["assess", SMALLEST, "-o", "."],
    "graph: to no name": ["graph", SMALLEST, "-o", ""],
    "assess: to a name that is none": ["assess", SMALLEST, "-o", "a\x00b"],
    "explain: no such provision": ["explain", PROGRAM, "gdpr-53"],
    "explain: no such operation": ["explain", PROGRAM, "gdpr-35:acme-de:staff:improv"],
    "explain: nothing": ["explain", PROGRAM, ""],
    "explain: only colons": ["explain", PROGRAM, ":::"],
    "explain: as JSON": ["explain", PROGRAM, "nope", "--json"],
    "explain: a bad program": ["explain", BROKEN, FINDING],
    "graph: a form that is none": ["graph", PROGRAM, "--format", "pdf"],
    "graph: a bad program": ["graph", BROKEN, "-o", "out.svg"],
    "graph: into a folder that is not there": ["graph", SMALLEST, "-o", "nowhere/out.svg"],
    "memo: nowhere to write": ["memo", PROGRAM],
    "memo: a bad program": ["memo", BROKEN, "-o", "out.pdf"],
    "memo: into a folder that is not there": ["memo", SMALLEST, "-o", "nowhere/out.pdf"],
    "memo: an assessment that is not there": ["memo", "nowhere.json", "-o", "out.pdf"],
    "memo: a saved assessment with a day": ["memo", "saved.json", "--as-of", "2026-01-01", "-o", "out.pdf"],
    "memo: a saved assessment with priors": ["memo", "saved.json", "--priors", "priors.yaml", "-o", "out.pdf"],
    "memo: no file of priors": ["memo", SMALLEST, "--priors", "nowhere.yaml", "-o", "out.pdf"],
    "assess: no file of priors": ["assess", SMALLEST, "--priors", "nowhere.yaml"],
    "assess: a program for priors": ["assess", SMALLEST, "--priors", SMALLEST],
    "priors: no such file": ["priors", "--priors", "nowhere.yaml"],
    "priors: no such file, as JSON": ["priors", "--priors", "nowhere.yaml", "--json"],
    "priors: a folder": ["priors", "--priors", "."],
    "law list: nothing known": ["law", "list", "us-zz"],
    "law show: nothing": ["law", "show"],
    "law show: nothing known": ["law", "show", "nope"],
    "law show: an odd pattern": ["law", "show", "[]]["],
    "law check: no folder of packs": ["law", "check", "--packs", "nowhere"],
    "law check: no day": ["law", "check", "gdpr", "--as-of", "today"],
    "law check: never stale": ["law", "check", "gdpr", "--stale-after", "0"],
    "law coverage: no folder of packs": ["law", "coverage", "--packs", "nowhere"],
    "law coverage: nothing known": ["law", "coverage", "zz"],
    "law authorities: nothing known": ["law", "authorities", "ie", "zz"],
    "law timeline: a bad program": ["law", "timeline", BROKEN],
    "law timeline: no day": ["law", "timeline", PROGRAM, "--as-of", "soon"],
    "vocabulary: no such term": ["vocabulary", "keystroks"],
    "vocabulary: no such term, as JSON": ["vocabulary", "keystroks", "--json"],
    "schema: into a folder that is not there": ["schema", "-o", "nowhere/schema.json"],
    "init: into a folder that is not there": ["init", "nowhere/program.yaml"],
    "init: over a folder": ["init", "."],
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_wrong_input_ends_with_a_sentence_and_writes_nothing(arguments: list[str], tmp_path: Path) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.output.strip()
    if "--json" in arguments:
        assert all(set(d) == _KEYS for d in diagnostics(result))
    elif "Usage:" not in result.output:
        assert result.stdout == ""
        assert "error[LX" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"lexposure": 1}', "\x00", "1" * 5_000, "[" * 100_000])
def test_a_damaged_saved_assessment_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "saved.json").write_text(text)
    assert run("memo", "saved.json", "-o", "out.pdf").exit_code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["saved.json"]


@pytest.mark.parametrize(("arguments", "near"), [
    (["check", PHASES, "--phase", "paus"], "pause"),
    (["assess", PHASES, "--phase", "Resumed"], "resumed"),
    (["law", "show", "gdqr-35"], "gdpr-35"),
    (["law", "show", "us-cq"], "us-c"),
    (["explain", PROGRAM, "gdpr-35:acme-de:staff:improv"], FINDING),
    (["explain", PROGRAM, "gdpr35:acme-de:staff:improve"], "gdpr-35"),
    (["vocabulary", "keystroks"], "keystrokes"),
    (["vocabulary", "safegards"], "safeguards"),
], ids=lambda a: " ".join(Path(x).name for x in a) if isinstance(a, list) else "")
def test_a_near_miss_is_told_the_nearest(arguments: list[str], near: str) -> None:
    assert f"did you mean `{near}" in run(*arguments).stderr


def test_a_process_ends_with_the_same_codes() -> None:
    assert process("check", SMALLEST).returncode == 0
    assert process("assess", SMALLEST, "--fail-on", "unknown").returncode == 1
    failed = process("check", BROKEN)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "Traceback" not in failed.stderr


# -- exit codes 0 and 1 ------------------------------------------------------------------------------------------------


def test_findings_fail_only_from_the_level_asked_for() -> None:
    statuses = {f["status"] for f in json.loads(run("assess", SMALLEST, "--json").stdout)["findings"]}
    assert statuses
    levels = ("breach", "arguable", "unknown")
    for index, level in enumerate(levels):
        reached = bool(statuses & set(levels[: index + 1]))
        assert run("assess", SMALLEST, "--fail-on", level).exit_code == int(reached)
    assert run("assess", SMALLEST, "--fail-on", "never").exit_code == 0
    assert run("assess", SMALLEST).exit_code == 0


def test_warnings_alone_are_no_failure() -> None:
    result = run("check", str(BAD / "orphan_elements.yaml"))
    assert result.exit_code == 0
    assert "warning[LX304]" in result.stderr
    assert result.stdout.endswith("no errors\n")


def test_faults_found_by_a_check_of_the_law_are_one() -> None:
    result = run("law", "check", "bad-act", "--packs", str(_HERE / "packs_bad" / "no_cases"))
    assert result.exit_code == 1
    assert "error[LX406]" in result.stderr


# -- outputs that parse ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [
    ["check", PROGRAM, "--json"], ["assess", PROGRAM, "--json"], ["explain", PROGRAM, "gdpr-35", "--json"],
    ["graph", PROGRAM, "--format", "json"], ["graph", PROGRAM, "--format", "json", "--joined"],
    ["law", "list", "--json"], ["law", "show", "us-ny", "--json"], ["law", "check", "us-ny", "--json"],
    ["law", "coverage", "--json"], ["law", "coverage", "de", "--json"], ["law", "authorities", "ie", "--json"],
    ["law", "timeline", PROGRAM, "--json"], ["vocabulary", "--json"], ["vocabulary", "facts", "--json"],
    ["vocabulary", "data_categories", "--json"], ["vocabulary", "keystrokes", "--json"], ["schema"],
    ["priors", "--json"],
], ids=lambda a: " ".join(Path(x).name for x in a))
def test_json_parses(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) not in (None, "")


def test_coverage_has_the_shape_that_scripts_expect() -> None:
    found = json.loads(run("law", "coverage", "--json").stdout)
    assert set(found) == {"jurisdictions", "totals"}
    for row in found["jurisdictions"]:
        assert set(row) == {"code", "name", "instruments", "provisions", "cases", "oldest_checked", "verified_share",
                            "topics", "gaps"}
        assert row["gaps"], row["code"]
    assert found["totals"]["provisions"] == sum(r["provisions"] for r in found["jurisdictions"])


EEA_STATES = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
    "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)


def test_every_eea_state_has_its_authority_and_says_what_is_left_out() -> None:
    rows = {r["code"]: r for r in json.loads(run("law", "coverage", "--json").stdout)["jurisdictions"]}
    forums = json.loads(run("law", "authorities", "--json").stdout)
    for code in EEA_STATES:
        assert code in rows, code
        assert rows[code]["gaps"], code
        competent = {f["kind"] for f in forums if f["jurisdiction"] == code and "gdpr" in f["competent_for"]}
        assert competent == {"supervisory_authority", "court"}, code


def test_a_folder_with_an_authority_alone_is_no_fault(tmp_path: Path) -> None:
    folder = tmp_path / "packs" / "jp"
    folder.mkdir(parents=True)
    folder.joinpath("authority.yaml").write_text(
        "lexposure-forums: 1\njurisdiction: JP\nnot_covered: [All of its law]\nforums:\n"
        "  jp-ppc: {name: PPC, kind: agency, checked: 2026-11-22, confidence: recalled}\n", encoding="utf-8")
    shown = run("law", "show", "jp", "--packs", str(tmp_path / "packs"))
    assert shown.exit_code == 0, shown.output
    assert shown.stdout == "JP: no law of its own in the packs\n  not covered: All of its law\n"


@pytest.mark.parametrize("name", ["faults_of_every_kind_at_once", "wrong_state", "empty", "not_utf8"])
def test_diagnostics_as_json_have_the_documented_keys(name: str) -> None:
    result = run("check", str(BAD / f"{name}.yaml"), "--json")
    found = diagnostics(result)
    assert result.exit_code == 2
    assert result.stderr == ""
    assert found
    for d in found:
        assert set(d) == _KEYS
        assert d["severity"] in ("error", "warning")
        assert Path(d["file"]).name == f"{name}.yaml"
        assert d["line"] >= 1
        assert d["column"] >= 1


def test_a_clean_program_has_no_diagnostics() -> None:
    assert diagnostics(run("check", PROGRAM, "--json")) == []


def test_warnings_as_json() -> None:
    found = diagnostics(run("check", str(BAD / "orphan_elements.yaml"), "--json"))
    assert {d["severity"] for d in found} == {"warning"}


def test_sarif_points_into_the_program() -> None:
    log = json.loads(run("assess", PROGRAM, "--sarif").stdout)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    single, = log["runs"]
    rules = [r["id"] for r in single["tool"]["driver"]["rules"]]
    assert single["results"]
    lines = Path(PROGRAM).read_text(encoding="utf-8").split("\n")
    located = 0
    for result in single["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        steps = [s["location"] for flow in result["codeFlows"] for thread in flow["threadFlows"]
                 for s in thread["locations"]]
        for location in (*result["locations"], *steps):
            physical = location["physicalLocation"]
            assert physical["artifactLocation"]["uri"].endswith("good/everything.yaml")
            region = physical["region"]
            assert 1 <= region["startLine"] <= len(lines)
            assert 1 <= region["startColumn"] <= len(lines[region["startLine"] - 1]) + 1
            located += 1
    assert located >= len(single["results"])
    prints = [r["partialFingerprints"]["findingId/v1"] for r in single["results"]]
    assert len(prints) == len(set(prints))


def test_a_saved_assessment_is_what_was_printed(tmp_path: Path) -> None:
    assert run("assess", SMALLEST, "-o", "saved.json").stdout == ""
    assert (tmp_path / "saved.json").read_text(encoding="utf-8") == run("assess", SMALLEST, "--json").stdout


def test_the_template_is_a_clean_program(tmp_path: Path) -> None:
    assert run("init").exit_code == 0
    result = run("check", "program.yaml")
    assert (result.exit_code, result.stderr) == (0, "")


# -- priors ------------------------------------------------------------------------------------------------------------


def priors(folder: Path, **figures: float) -> str:
    """A file of priors of one's own."""
    path = folder / "priors.yaml"
    stated = ", ".join(f"{name}: {value}" for name, value in figures.items())
    path.write_text(f"lexposure-priors: 1\npriors: {{{stated}}}\n", encoding="utf-8")
    return path.name


def test_priors_are_listed_with_what_they_rest_on() -> None:
    result = run("priors")
    head, *rows = (line.split("\t") for line in result.stdout.splitlines())
    assert result.exit_code == 0
    assert head == ["prior", "value", "range", "unit", "basis", "what it is"]
    assert all(len(row) == len(head) and all(row) for row in rows)
    assert "taken_up_supervisory_authority" in {row[0] for row in rows}
    assert "from your file" not in result.stdout


def test_priors_as_json_are_those_of_the_list() -> None:
    rows = json.loads(run("priors", "--json").stdout)
    assert [r["id"] for r in rows] == [line.split("\t")[0] for line in run("priors").stdout.splitlines()[1:]]
    for row in rows:
        assert {"id", "overridden", "value", "low", "high", "unit", "basis", "text", "source", "note"} == set(row)
        assert row["low"] <= row["value"] <= row["high"]
        assert row["overridden"] is False


def test_priors_of_ones_own_are_marked_in_the_list(tmp_path: Path) -> None:
    own = priors(tmp_path, taken_up_supervisory_authority=0.9)
    listed = run("priors", "--priors", own).stdout
    assert "\ntaken_up_supervisory_authority *\t0.9\t" in listed
    assert listed.endswith("* from your file\n")
    rows = json.loads(run("priors", "--priors", own, "--json").stdout)
    assert [(r["id"], r["value"]) for r in rows if r["overridden"]] == [("taken_up_supervisory_authority", 0.9)]


@pytest.mark.parametrize("arguments", [["priors"], ["assess", SMALLEST], ["memo", SMALLEST, "-o", "out.pdf"]],
                         ids=lambda a: a[0])
def test_a_prior_that_is_none_is_told_the_nearest(arguments: list[str], tmp_path: Path) -> None:
    result = run(*arguments, "--priors", priors(tmp_path, taken_up_supervisory_authorty=0.5))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error[LX301]" in result.stderr
    assert "did you mean `taken_up_supervisory_authority`" in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["priors.yaml"]


def test_a_prior_that_is_none_is_told_as_json(tmp_path: Path) -> None:
    result = run("priors", "--priors", priors(tmp_path, climate_corelation=0.5), "--json")
    assert result.exit_code == 2
    assert [(d["code"], d["line"], d["nearest"]) for d in diagnostics(result)] == [("LX301", 2, "climate_correlation")]


def test_an_assessment_goes_by_priors_of_ones_own_and_says_so(tmp_path: Path) -> None:
    own = priors(tmp_path, taken_up_supervisory_authority=0.9)
    usual, other = (json.loads(run("assess", SMALLEST, "--json", *more).stdout) for more in ([], ["--priors", own]))
    assert other["losses"]["expected"] > usual["losses"]["expected"] > 0
    assert [p["id"] for p in other["losses"]["priors"] if p["overridden"]] == ["taken_up_supervisory_authority"]
    for part in ("findings", "heads", "questions"):
        assert other[part] == usual[part]
    assert f"expected EUR {other['losses']['expected']:,};" in run("assess", SMALLEST, "--priors", own).stdout


def test_a_memo_goes_by_priors_of_ones_own(tmp_path: Path) -> None:
    own = priors(tmp_path, taken_up_supervisory_authority=0.9)
    assert run("memo", SMALLEST, "-o", "usual.pdf").exit_code == 0
    assert run("memo", SMALLEST, "--priors", own, "-o", "other.pdf").exit_code == 0
    assert (tmp_path / "other.pdf").read_bytes() != (tmp_path / "usual.pdf").read_bytes()


def test_a_saved_assessment_keeps_its_priors(tmp_path: Path) -> None:
    own = priors(tmp_path, taken_up_supervisory_authority=0.9)
    assert run("assess", SMALLEST, "--priors", own, "-o", "saved.json").exit_code == 0
    refused = run("memo", "saved.json", "--priors", own, "-o", "out.pdf")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "error[LX501]" in refused.stderr
    assert "its priors" in refused.stderr
    assert not (tmp_path / "out.pdf").exists()
    assert run("memo", "saved.json", "-o", "out.pdf").exit_code == 0
    assert run("memo", SMALLEST, "--priors", own, "-o", "direct.pdf").exit_code == 0
    assert (tmp_path / "out.pdf").read_bytes() == (tmp_path / "direct.pdf").read_bytes()


# -- files: whole or untouched -----------------------------------------------------------------------------------------


def test_init_leaves_an_existing_file_alone(tmp_path: Path) -> None:
    (tmp_path / "program.yaml").write_text("mine")
    result = run("init")
    assert result.exit_code == 2
    assert "already exists" in result.stderr
    assert (tmp_path / "program.yaml").read_text() == "mine"


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out.json").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(console.os, "fsync", full)
    result = run("assess", SMALLEST, "-o", "out.json")
    assert result.exit_code == 2
    assert "no space left on device" in result.stderr
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"out.json": "old"}


def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    target.chmod(0o444)
    # The superuser may write everything; what others may do is asked of the system, so the answer is given here.
    monkeypatch.setattr(console.os, "access", lambda path, mode: Path(path) != target)
    result = run("assess", SMALLEST, "-o", "out.json")
    assert result.exit_code == 2
    assert "permission denied" in result.stderr
    assert target.read_text() == "old"


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    target.chmod(0o640)
    assert run("schema", "-o", "out.json").exit_code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_link_is_followed_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    assert run("schema", "-o", "link.json").exit_code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text(encoding="utf-8"))


def test_a_device_is_written_to_and_not_replaced() -> None:
    assert run("schema", "-o", os.devnull).exit_code == 0
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("arguments", [
    ["law", "list"], ["vocabulary", "facts"], ["schema"], ["assess", SMALLEST, "--json"], ["init", "-"],
], ids=lambda a: a[0])
def test_a_reader_that_closes_the_pipe_early_is_no_error(arguments: list[str]) -> None:
    code = "from lexposure.cli.main import main; main()"
    with subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait() == 0
