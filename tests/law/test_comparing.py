"""Jurisdictions side by side on a topic, and the files that such a table is written to."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from lexposure.cli.main import cli
from lexposure.law.comparing import HEAD
from lexposure.memo.tables import FORMS, comma_separated, markdown, workbook

HOSTILE = "=1+1|<script>alert(1)</script>\n[x](http://x) `*_"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["law", "compare", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_states_with_monitoring_notices_stand_side_by_side() -> None:
    shown = run("--topic", "employee_monitoring", "us-ny", "us-ct", "us-de", "us-me")
    for citation in ("§ 52-c*2(2)(a) N.Y. Civ. Rights Law", "§ 31-48d(b)", "§ 705(b) 19 Del. C.", "§ 620-A 26 M.R.S."):
        assert citation in shown
    assert "USD 500 per offense" in shown


def test_law_that_is_to_come_is_marked_and_law_that_has_ended_is_left_out() -> None:
    assert "not yet: from 2026-07-14" in run("--topic", "monitoring", "us-me", "--as-of", "2026-01-01")
    assert "not yet" not in run("--topic", "monitoring", "us-me", "--as-of", "2026-08-01")


@pytest.mark.parametrize("ending", sorted(FORMS))
def test_the_same_table_gives_the_same_bytes(ending: str, tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}{ending}"
        run("--topic", "monitoring", "us-ny", "-o", str(path))
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_every_row_is_in_every_form() -> None:
    rows = [["a", "b"], ["c", "d"]]
    assert list(csv.reader(io.StringIO(comma_separated("T", ["x", "y"], rows).decode("utf-8-sig")))) == [["x", "y"], *rows]
    assert markdown("T", ["x", "y"], rows).decode().splitlines()[2:] == [
        "| x | y |", "| --- | --- |", "| a | b |", "| c | d |"]
    with zipfile.ZipFile(io.BytesIO(workbook("T", ["x", "y"], rows))) as book:
        strings = book.read("xl/sharedStrings.xml").decode()
    assert all(f"<t>{word}</t>" in strings for word in ("x", "y", "a", "b", "c", "d"))


def test_hostile_text_is_text_in_every_form() -> None:
    rows = [[HOSTILE, "+1"]]
    line = markdown("T", ["x", "y"], rows).decode().splitlines()[-1]
    assert "<script>" not in line
    assert line.replace("\\|", "").count("|") == 3
    cells = list(csv.reader(io.StringIO(comma_separated("T", ["x", "y"], rows).decode("utf-8-sig"))))[1]
    assert all(c.startswith("'") for c in cells)
    with zipfile.ZipFile(io.BytesIO(workbook("T", ["x", "y"], rows))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert not any("hyperlink" in name for name in book.namelist())
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


@pytest.mark.parametrize("arguments", [
    ["--topic", "employee_monitorin", "us-ny"], ["--topic", "monitoring", "us-zz"],
    ["--topic", "monitoring", "us-ny", "-o", "table.pdf"], ["--topic", "monitoring", "us-ny", "-o", "nowhere/table.csv"],
    ["--topic", "monitoring", "us-ny", "--as-of", "now"],
])
def test_wrong_input_ends_with_a_sentence(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli, ["law", "compare", *arguments])
    assert result.exit_code == 2
    assert "error[LX" in result.stderr


def test_the_columns_are_those_that_counsel_asks_for() -> None:
    assert {"Jurisdiction", "Citation", "Enforcement", "Private action", "Reading", "Checked"} <= set(HEAD)
