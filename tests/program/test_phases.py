"""Phases: which one counts on a day, and that each is laid over those before it."""

import datetime as dt
from pathlib import Path

import pytest

from lexposure.program.reading import read_program
from lexposure.reading.diagnostics import InvalidInput

PROGRAM = """
lexposure: 1
program: {id: p, name: P, as_of: 2026-12-01}
parties: {acme: {role: controller, seat: DE}}
populations: {staff: {kind: employee, place: DE, of: acme, count: {likely: 100, kind: reported}}}
systems: {store: {operator: acme, place: DE}}
uses: {train: {at: store, purpose: ai_training}}
flows: {capture: {from: staff, to: store, data: keystrokes}}
choices: {way-out: {of: staff, kind: none}}
phases:
  pilot: {from: 2026-01-01, to: 2026-03-31, changes: {populations: {staff: {count: {likely: 10, kind: reported}}}}}
  wider: {from: 2026-04-01, to: 2026-06-30, changes: {choices: {way-out: {kind: opt_out}}}}
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.yaml"
    path.write_text(PROGRAM)
    return path


def staff_and_choice(program: Path, **options: object) -> tuple[int, str, str | None]:
    reading = read_program(program, **options)  # type: ignore[arg-type]
    count = reading.program.populations["staff"].count
    assert count is not None
    return int(count.likely), reading.program.choices["way-out"].kind, reading.phase


def test_a_phase_is_laid_over_those_before_it(program: Path) -> None:
    assert staff_and_choice(program, phase="pilot") == (10, "none", "pilot")
    assert staff_and_choice(program, phase="wider") == (10, "opt_out", "wider")


@pytest.mark.parametrize(("day", "phase"), [
    ("2025-12-31", None), ("2026-01-01", "pilot"), ("2026-03-31", "pilot"), ("2026-04-01", "wider"), ("2026-07-01", None),
])
def test_the_phase_in_force_on_the_day_counts(program: Path, day: str, phase: str | None) -> None:
    assert staff_and_choice(program, as_of=dt.date.fromisoformat(day))[2] == phase


def test_base_applies_no_phase(program: Path) -> None:
    assert staff_and_choice(program, phase="base") == (100, "none", None)


def test_a_named_phase_has_the_law_of_its_last_day(program: Path) -> None:
    assert read_program(program, phase="pilot").as_of == dt.date(2026, 3, 31)


def test_positions_point_into_the_phase_that_said_it(program: Path) -> None:
    reading = read_program(program, phase="wider")
    place = reading.source.place(("choices", "way-out", "kind"))
    assert place is not None
    assert "wider" in reading.source.excerpt(place)


def test_an_unknown_phase_names_the_nearest(program: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_program(program, phase="pillot")
    assert raised.value.diagnostics[0].nearest == "pilot"
