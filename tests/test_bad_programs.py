"""Bad program files: what `lexposure check` prints for each is the test. Good ones pass clean and mean what they say.

`LEXPOSURE_BLESS=1 pytest tests/test_bad_programs.py` writes the expected texts anew; read the difference before
keeping it.
"""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from lexposure.cli.main import cli
from lexposure.program.reading import BASE, Reading, read_program
from lexposure.reading import source
from lexposure.reading.diagnostics import CODES, Diagnostic, InvalidInput

_HERE = Path(__file__).parent
GOOD, BAD = _HERE / "good", _HERE / "bad"
#: Codes that no single program file can produce: a missing file, one too large, a phase asked for, and the packs'.
_ELSEWHERE = {"LX108", "LX305", "LX501", "LX504", *(code for code in CODES if code.startswith("LX4"))}
SMALLEST = (GOOD / "smallest.yaml").read_text(encoding="utf-8")


def checked(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything that `lexposure check` prints, run in the file's own folder."""
    monkeypatch.chdir(path.parent)
    result = CliRunner().invoke(cli, ["check", path.name])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == (2 if "error[" in result.output else 0)
    return result.output


def faults(path: Path) -> tuple[Diagnostic, ...]:
    """The diagnostics of a file that cannot be read."""
    with pytest.raises(InvalidInput) as caught:
        read_program(path)
    return caught.value.diagnostics


def written(folder: Path, text: str | bytes) -> Path:
    """A file with the text, byte for byte."""
    path = folder / "program.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_bad_program_is_told_what_is_wrong_and_where(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = path.with_suffix(".expected")
    said = checked(path, monkeypatch)
    if os.environ.get("LEXPOSURE_BLESS"):
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
    assert "error[" in said or "warning[" in said


def test_every_code_that_a_program_can_produce_has_a_bad_program() -> None:
    said = "".join(p.read_text(encoding="utf-8") for p in BAD.glob("*.expected"))
    assert {code for code in CODES if f"[{code}]" in said} == set(CODES) - _ELSEWHERE


def test_every_expected_text_belongs_to_a_program() -> None:
    assert {p.stem for p in BAD.glob("*.expected")} == {p.stem for p in BAD.glob("*.yaml")}


# -- what no file on disk can show -------------------------------------------------------------------------------------


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    fault, = faults(tmp_path / "nowhere.yaml")
    assert fault.code == "LX101"
    assert "no such file" in fault.message


def test_a_folder_is_no_program(tmp_path: Path) -> None:
    assert [f.code for f in faults(tmp_path)] == ["LX101"]


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    fault, = faults(written(tmp_path, SMALLEST + "#" * source.MAX_BYTES))
    assert fault.code == "LX108"


def test_a_file_with_too_many_values_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_NODES", 20)
    fault, = faults(written(tmp_path, SMALLEST))
    assert fault.code == "LX108"


def test_deep_nesting_is_refused_and_does_not_exhaust_the_stack(tmp_path: Path) -> None:
    for text in ("[" * 1_000_000, "facts: " + "{a: " * 100_000, "\n".join(" " * i + "a:" for i in range(2_000))):
        assert [f.code for f in faults(written(tmp_path, text))] == ["LX107"]


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x0c", "\x1b", "\x7f", "\x84", "\x9b", "\ufeff", "\uffff"])
def test_control_characters_are_refused(tmp_path: Path, control: str) -> None:
    fault, = faults(written(tmp_path, SMALLEST.replace("Smallest,", f"Small{control}est,")))
    assert fault.code == "LX102"
    assert fault.place is not None
    assert (fault.place.line, fault.place.column) == (3, 36)


@pytest.mark.parametrize("raw", [b"\xff", b"\xc3", b"\xed\xa0\x80", SMALLEST.encode("utf-16")])
def test_what_is_not_utf8_is_refused(tmp_path: Path, raw: bytes) -> None:
    assert [f.code for f in faults(written(tmp_path, raw))] == ["LX102"]


# -- what is accepted --------------------------------------------------------------------------------------------------


def read(name: str, phase: str | None = None) -> Reading:
    return read_program(GOOD / f"{name}.yaml", phase=phase)


@pytest.mark.parametrize("path", sorted(GOOD.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_good_program_passes_clean(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = checked(path, monkeypatch)
    assert said.endswith("no errors\n")
    assert said.count("\n") == 1


@pytest.mark.parametrize("text", [
    "\ufeff" + SMALLEST, SMALLEST.replace("\n", "\r\n"), SMALLEST.replace("\n", "\r"), SMALLEST.rstrip("\n"),
    SMALLEST.replace("\n", " # comment \t \n"), "---\n" + SMALLEST + "...\n",
], ids=["byte-order mark", "CRLF", "CR", "no last line end", "tabs after values", "document marks"])
def test_what_editors_do_to_a_file_changes_nothing(tmp_path: Path, text: str) -> None:
    assert read_program(written(tmp_path, text)).program == read("smallest").program


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_lines_are_counted_and_shown_as_the_editor_shows_them(tmp_path: Path, ending: str) -> None:
    fault, = faults(written(tmp_path, SMALLEST.replace("\n", ending).replace("DE, of", "ZZ, of")))
    assert fault.place is not None
    assert (fault.place.line, fault.excerpt) == (7, "  staff: {kind: employee, place: ZZ, of: acme}")


def test_the_smallest_program() -> None:
    program = read("smallest").program
    assert program.parties["acme"].main_establishment is None
    assert program.uses["improve"].basis == {}
    assert program.flows["capture"].data == ("keystrokes",)


def test_no_is_norway() -> None:
    reading = read("norway")
    program = reading.program
    assert (program.parties["NO"].seat, program.parties["NO"].establishments) == ("NO", ("NO", "SE"))
    assert program.parties["NO"].main_establishment is False
    assert set(program.populations) == {"1.10", "no"}
    assert {p.place for p in program.populations.values()} == {"NO"}
    assert set(program.flows) == {"true", "null"}


def test_an_identifier_keeps_its_last_zero() -> None:
    program = read("norway").program
    assert program.program.id == "1798.100"
    assert program.uses["2026-06-01"].basis == {"1.10": "consent", "default": "unknown"}


def test_a_program_with_everything() -> None:
    program = read("everything", BASE).program
    assert all(getattr(program, section) for section in type(program).model_fields if section not in ("extends", "removes"))
    assert program.groups["acme-group"].turnover[0].likely == 120_000_000
    assert program.groups["acme-group"].turnover[1].likely == Decimal("110000000.50")
    assert program.populations["staff-us"].count is None
    assert program.systems["recorder"].retention is None
    assert program.systems["model"].retention is not None
    assert program.program.summary == "All of it, on two lines."
    assert program.safeguards["assessed"].on.program is True


def test_phases_are_laid_over_each_other_in_the_order_of_their_days() -> None:
    base, pause, resumed, later = (read("phases", p) for p in (BASE, "pause", "resumed", "later"))
    assert base.phase is None
    assert base.program.flows["capture"].occurs is True
    assert pause.program.flows["capture"].occurs is False
    assert set(pause.program.safeguards) == {"paused"}
    assert resumed.program.flows["capture"].data == ("keystrokes", "clicks")
    assert not resumed.program.safeguards
    assert later.program.flows["capture"].data == ("keystrokes", "clicks")
    assert later.program.systems["recorder"].place == "US"


def test_the_phase_in_force_is_the_default() -> None:
    assert read("phases").phase == "resumed"
    assert (read("phases", "pause").as_of.isoformat(), read("phases", "later").as_of.isoformat()) == (
        "2026-05-31", "2027-01-01")


def test_a_variant_takes_over_what_it_does_not_change() -> None:
    reading = read("variant")
    program = reading.program
    assert (program.program.name, program.program.as_of.isoformat()) == ("Variant", "2026-06-01")
    assert set(program.flows) == {"listen"}
    assert not program.phases
    assert [name for name, _ in reading.files] == ["variant.yaml", "phases.yaml", "smallest.yaml"]


def test_positions_point_into_the_file_that_said_it() -> None:
    place = read("variant").source.place(("populations", "staff", "place"))
    assert place is not None
    assert (Path(place.file).name, place.line) == ("smallest.yaml", 7)


# -- one run reports everything ----------------------------------------------------------------------------------------


def test_type_faults_do_not_hide_reference_faults() -> None:
    codes = {f.code for f in faults(BAD / "faults_of_every_kind_at_once.yaml")}
    assert {"LX201", "LX203", "LX204", "LX301"} <= codes


def test_a_reference_to_a_faulty_entry_is_no_fault_of_its_own(tmp_path: Path) -> None:
    text = SMALLEST.replace("role: controller", "role: controler") + "  more: {from: staff, to: store, data: clicks}\n"
    assert [f.message for f in faults(written(tmp_path, text))] == [
        "`controler` is not a role", "`store` is not a system or a party of this program"]


def test_a_faulty_entry_brings_no_warnings_about_what_hangs_on_it(tmp_path: Path) -> None:
    text = SMALLEST.replace("data: keystrokes", "data: keystroke")
    assert [f.code for f in faults(written(tmp_path, text))] == ["LX204"]


def test_a_faulty_header_does_not_hide_the_rest(tmp_path: Path) -> None:
    text = SMALLEST.replace("2026-06-01", "today").replace("of: acme", "of: acne")
    assert [f.code for f in faults(written(tmp_path, text))] == ["LX203", "LX301"]


@pytest.mark.parametrize("count", [400, 800])
def test_many_faults_are_all_reported(tmp_path: Path, count: int) -> None:
    more = "".join(f"  f{i}: {{from: staff, to: nowhere{i}, data: clicks}}\n" for i in range(count))
    assert len(faults(written(tmp_path, SMALLEST + more))) == count
